/**
 * One submitted call on its way through a pool: waiting in the queue, offered to a worker, run by it, done.
 */
import type { ThreadHandle } from '../runtime/thread-life.js';
import { Future, type Work } from './future.js';
import type { Origin } from './origin.js';
import type { Prepared } from './prepare.js';

/** Where an item is. */
export interface Holder {
  /** Whether a worker has begun it. */
  hasBegun(item: WorkItem): boolean;
  /** Takes it out, unless it has begun. */
  revoke(item: WorkItem): boolean;
}

/** What is particular about a call. Most have none of it. */
export interface Extras {
  /** The higher one goes first. */
  readonly priority: number;
  /** What moves instead of being copied. */
  readonly transfer: readonly unknown[];
  /** The signal that was given with it, which the call sees as its own. */
  readonly signal: AbortSignal | undefined;
  /** Not `one`: the arguments are a list of argument lists. */
  readonly calls: 'one' | 'all' | 'stop';
  /** What goes with it into the worker. */
  readonly context: unknown;
  /** Whoever stops it when it is not wanted any more. */
  guard: Guard | undefined;
  /** The thread whose target it is, and whether the process waits for that. */
  readonly thread?: { readonly life: ThreadHandle; readonly daemon: boolean };
}

/** Who runs an item, as far as stopping it goes. */
export interface Stoppable {
  /** When it began the item, on the clock of all threads; `undefined` if it has not. Another process may have begun it no earlier than this. */
  beganAt(item: WorkItem): number | undefined;
  /** Asks it to give up an item: the call's signal aborts, its next look throws. */
  askToStop(item: WorkItem, reason: unknown): void;
  /** Makes its next look more than a look. Its own housekeeping may sweep that away, so it is done again and again. */
  poke(): void;
  /** Ends it because of an item, if it still runs that; the pool goes on without it. */
  stopBecauseOf(item: WorkItem): void;
}

/** Watches over one item, to stop it when it is not wanted any more. */
export interface Guard {
  /** A worker has been offered it. */
  offered(worker: Stoppable): void;
  /** Why it was stopped. */
  readonly error: unknown;
}

export class WorkItem implements Work {
  readonly future: Future<unknown>;
  readonly task: Prepared;
  readonly origin: Origin | undefined;
  readonly extras: Extras | undefined;
  readonly submittedAt: number;
  args: readonly unknown[];
  holder: Holder | undefined = NOWHERE;
  /** Its number at the worker it was offered to. */
  seq = -1;

  constructor(task: Prepared, args: readonly unknown[], extras: Extras | undefined, origin: Origin | undefined, submittedAt: number) {
    this.task = task;
    this.args = args;
    this.extras = extras;
    this.origin = origin;
    this.submittedAt = submittedAt;
    this.future = new Future<unknown>(this);
  }

  isRunning(): boolean {
    return this.holder?.hasBegun(this) === true;
  }

  revoke(): boolean {
    return this.holder?.revoke(this) === true;
  }

  /** Whether something of it moves to the worker, so that it can be sent only once. */
  get moves(): boolean {
    return this.extras !== undefined && this.extras.transfer.length > 0;
  }

  get priority(): number {
    return this.extras === undefined ? 0 : this.extras.priority;
  }
}

/** Where an item is that nobody has been given yet: it may be called off. */
const NOWHERE: Holder = { hasBegun: () => false, revoke: () => true };

/** How a call ended, as the worker that ran it says. */
export interface Finished {
  readonly item: WorkItem;
  readonly outcome: 'value' | 'error' | 'stopped';
  readonly value: unknown;
}
