/**
 * `GlobalLock`, the face of the protocol: async-mutex's manners for event loops, blocking twins for workers, and what makes it a
 * GIL: checkpoints, release for I/O, a switch interval. Fast paths are here, one compare-and-swap in and one store out; everything
 * else is protocol text run by a driver.
 */
import { inspect } from 'node:util';
import type { Dialect } from '../dialects/dialect.js';
import { resolveDialect } from '../dialects/registry.js';
import { now } from '../host/clock.js';
import { THREAD_NUMBER } from '../host/thread.js';
import { runAsync } from '../steps/async.js';
import { runBlocking } from '../steps/blocking.js';
import { checkHandle, type LockHandle } from './handle.js';
import { toMicroseconds } from './interval.js';
import {
  BREAKER,
  createWords,
  FINAL_DROPS,
  HOLDS,
  holderIn,
  INTERVAL,
  LAST_HOLDER,
  LOCK,
  NOBODY,
  placeOf,
  TENANT,
  waitersIn,
} from './layout.js';
import { gaveUp, LocalQueue } from './local-queue.js';
import { alreadyHeld, notHeld } from './misuse.js';
import { type AcquireOptions, anyOf, checkTimeout, type GlobalLockOptions, type ThreadInfo } from './options.js';
import { moveIn } from './place.js';
import { type Contender, drop, isAsked, take, taken, untilUnlocked } from './protocol.js';
import { Registry } from './registry.js';
import { createReleaser, type Releaser } from './releaser.js';
import { type GilStats, readStats } from './stats.js';
import { isDue, withoutLock, yieldBlocking } from './yielding.js';

/** What `acquire` gives where there is no lock. */
const FREE_THREADED: Releaser = createReleaser({ isHeldByCurrentThread: () => false, release() {} }, false);

/** A lock that threads share and hand over by the rules of one interpreter. */
/** Every lock that this thread is at. */
const locks = new Registry<GlobalLock>();

/** The lock that this thread lives under, once anybody has asked. */
let ambient: GlobalLock | undefined;

/**
 * CPython's Global Interpreter Lock: one of the threads that share it runs at a time. A thread takes it by `acquire` without blocking
 * its event loop, or by `acquireSync`, and hands it over at a checkpoint when another has waited a switch interval (CPython ceval_gil.c).
 */
export class GlobalLock {
  /** The lock of this interpreter: on the main thread one that is made at first use, in a worker of a pool the one it was started with. */
  static get default(): GlobalLock {
    ambient ??= create({});
    return ambient;
  }

  /** @internal A started worker says which lock it lives under. */
  static adopt(lock: GlobalLock): void {
    ambient = lock;
  }

  /**
   * The lock of a handle that came from another thread: one object for each lock, however often its handle comes.
   * @throws HandleError if it is not a lock's handle, or one of another version of this package
   */
  static from(handle: LockHandle): GlobalLock {
    const { memory } = checkHandle(handle);
    return locks.find(new Int32Array(memory)) ?? create(handle);
  }

  /** @internal A thread died: takes back what it left at the locks that this thread knows. */
  static bury(threadNumber: number): void {
    locks.bury(threadNumber);
  }

  /** Whose rules this lock follows. */
  readonly dialect: Dialect;
  /** For messages. */
  readonly name: string;
  /** This lock, to be sent to another thread: `GlobalLock.from(handle)`. Pools take a lock among the arguments of a task as it is. */
  readonly handle: LockHandle;
  /** @internal This thread at the lock, and the word its looks read. */
  readonly seat: ThreadInfo & { readonly breaker: Int32Array };
  readonly #self: Contender;
  readonly #queue = new LocalQueue();

  /**
   * A lock that threads share.
   *
   * @example
   * ```ts
   * import { GlobalLock } from 'gil';
   * const lock = new GlobalLock({ dialect: 'cpython-3.13', switchInterval: 5 });
   * console.log(lock.runExclusiveSync(() => lock.isLocked())); // => true
   * ```
   * @throws SwitchIntervalError, ArgumentError
   */
  constructor(options?: GlobalLockOptions);
  constructor(options: GlobalLockOptions | LockHandle = {}) {
    this.dialect = resolveDialect(options.dialect);
    this.name = options.name ?? 'gil';
    const words =
      'memory' in options
        ? new Int32Array(options.memory)
        : createWords(toMicroseconds(options.switchInterval === undefined ? this.dialect.switchInterval : options.switchInterval));
    this.handle = { kind: 'gil/lock', memory: words.buffer, dialect: this.dialect, name: this.name };
    this.#self = moveIn(words, this.dialect);
    const { ident, place } = this.#self;
    this.seat = { ident, threadId: THREAD_NUMBER - 1, breaker: words.subarray(place + BREAKER, place + BREAKER + 1) };
    locks.add(this, words, ident);
  }

  /** Whether there is a lock at all: `false` in a free-threaded dialect (CPython `sys._is_gil_enabled()`). */
  get isEnabled(): boolean {
    return this.dialect.lock === 'global';
  }

  /**
   * Milliseconds a waiter waits before it asks the holder to drop the lock; whole microseconds, as CPython keeps them. Waits in
   * progress keep the old value. CPython `sys.setswitchinterval`.
   * @throws SwitchIntervalError unless finite and above 0
   */
  get switchInterval(): number {
    return Atomics.load(this.#self.words, INTERVAL) / 1000;
  }
  set switchInterval(milliseconds: number) {
    Atomics.store(this.#self.words, INTERVAL, toMicroseconds(milliseconds));
  }

  // --- async: never blocks the event loop ---------------------------------------------------------------------------

  /**
   * Waits for the lock without blocking the thread.
   * @param options a priority, or `{ priority, timeout, signal }`
   * @returns the releaser; `null` if `timeout` passed first
   * @throws LockCancelledError (as a rejection) when cancelled or aborted
   */
  acquire(options: AcquireOptions & { readonly timeout: number }): Promise<Releaser | null>;
  acquire(options?: number | AcquireOptions): Promise<Releaser>;
  acquire(options?: number | AcquireOptions): Promise<Releaser | null> {
    if (!this.isEnabled) return Promise.resolve(FREE_THREADED);
    if (options === undefined && !this.#queue.isBusy && this.#takeFast()) return Promise.resolve(this.#releaser());
    return this.#acquireSlow(typeof options === 'number' ? { priority: options } : (options ?? {}));
  }

  async #acquireSlow({ priority = 0, timeout, signal }: AcquireOptions): Promise<Releaser | null> {
    const until = timeout === undefined ? Number.POSITIVE_INFINITY : now() + checkTimeout(timeout);
    const expiry = timeout === undefined ? undefined : AbortSignal.timeout(Math.ceil(timeout));
    const cancelled = this.#queue.cancelled;
    const leave = await this.#queue.join(priority, anyOf(signal, expiry)).catch((error: unknown) => {
      if (expiry?.aborted && !signal?.aborted) return null;
      throw error;
    });
    if (leave === null) return null;
    const self = this.#self;
    try {
      self.ownWaiters = 1;
      const calledOff = anyOf(signal, cancelled);
      return (await runAsync(take(self, until), calledOff, () => gaveUp(calledOff))) ? this.#releaser() : null;
    } finally {
      self.ownWaiters = 0;
      leave();
    }
  }

  /** Runs `task` while holding the lock; lets go when its promise has settled. */
  async runExclusive<T>(task: () => T | Promise<T>): Promise<T> {
    const release = await this.acquire();
    try {
      return await task();
    } finally {
      release();
    }
  }

  /** Whether anybody holds it. */
  isLocked(): boolean {
    return holderIn(Atomics.load(this.#self.words, LOCK)) !== NOBODY;
  }

  /** Resolves when the lock is free, or becomes free, without taking it. */
  async waitForUnlock(): Promise<void> {
    await runAsync(untilUnlocked(this.#self));
  }

  /** Calls off every waiting `acquire` of this thread: each rejects with a `LockCancelledError`. */
  cancel(): void {
    this.#queue.cancel();
  }

  /**
   * Lets go of the lock. Never blocks: if another thread had asked for it, this thread waits for the switch before it takes the lock again.
   * @throws NotHeldError if this thread does not hold it
   */
  release(): void {
    if (!this.isEnabled) return;
    const { words, ident, place, ownWaiters } = this.#self;
    if (holderIn(words[LOCK]!) !== ident) throw notHeld('release', this.name, this.holder());
    if (words[place + BREAKER] !== 0) {
      runBlocking(drop(this.#self, 'final', 'later'));
      return;
    }
    words[place + FINAL_DROPS]! += 1;
    if (waitersIn(Atomics.sub(words, LOCK, ident)) > 0) Atomics.notify(words, LOCK, 1 + ownWaiters);
  }

  // --- blocking twins -----------------------------------------------------------------------------------------------

  /** Takes the lock if it is free; never waits. */
  tryAcquire(): Releaser | null {
    if (!this.isEnabled) return FREE_THREADED;
    return this.#takeFast() || (!this.isHeldByCurrentThread() && runBlocking(take(this.#self, Number.NEGATIVE_INFINITY)))
      ? this.#releaser()
      : null;
  }

  /**
   * Blocks the thread until it has the lock.
   * @returns the releaser; `null` if `timeout` (milliseconds) passed first
   * @throws AlreadyHeldError if this thread holds it already: it would wait for itself; CannotBlockError if it would have to wait and may not
   */
  acquireSync(options: { readonly timeout: number }): Releaser | null;
  acquireSync(options?: { readonly timeout?: undefined }): Releaser;
  acquireSync(options?: { readonly timeout?: number | undefined }): Releaser | null {
    if (!this.isEnabled) return FREE_THREADED;
    const timeout = options?.timeout;
    if (!this.#takeFast()) {
      const until = timeout === undefined ? Number.POSITIVE_INFINITY : now() + checkTimeout(timeout);
      if (!this.#takeSlow(until, 'acquireSync')) return null;
    }
    return this.#releaser();
  }

  /** Runs `task` while holding the lock, blocking the thread until it has it. */
  runExclusiveSync<T>(task: () => T): T {
    if (!this.isEnabled) return task();
    if (!this.#takeFast()) this.#takeSlow(Number.POSITIVE_INFINITY, 'runExclusiveSync');
    try {
      return task();
    } finally {
      this.release();
    }
  }

  // --- what makes it a GIL ------------------------------------------------------------------------------------------

  /**
   * The eval breaker, by hand: if another thread has asked for the lock, drops it, waits until that thread or another has it, and
   * takes it again. Blocks; a request from this thread's own event loop waits for `checkpointAsync`. In a dialect of ticks it counts
   * as so many of them, and lets go when they are used up, asked or not.
   * CPython Python/ceval.c: eval_breaker; CPython 2.7 Python/ceval.c: _Py_Ticker.
   */
  checkpoint(ticks = 1): void {
    if (isDue(this.#self, ticks)) yieldBlocking(this.#self);
  }

  /** Like `checkpoint`, without blocking; here tasks of this thread's own event loop get their turn as well. */
  async checkpointAsync(): Promise<void> {
    const self = this.#self;
    if (!this.isEnabled || !this.isHeldByCurrentThread()) return;
    if (runBlocking(isAsked(self))) await runAsync(drop(self, 'forced', 'now'));
    else if (self.ownRequest !== 0) runBlocking(drop(self, 'voluntary', 'later'));
    else return;
    await this.#acquireSlow({});
  }

  /**
   * Lets go of the lock while `task` runs, and has it back when `task` returns or its promise settles, however it ends.
   * CPython `Py_BEGIN_ALLOW_THREADS`.
   * @throws NotHeldError if this thread does not hold it, so also inside another `releaseForIO`
   */
  releaseForIO<T>(task: () => T): T {
    if (!this.isEnabled) return task();
    if (!this.isHeldByCurrentThread()) throw notHeld('releaseForIO', this.name, this.holder());
    return withoutLock(this.#self, task, () => this.#acquireSlow({}));
  }

  /** Who holds it now, or `null`. */
  holder(): ThreadInfo | null {
    const { words } = this.#self;
    const ident = holderIn(Atomics.load(words, LOCK));
    return ident === NOBODY ? null : { ident, threadId: Atomics.load(words, placeOf(ident) + TENANT) - 1 };
  }

  /** Whether this thread holds it. A plain read: nobody else ever writes this thread's name there, or takes it away. */
  isHeldByCurrentThread(): boolean {
    return holderIn(this.#self.words[LOCK]!) === this.#self.ident;
  }

  /** What has happened at this lock so far. */
  stats(): GilStats {
    return readStats(this.#self.words);
  }

  /** `<GlobalLock 'gil' cpython-3.13 held by thread 3>` */
  toString(): string {
    const holder = this.holder();
    const state = holder === null ? (this.isEnabled ? 'free' : 'no lock') : `held by thread ${holder.threadId}`;
    return `<GlobalLock '${this.name}' ${this.dialect.name} ${state}>`;
  }

  /** The same, for `console.log`. */
  [inspect.custom](): string {
    return this.toString();
  }

  // --- inside -------------------------------------------------------------------------------------------------------

  /** The whole of an uncontended take by the thread that had the lock last: one compare-and-swap. With anybody waiting it is the slow path's turn. */
  #takeFast(): boolean {
    const self = this.#self;
    const { words, place } = self;
    if (self.debt !== 'none' || Atomics.compareExchange(words, LOCK, NOBODY, self.ident) !== NOBODY) return false;
    if (words[LAST_HOLDER] === self.ident) {
      words[place + HOLDS]! += 1;
      if (words[place + BREAKER] !== 0) words[place + BREAKER] = 0;
      self.inherited = NOBODY;
      self.ownRequest = 0;
    } else {
      runBlocking(taken(self));
    }
    return true;
  }

  #takeSlow(until: number, method: string): boolean {
    if (this.isHeldByCurrentThread()) {
      throw alreadyHeld(method, this.name);
    }
    // A thread that blocks on another lock lets go of the one it lives under, or the two could wait for each other (law 32).
    const gil = ambient;
    if (gil !== undefined && gil !== this && gil.isHeldByCurrentThread()) {
      return gil.releaseForIO(() => runBlocking(take(this.#self, until)));
    }
    return runBlocking(take(this.#self, until));
  }

  #releaser(): Releaser {
    return createReleaser(this, this.#self.inherited !== NOBODY);
  }
}

/** Outside of the class, which a bundler would otherwise rename for naming itself: its name is in messages. */
function create(options: GlobalLockOptions | LockHandle): GlobalLock {
  return new GlobalLock(options as GlobalLockOptions);
}
