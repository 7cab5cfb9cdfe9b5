/**
 * `Condition`: a lock, and a line in which its holder waits, without the lock, until another holder says that something has changed.
 */
import { inspect } from 'node:util';
import { ArgumentError, describe, OutOfRangeError, TooManyThreadsError } from '../errors.js';
import { now } from '../host/clock.js';
import { cannotBlock, mayBlock, type Words } from '../host/memory.js';
import { HANDLE, opensBy } from '../host/traveller.js';
import { findKnown, remember } from '../lock/known.js';
import { ownerIn, STATE } from '../lock/mutex.js';
import { createWords, openWords, type SyncHandle } from '../lock/object-memory.js';
import { checkName, checkSync, checkTask } from '../lock/options.js';
import type { Releaser } from '../lock/releaser.js';
import { runBlocking } from '../steps/blocking.js';
import { awaitNotify, buryWaiter, CONDITION_WORDS, MOST_WAITERS, notifyOldest, type Visitor } from './condition-text.js';
import { Lock, type NamedOptions } from './lock.js';
import { notOwner } from './misuse.js';
import { RLock } from './rlock.js';
import { type BlockingOptions, checkWaiting, untilOf, type WaitingOptions, waitLater, waitSync } from './waiting.js';

const KIND = 'gil/threading/condition';

/** A condition on its way to another thread, with its lock. */
export interface ConditionHandle extends SyncHandle<typeof KIND> {
  /** The handle of its lock. */
  readonly lock: Lock['handle'] | RLock['handle'];
}

/**
 * A lock and a line of those who wait for a change. `wait` lets go of the lock, however often it was taken, sleeps until it is notified
 * and has the lock again when it returns. CPython `threading.Condition`.
 *
 * The holder of a lock is a thread. Where several tasks of one event loop wait at one condition, give it a `Lock`: an `RLock`, which
 * is the default, lets all tasks of a thread in at once.
 *
 * @example
 * ```ts
 * import { Condition, Lock } from 'gil/threading';
 * const condition = new Condition(new Lock());
 * const box: string[] = [];
 * const consumer = condition.runExclusive(() => condition.waitFor(() => box.pop()));
 * await condition.runExclusive(() => {
 *   box.push('bread');
 *   condition.notify();
 * });
 * console.log(await consumer); // => bread
 * ```
 */
export class Condition {
  /**
   * The condition of a handle that came from another thread.
   * @throws HandleError
   */
  static from(handle: ConditionHandle): Condition {
    return findKnown<Condition>(openWords(handle, KIND, 'Condition.from')) ?? create(handle);
  }

  /** For messages. */
  readonly name: string;
  /** Its lock. */
  readonly lock: Lock | RLock;
  /** This condition, to be sent to another thread by hand. Pools and threads take it among the arguments of a task as it is. */
  readonly handle: ConditionHandle;
  readonly #words: Words;
  readonly #self: Visitor;

  /**
   * A condition nobody waits for.
   * @param lock a `Lock` or an `RLock`, which other conditions may share; default: a new RLock
   * @throws ArgumentError
   */
  constructor(lock?: Lock | RLock, options?: NamedOptions);
  constructor(lock: Lock | RLock | ConditionHandle = new RLock(), options: NamedOptions = {}) {
    if (lock instanceof Lock || lock instanceof RLock) {
      this.name = checkName(options.name ?? 'condition');
      this.lock = lock;
      this.#words = createWords(CONDITION_WORDS);
    } else if (typeof lock === 'object' && lock !== null && 'memory' in lock) {
      this.name = lock.name;
      this.#words = openWords(lock, KIND, 'Condition');
      this.lock = lock.lock.kind === 'gil/threading/lock' ? Lock.from(lock.lock) : RLock.from(lock.lock);
    } else {
      throw new ArgumentError(`Condition: expected a Lock or an RLock; got ${describe(lock)}`);
    }
    this.handle = { kind: KIND, memory: this.#words.buffer, name: this.name, lock: this.lock.handle };
    this.#self = { words: this.#words, lock: this.lock.party };
    remember(this, this.#words);
  }

  /** @internal What of it travels. */
  get [HANDLE](): ConditionHandle {
    return this.handle;
  }

  /** Waits for the lock without blocking the thread: `lock.acquire`. */
  acquire(options: WaitingOptions & { readonly timeout: number }): Promise<Releaser | null>;
  acquire(options?: WaitingOptions): Promise<Releaser>;
  acquire(options?: WaitingOptions): Promise<Releaser | null> {
    return this.lock.acquire(options);
  }

  /** Blocks the thread until it has the lock: `lock.acquireSync`. */
  acquireSync(options: BlockingOptions & { readonly timeout: number }): Releaser | null;
  acquireSync(options?: BlockingOptions): Releaser;
  acquireSync(options?: BlockingOptions): Releaser | null {
    return this.lock.acquireSync(options);
  }

  /** Takes the lock if it is to be had at once: `lock.tryAcquire`. */
  tryAcquire(): Releaser | null {
    return this.lock.tryAcquire();
  }

  /** Lets go of the lock: `lock.release`. */
  release(): void {
    this.lock.release();
  }

  /** Runs `task` while holding the lock: `lock.runExclusive`. */
  runExclusive<T>(task: () => T | Promise<T>): Promise<T> {
    return this.lock.runExclusive(task);
  }

  /** Runs `task` while holding the lock, blocking the thread until it has it: `lock.runExclusiveSync`. */
  runExclusiveSync<T>(task: () => T): T {
    return this.lock.runExclusiveSync(task);
  }

  /** Whether anybody holds the lock: `lock.locked`. */
  locked(): boolean {
    return this.lock.locked();
  }

  /**
   * Lets go of the lock, waits until it is notified without blocking the thread, and has the lock again when it settles, however.
   * @param options `{ timeout, signal }`, in milliseconds
   * @returns `false` if `timeout` passed and nobody had notified it by the time it had the lock again, else `true`
   * @throws NotHeldError (as every error here: as a rejection) unless this thread holds the lock; LockCancelledError when the signal
   *   aborts; TooManyThreadsError if 1024 wait already; ArgumentError, OutOfRangeError
   */
  async wait(options?: WaitingOptions): Promise<boolean> {
    const { until, signal } = checkWaiting(options);
    return this.#waitLater(until, signal);
  }

  /**
   * The same, blocking the thread; without the Global Interpreter Lock meanwhile.
   * @returns `false` if `timeout` (milliseconds) passed and nobody had notified it by the time it had the lock again, else `true`
   * @throws NotHeldError unless this thread holds the lock; TooManyThreadsError, ArgumentError, OutOfRangeError, CannotBlockError
   */
  waitSync(options?: BlockingOptions): boolean {
    return this.#waitSync(untilOf(checkSync(options)));
  }

  /**
   * Waits, time and again, until `predicate` gives something true; it is called with the lock held. CPython `Condition.wait_for`.
   * @param options `{ timeout, signal }`; the timeout, in milliseconds, is for all of it
   * @returns what the predicate gave last: something false if `timeout` passed first
   * @throws what the predicate throws; as `wait`
   */
  async waitFor<T>(predicate: () => T | Promise<T>, options?: WaitingOptions): Promise<T> {
    checkTask(predicate);
    const { until, signal } = checkWaiting(options);
    for (let result = await predicate(); ; result = await predicate()) {
      if (result || (until !== Number.POSITIVE_INFINITY && until <= now())) return result;
      await this.#waitLater(until, signal);
    }
  }

  /**
   * The same, blocking the thread.
   * @returns what the predicate gave last: something false if `timeout` (milliseconds) passed first
   * @throws what the predicate throws; as `waitSync`
   */
  waitForSync<T>(predicate: () => T, options?: BlockingOptions): T {
    checkTask(predicate);
    const until = untilOf(checkSync(options));
    for (let result = predicate(); ; result = predicate()) {
      if (result || (until !== Number.POSITIVE_INFINITY && until <= now())) return result;
      this.#waitSync(until);
    }
  }

  /**
   * Wakes those who have waited longest, `n` at most; they go on when the lock is free. Who comes later is not among them.
   * @param n how many, a whole number, 0 or more
   * @throws NotHeldError unless this thread holds the lock; OutOfRangeError, ArgumentError
   */
  notify(n = 1): void {
    if (typeof n !== 'number') throw new ArgumentError(`n: expected a whole number, 0 or more; got ${describe(n)}`);
    if (!(Number.isInteger(n) && n >= 0)) throw new OutOfRangeError(`n: expected a whole number, 0 or more; got ${n}`);
    this.#checkHeld('notify');
    runBlocking(notifyOldest(this.#words, n));
  }

  /**
   * Wakes all who wait.
   * @throws NotHeldError unless this thread holds the lock
   */
  notifyAll(): void {
    this.#checkHeld('notifyAll');
    runBlocking(notifyOldest(this.#words, Number.POSITIVE_INFINITY));
  }

  /** `<Condition 'condition' of <Lock 'lock' free>>`, also for `console.log`. */
  toString(): string {
    return `<Condition '${this.name}' of ${this.lock}>`;
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
  bury(threadNumber: number): void {
    runBlocking(buryWaiter(this.#words, threadNumber));
  }

  async #waitLater(until: number, signal: AbortSignal | undefined): Promise<boolean> {
    this.#checkHeld('wait');
    return this.#answer(await waitLater(awaitNotify(this.#self, until), signal));
  }

  #waitSync(until: number): boolean {
    this.#checkHeld('waitSync');
    if (!mayBlock()) throw cannotBlock();
    return this.#answer(waitSync(awaitNotify(this.#self, until)));
  }

  #answer(outcome: 'notified' | 'late' | 'full'): boolean {
    if (outcome !== 'full') return outcome === 'notified';
    throw new TooManyThreadsError(`wait: expected at most ${MOST_WAITERS} to wait at the condition '${this.name}' at once; got one more`);
  }

  #checkHeld(method: string): void {
    const { words, number } = this.#self.lock;
    const owner = ownerIn(Atomics.load(words, STATE));
    if (owner !== number) throw notOwner(method, `lock of the condition '${this.name}',`, this.lock.name, owner);
  }
}

/** Outside of the class, which a bundler would otherwise rename for naming itself: its name is in messages. */
function create(handle: ConditionHandle): Condition {
  return new Condition(handle as unknown as Lock);
}

opensBy(KIND, Condition.from);
