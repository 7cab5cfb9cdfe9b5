/**
 * `GlobalLock`, the face of the protocol: async-mutex's manners for event loops, blocking twins for workers, and what makes it a
 * GIL: checkpoints, release for I/O, a switch interval. It checks what comes in and calls the room's parts.
 */
import { inspect } from 'node:util';
import type { Dialect } from '../dialects/dialect.js';
import { resolveDialect } from '../dialects/registry.js';
import type { LockEvent } from '../events.js';
import { now } from '../host/clock.js';
import { HANDLE } from '../host/traveller.js';
import { runBlocking } from '../steps/blocking.js';
import type { Contender } from './contender.js';
import { describeLock } from './describe.js';
import { checkHandle, handleOf, type LockHandle } from './handle.js';
import { Hot } from './hot.js';
import { toMicroseconds } from './interval.js';
import { CLOSED, holderIn, INTERVAL, LOCK, NOBODY, RANK, threadAt } from './layout.js';
import { createMemory, openMemory } from './memory.js';
import { alreadyHeld, left, notHeld, notTraced } from './misuse.js';
import type { AcquireOptions, GlobalLockOptions, SyncOptions, ThreadInfo, TimedOptions } from './options.js';
import { checkSync, checkTask, checkWait } from './options.js';
import { moveIn, type Seat, seatOf } from './place.js';
import { Porter } from './porter.js';
import type { Preemption } from './preemption.js';
import { take } from './protocol.js';
import { checkRank } from './rank.js';
import { EventLog } from './recorder.js';
import { Registry } from './registry.js';
import { FREE_THREADED, type Releaser } from './releaser.js';
import { type GilStats, observe, readStats } from './stats.js';
import { isDue, withoutLock, yieldBlocking } from './yielding.js';

/** Every lock that this thread is at. */
const locks = new Registry<GlobalLock>();

/** The lock that this thread lives under, once anybody has asked. */
let ambient: GlobalLock | undefined;

/** A started worker says which lock it lives under. */
export function adopt(lock: GlobalLock): void {
  ambient = lock;
}

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
  /** How this thread is made to let go of it. */
  readonly preemption: Preemption;
  /** This lock, to be sent to another thread: `GlobalLock.from(handle)`. Pools take a lock among the arguments of a task as it is. */
  readonly handle: LockHandle;
  /** @internal The same, for whoever sends it. */
  readonly [HANDLE]: LockHandle;
  /** @internal This thread at the lock, and the word its looks read. */
  readonly seat: Seat;
  readonly #self: Contender;
  readonly #porter: Porter;
  readonly #log: EventLog | undefined;
  readonly #hot: Hot;
  readonly #origin: 'made' | 'attached';

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
    this.preemption = options.preemption ?? 'checkpoint';
    this.handle = this[HANDLE] = handleOf(this, words.buffer, log, options);
    this.#self = moveIn(words, this.dialect, this.#log, options);
    this.#porter = new Porter(this.#self, 'memory' in options ? undefined : options.cancelError);
    this.#origin = 'memory' in options ? 'attached' : 'made';
    this.#hot = new Hot(this.#self, this);
    this.seat = seatOf(this.#self);
    locks.add(this, this.#self);
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

  /**
   * This thread's rank at the lock: a whole number, 0 at first. In `ruby-3.4` from -3 to 3: each one doubles or halves its time slice.
   * Ruby `Thread#priority`.
   * @throws ArgumentError in a dialect whose ranks the program does not set; OutOfRangeError
   */
  get rank(): number {
    return this.#self.words[this.#self.place + RANK]!;
  }
  set rank(rank: number) {
    Atomics.store(this.#self.words, this.#self.place + RANK, checkRank(this.dialect, rank));
  }

  // --- async: never blocks the event loop ---------------------------------------------------------------------------

  /**
   * Waits for the lock without blocking the thread.
   * @param options a priority, or `{ priority, timeout, signal }`
   * @returns the releaser; `null` if `timeout` passed first
   * @throws LockCancelledError (as every error here: as a rejection) when cancelled or aborted; ArgumentError, OutOfRangeError
   */
  acquire(options: TimedOptions): Promise<Releaser | null>;
  acquire(options?: number | AcquireOptions): Promise<Releaser>;
  acquire(options?: number | AcquireOptions): Promise<Releaser | null> {
    if (options === undefined && !this.#porter.isBusy && this.#hot.take()) return Promise.resolve(this.#hot.releaser());
    return this.#acquireSlow(options);
  }

  async #acquireSlow(options: number | AcquireOptions | undefined): Promise<Releaser | null> {
    const wait = checkWait(options);
    if (!this.isEnabled && !wait.signal?.aborted) return FREE_THREADED;
    if (this.#self.hindrance === 'left') throw left('acquire', this.name);
    if (!this.#porter.isBusy && !wait.signal?.aborted && this.#hot.take()) return this.#hot.releaser();
    return (await this.#porter.take(wait)) === 'turn' ? this.#hot.releaser() : null;
  }

  /**
   * Runs `task` while holding the lock; lets go when its promise has settled.
   * @param options a priority, or `{ priority, timeout, signal }`; they are about the wait, a running task is not interrupted
   * @returns what the task returns; `null` if `timeout` passed first, and then the task was not run
   * @throws what the task throws; LockCancelledError when cancelled or aborted; ArgumentError, OutOfRangeError
   */
  runExclusive<T>(task: () => T | Promise<T>, options: TimedOptions): Promise<T | null>;
  runExclusive<T>(task: () => T | Promise<T>, options?: number | AcquireOptions): Promise<T>;
  async runExclusive<T>(task: () => T | Promise<T>, options?: number | AcquireOptions): Promise<T | null> {
    checkTask(task);
    const release: Releaser | null = await this.acquire(options);
    if (release === null) return null;
    try {
      return await task();
    } finally {
      release();
    }
  }

  /** Whether an `acquire` would have to wait: somebody holds it, or tasks of this thread want it already. Who holds it says `holder()`. */
  isLocked(): boolean {
    return holderIn(Atomics.load(this.#self.words, LOCK)) !== NOBODY || this.#porter.isBusy;
  }

  /**
   * Resolves when the lock is free, or becomes free, without taking it; tasks of this thread of the same or a higher priority go before.
   * @returns with a `timeout`: `false` if it passed first
   * @throws LockCancelledError (as a rejection) when aborted, `cancel()` does not concern it; ArgumentError, OutOfRangeError
   */
  waitForUnlock(options: TimedOptions): Promise<boolean>;
  waitForUnlock(options?: number | AcquireOptions): Promise<void>;
  async waitForUnlock(options?: number | AcquireOptions): Promise<unknown> {
    const wait = checkWait(options);
    const outcome = await this.#porter.look(wait);
    return wait.timeout === undefined ? undefined : outcome === 'turn';
  }

  /** Calls off every waiting `acquire` and `runExclusive` of this thread: each rejects with a `LockCancelledError`, or the lock's `cancelError`. */
  cancel(): void {
    this.#porter.cancel();
  }

  /**
   * Lets go of the lock. Never blocks: if another thread had asked for it, this thread waits for the switch before it takes the lock again.
   * @throws NotHeldError if this thread does not hold it
   */
  release(): void {
    if (this.#hot.isHeld()) this.#hot.drop();
    else if (this.isEnabled) throw notHeld('release', this.name, this.holder());
  }

  // --- blocking twins -----------------------------------------------------------------------------------------------

  /** Takes the lock if it is free; never waits. */
  tryAcquire(): Releaser | null {
    if (!this.isEnabled) return FREE_THREADED;
    if (this.#self.hindrance === 'left') throw left('tryAcquire', this.name);
    return this.#hot.take() || (!this.isHeldByCurrentThread() && runBlocking(take(this.#self, Number.NEGATIVE_INFINITY)))
      ? this.#hot.releaser()
      : null;
  }

  /**
   * Blocks the thread until it has the lock.
   * @returns the releaser; `null` if `timeout` (milliseconds) passed first
   * @throws AlreadyHeldError if this thread holds it already: it would wait for itself; CannotBlockError if it would have to wait and may not
   */
  acquireSync(options: SyncOptions & { readonly timeout: number }): Releaser | null;
  acquireSync(options?: { readonly timeout?: undefined }): Releaser;
  acquireSync(options?: SyncOptions): Releaser | null {
    const hot = this.#hot;
    if (options === undefined && hot.take()) return hot.releaser();
    const timeout = checkSync(options);
    if (!this.isEnabled) return FREE_THREADED;
    return hot.take() || this.#takeSlow(timeout, 'acquireSync') ? hot.releaser() : null;
  }

  /**
   * Runs `task` while holding the lock, blocking the thread until it has it.
   * @returns what the task returns; `null` if `timeout` (milliseconds) passed first, and then the task was not run
   * @throws what the task throws; AlreadyHeldError if this thread holds it already
   */
  runExclusiveSync<T>(task: () => T, options: SyncOptions & { readonly timeout: number }): T | null;
  runExclusiveSync<T>(task: () => T, options?: { readonly timeout?: undefined }): T;
  runExclusiveSync<T>(task: () => T, options?: SyncOptions): T | null {
    checkTask(task);
    const timeout = checkSync(options);
    if (!this.#hot.take() && this.isEnabled && !this.#takeSlow(timeout, 'runExclusiveSync')) return null;
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
  async checkpointAsync(ticks = 1): Promise<void> {
    if (this.isHeldByCurrentThread()) await this.#porter.yieldTo(ticks);
  }

  /**
   * Lets go of the lock while `task` runs, and has it back when `task` returns or its promise settles, however it ends.
   * CPython `Py_BEGIN_ALLOW_THREADS`.
   * @throws NotHeldError if this thread does not hold it, so also inside another `releaseForIO`
   */
  releaseForIO<T>(task: () => T): T {
    if (!this.isEnabled) return task();
    if (!this.isHeldByCurrentThread()) throw notHeld('releaseForIO', this.name, this.holder());
    return withoutLock(this.#self, this.#hot, task, () => this.#porter.takeBack());
  }

  /** Who holds it now, or `null`. */
  holder(): ThreadInfo | null {
    const ident = holderIn(Atomics.load(this.#self.words, LOCK));
    return ident === NOBODY ? null : { ident, threadId: threadAt(this.#self.words, ident) };
  }

  /** Whether this thread holds it. */
  isHeldByCurrentThread(): boolean {
    return this.#hot.isHeld();
  }

  /**
   * What has happened at this lock so far, in all threads. Counts are always kept; times (`held`, `waited`, `contention`) from the first
   * call on, or from the beginning for the lock of a pool or one with `trace`: a lock that nobody asks about reads no clock.
   */
  stats(): GilStats {
    observe(this.#self.words);
    return readStats(this.#self.words);
  }

  /**
   * What happened at this lock, in all threads and in that order: the newest `trace.capacity` events.
   * @throws ArgumentError if the lock was not made with `trace`
   */
  events(): LockEvent[] {
    if (this.#log === undefined) throw notTraced(this.name);
    return this.#log.read();
  }

  /** `<GlobalLock 'gil' cpython-3.13 held by thread 3>`, also for `console.log`. */
  toString(): string {
    return describeLock(this);
  }
  /** The same. */
  [inspect.custom](): string {
    return describeLock(this);
  }

  /**
   * Leaves the lock: lets go of it, calls off who waits for it here, gives up this thread's place. If this thread made it, nobody can
   * come to it any more; whoever is at it stays. Not needed: an unused lock leaves by itself.
   */
  [Symbol.dispose](): void {
    if (this.#self.hindrance === 'left') return;
    if (this.isHeldByCurrentThread()) this.release();
    this.cancel();
    this.#self.hindrance = 'left';
    if (this.#origin === 'made') Atomics.store(this.#self.words, CLOSED, 1);
    locks.remove(this.#self);
  }

  #takeSlow(timeout: number, method: string): boolean {
    if (this.#self.hindrance === 'left') throw left(method, this.name);
    if (this.isHeldByCurrentThread()) throw alreadyHeld(method, this.name);
    if (this.#hot.spin()) return true;
    const until = now() + timeout;
    const wait = (): boolean => runBlocking(take(this.#self, until));
    // A thread that blocks on another lock lets go of the one it lives under, or the two could wait for each other (law 32).
    return ambient !== undefined && ambient !== this && ambient.isHeldByCurrentThread() ? ambient.releaseForIO(wait) : wait();
  }
}

/** Outside of the class, which a bundler would otherwise rename for naming itself: its name is in messages. */
function create(options: GlobalLockOptions | LockHandle): GlobalLock {
  return new GlobalLock(options as GlobalLockOptions);
}
