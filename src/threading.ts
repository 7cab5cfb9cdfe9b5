/**
 * Python's `threading` for worker threads: locks and what else threads wait on, each usable from the main thread and any worker, blocking
 * or by promises.
 *
 * @module threading
 */

export type { SyncHandle } from './lock/object-memory.js';
export { Barrier, type BarrierHandle, type BarrierOptions } from './threading/barrier.js';
export { Condition, type ConditionHandle } from './threading/condition.js';
export {
  BrokenBarrierError,
  DeadlockError,
  QueueEmptyError,
  QueueFullError,
  QueueMemoryError,
  QueueShutDownError,
  SemaphoreReleaseError,
  TaskDoneError,
  ThreadStateError,
} from './threading/errors.js';
export { Event } from './threading/event.js';
export { Lock, type NamedOptions } from './threading/lock.js';
export { LifoQueue, PriorityQueue, Queue } from './threading/queue.js';
export type { BaseQueue, QueueOptions, ShutdownMode } from './threading/queue-base.js';
export type { QueueHandle } from './threading/queue-core.js';
export { RLock } from './threading/rlock.js';
export { BoundedSemaphore, Semaphore } from './threading/semaphore.js';
export { SimpleQueue } from './threading/simple-queue.js';
export type { BlockingOptions, WaitingOptions } from './threading/waiting.js';
