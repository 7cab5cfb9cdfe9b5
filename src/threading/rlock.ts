/**
 * `RLock`: the same mutex with an owner who may take it again. Ownership is the thread's: the async tasks of one event loop share it.
 */
import { inspect } from 'node:util';
import type { Words } from '../host/memory.js';
import { THREAD_NUMBER } from '../host/thread.js';
import { HANDLE, opensBy } from '../host/traveller.js';
import { findKnown, partyAt, remember } from '../lock/known.js';
import { ABANDONED, buryMutex, DEPTH, dropMutex, FREE, MUTEX_WORDS, ownerIn, type Party, STATE, takeMutex } from '../lock/mutex.js';
import { createWords, openWords, type SyncHandle } from '../lock/object-memory.js';
import { checkName, checkSync } from '../lock/options.js';
import { createReleaser, type Releaser } from '../lock/releaser.js';
import { runBlocking } from '../steps/blocking.js';
import { takeSync, type Watch, watchFor, watchWords } from './deadlock.js';
import { runHolding, runHoldingSync } from './exclusive.js';
import type { LockOptions } from './lock.js';
import { notOwner } from './misuse.js';
import { AT_ONCE, type BlockingOptions, checkWaiting, untilOf, type WaitingOptions, waitLater } from './waiting.js';

const KIND = 'gil/threading/rlock';

/**
 * A lock that its owner may take several times; it is free when he has let go as often. Owners are threads: two async tasks of one event
 * loop do not exclude each other, use a `Lock` for them. CPython `threading.RLock`.
 *
 * @example
 * ```ts
 * import { RLock } from 'gil/threading';
 * const lock = new RLock();
 * const inner = () => lock.runExclusiveSync(() => lock.depth);
 * console.log(lock.runExclusiveSync(inner)); // => 2
 * ```
 */
export class RLock {
  /**
   * The lock of a handle that came from another thread.
   * @throws HandleError
   */
  static from(handle: SyncHandle<typeof KIND>): RLock {
    return findKnown<RLock>(openWords(handle, KIND, 'RLock.from')) ?? create(handle);
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
    this.name = checkName(options.name ?? 'rlock');
    this.#words = 'memory' in options ? openWords(options, KIND, 'RLock') : createWords(MUTEX_WORDS + watchWords(options));
    this.#watch = watchFor(this.#words, this.name, options);
    this.handle = { kind: KIND, memory: this.#words.buffer, name: this.name, ...this.#watch?.handle };
    this.#self = partyAt(this.#words);
    remember(this, this.#words);
  }

  /** @internal What of it travels. */
  get [HANDLE](): SyncHandle<typeof KIND> {
    return this.handle;
  }

  /** How often its owner has taken it; 0 if it is free. */
  get depth(): number {
    return this.owner === null ? 0 : this.#words[DEPTH]! + 1;
  }

  /** Node's `threadId` of its owner, or `null`. */
  get owner(): number | null {
    const owner = ownerIn(Atomics.load(this.#words, STATE));
    return owner === FREE ? null : owner - 1;
  }

  /**
   * Waits for the lock without blocking the thread; has it at once if this thread has it already.
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
    const until = untilOf(checkSync(options));
    if (this.#take()) return this.#releaser();
    return takeSync(this.#self, until, this.#watch) ? this.#releaser() : null;
  }

  /** Takes the lock if it is free or this thread's; never waits. */
  tryAcquire(): Releaser | null {
    if (this.#take()) return this.#releaser();
    return runBlocking(takeMutex(this.#self, AT_ONCE)) ? this.#releaser() : null;
  }

  /**
   * Lets go of the lock once.
   * @throws NotHeldError if this thread does not hold it
   */
  release(): void {
    const words = this.#words;
    const owner = ownerIn(words[STATE]!);
    if (owner !== THREAD_NUMBER) throw notOwner('release', 'lock', this.name, owner);
    if (words[DEPTH]! > 0) words[DEPTH]! -= 1;
    else if (Atomics.compareExchange(words, STATE, THREAD_NUMBER, FREE) !== THREAD_NUMBER) runBlocking(dropMutex(this.#self));
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
    return runHoldingSync(() => this.acquireSync(), task);
  }

  /** Whether anybody holds it, be it this thread. CPython 3.14 `RLock.locked`. */
  locked(): boolean {
    return this.owner !== null;
  }

  /** Whether this thread holds it. */
  isOwned(): boolean {
    // A plain read: nobody else writes this thread's number, or takes it away.
    return ownerIn(this.#words[STATE]!) === THREAD_NUMBER;
  }

  /** `<RLock 'rlock' owned by thread 3, depth 2>`, also for `console.log`. */
  toString(): string {
    const owner = this.owner;
    return `<RLock '${this.name}' ${owner === null ? 'free' : `owned by thread ${owner}, depth ${this.depth}`}>`;
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
    const words = this.#words;
    if (ownerIn(words[STATE]!) === THREAD_NUMBER) words[DEPTH]! += 1;
    else if (Atomics.compareExchange(words, STATE, FREE, THREAD_NUMBER) !== FREE) return false;
    return true;
  }

  #releaser(): Releaser {
    const words = this.#words;
    if (this.#watch !== undefined && words[DEPTH] === 0) this.#watch.taken();
    // Written before the lock was free again, so a plain read after the take sees it.
    const abandoned = words[ABANDONED] !== 0;
    if (abandoned) words[ABANDONED] = 0;
    return createReleaser(this.#hold, abandoned);
  }

  readonly #hold = { isHeld: (): boolean => this.isOwned(), drop: (): void => this.release() };
}

/** Outside of the class, which a bundler would otherwise rename for naming itself: its name is in messages. */
function create(options: SyncHandle<typeof KIND>): RLock {
  return new RLock(options as LockOptions);
}

opensBy(KIND, RLock.from);
