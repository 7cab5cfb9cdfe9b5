/**
 * What all queues can do: items go in by `put`, come out by `get`, and a queue that is shut down says so. The subclasses say in which
 * order, and what else.
 */
import { inspect } from 'node:util';
import { ArgumentError, describe, HandleError, OutOfRangeError } from '../errors.js';
import { HANDLE } from '../host/traveller.js';
import { findKnown, remember } from '../lock/known.js';
import { openWords } from '../lock/object-memory.js';
import { checkName, checkSync } from '../lock/options.js';
import type { Protocol } from '../steps/step.js';
import { QueueEmptyError, QueueFullError, QueueShutDownError } from './errors.js';
import type { NamedOptions } from './lock.js';
import {
  createQueueMemory,
  type GetOutcome,
  LATE,
  MOST_BYTES,
  type PutOutcome,
  QueueCore,
  type QueueHandle,
  SHUT_DOWN,
} from './queue-core.js';
import { type Order, type Packed, pack, unpack } from './queue-items.js';
import { DRAINING, IMMEDIATE, MAX_SIZE, OPEN, SHUT, sizeOf } from './queue-layout.js';
import { type BlockingOptions, checkWaiting, untilOf, type WaitingOptions } from './waiting.js';

const LEAST_BYTES = 1024;

/** What a kind of queue is called, and its order. */
export interface QueueKind {
  readonly kind: string;
  readonly className: string;
  readonly order: Order;
}

/** How a queue is shut down: what is in it can still be taken out, or is dropped. */
export type ShutdownMode = 'drain' | 'immediate';

/** How a queue is made. */
export interface QueueOptions extends NamedOptions {
  /** How many bytes its items may take that are not numbers, 1024 to 2^30; each is rounded up to a power of two. @default 2^30 */
  readonly maxBytes?: number;
}

/** Every queue. Not to be made by itself: `Queue`, `LifoQueue`, `PriorityQueue` and `SimpleQueue` are. */
export abstract class BaseQueue<T = unknown> {
  /** For messages. */
  readonly name: string;
  /** This queue, to be sent to another thread by hand. Pools and threads take a queue among the arguments of a task as it is. */
  readonly handle: QueueHandle;
  /** @internal */
  protected readonly core: QueueCore;
  readonly #kind: QueueKind;

  /** @internal */
  protected constructor(kind: QueueKind, given: QueueOptions | QueueHandle) {
    this.#kind = kind;
    if (typeof given !== 'object' || given === null)
      throw new ArgumentError(`options: expected { name, maxBytes }; got ${describe(given)}`);
    this.name = checkName(given.name ?? 'queue');
    this.handle = isQueueHandle(given) ? given : createQueueMemory(kind.kind, this.name, checkMaxBytes(given.maxBytes));
    this.core = new QueueCore(openWords(this.handle, kind.kind, kind.className), this.handle, kind.order);
    remember(this, this.core.words);
  }

  /** @internal What of it travels. */
  get [HANDLE](): QueueHandle {
    return this.handle;
  }

  /** Whether `shutdown()` was called. */
  get isShutDown(): boolean {
    return Atomics.load(this.core.words, SHUT) !== OPEN;
  }

  /**
   * Puts an item in, waiting for room without blocking the thread. Anything but a number is copied, as structured clone copies it.
   * CPython Lib/queue.py: Queue.put.
   * @param options `{ timeout, signal }`, in milliseconds
   * @throws QueueFullError (as every error here: as a rejection) if `timeout` passed first; QueueShutDownError; LockCancelledError when the
   *   signal aborts; CloneError, QueueMemoryError, ArgumentError, OutOfRangeError
   */
  async put(item: T, options?: WaitingOptions): Promise<void> {
    const { until, signal } = checkWaiting(options);
    const packed = pack(item, this.#kind.order);
    const outcome = signal?.aborted ? LATE : this.core.tryPut(packed);
    this.#checkPut(outcome === LATE ? await this.core.put(packed, until, signal) : outcome);
  }

  /**
   * Puts an item in, blocking the thread until there is room; without the Global Interpreter Lock meanwhile, if it has to wait (law 32).
   * @throws QueueFullError if `timeout` (milliseconds) passed first; as `put`; CannotBlockError if it would have to wait and may not
   */
  putSync(item: T, options?: BlockingOptions): void {
    const timeout = options === undefined ? Number.POSITIVE_INFINITY : checkSync(options);
    const packed = typeof item === 'number' && this.#kind.order !== 'priority' ? item : pack(item, this.#kind.order);
    const outcome = this.core.tryPut(packed);
    this.#checkPut(outcome === LATE && timeout > 0 ? this.core.putSync(packed, untilOf(timeout)) : outcome);
  }

  /**
   * Puts an item in if there is room; never waits. CPython `put_nowait`.
   * @returns whether it is in
   * @throws QueueShutDownError, CloneError, QueueMemoryError, ArgumentError
   */
  tryPut(item: T): boolean {
    const outcome = this.core.tryPut(pack(item, this.#kind.order));
    if (outcome === LATE) return false;
    this.#checkPut(outcome);
    return true;
  }

  /**
   * Takes the next item out, waiting for one without blocking the thread. CPython Lib/queue.py: Queue.get.
   * @param options `{ timeout, signal }`, in milliseconds
   * @throws QueueEmptyError (as every error here: as a rejection) if `timeout` passed first; QueueShutDownError if nothing more will come;
   *   LockCancelledError when the signal aborts; ArgumentError, OutOfRangeError
   */
  async get(options?: WaitingOptions): Promise<T> {
    const { until, signal } = checkWaiting(options);
    const outcome = signal?.aborted ? LATE : this.core.tryGet();
    return this.#take(outcome === LATE ? await this.core.get(until, signal) : outcome);
  }

  /**
   * Takes the next item out, blocking the thread until there is one; without the Global Interpreter Lock meanwhile, if it has to wait (law 32).
   * @throws QueueEmptyError if `timeout` (milliseconds) passed first; as `get`; CannotBlockError if it would have to wait and may not
   */
  getSync(options?: BlockingOptions): T {
    const timeout = options === undefined ? Number.POSITIVE_INFINITY : checkSync(options);
    const outcome = this.core.tryGet();
    return this.#take(outcome === LATE && timeout > 0 ? this.core.getSync(untilOf(timeout)) : outcome);
  }

  /**
   * Takes the next item out if there is one; never waits. CPython `get_nowait`.
   * @returns the item; `undefined` if there is none. Where `undefined` may be an item: `getSync({ timeout: 0 })`
   * @throws QueueShutDownError if nothing more will come
   */
  tryGet(): T | undefined {
    const outcome = this.core.tryGet();
    return outcome === LATE ? undefined : this.#take(outcome);
  }

  /** @internal `putSync` as a text that somebody else drives. */
  *putSteps(item: T, until: number): Protocol<void> {
    this.#checkPut(yield* this.core.putSteps(pack(item, this.#kind.order), until));
  }

  /** @internal `getSync` as a text that somebody else drives. */
  *getSteps(until: number): Protocol<T> {
    return this.#take(yield* this.core.getSteps(until));
  }

  /** How many items are inside. With other threads about, it may be history already. */
  qsize(): number {
    return sizeOf(this.core.words);
  }

  /** Whether nothing is inside; it may be history already. */
  empty(): boolean {
    return this.qsize() === 0;
  }

  /**
   * Shuts the queue down: whoever puts, now or already waiting, gets a `QueueShutDownError`; so does whoever gets once the queue is empty.
   * With `'immediate'` what is inside is dropped and counts as done. It can be called again, also to go from the one to the other.
   * CPython 3.13 Lib/queue.py: Queue.shutdown.
   * @throws ArgumentError
   */
  shutdown(mode: ShutdownMode = 'drain'): void {
    if (mode !== 'drain' && mode !== 'immediate')
      throw new ArgumentError(`shutdown: expected 'drain' or 'immediate'; got ${describe(mode)}`);
    this.core.shutdown(mode === 'drain' ? DRAINING : IMMEDIATE);
  }

  /** The items as they come, waiting for each without blocking the thread, until the queue is shut down and empty. Each is taken out by who asks for it. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for (;;) {
      let outcome = this.core.tryGet();
      if (outcome === LATE) outcome = await this.core.get(Number.POSITIVE_INFINITY, undefined);
      if (outcome === SHUT_DOWN) return;
      yield this.#take(outcome);
    }
  }

  /** The same, blocking the thread. */
  *[Symbol.iterator](): Generator<T, void, undefined> {
    for (;;) {
      let outcome = this.core.tryGet();
      if (outcome === LATE) outcome = this.core.getSync(Number.POSITIVE_INFINITY);
      if (outcome === SHUT_DOWN) return;
      yield this.#take(outcome);
    }
  }

  /** `<Queue 'queue' 3 of 8 items>`, also for `console.log`. */
  toString(): string {
    const most = this.core.words[MAX_SIZE]!;
    const state = this.isShutDown ? ', shut down' : '';
    return `<${this.#kind.className} '${this.name}' ${this.qsize()}${most > 0 ? ` of ${most}` : ''} items${state}>`;
  }
  /** The same. */
  [inspect.custom](): string {
    return this.toString();
  }

  /** @internal */
  bury(threadNumber: number): void {
    this.core.bury(threadNumber);
  }

  #checkPut(outcome: PutOutcome): void {
    if (outcome === 'done') return;
    if (outcome === SHUT_DOWN) throw this.#shutDown('put');
    throw new QueueFullError(
      `put: expected room in the queue '${this.name}' in time; it holds ${this.core.words[MAX_SIZE]} items already. Get some out, or wait longer`,
    );
  }

  #take(outcome: GetOutcome): T {
    if (outcome === SHUT_DOWN) throw this.#shutDown('get');
    if (outcome !== LATE) return unpack(outcome as number | Packed) as T;
    throw new QueueEmptyError(`get: expected an item in the queue '${this.name}' in time; there was none. Put one in, or wait longer`);
  }

  #shutDown(method: string): QueueShutDownError {
    return new QueueShutDownError(
      `${method}: expected the queue '${this.name}' to be open${method === 'get' ? ' or to hold items' : ''}; it was shut down`,
    );
  }
}

function checkMaxBytes(maxBytes: unknown = MOST_BYTES): number {
  if (typeof maxBytes !== 'number') throw new ArgumentError(`maxBytes: expected a number of bytes; got ${describe(maxBytes)}`);
  if (Number.isInteger(maxBytes) && maxBytes >= LEAST_BYTES && maxBytes <= MOST_BYTES) return maxBytes;
  throw new OutOfRangeError(`maxBytes: expected a whole number of bytes from ${LEAST_BYTES} to ${MOST_BYTES}; got ${maxBytes}`);
}

/** Whether it is a queue on its way, not options. */
export function isQueueHandle(given: unknown): given is QueueHandle {
  return typeof given === 'object' && given !== null && 'memory' in given;
}

/**
 * The queue of a handle that this thread has already.
 * @throws HandleError
 */
export function findQueue<Q extends object>(handle: QueueHandle, { kind, className }: QueueKind): Q | undefined {
  const words = openWords(handle, kind, `${className}.from`);
  if (handle.slots instanceof SharedArrayBuffer && handle.blocks instanceof SharedArrayBuffer) return findKnown<Q>(words);
  throw new HandleError(`${className}.from: expected a whole handle; got one without its items. Send the object's \`handle\``);
}
