/**
 * `Queue` and its two relatives `LifoQueue` and `PriorityQueue`: bounded if wanted, with an account of what is done. They differ in the
 * order only.
 */
import { ArgumentError, describe, OutOfRangeError } from '../errors.js';
import { opensBy } from '../host/traveller.js';
import { checkSync } from '../lock/options.js';
import type { Protocol } from '../steps/step.js';
import { TaskDoneError } from './errors.js';
import { BaseQueue, findQueue, isQueueHandle, type QueueKind, type QueueOptions } from './queue-base.js';
import type { QueueHandle } from './queue-core.js';
import { MAX_SIZE, unfinishedIn } from './queue-layout.js';
import { type BlockingOptions, checkWaiting, untilOf, type WaitingOptions } from './waiting.js';

const FIFO: QueueKind = { kind: 'gil/threading/queue', className: 'Queue', order: 'fifo' };
const LIFO: QueueKind = { kind: 'gil/threading/lifo-queue', className: 'LifoQueue', order: 'lifo' };
const PRIORITY: QueueKind = { kind: 'gil/threading/priority-queue', className: 'PriorityQueue', order: 'priority' };

/**
 * A queue that threads share, first in, first out. Numbers lie in shared memory as they are; what else structured clone can copy lies there
 * as bytes, so a put item needs nobody's event loop to arrive. Up to 134,217,728 items, and 1 GiB of what is not a number.
 * CPython `queue.Queue`, Lib/queue.py.
 *
 * @example
 * ```ts
 * import { InterpreterPool } from 'gil';
 * import { Queue } from 'gil/threading';
 * await using pool = new InterpreterPool(1);
 * const queue = new Queue<number>(8);
 * const sum = pool.submit((numbers) => [...numbers].reduce((sum, n) => sum + n, 0), queue);
 * for (let n = 1; n <= 100; n++) await queue.put(n);
 * queue.shutdown();
 * console.log(await sum); // => 5050
 * ```
 */
export class Queue<T = unknown> extends BaseQueue<T> {
  /**
   * The queue of a handle that came from another thread.
   * @throws HandleError
   */
  static from<T = unknown>(handle: QueueHandle): Queue<T> {
    return findQueue<Queue<T>>(handle, FIFO) ?? createFifo(handle);
  }

  /**
   * A queue that is empty.
   * @param maxSize how many items it holds at most, up to 2,147,483,647; 0 or less: no limit
   * @throws ArgumentError, OutOfRangeError
   */
  constructor(maxSize?: number, options?: QueueOptions);
  constructor(maxSize: number | QueueHandle = 0, options: QueueOptions = {}, kind: QueueKind = FIFO) {
    super(kind, isQueueHandle(maxSize) ? maxSize : options);
    if (!isQueueHandle(maxSize)) this.core.words[MAX_SIZE] = checkMaxSize(maxSize);
  }

  /** How many items it holds at most; 0: no limit. It can be changed: what is inside stays inside. */
  get maxSize(): number {
    return Atomics.load(this.core.words, MAX_SIZE);
  }
  /** Changes it; whoever waits for room looks again. */
  set maxSize(maxSize: number) {
    this.core.resize(checkMaxSize(maxSize));
  }

  /** How many items were put in and not declared done. CPython `unfinished_tasks`. */
  get unfinishedTasks(): number {
    return unfinishedIn(this.core.words);
  }

  /** Whether there is no room; it may be history already. */
  full(): boolean {
    const most = this.maxSize;
    return most > 0 && this.qsize() >= most;
  }

  /**
   * Says that one item that was taken out has been dealt with.
   * @throws TaskDoneError if none is left that was put in
   */
  taskDone(): void {
    if (this.core.taskDone() === 'done') return;
    throw new TaskDoneError(
      `taskDone: expected to be called once for each item put into the queue '${this.name}'; it was called more often`,
    );
  }

  /**
   * Waits until `taskDone()` was called for each item put in, without blocking the thread.
   * @param options `{ timeout, signal }`, in milliseconds
   * @returns whether all is done; `false` if `timeout` passed first
   * @throws LockCancelledError when the signal aborts; ArgumentError, OutOfRangeError
   */
  async join(options?: WaitingOptions): Promise<boolean> {
    const { until, signal } = checkWaiting(options);
    return (await this.core.join(until, signal)) === 'done';
  }

  /** @internal `joinSync` as a text that somebody else drives. */
  *joinSteps(until: number): Protocol<boolean> {
    return (yield* this.core.joinSteps(until)) === 'done';
  }

  /**
   * The same, blocking the thread; without the Global Interpreter Lock meanwhile, if it has to wait (law 32).
   * @throws ArgumentError, OutOfRangeError; CannotBlockError if it would have to wait and may not
   */
  joinSync(options?: BlockingOptions): boolean {
    return this.core.joinSync(untilOf(checkSync(options))) === 'done';
  }
}

/**
 * A `Queue` that gives out last what was put in first: a stack. CPython `queue.LifoQueue`.
 *
 * @example
 * ```ts
 * import { LifoQueue } from 'gil/threading';
 * const queue = new LifoQueue<number>();
 * for (const n of [1, 2, 3]) queue.putSync(n);
 * console.log(queue.getSync()); // => 3
 * ```
 */
export class LifoQueue<T = unknown> extends Queue<T> {
  /**
   * The queue of a handle that came from another thread.
   * @throws HandleError
   */
  static override from<T = unknown>(handle: QueueHandle): LifoQueue<T> {
    return findQueue<LifoQueue<T>>(handle, LIFO) ?? createLifo(handle);
  }

  /** A queue that is empty; as `Queue`. */
  constructor(maxSize?: number, options?: QueueOptions) {
    super(...kindly(maxSize, options, LIFO));
  }
}

/**
 * A `Queue` that gives out the smallest item first. Items are numbers, bigints, strings, or arrays that begin with such, typically
 * `[priority, …payload]`. Numbers come before bigints, these before strings, these before arrays; arrays are compared part by part. A part
 * that has no order (an object, `null`, `true`) ends the comparison, and what is equal until there leaves in the order it came, where
 * CPython raises TypeError. CPython `queue.PriorityQueue`.
 *
 * @example
 * ```ts
 * import { PriorityQueue } from 'gil/threading';
 * const queue = new PriorityQueue<[number, { task: string }]>();
 * queue.putSync([2, { task: 'tidy up' }]);
 * queue.putSync([1, { task: 'work' }]);
 * console.log(queue.getSync()); // => [ 1, { task: 'work' } ]
 * ```
 */
export class PriorityQueue<T = unknown> extends Queue<T> {
  /**
   * The queue of a handle that came from another thread.
   * @throws HandleError
   */
  static override from<T = unknown>(handle: QueueHandle): PriorityQueue<T> {
    return findQueue<PriorityQueue<T>>(handle, PRIORITY) ?? createPriority(handle);
  }

  /** A queue that is empty; as `Queue`. */
  constructor(maxSize?: number, options?: QueueOptions) {
    super(...kindly(maxSize, options, PRIORITY));
  }
}

/** The arguments of `Queue`, with the one that only its relatives give. */
function kindly(
  maxSize: number | undefined,
  options: QueueOptions | undefined,
  kind: QueueKind,
): [maxSize?: number, options?: QueueOptions] {
  return [maxSize, options, kind] as unknown as [maxSize?: number, options?: QueueOptions];
}

function checkMaxSize(maxSize: unknown): number {
  if (typeof maxSize !== 'number') throw new ArgumentError(`maxSize: expected a whole number of items; got ${describe(maxSize)}`);
  if (Number.isInteger(maxSize) && maxSize < 2 ** 31) return Math.max(maxSize, 0);
  throw new OutOfRangeError(`maxSize: expected a whole number of items up to 2,147,483,647, or 0 for no limit; got ${describe(maxSize)}`);
}

// Outside of the classes, which a bundler would otherwise rename for naming themselves: their names are in messages.
function createFifo<T>(handle: QueueHandle): Queue<T> {
  return new Queue<T>(handle as unknown as number);
}
function createLifo<T>(handle: QueueHandle): LifoQueue<T> {
  return new LifoQueue<T>(handle as unknown as number);
}
function createPriority<T>(handle: QueueHandle): PriorityQueue<T> {
  return new PriorityQueue<T>(handle as unknown as number);
}

opensBy<QueueHandle>(FIFO.kind, (handle) => Queue.from(handle));
opensBy<QueueHandle>(LIFO.kind, (handle) => LifoQueue.from(handle));
opensBy<QueueHandle>(PRIORITY.kind, (handle) => PriorityQueue.from(handle));
