/**
 * Python's `threading` for worker threads: locks and what else threads wait on, each usable from the main thread and any worker, blocking
 * or by promises.
 *
 * @module threading
 */
export {
  BrokenBarrierError,
  DeadlockError,
  type DeadlockedThread,
  QueueEmptyError,
  QueueFullError,
  QueueShutDownError,
  SemaphoreReleaseError,
  TaskDoneError,
  ThreadStateError,
} from './threading/errors.js';
export { Lock, type LockOptions, type NamedOptions } from './threading/lock.js';
export type { SyncHandle } from './threading/memory.js';
export { RLock } from './threading/rlock.js';
export type { BlockingOptions, WaitingOptions } from './threading/waiting.js';
