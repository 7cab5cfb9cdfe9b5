/**
 * One worker as its pool sees it: started, idle, with calls in hand, ending, gone. It speaks to the peer and reads the window; what follows
 * from what it hears is the pool's affair.
 */
import type { Peer, PeerEvents } from '../host/peer.js';
import { checkMessage } from '../runtime/check-message.js';
import { decodeError, encodeError } from '../runtime/error-codec.js';
import type { FromWorker, Times, ToWorker } from '../runtime/messages.js';
import { POKE } from '../runtime/thread-looks.js';
import { cloneError, encodeArguments } from '../runtime/value-codec.js';
import { SLOTS, Window } from '../runtime/window.js';
import type { Outcome } from './map-feed.js';
import type { Finished, Holder, WorkItem } from './work-item.js';

/** What a pool learns from a worker. */
export interface WorkerEvents {
  /** These are over. The futures have yet to be settled: first the pool gives the worker its next. */
  readonly onFinished: (worker: PoolWorker, finished: readonly Finished[]) => void;
  /** One of its calls was called off; it has room. */
  readonly onRoom: (worker: PoolWorker) => void;
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

/** How many calls a worker has in hand at least: the next one is there when it has done one. */
const AT_LEAST = 2;
/** How much work it has in hand, if its calls are short, in milliseconds. */
const AHEAD = 2;

export class PoolWorker implements Holder {
  readonly #peer: Peer;
  readonly #window: Window;
  /** `no`: another process. What it does with a call is heard when it has done it, and it is given one at a time. */
  readonly #sharesMemory: 'yes' | 'no';
  readonly #events: WorkerEvents;
  readonly #known = new Set<number>();
  /** What it was offered and has not done, by number modulo SLOTS. */
  readonly #items: (WorkItem | undefined)[] = new Array(SLOTS).fill(undefined);
  #next = 0;
  #oldest = 0;
  #inHand = 0;
  /** How many more it may be given in its life. */
  #left: number;
  #meanTime = Number.POSITIVE_INFINITY;
  #breaker: Int32Array | undefined;
  #phase: 'starting' | 'serving' | 'ending' | 'stopping' = 'starting';
  #error: unknown;

  constructor(start: (events: PeerEvents, window: Window) => Peer, sharesMemory: 'yes' | 'no', maxTasks: number, events: WorkerEvents) {
    this.#events = events;
    this.#left = maxTasks;
    this.#sharesMemory = sharesMemory;
    this.#window = new Window();
    this.#window.fallAsleep();
    const peerEvents: PeerEvents = {
      onMessage: (message) => this.#receive(checkMessage(message)),
      onError: (error) => {
        this.#error ??= error;
      },
      onExit: (exitCode) => {
        this.#collect();
        const manner = this.#phase === 'ending' ? 'ended' : this.#phase === 'stopping' ? 'stopped' : 'died';
        events.onGone(this, { manner, exitCode, error: this.#error });
      },
    };
    this.#peer = start(peerEvents, this.#window);
    this.#peer.keep('idle');
  }

  get label(): string {
    return this.#peer.label;
  }

  /** Whether it has got as far as listening. */
  get hasStarted(): boolean {
    return this.#phase !== 'starting';
  }

  /** How many calls it has in hand. */
  get inHand(): number {
    return this.#inHand;
  }

  /** Whether it can be given calls now or later. */
  get isUseful(): boolean {
    return (this.#phase === 'starting' || this.#phase === 'serving') && this.#left > 0;
  }

  /** How many more calls it should have in hand. */
  get room(): number {
    if (!this.isUseful) return 0;
    const most = this.#sharesMemory === 'no' ? 1 : Math.max(AT_LEAST, Math.floor(AHEAD / this.#meanTime));
    return Math.min(most - this.#inHand, SLOTS - (this.#next - this.#oldest), this.#left);
  }

  /** The lowest priority of what it has in hand and not begun. */
  lowestPriority(): number {
    let lowest = Number.POSITIVE_INFINITY;
    for (const item of this.#waiting()) lowest = Math.min(lowest, item.priority);
    return lowest;
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
      const seq = this.#next;
      if (item.extras === undefined && isPrimitive(item.args)) {
        if (batch === undefined) first = seq;
        batch ??= [];
        batch.push(item.task.key, item.args.length, ...item.args);
        this.#enter(item);
        continue;
      }
      flush();
      const { calls = 'one', transfer = NOTHING, context, signal } = item.extras ?? {};
      this.#enter(item);
      try {
        this.#peer.send(
          { kind: 'call', seq, key: item.task.key, calls, context, ...encodeArguments(item.args, signal) } satisfies ToWorker,
          transfer,
        );
      } catch (cause) {
        this.#withdraw(item);
        refused.push(failed(item, cloneError('argument', item.args, item.task.name, cause)));
        continue;
      }
      item.extras?.guard?.offered(this);
    }
    flush();
    this.#keep();
    return refused;
  }

  hasBegun(item: WorkItem): boolean {
    return this.#window.look(item.seq) !== 'waiting';
  }

  revoke(item: WorkItem): boolean {
    if (!this.#takeOut(item)) return false;
    this.#events.onRoom(this);
    return true;
  }

  /** Takes back up to `most` of the calls that it has not begun, the last ones first. In their order. */
  takeBack(most = SLOTS): WorkItem[] {
    const back: WorkItem[] = [];
    for (let seq = this.#next - 1; seq >= this.#oldest && back.length < most; seq -= 1) {
      const item = this.#items[seq % SLOTS];
      // What was to move has moved: it cannot be sent again.
      if (item === undefined || item.moves) continue;
      if (!this.#takeOut(item)) break;
      back.push(item);
    }
    return back.reverse();
  }

  /** All it has in hand, when it is gone or about to be: what it has begun, and what it has not. */
  surrender(): { readonly begun: WorkItem[]; readonly waiting: WorkItem[] } {
    const begun: WorkItem[] = [];
    const waiting: WorkItem[] = [];
    for (let seq = this.#oldest; seq < this.#next; seq += 1) {
      const item = this.#items[seq % SLOTS];
      this.#items[seq % SLOTS] = undefined;
      if (item !== undefined) (this.#window.look(seq) === 'waiting' ? waiting : begun).push(item);
    }
    this.#inHand = 0;
    return { begun, waiting };
  }

  /** When it began the item, on the clock of all threads; `undefined` if it has not, or cannot say. */
  beganAt(item: WorkItem): number | undefined {
    return this.#sharesMemory === 'yes' && this.hasBegun(item) ? this.#window.beganAt(item.seq) : undefined;
  }

  /** Asks it to give up an item: its signal aborts, its next look throws. */
  askToStop(item: WorkItem, reason: unknown): void {
    this.#send({ kind: 'abort', seq: item.seq, reason: encodeError(reason) });
    this.#window.giveUp(item.seq);
    this.poke();
  }

  /** Makes its next look more than a look. A drop request or its own housekeeping may sweep that away, so it is done again and again. */
  poke(): void {
    if (this.#breaker !== undefined) Atomics.compareExchange(this.#breaker, 0, 0, POKE);
  }

  /** Asks it to end. The process waits for that. */
  end(): void {
    this.#phase = 'ending';
    this.#peer.keep('alive');
    this.#send({ kind: 'end' });
  }

  /** Ends it, whatever it does. `stopped`: because of a call, so the pool goes on without it. */
  terminate(manner: 'ended' | 'stopped', force: 'terminate' | 'kill' = 'kill'): void {
    this.#phase = manner === 'stopped' ? 'stopping' : 'ending';
    this.#peer.keep('alive');
    this.#peer.terminate(force);
  }

  #send(message: ToWorker): void {
    this.#peer.send(message);
  }

  /** Tells it of a task that it has not heard of. */
  #introduce({ task }: WorkItem): void {
    if (this.#known.has(task.key)) return;
    this.#known.add(task.key);
    this.#send({ kind: 'task', key: task.key, task: task.reference });
  }

  #enter(item: WorkItem): void {
    const seq = this.#next++;
    this.#items[seq % SLOTS] = item;
    this.#inHand += 1;
    this.#left -= 1;
    item.seq = seq;
    item.holder = this;
    this.#window.offer(seq);
    // Nobody can call it off in another process, so it counts as begun.
    if (this.#sharesMemory === 'no') this.#window.begin(seq, 0);
  }

  /** It was the last to enter, and was not sent. */
  #withdraw(item: WorkItem): void {
    this.#next -= 1;
    this.#items[item.seq % SLOTS] = undefined;
    this.#window.free(item.seq);
    this.#inHand -= 1;
    this.#left += 1;
  }

  #takeOut(item: WorkItem): boolean {
    if (!this.#window.revoke(item.seq)) return false;
    this.#items[item.seq % SLOTS] = undefined;
    this.#inHand -= 1;
    this.#left += 1;
    this.#keep();
    return true;
  }

  *#waiting(): Iterable<WorkItem> {
    for (let seq = this.#oldest; seq < this.#next; seq += 1) {
      const item = this.#items[seq % SLOTS];
      if (item !== undefined && this.#window.look(seq) === 'waiting') yield item;
    }
  }

  #keep(): void {
    if (this.#phase === 'starting' || this.#phase === 'serving') this.#peer.keep(this.#inHand > 0 ? 'alive' : 'idle');
  }

  #receive(message: FromWorker | undefined): void {
    // Words of the task's own, or of nobody.
    if (message === undefined) return;
    switch (message.kind) {
      case 'ready':
        this.#breaker = message.breaker;
        if (this.#phase === 'starting') this.#phase = 'serving';
        return;
      case 'unfit':
        this.#events.onUnfit(this, decodeError(message.error));
        return;
      case 'progress':
        this.#itemOf(message.seq)?.future.report(message.value);
        return;
      case 'bell':
        this.#collect();
        return;
      default: {
        const item = this.#itemOf(message.seq);
        if (item !== undefined) this.#collect(toFinished(item, message));
      }
    }
  }

  #itemOf(seq: number): WorkItem | undefined {
    const item = this.#items[seq % SLOTS];
    return item?.seq === seq && seq >= this.#oldest ? item : undefined;
  }

  /** Reads the window as far as there is something new, besides what a message has told. */
  #collect(told?: Finished): void {
    const finished: Finished[] = [];
    if (told !== undefined) {
      this.#done(told.item);
      if (this.#sharesMemory === 'no') this.#window.mail(told.item.seq);
      finished.push(told);
    }
    this.#read(finished);
    this.#window.fallAsleep();
    this.#read(finished);
    if (finished.length === 0) return;
    this.#learn(finished);
    this.#keep();
    this.#events.onFinished(this, finished);
  }

  #read(finished: Finished[]): void {
    const window = this.#window;
    for (; this.#oldest < this.#next; this.#oldest += 1) {
      const seq = this.#oldest;
      const item = this.#items[seq % SLOTS];
      const sight = window.look(seq);
      if (sight === 'waiting' || sight === 'running') return;
      // Its message is on the way, and comes first.
      if (sight === 'mailed' && item !== undefined) return;
      if (sight === 'result' && item !== undefined) {
        this.#done(item);
        finished.push({ item, outcome: 'value', value: window.resultOf(seq), times: [window.beganAt(seq), window.endedAt(seq)] });
      }
      window.free(seq);
    }
  }

  #done(item: WorkItem): void {
    this.#items[item.seq % SLOTS] = undefined;
    this.#inHand -= 1;
    item.args = NOTHING;
  }

  /** How long its calls take, to know how many it should have in hand. */
  #learn(finished: readonly Finished[]): void {
    let total = 0;
    for (const { times } of finished) total += times[1] - times[0];
    const mean = total / finished.length;
    // Up at once, down by halves: one long call among short ones must not be followed by a hundred.
    this.#meanTime = Math.max(mean, Math.min(this.#meanTime, AHEAD) / 2);
  }
}

const NOTHING: readonly unknown[] = [];

function isPrimitive(args: readonly unknown[]): boolean {
  for (const arg of args) {
    if ((typeof arg === 'object' && arg !== null) || typeof arg === 'function' || typeof arg === 'symbol') return false;
  }
  return true;
}

function failed(item: WorkItem, value: unknown): Finished {
  return { item, outcome: 'error', value, times: NO_TIMES };
}

const NO_TIMES: Times = [0, 0];

type Outgoing = Extract<FromWorker, { kind: 'done' | 'chunk' | 'failed' | 'stopped' }>;

function toFinished(item: WorkItem, message: Outgoing): Finished {
  const { times } = message;
  switch (message.kind) {
    case 'done':
      return { item, outcome: 'value', value: message.value, times };
    case 'chunk': {
      const outcomes = message.outcomes.map(
        (outcome): Outcome<unknown> => (outcome.kind === 'value' ? outcome : { kind: 'error', error: decodeError(outcome.error) }),
      );
      return { item, outcome: 'value', value: outcomes, times };
    }
    case 'failed':
      return { item, outcome: 'error', value: decodeError(message.error), times };
    case 'stopped':
      return { item, outcome: 'stopped', value: undefined, times };
  }
}
