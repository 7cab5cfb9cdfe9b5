/**
 * `GlobalLock`, the face of the protocol: async-mutex's manners for event loops, blocking twins for workers, and what makes it a
 * GIL: checkpoints, release for I/O, a switch interval. Fast paths are here, one compare-and-swap in and one store out; everything
 * else is protocol text run by a driver.
 */
import { inspect } from 'node:util';
import type { Dialect } from '../dialects/dialect.js';
import { resolveDialect } from '../dialects/registry.js';
import type { LockEvent } from '../events.js';
import { now } from '../host/clock.js';
import type { Words } from '../host/memory.js';
import { CORES, THREAD_NUMBER } from '../host/thread.js';
import { runAsync } from '../steps/async.js';
import { runBlocking } from '../steps/blocking.js';
import type { Contender } from './contender.js';
import { checkHandle, type LockHandle } from './handle.js';
import { toMicroseconds } from './interval.js';
import {
  BREAKER,
  FINAL_DROPS,
  holderIn,
  INTERVAL,
  LAST_HOLDER,
  LOCK,
  NOBODY,
  OBSERVED,
  placeOf,
  RANK,
  TENANT,
  waitersIn,
} from './layout.js';
import { hasLine } from './line.js';
import { gaveUp, LocalQueue } from './local-queue.js';
import { createMemory, openMemory } from './memory.js';
import { alreadyHeld, notHeld, notTraced } from './misuse.js';
import { type AcquireOptions, anyOf, checkTimeout, type GlobalLockOptions, type ThreadInfo } from './options.js';
import { moveIn } from './place.js';
import { drop, take, taken, untilUnlocked } from './protocol.js';
import { checkRank } from './rank.js';
import { EventLog } from './recorder.js';
import { Registry } from './registry.js';
import { createReleaser, type Releaser } from './releaser.js';
import { isAsked } from './request.js';
import { type GilStats, observe, readStats } from './stats.js';
import { isDue, withoutLock, yieldBlocking } from './yielding.js';

/** What `acquire` gives where there is no lock. */
const FREE_THREADED: Releaser = createReleaser({ isHeldByCurrentThread: () => false, release() {} }, false);

/** A lock that threads share and hand over by the rules of one interpreter. */
/** How often a thread looks again before it goes to sleep: about a microsecond, where another core may let go of the lock meanwhile. */
const SPINS = CORES > 1 ? 200 : 0;

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
  readonly #log: EventLog | undefined;
  /** What the fast paths read of it, at hand. */
  readonly #words: Words;
  readonly #ident: number;
  readonly #place: number;
  readonly #lock: Dialect['lock'];
  /** Whether a drop has more to do than to take a name off a word. */
  readonly #drops: 'plain' | 'by-the-text';

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
    const { words, log } = 'memory' in options ? openMemory(options) : createMemory(this.dialect, options);
    this.#log = log && new EventLog(log);
    this.handle = { kind: 'gil/lock', memory: words.buffer, dialect: this.dialect, name: this.name, ...(log && { log }) };
    this.#self = moveIn(words, this.dialect, this.#log);
    const { ident, place } = this.#self;
    this.#words = words;
    this.#ident = ident;
    this.#place = place;
    this.#lock = this.dialect.lock;
    this.#drops = log === undefined && !hasLine(this.#self) && this.dialect.rank.by !== 'behaviour' ? 'plain' : 'by-the-text';
    this.seat = { ident, threadId: THREAD_NUMBER - 1, breaker: words.subarray(place + BREAKER, place + BREAKER + 1) };
    locks.add(this, this.#self);
  }

  /** Whether there is a lock at all: `false` in a free-threaded dialect (CPython `sys._is_gil_enabled()`). */
  get isEnabled(): boolean {
    return this.#lock === 'global';
  }

  /**
   * Milliseconds a waiter waits before it asks the holder to drop the lock; whole microseconds, as CPython keeps them. Waits in
   * progress keep the old value. CPython `sys.setswitchinterval`.
   * @throws SwitchIntervalError unless finite and above 0
   */
  get switchInterval(): number {
    return Atomics.load(this.#words, INTERVAL) / 1000;
  }
  set switchInterval(milliseconds: number) {
    Atomics.store(this.#words, INTERVAL, toMicroseconds(milliseconds));
  }

  /**
   * This thread's rank at the lock: a whole number, 0 at first. In `ruby-3.4` from -3 to 3: each one doubles or halves its time slice.
   * Ruby `Thread#priority`.
   * @throws ArgumentError in a dialect whose ranks the program does not set; OutOfRangeError
   */
  get rank(): number {
    return this.#words[this.#place + RANK]!;
  }
  set rank(rank: number) {
    Atomics.store(this.#words, this.#place + RANK, checkRank(this.dialect, rank));
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
    if (this.#lock === 'none') return Promise.resolve(FREE_THREADED);
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
    return holderIn(Atomics.load(this.#words, LOCK)) !== NOBODY;
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
    if (this.#lock === 'none') return;
    const words = this.#words;
    const ident = this.#ident;
    const place = this.#place;
    if (holderIn(words[LOCK]!) !== ident) throw notHeld('release', this.name, this.holder());
    if (words[place + BREAKER] !== 0 || words[OBSERVED] !== 0 || this.#drops === 'by-the-text') {
      runBlocking(drop(this.#self, 'final', 'later'));
      return;
    }
    words[place + FINAL_DROPS]! += 1;
    if (waitersIn(Atomics.sub(words, LOCK, ident)) > 0) Atomics.notify(words, LOCK, 1 + this.#self.ownWaiters);
  }

  // --- blocking twins -----------------------------------------------------------------------------------------------

  /** Takes the lock if it is free; never waits. */
  tryAcquire(): Releaser | null {
    if (this.#lock === 'none') return FREE_THREADED;
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
    if (this.#lock === 'none') return FREE_THREADED;
    const timeout = options?.timeout;
    if (!this.#takeFast()) {
      const until = timeout === undefined ? Number.POSITIVE_INFINITY : now() + checkTimeout(timeout);
      if (!this.#takeSlow(until, 'acquireSync')) return null;
    }
    return this.#releaser();
  }

  /** Runs `task` while holding the lock, blocking the thread until it has it. */
  runExclusiveSync<T>(task: () => T): T {
    if (this.#lock === 'none') return task();
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
    if (this.#lock === 'none') return task();
    if (!this.isHeldByCurrentThread()) throw notHeld('releaseForIO', this.name, this.holder());
    return withoutLock(this.#self, task, () => this.#acquireSlow({}));
  }

  /** Who holds it now, or `null`. */
  holder(): ThreadInfo | null {
    const words = this.#words;
    const ident = holderIn(Atomics.load(words, LOCK));
    return ident === NOBODY ? null : { ident, threadId: Math.abs(Atomics.load(words, placeOf(ident) + TENANT)) - 1 };
  }

  /** Whether this thread holds it. A plain read: nobody else ever writes this thread's name there, or takes it away. */
  isHeldByCurrentThread(): boolean {
    return holderIn(this.#words[LOCK]!) === this.#ident;
  }

  /**
   * What has happened at this lock so far, in all threads. Counts are always kept; times (`held`, `waited`, `contention`) from the first
   * call on, in whichever thread, or from the beginning for the lock of a pool or one with `trace`: a lock that nobody asks about reads
   * no clock.
   */
  stats(): GilStats {
    observe(this.#words);
    return readStats(this.#words);
  }

  /**
   * What happened at this lock, in all threads, in the order in which it happened; the newest `trace.capacity` events.
   * @throws ArgumentError if the lock was not made with `trace`
   */
  events(): LockEvent[] {
    if (this.#log === undefined) throw notTraced(this.name);
    return this.#log.read();
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
    const words = this.#words;
    const ident = this.#ident;
    const place = this.#place;
    if (self.debt !== 'none') return false;
    const lock = Atomics.compareExchange(words, LOCK, NOBODY, ident);
    // Free, with others waiting: whoever comes first has it (law 6), but not where they stand in line.
    if (
      lock !== NOBODY &&
      (holderIn(lock) !== NOBODY || this.#drops !== 'plain' || Atomics.compareExchange(words, LOCK, lock, lock | ident) !== lock)
    )
      return false;
    if (words[LAST_HOLDER] === ident && words[OBSERVED] === 0) {
      if (words[place + BREAKER] !== 0) words[place + BREAKER] = 0;
      if (self.ownRequest !== 0) self.ownRequest = 0;
      if (self.inherited !== NOBODY) self.inherited = NOBODY;
    } else {
      runBlocking(taken(self));
    }
    return true;
  }

  #takeSlow(until: number, method: string): boolean {
    if (this.isHeldByCurrentThread()) {
      throw alreadyHeld(method, this.name);
    }
    if (this.#spin()) return true;
    // A thread that blocks on another lock lets go of the one it lives under, or the two could wait for each other (law 32).
    const gil = ambient;
    if (gil !== undefined && gil !== this && gil.isHeldByCurrentThread()) {
      return gil.releaseForIO(() => runBlocking(take(this.#self, until)));
    }
    return runBlocking(take(this.#self, until));
  }

  /** Looks for a moment whether the lock is let go: a short hold elsewhere is over sooner than a sleep begins. */
  #spin(): boolean {
    for (let look = 0; look < SPINS; look += 1) {
      if (holderIn(Atomics.load(this.#words, LOCK)) === NOBODY && this.#takeFast()) return true;
    }
    return false;
  }

  #releaser(): Releaser {
    return createReleaser(this, this.#self.inherited !== NOBODY);
  }
}

/** Outside of the class, which a bundler would otherwise rename for naming itself: its name is in messages. */
function create(options: GlobalLockOptions | LockHandle): GlobalLock {
  return new GlobalLock(options as GlobalLockOptions);
}
