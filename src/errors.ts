/**
 * Every error this package raises, one class per kind of misuse or failure, each with a literal `code`.
 * Across threads compare `code`, never `instanceof`: a clone keeps the first and loses the second.
 * A message says what was expected, what came, and what to do.
 */

/** The `code` of every error of this package. */
export type GilErrorCode =
  | 'ERR_GIL_ALREADY_HELD'
  | 'ERR_GIL_ARGUMENT'
  | 'ERR_GIL_CANCELLED'
  | 'ERR_GIL_CANNOT_BLOCK'
  | 'ERR_GIL_DISPOSED'
  | 'ERR_GIL_HANDLE'
  | 'ERR_GIL_INTERRUPTS'
  | 'ERR_GIL_NOT_HELD'
  | 'ERR_GIL_RANGE'
  | 'ERR_GIL_SWITCH_INTERVAL'
  | 'ERR_GIL_THREADS'
  | 'ERR_POOL_BROKEN'
  | 'ERR_POOL_RUNNING'
  | 'ERR_POOL_SHUTDOWN'
  | 'ERR_FUTURE_CANCELLED'
  | 'ERR_FUTURE_STATE'
  | 'ERR_FUTURE_TIMEOUT'
  | 'ERR_TASK_CLONE'
  | 'ERR_TASK_EXPORT'
  | 'ERR_TASK_FREE_VARIABLE'
  | 'ERR_TASK_FUNCTION'
  | 'ERR_TASK_MODULE'
  | 'ERR_TASK_SYNTAX'
  | 'ERR_TASK_THROWN_VALUE'
  | 'ERR_WORKER_DIED';

/** What came, in a few characters, for the end of a message: `"5"`, `NaN`, `an object`, `a function`. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return value.name ? `the function ${value.name}` : 'a function';
  if (value === null || typeof value !== 'object') return String(value);
  const name = Array.isArray(value) ? 'array' : (value.constructor?.name ?? 'object');
  return `${/^[AEIOU]/i.test(name) ? 'an' : 'a'} ${name === 'Object' ? 'object' : name}`;
}

/** The lock was to be taken by a thread that holds it already. The GIL is not re-entrant (CPython Python/pystate.c: _PyThreadState_Attach). */
export class AlreadyHeldError extends Error {
  static {
    this.prototype.name = 'AlreadyHeldError';
  }
  readonly code = 'ERR_GIL_ALREADY_HELD';
}

/** The lock was to be released by a thread that does not hold it (CPython Python/ceval_gil.c: drop_gil). */
export class NotHeldError extends Error {
  static {
    this.prototype.name = 'NotHeldError';
  }
  readonly code = 'ERR_GIL_NOT_HELD';
}

/** A waiting `acquire` was given up: by `cancel()`, or by its `AbortSignal`, whose reason is the `cause`. */
export class LockCancelledError extends Error {
  static {
    this.prototype.name = 'LockCancelledError';
  }
  readonly code = 'ERR_GIL_CANCELLED';
}

/** A thread would have to block that may not, such as the main thread of a web page (ECMAScript: AgentCanSuspend). The `cause` is what it threw. */
export class CannotBlockError extends TypeError {
  static {
    this.prototype.name = 'CannotBlockError';
  }
  readonly code = 'ERR_GIL_CANNOT_BLOCK';
}

/** A lock was used or attached to after it had been disposed of. */
export class DisposedError extends Error {
  static {
    this.prototype.name = 'DisposedError';
  }
  readonly code = 'ERR_GIL_DISPOSED';
}

/** A handle that is not a lock's, or a lock's of another version of this package. */
export class HandleError extends TypeError {
  static {
    this.prototype.name = 'HandleError';
  }
  readonly code = 'ERR_GIL_HANDLE';
}

/** Threads were to be interrupted where that cannot be done: no inspector, or a main thread that does not know this package. */
export class InterruptsUnavailableError extends Error {
  static {
    this.prototype.name = 'InterruptsUnavailableError';
  }
  readonly code = 'ERR_GIL_INTERRUPTS';
}

/** More threads at once on one lock than it has places for. */
export class TooManyThreadsError extends Error {
  static {
    this.prototype.name = 'TooManyThreadsError';
  }
  readonly code = 'ERR_GIL_THREADS';
}

/** A switch interval that is not a number of milliseconds above zero (CPython Python/sysmodule.c: sys_setswitchinterval_impl). */
export class SwitchIntervalError extends RangeError {
  static {
    this.prototype.name = 'SwitchIntervalError';
  }
  readonly code = 'ERR_GIL_SWITCH_INTERVAL';
}

/** An argument of the wrong type. */
export class ArgumentError extends TypeError {
  static {
    this.prototype.name = 'ArgumentError';
  }
  readonly code = 'ERR_GIL_ARGUMENT';
}

/** A number out of its range. */
export class OutOfRangeError extends RangeError {
  static {
    this.prototype.name = 'OutOfRangeError';
  }
  readonly code = 'ERR_GIL_RANGE';
}

/** The task is not a function that can be sent: not a function at all, native, bound, or a method that needs `this`. */
export class TaskFunctionError extends TypeError {
  static {
    this.prototype.name = 'TaskFunctionError';
  }
  readonly code = 'ERR_TASK_FUNCTION';
}

/** The task's source text could not be parsed. */
export class TaskSyntaxError extends SyntaxError {
  static {
    this.prototype.name = 'TaskSyntaxError';
  }
  readonly code = 'ERR_TASK_SYNTAX';
}

/** The task is a closure: it uses a variable that does not exist in a worker. */
export class FreeVariableError extends ReferenceError {
  static {
    this.prototype.name = 'FreeVariableError';
  }
  readonly code = 'ERR_TASK_FREE_VARIABLE';
  /** The variable's name, as the function's text spells it. */
  readonly variable: string;
  /** Its first use, counted from 1 within the function's own text. */
  readonly line: number;
  /** Its column there, from 1. */
  readonly column: number;
  constructor(message: string, where: { variable: string; line: number; column: number }) {
    super(message);
    this.variable = where.variable;
    this.line = where.line;
    this.column = where.column;
  }
}

/** An argument or a result that the structured clone algorithm refuses. */
export class CloneError extends TypeError {
  static {
    this.prototype.name = 'CloneError';
  }
  readonly code = 'ERR_TASK_CLONE';
}

/** The module of a task could not be loaded; why is the `cause`. */
export class TaskModuleError extends Error {
  static {
    this.prototype.name = 'TaskModuleError';
  }
  readonly code = 'ERR_TASK_MODULE';
}

/** The module of a task has no function under that name. */
export class TaskExportError extends TypeError {
  static {
    this.prototype.name = 'TaskExportError';
  }
  readonly code = 'ERR_TASK_EXPORT';
}

/** Work was submitted to a pool after its shutdown. */
export class PoolShutdownError extends Error {
  static {
    this.prototype.name = 'PoolShutdownError';
  }
  readonly code = 'ERR_POOL_SHUTDOWN';
}

/** A `Pool` was to be waited for that had been neither closed nor terminated (CPython Lib/multiprocessing/pool.py: Pool.join). */
export class PoolRunningError extends Error {
  static {
    this.prototype.name = 'PoolRunningError';
  }
  readonly code = 'ERR_POOL_RUNNING';
}

/** The pool lost a worker and takes no more work (concurrent.futures: BrokenExecutor). What happened to the worker is the `cause`. */
export class BrokenPoolError extends Error {
  static {
    this.prototype.name = 'BrokenPoolError';
  }
  readonly code = 'ERR_POOL_BROKEN';
}

/** The same of a pool of threads (concurrent.futures.thread: BrokenThreadPool). */
export class BrokenThreadPoolError extends BrokenPoolError {
  static {
    this.prototype.name = 'BrokenThreadPoolError';
  }
}

/** The same of a pool of interpreters (concurrent.futures.interpreter: BrokenInterpreterPool). */
export class BrokenInterpreterPoolError extends BrokenThreadPoolError {
  static {
    this.prototype.name = 'BrokenInterpreterPoolError';
  }
}

/** The same of a pool of processes (concurrent.futures.process: BrokenProcessPool). */
export class BrokenProcessPoolError extends BrokenPoolError {
  static {
    this.prototype.name = 'BrokenProcessPoolError';
  }
}

/** A worker ended by itself: `process.exit`, an uncaught error, out of memory, a signal. */
export class WorkerDiedError extends Error {
  static {
    this.prototype.name = 'WorkerDiedError';
  }
  readonly code = 'ERR_WORKER_DIED';
  /** The exit code, or `null` when a signal ended a process. */
  readonly exitCode: number | null;
  constructor(message: string, options: { exitCode: number | null; cause?: unknown }) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.exitCode = options.exitCode;
  }
}

/** The future was cancelled (concurrent.futures: CancelledError). */
export class CancelledError extends Error {
  static {
    this.prototype.name = 'CancelledError';
  }
  readonly code = 'ERR_FUTURE_CANCELLED';
}

/** A future was to be resolved twice (concurrent.futures: InvalidStateError). */
export class InvalidStateError extends Error {
  static {
    this.prototype.name = 'InvalidStateError';
  }
  readonly code = 'ERR_FUTURE_STATE';
}

/** A wait for a future ran out of time; the task itself goes on. */
export class TimeoutError extends Error {
  static {
    this.prototype.name = 'TimeoutError';
  }
  readonly code = 'ERR_FUTURE_TIMEOUT';
}

/** Stands for a thrown `null` or `undefined` where a future answers with its error: there `null` means that there is none. */
export class ThrownValueError extends Error {
  static {
    this.prototype.name = 'ThrownValueError';
  }
  readonly code = 'ERR_TASK_THROWN_VALUE';
  /** What was thrown. `result()` rejects with it as it is. */
  readonly value: null | undefined;
  constructor(value: null | undefined) {
    super(`expected the task to throw an Error; it threw ${value}. \`result()\` rejects with just that; throw an Error instead`);
    this.value = value;
  }
}
