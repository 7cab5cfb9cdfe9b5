/**
 * `Semaphore` and `BoundedSemaphore`: a number of permits that threads take and give back. The fast path is one compare-and-swap.
 */
import { inspect } from 'node:util';
import { ArgumentError, describe, OutOfRangeError } from '../errors.js';
import { notify, type Words } from '../host/memory.js';
import { HANDLE, opensBy } from '../host/traveller.js';
import { findKnown, remember } from '../lock/known.js';
import { createWords, openWords, type SyncHandle } from '../lock/object-memory.js';
import { checkName, checkSync } from '../lock/options.js';
import { createReleaser, type Releaser } from '../lock/releaser.js';
import { runBlocking } from '../steps/blocking.js';
import { SemaphoreReleaseError } from './errors.js';
import { runHolding, runHoldingSync } from './exclusive.js';
import type { NamedOptions } from './lock.js';
import { BOUND, givePermits, LOOPS, PERMIT_WORDS, takePermit, UNBOUNDED, VALUE, WAITERS, wakeAll } from './permits.js';
import { type BlockingOptions, checkWaiting, untilOf, type WaitingOptions, waitLater, waitSync } from './waiting.js';

const KIND = 'gil/threading/semaphore';
const BOUNDED = 'gil/threading/bounded-semaphore';

/**
 * A number of permits: `acquire` takes one and waits while there is none, `release` gives some back, whoever took them.
 * CPython `threading.Semaphore`.
 *
 * @example
 * ```ts
 * import { Semaphore } from 'gil/threading';
 * const seats = new Semaphore(2);
 * const release = seats.acquireSync(); // or: await seats.acquire()
 * console.log(seats.value); // => 1
 * release();
 * console.log(String(seats)); // => <Semaphore 'semaphore' value=2>
 * ```
 */
export class Semaphore {
  /**
   * The semaphore of a handle that came from another thread.
   * @throws HandleError
   */
  static from(handle: SyncHandle): Semaphore {
    return findKnown<Semaphore>(openWords(handle, KIND, 'Semaphore.from')) ?? createSemaphore(handle);
  }

  /** For messages. */
  readonly name: string;
  /** This semaphore, to be sent to another thread by hand. Pools and threads take it among the arguments of a task as it is. */
  readonly handle: SyncHandle;
  readonly #words: Words;

  /**
   * A semaphore with `value` permits, a whole number from 0 to 2^31 - 1.
   * @throws ArgumentError, OutOfRangeError
   */
  constructor(value = 1, options: NamedOptions = {}) {
    const given: unknown = value;
    const kind = this.kind;
    if (typeof given === 'object' && given !== null) {
      this.#words = openWords(given, kind, 'Semaphore');
      this.name = checkName((given as SyncHandle).name);
    } else {
      checkCount(given, 'value', 0);
      this.name = checkName(options.name ?? (kind === KIND ? 'semaphore' : 'bounded semaphore'));
      this.#words = createWords(PERMIT_WORDS);
      this.#words[VALUE] = value;
      this.#words[BOUND] = kind === KIND ? UNBOUNDED : value;
    }
    this.handle = { kind, memory: this.#words.buffer, name: this.name };
    remember(this, this.#words);
  }

  /** @internal What it is. */
  protected get kind(): string {
    return KIND;
  }

  /** @internal What of it travels. */
  get [HANDLE](): SyncHandle {
    return this.handle;
  }

  /** How many permits are left. */
  get value(): number {
    return Atomics.load(this.#words, VALUE);
  }

  /**
   * Waits for a permit without blocking the thread.
   * @param options `{ timeout, signal }`, in milliseconds
   * @returns what gives it back, once; `null` if `timeout` passed first
   * @throws LockCancelledError (as every error here: as a rejection) when the signal aborts; ArgumentError, OutOfRangeError
   */
  acquire(options: WaitingOptions & { readonly timeout: number }): Promise<Releaser | null>;
  acquire(options?: WaitingOptions): Promise<Releaser>;
  async acquire(options?: WaitingOptions): Promise<Releaser | null> {
    const { until, signal } = checkWaiting(options);
    if (!signal?.aborted && this.#take()) return this.#releaser();
    return (await waitLater(takePermit(this.#words, until), signal)) ? this.#releaser() : null;
  }

  /**
   * Blocks the thread until it has a permit; without the Global Interpreter Lock meanwhile, if it has to wait.
   * @returns what gives it back, once; `null` if `timeout` (milliseconds) passed first
   * @throws ArgumentError, OutOfRangeError; CannotBlockError if it would have to wait and may not
   */
  acquireSync(options: BlockingOptions & { readonly timeout: number }): Releaser | null;
  acquireSync(options?: BlockingOptions): Releaser;
  acquireSync(options?: BlockingOptions): Releaser | null {
    if (options === undefined && this.#take()) return this.#releaser();
    const until = untilOf(checkSync(options));
    return this.#take() || waitSync(takePermit(this.#words, until)) ? this.#releaser() : null;
  }

  /** Takes a permit if there is one; never waits. CPython `acquire(blocking=False)`. */
  tryAcquire(): Releaser | null {
    return this.#take() ? this.#releaser() : null;
  }

  /**
   * Gives back `n` permits, 1 or more, all at once. Whoever uses this does not call the releaser as well.
   * @throws OutOfRangeError, ArgumentError; SemaphoreReleaseError, and nothing is changed, if a bounded one would have more than at first
   */
  release(n = 1): void {
    checkCount(n, 'n', 1);
    if (this.#give(n) || runBlocking(givePermits(this.#words, n))) return;
    const bound = this.#words[BOUND]!;
    if (bound === UNBOUNDED && this.kind === KIND) {
      throw new OutOfRangeError(`release: expected at most ${UNBOUNDED} permits in '${this.name}'; got ${n} more than ${this.value}`);
    }
    throw new SemaphoreReleaseError(
      `release: expected at most ${bound} permits in '${this.name}', as at first; it has ${this.value}, and got ${n} more. Release as often as you acquire`,
    );
  }

  /**
   * Runs `task` with a permit; gives it back when its promise has settled.
   * @throws what the task throws; as `acquire`
   */
  runExclusive<T>(task: () => T | Promise<T>): Promise<T> {
    return runHolding(() => this.acquire(), task);
  }

  /**
   * Runs `task` with a permit, blocking the thread until it has one.
   * @throws what the task throws
   */
  runExclusiveSync<T>(task: () => T): T {
    return runHoldingSync(() => this.acquireSync(), task);
  }

  /** `<Semaphore 'semaphore' value=2>`, also for `console.log`; a bounded one says `value=2/3`. */
  toString(): string {
    const bounded = this.kind !== KIND;
    return `<${bounded ? 'Bounded' : ''}Semaphore '${this.name}' value=${this.value}${bounded ? `/${this.#words[BOUND]}` : ''}>`;
  }
  /** The same. */
  [inspect.custom](): string {
    return this.toString();
  }

  /** @internal Its shared words, for the text in the name of another thread. */
  get words(): Words {
    return this.#words;
  }

  /** @internal */
  bury(): void {
    runBlocking(wakeAll(this.#words));
  }

  /** A plain read is only a guess, which the compare-and-swap checks: that there is no permit is for an atomic read to say. */
  #take(): boolean {
    const words = this.#words;
    for (let value = words[VALUE] || Atomics.load(words, VALUE); value > 0; ) {
      const seen = Atomics.compareExchange(words, VALUE, value, value - 1);
      if (seen === value) return true;
      value = seen;
    }
    return false;
  }

  /** What `givePermits` does, without the steps; `false`, and nothing is done, if it guesses wrong how many there are or there would be too many. */
  #give(n: number): boolean {
    const words = this.#words;
    const value = words[VALUE]!;
    if (value + n > words[BOUND]! || Atomics.compareExchange(words, VALUE, value, value + n) !== value) return false;
    if (Atomics.load(words, WAITERS) > 0) notify(words, VALUE, n + Atomics.load(words, LOOPS));
    return true;
  }

  #releaser(): Releaser {
    return createReleaser(this.#hold, false);
  }

  // A permit has no owner: whoever took it holds it until it is given back.
  readonly #hold = { isHeld: (): boolean => true, drop: (): void => this.release() };
}

/**
 * A semaphore that never has more permits than at first: to give back one too many is an error. CPython `threading.BoundedSemaphore`.
 *
 * @example
 * ```ts
 * import { BoundedSemaphore } from 'gil/threading';
 * const seats = new BoundedSemaphore(2);
 * try {
 *   seats.release();
 * } catch (error) {
 *   console.log((error as { code: string }).code); // => ERR_SEMAPHORE_RELEASE
 * }
 * ```
 */
export class BoundedSemaphore extends Semaphore {
  /**
   * The semaphore of a handle that came from another thread.
   * @throws HandleError
   */
  static override from(handle: SyncHandle): BoundedSemaphore {
    const known = findKnown<BoundedSemaphore>(openWords(handle, BOUNDED, 'BoundedSemaphore.from'));
    return known ?? createBounded(handle);
  }

  /** @internal What it is. */
  protected override get kind(): string {
    return BOUNDED;
  }
}

/** Outside of the classes, which a bundler would otherwise rename for naming themselves: their names are in messages. */
function createSemaphore(handle: SyncHandle): Semaphore {
  return new Semaphore(handle as unknown as number);
}

function createBounded(handle: SyncHandle): BoundedSemaphore {
  return new BoundedSemaphore(handle as unknown as number);
}

function checkCount(count: unknown, what: string, least: number): void {
  if (typeof count !== 'number') throw new ArgumentError(`${what}: expected a whole number, ${least} or more; got ${describe(count)}`);
  if (Number.isInteger(count) && count >= least && count <= UNBOUNDED) return;
  throw new OutOfRangeError(`${what}: expected a whole number from ${least} to ${UNBOUNDED}; got ${count}`);
}

opensBy(KIND, Semaphore.from);
opensBy(BOUNDED, BoundedSemaphore.from);
