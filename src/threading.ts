/**
 * Python's `threading` for worker threads: locks and what else threads wait on, each usable from the main thread and any worker, blocking
 * or by promises.
 *
 * @module threading
 */

export { type ExceptHookArgs, excepthook, setExcepthook } from './executors/excepthook.js';
export { Thread } from './executors/thread.js';
export type { ThreadOptions, ThreadSettings, ThreadTarget } from './executors/thread-options.js';
export { activeCount, currentThread, enumerate, getIdent, mainThread } from './executors/threads.js';
export { Timer, type TimerArgs } from './executors/timer.js';
export type { SyncHandle } from './lock/object-memory.js';
export type { ThreadHandle } from './runtime/thread-life.js';
export { Barrier, type BarrierHandle, type BarrierOptions } from './threading/barrier.js';
export { Condition, type ConditionHandle } from './threading/condition.js';
export {
  BrokenBarrierError,
  DeadlockError,
  type DeadlockedThread,
  QueueEmptyError,
  QueueFullError,
  QueueMemoryError,
  QueueShutDownError,
  SemaphoreReleaseError,
  TaskDoneError,
  ThreadStateError,
} from './threading/errors.js';
export { Event } from './threading/event.js';
export { Local, type LocalConstructor, type LocalHandle, type LocalRecord } from './threading/local.js';
export { Lock, type LockOptions, type NamedOptions } from './threading/lock.js';
export { LifoQueue, PriorityQueue, Queue } from './threading/queue.js';
export type { BaseQueue, QueueOptions, ShutdownMode } from './threading/queue-base.js';
export type { QueueHandle } from './threading/queue-core.js';
export { RLock } from './threading/rlock.js';
export { BoundedSemaphore, Semaphore } from './threading/semaphore.js';
export { SimpleQueue } from './threading/simple-queue.js';
export type { BlockingOptions, WaitingOptions } from './threading/waiting.js';
