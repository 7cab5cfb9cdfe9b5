/**
 * One worker as its pool sees it: started, idle, busy with one item, ending, gone. It speaks to the peer; what follows from what it
 * hears is the pool's affair.
 */
import type { Peer, PeerEvents } from '../host/peer.js';
import { decodeError } from '../runtime/error-codec.js';
import type { FromWorker, ToWorker } from '../runtime/messages.js';
import { cloneError, encodeArguments } from '../runtime/value-codec.js';
import type { Future } from './future.js';
import type { Prepared } from './prepare.js';

/** A call that waits for a worker or is run by one. */
export interface WorkItem {
  readonly future: Future<unknown>;
  readonly task: Prepared;
  readonly args: readonly unknown[];
}

/** What a pool learns from a worker. */
export interface WorkerEvents {
  /** It has done its item and is idle; `settle` settles the item's future, and is to be called once the pool knows of it. */
  readonly onIdle: (worker: PoolWorker, settle: () => void) => void;
  /** It is gone. */
  readonly onGone: (worker: PoolWorker, gone: Gone) => void;
}

/** How a worker went. */
export interface Gone {
  readonly manner: 'ended' | 'died';
  readonly exitCode: number | null;
  /** An error that it did not catch. */
  readonly error: unknown;
}

export class PoolWorker {
  readonly #peer: Peer;
  readonly #known = new Set<number>();
  readonly #events: WorkerEvents;
  #item: (WorkItem & { readonly id: number }) | undefined;
  #sent = 0;
  #phase: 'starting' | 'serving' | 'ending' = 'starting';
  #error: unknown;

  constructor(start: (events: PeerEvents) => Peer, events: WorkerEvents) {
    this.#events = events;
    this.#peer = start({
      onMessage: (message) => this.#receive(message as FromWorker),
      onError: (error) => {
        this.#error ??= error;
      },
      onExit: (exitCode) => {
        events.onGone(this, { manner: this.#phase === 'ending' ? 'ended' : 'died', exitCode, error: this.#error });
      },
    });
    this.#peer.keep('idle');
  }

  get label(): string {
    return this.#peer.label;
  }

  /** What it is running. */
  get item(): WorkItem | undefined {
    return this.#item;
  }

  /** Whether it has got as far as listening. */
  get hasStarted(): boolean {
    return this.#phase !== 'starting';
  }

  /** Sends it an item. What cannot be sent fails the item's future, and the worker is as idle as before: `refused`. */
  run(item: WorkItem): 'running' | 'refused' {
    const { reference } = item.task;
    const id = this.#sent++;
    const task =
      reference.kind === 'function' && this.#known.has(reference.key) ? { kind: 'known' as const, key: reference.key } : reference;
    try {
      this.#send({ kind: 'run', id, task, ...encodeArguments(item.args) });
    } catch (cause) {
      item.future.setException(cloneError('argument', item.args, item.task.name, cause));
      return 'refused';
    }
    if (task.kind === 'function') this.#known.add(task.key);
    this.#item = { ...item, id };
    this.#peer.keep('alive');
    return 'running';
  }

  /** Asks it to end. The process waits for that. */
  end(): void {
    this.#phase = 'ending';
    this.#peer.keep('alive');
    this.#send({ kind: 'end' });
  }

  /** Ends it, whatever it does. */
  terminate(): void {
    this.#phase = 'ending';
    this.#peer.keep('alive');
    this.#peer.terminate();
  }

  #send(message: ToWorker): void {
    this.#peer.send(message);
  }

  #receive(message: FromWorker): void {
    if (message.kind === 'ready') {
      if (this.#phase === 'starting') this.#phase = 'serving';
      return;
    }
    const item = this.#item;
    // Late words about an item that the pool has given up are nobody's.
    if (item === undefined || item.id !== message.id) return;
    this.#item = undefined;
    this.#peer.keep('idle');
    this.#events.onIdle(this, () => {
      if (item.future.done()) return;
      if (message.kind === 'done') item.future.setResult(message.value);
      else item.future.setException(decodeError(message.error));
    });
  }
}
