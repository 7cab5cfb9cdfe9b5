/**
 * `SimpleQueue`: first in, first out, without a limit and without an account of what is done.
 */
import { opensBy } from '../host/traveller.js';
import { BaseQueue, findQueue, type QueueKind, type QueueOptions } from './queue-base.js';
import type { QueueHandle } from './queue-core.js';

const KIND: QueueKind = { kind: 'gil/threading/simple-queue', className: 'SimpleQueue', order: 'fifo' };

/**
 * A queue that threads share, first in, first out. It has no limit, so that `put` never waits. CPython `queue.SimpleQueue`; `shutdown()` is
 * an addition, so that a loop over it can end. Up to 134,217,728 items, and 1 GiB of what is not a number.
 *
 * @example
 * ```ts
 * import { SimpleQueue } from 'gil/threading';
 * const queue = new SimpleQueue<string>();
 * queue.putSync('one');
 * queue.putSync('two');
 * queue.shutdown();
 * console.log([...queue]); // => [ 'one', 'two' ]
 * ```
 */
export class SimpleQueue<T = unknown> extends BaseQueue<T> {
  /**
   * The queue of a handle that came from another thread.
   * @throws HandleError
   */
  static from<T = unknown>(handle: QueueHandle): SimpleQueue<T> {
    return findQueue<SimpleQueue<T>>(handle, KIND) ?? create(handle);
  }

  /**
   * A queue that is empty.
   * @throws ArgumentError
   */
  constructor(options?: QueueOptions);
  constructor(options: QueueOptions | QueueHandle = {}) {
    super(KIND, options);
  }
}

/** Outside of the class, which a bundler would otherwise rename for naming itself: its name is in messages. */
function create<T>(handle: QueueHandle): SimpleQueue<T> {
  return new SimpleQueue<T>(handle as QueueOptions);
}

opensBy<QueueHandle>(KIND.kind, (handle) => SimpleQueue.from(handle));
