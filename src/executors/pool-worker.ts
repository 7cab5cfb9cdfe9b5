/**
 * One worker as its pool sees it: started, idle, with calls in hand, ending, gone. It speaks to the peer and hears it; what follows from that
 * is the pool's affair.
 */
import { now } from '../host/clock.js';
import { askToInterrupt } from '../host/interrupts.js';
import type { Peer, PeerEvents } from '../host/peer.js';
import { checkMessage } from '../runtime/check-message.js';
import { decodeError, encodeError } from '../runtime/error-codec.js';
import type { FromWorker, Times, ToWorker } from '../runtime/messages.js';
import { POKE } from '../runtime/thread-looks.js';
import { cloneError, encodeArguments } from '../runtime/value-codec.js';
import type { Window } from '../runtime/window.js';
import { Hand } from './hand.js';
import { toFinished } from './outcome.js';
import type { Tally } from './tally.js';
import type { Finished, Holder, Stoppable, WorkItem } from './work-item.js';

/** What a pool learns from a worker. */
export interface WorkerEvents {
  /** These are over. The futures have yet to be settled: first the pool gives the worker its next. */
  readonly onFinished: (worker: PoolWorker, finished: readonly Finished[]) => void;
  /** Calls of it were called off; it has room. */
  readonly onRoom: (worker: PoolWorker) => void;
  /** It gives back calls that it has not begun. */
  readonly onReturned: (worker: PoolWorker, items: readonly WorkItem[]) => void;
  /** Its initializer failed with this. */
  readonly onUnfit: (worker: PoolWorker, error: unknown) => void;
  /** It is gone. */
  readonly onGone: (worker: PoolWorker, gone: Gone) => void;
}

/** How a worker went. */
export interface Gone {
  /** `ended`: it was told to. `stopped`: it was terminated because of what it ran. `died`: by itself. */
  readonly manner: 'ended' | 'stopped' | 'died';
  readonly exitCode: number | null;
  /** An error that it did not catch. */
  readonly error: unknown;
}

export class PoolWorker implements Holder, Stoppable {
  readonly #peer: Peer;
  readonly #hand: Hand;
  readonly #events: WorkerEvents;
  readonly #known = new Set<number>();
  /** How many more calls it may be given in its life. */
  #left: number;
  #breaker: Int32Array | undefined;
  /** Where it is interrupted, or 0. */
  #slot = 0;
  #phase: 'starting' | 'serving' | 'ending' | 'stopping' = 'starting';
  #servesSince: number | undefined;
  /** Whether it has told of threads of its own that the process waits for. */
  #offspring: 'some' | 'none' = 'none';
  /** Whether the process waits for what it has in hand. */
  #work: 'awaited' | 'not-awaited' = 'awaited';
  #error: unknown;

  constructor(
    start: (events: PeerEvents, window: Window) => Peer,
    sharesMemory: 'yes' | 'no',
    maxTasks: number,
    tally: Tally,
    events: WorkerEvents,
  ) {
    this.#events = events;
    this.#left = maxTasks;
    this.#hand = new Hand(sharesMemory, tally);
    const peerEvents: PeerEvents = {
      onMessage: (message) => this.#receive(checkMessage(message)),
      onError: (error) => {
        this.#error ??= error;
      },
      onExit: (exitCode) => {
        const manner = this.#phase === 'ending' ? 'ended' : this.#phase === 'stopping' ? 'stopped' : 'died';
        // Nothing more is to be given to it for what it has finished.
        this.#phase = 'ending';
        this.#collect();
        events.onGone(this, { manner, exitCode, error: this.#error });
      },
    };
    this.#peer = start(peerEvents, this.#hand.window);
    this.#peer.keep('idle');
  }

  get label(): string {
    return this.#peer.label;
  }

  /** Of a worker thread its number in this process, from 1. */
  get number(): number {
    return this.#peer.number;
  }

  /** Whether it has got as far as listening. */
  get hasStarted(): boolean {
    return this.#servesSince !== undefined;
  }

  /** How many calls it has in hand. */
  get inHand(): number {
    return this.#hand.size;
  }

  /** Whether threads of its own run that the process waits for: only while its event loop turns it hears of their end. */
  get hasOffspring(): boolean {
    return this.#offspring === 'some';
  }

  /** Whether it can be given calls now or later. */
  get isUseful(): boolean {
    return (this.#phase === 'starting' || this.#phase === 'serving') && this.#left > 0;
  }

  /** How many more calls it should have in hand. */
  get room(): number {
    if (!this.isUseful) return 0;
    return Math.min(this.#hand.room, this.#left);
  }

  /** A priority that none of its calls is below. */
  get lowestPriority(): number {
    return this.#hand.lowestPriority;
  }

  /** Sends it calls. Those that cannot be sent are given back, as failed. */
  offer(items: readonly WorkItem[]): Finished[] {
    const refused: Finished[] = [];
    let batch: unknown[] | undefined;
    let first = 0;
    const flush = (): void => {
      if (batch !== undefined) this.#send({ kind: 'calls', first, calls: batch });
      batch = undefined;
    };
    for (const item of items) {
      this.#introduce(item);
      if (item.extras === undefined && isPrimitive(item.args)) {
        if (batch === undefined) first = this.#hand.next;
        batch ??= [];
        batch.push(item.task.key, item.args.length, ...item.args);
        this.#enter(item);
        continue;
      }
      flush();
      this.#enter(item);
      try {
        this.#sendAlone(item);
      } catch (cause) {
        this.#hand.withdraw(item);
        this.#left += 1;
        refused.push({ item, outcome: 'error', value: cloneError('argument', item.args, item.task.name, cause) });
        continue;
      }
      item.extras?.guard?.offered(this);
    }
    flush();
    this.#keep();
    return refused;
  }

  hasBegun(item: WorkItem): boolean {
    return this.#hand.hasBegun(item);
  }

  beganAt(item: WorkItem): number | undefined {
    const began = this.#hand.beganAt(item);
    // Another process can be sent a call before it is there.
    return began === undefined || this.#servesSince === undefined ? undefined : Math.max(began, this.#servesSince);
  }

  revoke(item: WorkItem): boolean {
    if (!this.#takeOut(item)) return false;
    this.#events.onRoom(this);
    return true;
  }

  /** Takes back up to `most` of the calls that it has not begun, the last ones first. In their order. */
  takeBack(most = Number.POSITIVE_INFINITY): WorkItem[] {
    const back: WorkItem[] = [];
    for (const item of this.#hand.waiting()) {
      if (back.length >= most) break;
      // What was to move has moved: it cannot be sent again.
      if (!item.moves && this.#takeOut(item)) back.push(item);
    }
    return back.reverse();
  }

  /** All it has in hand, when it is gone or about to be: what it has begun, and what it has not. */
  surrender(): { readonly begun: WorkItem[]; readonly waiting: WorkItem[] } {
    return this.#hand.empty();
  }

  /** Takes notice of what it has finished, as far as that can be seen without its message: nothing is heard while this thread is blocked. */
  look(): void {
    this.#collect();
  }

  askToStop(item: WorkItem, reason: unknown): void {
    this.#send({ kind: 'abort', seq: item.seq, reason: encodeError(reason) });
    this.#hand.window.giveUp(item.seq);
    this.poke();
  }

  poke(): void {
    if (this.#breaker !== undefined) Atomics.compareExchange(this.#breaker, 0, 0, POKE);
    if (this.#slot !== 0) askToInterrupt(this.#slot, 0);
  }

  /** Asks it to end. The process waits for that. */
  end(): void {
    if (this.#phase !== 'starting' && this.#phase !== 'serving') return;
    this.#phase = 'ending';
    this.#peer.keep('alive');
    this.#send({ kind: 'end' });
  }

  stopBecauseOf(item: WorkItem): void {
    // First of all it must not begin anything else, which would end with it.
    const back = this.takeBack();
    if (this.#hand.isRunning(item)) this.#terminate('stopping', 'kill');
    this.#events.onReturned(this, back);
  }

  /** Ends it, whatever it does. */
  terminate(force: 'terminate' | 'kill' = 'kill'): void {
    this.#terminate('ending', force);
  }

  #terminate(phase: 'ending' | 'stopping', force: 'terminate' | 'kill'): void {
    this.#phase = phase;
    this.#peer.keep('alive');
    this.#peer.terminate(force);
  }

  #send(message: ToWorker): void {
    this.#peer.send(message);
  }

  #sendAlone({ seq, task, args, extras }: WorkItem): void {
    const { calls = 'one', context, signal, transfer, thread } = extras ?? {};
    const message: ToWorker = { kind: 'call', seq, key: task.key, calls, context, ...encodeArguments(args, signal) };
    this.#peer.send(thread === undefined ? message : { ...message, life: thread.life }, transfer);
  }

  /** Tells it of a task that it has not heard of. */
  #introduce({ task }: WorkItem): void {
    if (this.#known.has(task.key)) return;
    this.#known.add(task.key);
    this.#send({ kind: 'task', key: task.key, task: task.reference });
  }

  #enter(item: WorkItem): void {
    this.#hand.enter(item);
    this.#work = item.extras?.thread?.daemon === true ? 'not-awaited' : 'awaited';
    item.holder = this;
    this.#left -= 1;
  }

  #takeOut(item: WorkItem): boolean {
    if (!this.#hand.takeOut(item)) return false;
    this.#left += 1;
    this.#keep();
    return true;
  }

  #keep(): void {
    if (this.#phase !== 'starting' && this.#phase !== 'serving') return;
    const isAwaited = this.#work === 'awaited' && (this.#hand.size > 0 || this.#hand.room === 0);
    this.#peer.keep(isAwaited || this.#offspring === 'some' ? 'alive' : 'idle');
  }

  #receive(message: FromWorker | undefined): void {
    // Words of the task's own, or of nobody.
    if (message === undefined) return;
    switch (message.kind) {
      case 'ready':
        this.#breaker = message.breaker;
        this.#slot = message.slot;
        if (this.#phase !== 'starting') return;
        this.#phase = 'serving';
        this.#servesSince = now();
        return;
      case 'unfit':
        if (this.#phase === 'starting') this.#events.onUnfit(this, decodeError(message.error));
        return;
      case 'fatal':
        this.#error ??= decodeError(message.error);
        return;
      case 'progress':
        this.#hand.find(message.seq)?.future.report(message.value);
        return;
      case 'offspring':
        this.#offspring = message.state;
        this.#keep();
        this.#events.onRoom(this);
        return;
      case 'bell':
        this.#collect();
        return;
      default: {
        const item = this.#hand.find(message.seq);
        if (item !== undefined) this.#collect(toFinished(item, message, this.label), message.times);
      }
    }
  }

  #collect(told?: Finished, times?: Times): void {
    const finished = this.#hand.collect(told, times);
    this.#keep();
    if (finished.length > 0) this.#events.onFinished(this, finished);
    else this.#events.onRoom(this);
  }
}

function isPrimitive(args: readonly unknown[]): boolean {
  for (const arg of args) {
    if ((typeof arg === 'object' && arg !== null) || typeof arg === 'function' || typeof arg === 'symbol') return false;
  }
  return true;
}
