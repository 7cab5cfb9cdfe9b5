/**
 * `Barrier`: a place where threads wait for each other; when as many as it is for have come, all go on, and it is ready for the next time.
 */
import { inspect } from 'node:util';
import { ArgumentError, describe, OutOfRangeError } from '../errors.js';
import type { Words } from '../host/memory.js';
import { HANDLE, opensBy } from '../host/traveller.js';
import { findKnown, partyAt, remember } from '../lock/known.js';
import type { Party } from '../lock/mutex.js';
import { createWords, openWords, type SyncHandle } from '../lock/object-memory.js';
import { checkName, checkSync, checkTask, checkTimeout } from '../lock/options.js';
import { runBlocking } from '../steps/blocking.js';
import { now, type Protocol } from '../steps/step.js';
import {
  type Arrival,
  arrive,
  BROKEN,
  barrierWords,
  breakBarrier,
  buryAtBarrier,
  COUNT,
  concludeAction,
  PARTIES,
  PHASE,
  resetBarrier,
} from './barrier-text.js';
import { BrokenBarrierError } from './errors.js';
import type { NamedOptions } from './lock.js';
import { type BlockingOptions, checkWaiting, untilOf, type WaitingOptions, waitLater, waitSync } from './waiting.js';

const KIND = 'gil/threading/barrier';

/** How many threads a barrier may be for. */
const MOST_PARTIES = 1_000_000;

/** How a barrier is made. */
export interface BarrierOptions extends NamedOptions {
  /**
   * Called once each time, by the thread that comes last, before any goes on. It stays in this thread: an object made of a handle has no
   * action, so give it to a barrier whose last thread is this one. If it throws, the barrier is broken. @default nothing is called
   */
  readonly action?: () => void;
  /** Milliseconds for waits that name none, 0 or more; it travels with the handle. @default no limit */
  readonly timeout?: number;
}

/** A barrier on its way to another thread. */
export interface BarrierHandle extends SyncHandle<typeof KIND> {
  /** Milliseconds for waits that name none, or `null`. */
  readonly timeout: number | null;
}

/**
 * A place where a fixed number of threads wait for each other, time and again. A wait whose time is up, or whose signal aborts, breaks it
 * for everybody, and so does the death of a thread that waits. CPython `threading.Barrier`.
 *
 * @example
 * ```ts
 * import { Barrier } from 'gil/threading';
 * let rounds = 0;
 * const barrier = new Barrier(2, { action: () => { rounds += 1; } });
 * const places = await Promise.all([barrier.wait(), barrier.wait()]);
 * console.log(rounds, places.sort()); // => 1 [ 0, 1 ]
 * ```
 */
export class Barrier {
  /**
   * The barrier of a handle that came from another thread.
   * @throws HandleError
   */
  static from(handle: BarrierHandle): Barrier {
    return findKnown<Barrier>(openWords(handle, KIND, 'Barrier.from')) ?? create(handle);
  }

  /** For messages. */
  readonly name: string;
  /** This barrier, without its action, to be sent to another thread by hand. Pools and threads take it among the arguments of a task as it is. */
  readonly handle: BarrierHandle;
  readonly #words: Words;
  readonly #self: Party;
  readonly #timeout: number;
  readonly #action: (() => void) | undefined;

  /**
   * @param parties how many threads, a whole number from 1 to 1,000,000
   * @throws OutOfRangeError, ArgumentError
   */
  constructor(parties: number, options: BarrierOptions = {}) {
    const given: unknown = parties;
    if (typeof given === 'object' && given !== null) {
      const handle = given as BarrierHandle;
      this.#words = openWords(handle, KIND, 'Barrier');
      this.name = handle.name;
      this.#timeout = handle.timeout ?? Number.POSITIVE_INFINITY;
    } else {
      checkParties(given);
      this.name = checkName(options.name ?? 'barrier');
      if (options.action !== undefined) checkTask(options.action);
      this.#action = options.action;
      this.#timeout = options.timeout === undefined ? Number.POSITIVE_INFINITY : checkTimeout(options.timeout);
      this.#words = createWords(barrierWords(parties));
      this.#words[PARTIES] = parties;
    }
    const timeout = this.#timeout === Number.POSITIVE_INFINITY ? null : this.#timeout;
    this.handle = { kind: KIND, memory: this.#words.buffer, name: this.name, timeout };
    this.#self = partyAt(this.#words);
    remember(this, this.#words);
  }

  /** @internal What of it travels. */
  get [HANDLE](): BarrierHandle {
    return this.handle;
  }

  /** How many threads it is for. */
  get parties(): number {
    return this.#words[PARTIES]!;
  }

  /** How many are inside: they wait, or have not yet left. */
  get nWaiting(): number {
    return Atomics.load(this.#words, COUNT);
  }

  /** Whether it is broken: every wait fails until a `reset()`. */
  get broken(): boolean {
    return Atomics.load(this.#words, PHASE) === BROKEN;
  }

  /**
   * Waits for the others without blocking the thread.
   * @param options `{ timeout, signal }`, in milliseconds
   * @returns this wait's number among those of the round, 0 to `parties - 1`
   * @throws BrokenBarrierError (as every error here: as a rejection) if it is or gets broken, be it by this timeout; LockCancelledError
   *   when the signal aborts; what the action throws; ArgumentError, OutOfRangeError
   */
  async wait(options?: WaitingOptions): Promise<number> {
    const { until, signal } = checkWaiting({ timeout: this.#timeout, ...options });
    return this.#finish(await waitLater(arrive(this.#self, until, this.#mode, 'wait'), signal));
  }

  /**
   * Blocks the thread until the others have come; without the Global Interpreter Lock meanwhile, if it has to wait.
   * @returns this wait's number among those of the round, 0 to `parties - 1`
   * @throws BrokenBarrierError if it is or gets broken, be it by this timeout; what the action throws; ArgumentError, OutOfRangeError,
   *   CannotBlockError
   */
  waitSync(options?: BlockingOptions): number {
    const until = untilOf(checkSync({ timeout: this.#timeout, ...options }));
    const quick = runBlocking(arrive(this.#self, until, this.#mode, 'at-once'));
    return this.#finish(quick === 'would wait' ? waitSync(arrive(this.#self, until, this.#mode, 'wait')) : quick);
  }

  /** Breaks it: all who wait, and who come before a `reset()`, get a BrokenBarrierError. */
  abort(): void {
    runBlocking(breakBarrier(this.#self));
  }

  /** Makes it as new. All who wait get a BrokenBarrierError. */
  reset(): void {
    runBlocking(resetBarrier(this.#self));
  }

  /** @internal `waitSync` as a text that somebody else drives; `timeout` in milliseconds from now. */
  *waitSteps(timeout = this.#timeout): Protocol<number> {
    const until = timeout === Number.POSITIVE_INFINITY ? timeout : (yield now(this.#words)) + timeout;
    return this.#finish(yield* arrive(this.#self, until, this.#mode, 'wait'));
  }

  /** `<Barrier 'barrier' 1/2 waiting>`, also for `console.log`. */
  toString(): string {
    return `<Barrier '${this.name}' ${this.broken ? 'broken' : `${this.nWaiting}/${this.parties} waiting`}>`;
  }
  /** The same. */
  [inspect.custom](): string {
    return this.toString();
  }

  /** @internal */
  bury(threadNumber: number): void {
    runBlocking(buryAtBarrier(this.#self, threadNumber));
  }

  get #mode(): 'action' | 'none' {
    return this.#action === undefined ? 'none' : 'action';
  }

  #finish(arrival: Arrival): number {
    if (typeof arrival === 'object') {
      if (arrival.role === 'act') this.#act(arrival.index);
      return arrival.index;
    }
    throw this.#brokenError(arrival === 'late' ? 'the time of this wait was up, so it is broken for everybody' : 'it is broken');
  }

  #act(index: number): void {
    let outcome: 'done' | 'failed' = 'failed';
    let inTime = true;
    try {
      this.#action?.();
      outcome = 'done';
    } finally {
      inTime = runBlocking(concludeAction(this.#self, index, outcome));
    }
    if (!inTime) throw this.#brokenError('it was aborted or reset while its action ran');
  }

  #brokenError(why: string): BrokenBarrierError {
    return new BrokenBarrierError(
      `wait: expected ${this.parties} threads to come to the barrier '${this.name}', but ${why}; reset() makes it as new`,
    );
  }
}

function checkParties(parties: unknown): void {
  if (typeof parties !== 'number') throw new ArgumentError(`parties: expected a whole number, 1 or more; got ${describe(parties)}`);
  if (Number.isInteger(parties) && parties >= 1 && parties <= MOST_PARTIES) return;
  throw new OutOfRangeError(`parties: expected a whole number from 1 to 1,000,000; got ${parties}`);
}

/** Outside of the class, which a bundler would otherwise rename for naming itself: its name is in messages. */
function create(handle: BarrierHandle): Barrier {
  return new Barrier(handle as unknown as number);
}

opensBy(KIND, Barrier.from);
