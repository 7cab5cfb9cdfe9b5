/**
 * `Lock`: the primitive lock of Python's `threading`. It has no owner that matters: any thread may let go of it. Who took it is known all
 * the same, so that a lock whose holder died is free again. The fast path is one compare-and-swap in, one out.
 */
import { inspect } from 'node:util';
import type { Words } from '../host/memory.js';
import { THREAD_NUMBER } from '../host/thread.js';
import { HANDLE, opensBy } from '../host/traveller.js';
import { findKnown, partyAt, remember } from '../lock/known.js';
import { ABANDONED, buryMutex, dropMutex, FREE, MUTEX_WORDS, ownerIn, type Party, STATE, takeMutex } from '../lock/mutex.js';
import { createWords, openWords, type SyncHandle } from '../lock/object-memory.js';
import { checkName, checkSync, checkTask } from '../lock/options.js';
import { createReleaser, type Releaser } from '../lock/releaser.js';
import { runBlocking } from '../steps/blocking.js';
import { takeSync, type Watch, watchFor, watchWords } from './deadlock.js';
import { runHolding } from './exclusive.js';
import { unheldLock } from './misuse.js';
import { AT_ONCE, type BlockingOptions, checkWaiting, untilOf, type WaitingOptions, waitLater } from './waiting.js';

const KIND = 'gil/threading/lock';

/** How a primitive is made. */
export interface NamedOptions {
  /** For messages. @default what it is */
  readonly name?: string;
}

/** How a `Lock` or an `RLock` is made. */
export interface LockOptions extends NamedOptions {
  /**
   * `'on'`: a blocking wait without a timeout that would never end, because each of some threads waits for a lock that the next one holds,
   * throws a `DeadlockError` that says who holds what, who waits for what, and where, after about a tenth of a second. All locks of the
   * circle must have it on. Waits with a timeout end by themselves, and while a promise waits, another task of its thread may let go: they are in
   * no circle. Whoever took a lock is expected to let go of it: leave it off where a `Lock` is a signal from one thread to another.
   * Each acquire then takes some microseconds longer.
   * @default 'off'
   */
  readonly detectDeadlocks?: 'on' | 'off';
}

/**
 * A mutual exclusion lock that threads share. It is not re-entrant, and any thread may let go of it.
 * CPython `threading.Lock`, Python/lock.c.
 *
 * @example
 * ```ts
 * import { Lock } from 'gil/threading';
 * const lock = new Lock();
 * {
 *   using _held = lock.acquireSync(); // or: await lock.acquire()
 *   console.log(lock.locked()); // => true
 * }
 * console.log(lock.locked()); // => false
 * ```
 */
export class Lock {
  /**
   * The lock of a handle that came from another thread.
   * @throws HandleError
   */
  static from(handle: SyncHandle<typeof KIND>): Lock {
    return findKnown<Lock>(openWords(handle, KIND, 'Lock.from')) ?? create(handle);
  }

  /** For messages. */
  readonly name: string;
  /** This lock, to be sent to another thread by hand. Pools and threads take a lock among the arguments of a task as it is. */
  readonly handle: SyncHandle<typeof KIND>;
  readonly #words: Words;
  readonly #self: Party;
  readonly #watch: Watch | undefined;

  /**
   * A lock that is free.
   * @throws ArgumentError
   */
  constructor(options?: LockOptions);
  constructor(options: LockOptions | SyncHandle<typeof KIND> = {}) {
    this.name = checkName(options.name ?? 'lock');
    this.#words = 'memory' in options ? openWords(options, KIND, 'Lock') : createWords(MUTEX_WORDS + watchWords(options));
    this.#watch = watchFor(this.#words, this.name, options);
    this.handle = { kind: KIND, memory: this.#words.buffer, name: this.name, ...this.#watch?.handle };
    this.#self = partyAt(this.#words);
    remember(this, this.#words);
  }

  /** @internal What of it travels. */
  get [HANDLE](): SyncHandle<typeof KIND> {
    return this.handle;
  }

  /**
   * Waits for the lock without blocking the thread.
   * @param options `{ timeout, signal }`, in milliseconds
   * @returns the releaser; `null` if `timeout` passed first
   * @throws LockCancelledError (as every error here: as a rejection) when the signal aborts; ArgumentError, OutOfRangeError
   */
  acquire(options: WaitingOptions & { readonly timeout: number }): Promise<Releaser | null>;
  acquire(options?: WaitingOptions): Promise<Releaser>;
  async acquire(options?: WaitingOptions): Promise<Releaser | null> {
    const { until, signal } = checkWaiting(options);
    if (!signal?.aborted && this.#take()) return this.#releaser();
    return (await waitLater(takeMutex(this.#self, until), signal)) ? this.#releaser() : null;
  }

  /**
   * Blocks the thread until it has the lock; without the Global Interpreter Lock meanwhile, if it has to wait (law 32).
   * @returns the releaser; `null` if `timeout` (milliseconds) passed first
   * @throws ArgumentError, OutOfRangeError; CannotBlockError if it would have to wait and may not; DeadlockError if it would wait for ever, see `detectDeadlocks`
   */
  acquireSync(options: BlockingOptions & { readonly timeout: number }): Releaser | null;
  acquireSync(options?: BlockingOptions): Releaser;
  acquireSync(options?: BlockingOptions): Releaser | null {
    if (options === undefined && this.#take()) return this.#releaser();
    const until = untilOf(checkSync(options));
    return this.#take() || takeSync(this.#self, until, this.#watch) ? this.#releaser() : null;
  }

  /** Takes the lock if it is free; never waits. CPython `acquire(blocking=False)`. */
  tryAcquire(): Releaser | null {
    return this.#take() || runBlocking(takeMutex(this.#self, AT_ONCE)) ? this.#releaser() : null;
  }

  /**
   * Lets go of the lock, whoever took it.
   * @throws NotHeldError if it is free
   */
  release(): void {
    // By whoever took it and with nobody asleep: one instruction. Who is about to sleep has changed the word, and is seen by the text.
    if (Atomics.compareExchange(this.#words, STATE, THREAD_NUMBER, FREE) === THREAD_NUMBER) return;
    if (!runBlocking(dropMutex(this.#self))) throw unheldLock('release', 'lock', this.name);
  }

  /**
   * Runs `task` while holding the lock; lets go when its promise has settled.
   * @throws what the task throws; as `acquire`
   */
  runExclusive<T>(task: () => T | Promise<T>): Promise<T> {
    return runHolding(() => this.acquire(), task);
  }

  /**
   * Runs `task` while holding the lock, blocking the thread until it has it.
   * @throws what the task throws
   */
  runExclusiveSync<T>(task: () => T): T {
    checkTask(task);
    if (!this.#take()) takeSync(this.#self, Number.POSITIVE_INFINITY, this.#watch);
    this.#begin();
    try {
      return task();
    } finally {
      // As its releaser would: nothing is left to do after a `release()`.
      if (this.#hold.isHeld()) this.release();
    }
  }

  /** Whether anybody holds it. */
  locked(): boolean {
    return Atomics.load(this.#words, STATE) !== FREE;
  }

  /** `<Lock 'lock' held by thread 3>`, also for `console.log`. */
  toString(): string {
    const owner = ownerIn(Atomics.load(this.#words, STATE));
    return `<Lock '${this.name}' ${owner === FREE ? 'free' : `held by thread ${owner - 1}`}>`;
  }
  /** The same. */
  [inspect.custom](): string {
    return this.toString();
  }

  /** @internal */
  bury(threadNumber: number): void {
    runBlocking(buryMutex(this.#self, threadNumber));
  }

  /** @internal This thread at its mutex, for a condition. */
  get party(): Party {
    return this.#self;
  }

  #take(): boolean {
    return Atomics.compareExchange(this.#words, STATE, FREE, THREAD_NUMBER) === FREE;
  }

  #releaser(): Releaser {
    return createReleaser(this.#hold, this.#begin());
  }

  /** This thread has it. Whether a dead one left it, which was written before the lock was free again, so a plain read after the take sees it. */
  #begin(): boolean {
    const words = this.#words;
    if (this.#watch !== undefined) this.#watch.taken();
    const abandoned = words[ABANDONED] !== 0;
    if (abandoned) words[ABANDONED] = 0;
    return abandoned;
  }

  readonly #hold = {
    isHeld: (): boolean => ownerIn(this.#words[STATE]!) === THREAD_NUMBER,
    drop: (): void => this.release(),
  };
}

/** Outside of the class, which a bundler would otherwise rename for naming itself: its name is in messages. */
function create(options: SyncHandle<typeof KIND>): Lock {
  return new Lock(options as LockOptions);
}

opensBy(KIND, Lock.from);
