/**
 * CPython's Global Interpreter Lock as a working part in Node: a lock that schedules worker threads as CPython's lock schedules
 * Python threads, and `concurrent.futures` on top of it.
 *
 * @module gil
 */
export type { Dialect, LookPlace, RankRule, RequestRule } from './dialects/dialect.js';
export { type DialectName, dialects } from './dialects/registry.js';
export {
  AlreadyHeldError,
  ArgumentError,
  BrokenInterpreterPoolError,
  BrokenPoolError,
  BrokenProcessPoolError,
  BrokenThreadPoolError,
  CancelledError,
  CannotBlockError,
  CloneError,
  DisposedError,
  FreeVariableError,
  type GilErrorCode,
  HandleError,
  InterruptsUnavailableError,
  InvalidStateError,
  LockCancelledError,
  NotHeldError,
  OutOfRangeError,
  PoolRunningError,
  PoolShutdownError,
  SwitchIntervalError,
  TaskExportError,
  TaskFunctionError,
  TaskModuleError,
  TaskSyntaxError,
  ThrownValueError,
  TimeoutError,
  TooManyThreadsError,
  WorkerDiedError,
} from './errors.js';
export type {
  AbandonedEvent,
  DropEvent,
  DropReason,
  GiveUpEvent,
  LockEvent,
  RequestEvent,
  TakeEvent,
  WaitEvent,
} from './events.js';
export { asCompleted, type CompletedFutures } from './executors/as-completed.js';
export type { Executor } from './executors/executor.js';
export { Future, type FutureSnapshot } from './executors/future.js';
export type { AnyIterable } from './executors/inputs.js';
export { InterpreterPool, type InterpreterPoolOptions } from './executors/interpreter-pool.js';
export type { WaitLimits } from './executors/limits.js';
export { type MapOptions, MapResults } from './executors/map-results.js';
export type { PoolOptions, ShutdownOptions, SubmitOptions } from './executors/options.js';
export { Pool } from './executors/pool.js';
export { defaultChunkSize } from './executors/pool-inputs.js';
export { PoolResults } from './executors/pool-iterator.js';
export type { ApplyOptions, ImapOptions, MapAsyncOptions, MultiprocessingOptions, PoolMapOptions } from './executors/pool-options.js';
export { AsyncResult, type ResultCallbacks } from './executors/pool-results.js';
export type { Runnable } from './executors/prepare.js';
export { ProcessPool, type ProcessPoolOptions } from './executors/process-pool.js';
export type { ProgressListener } from './executors/progress.js';
export type { Results } from './executors/results.js';
export type { PoolStats, Spread } from './executors/tally.js';
export { ThreadPool, type ThreadPoolOptions } from './executors/thread-pool.js';
export { type WaitOptions, type WaitResult, wait } from './executors/wait.js';
export { GlobalLock } from './lock/global-lock.js';
export type { LockHandle } from './lock/handle.js';
export type { AcquireOptions, GlobalLockOptions, SyncOptions, ThreadInfo, TimedOptions, TraceOptions } from './lock/options.js';
export type { Preemption, PreemptionOptions } from './lock/preemption.js';
export type { Releaser } from './lock/releaser.js';
export type { Counts, GilStats, ThreadStats } from './lock/stats.js';
export { type CurrentTask, currentTask, report } from './runtime/current-task.js';
export { checkpoint, releaseForIO, releasing, sleep } from './runtime/release.js';
export { type Task, type Tasks, tasks } from './runtime/tasks.js';
export { type CurrentThread, currentThread } from './runtime/thread.js';
export { transfer } from './runtime/transfer.js';
