/**
 * How a pool is made and how a call is submitted: the options, and the checks on them.
 */
import type { ResourceLimits, Worker, WorkerOptions } from 'node:worker_threads';
import type { Dialect } from '../dialects/dialect.js';
import type { DialectName } from '../dialects/registry.js';
import { ArgumentError, describe, OutOfRangeError } from '../errors.js';
import type { PreemptionOptions } from '../lock/preemption.js';
import { checkLimits, type WaitLimits } from './limits.js';
import type { Runnable } from './prepare.js';

/** What every pool can be told. */
export interface PoolOptions extends PreemptionOptions {
  /** Whose rules the lock of the workers follows. @default 'cpython-3.13' */
  readonly dialect?: DialectName | Dialect;
  /** The switch interval of the workers' lock, in milliseconds above 0. @default the dialect's: 5 */
  readonly switchInterval?: number;
  /** Workers are named `prefix_0`, `prefix_1`, … @default the pool's class and number: 'ThreadPool-0' */
  readonly threadNamePrefix?: string;
  /** A task that each worker runs before its first call. If it fails, the pool is broken. */
  readonly initializer?: Runnable<readonly never[], unknown>;
  /** The initializer's arguments. */
  readonly initArgs?: readonly unknown[];
  /** How many calls a worker runs before it is replaced by a new one, 1 or more. @default no limit */
  readonly maxTasksPerWorker?: number;
  /** How many calls may wait before `needsDrain` says that it is enough, 1 or more. `submit` takes more all the same. @default no limit */
  readonly bufferSize?: number;
  /** How long a call that was told to stop may take to do so before its worker is terminated, in milliseconds, 0 or more. @default 500 */
  readonly gracePeriod?: number;
  /**
   * What follows when a worker dies by itself. `break`: the pool is broken, and all that is not done fails, as in CPython. `replace`: the
   * call that it ran fails with a WorkerDiedError, and a new worker takes its place. @default 'break'
   */
  readonly onWorkerDeath?: 'break' | 'replace';
  /** Called at each submit; what it gives is copied into the worker, where the call finds it in `currentTask()?.context`. */
  readonly context?: () => unknown;
  /** As of Node's `Worker`. Not for child processes. */
  readonly resourceLimits?: ResourceLimits;
  /**
   * Makes a worker of the package's own file, for bundlers that must see the file's name:
   * `(url, options) => new Worker(new URL('gil/worker', import.meta.url), options)`. Not for child processes.
   */
  readonly createWorker?: (url: URL, options: WorkerOptions) => Worker;
}

/** How `shutdown` goes about it. */
export interface ShutdownOptions {
  /** `true`: resolve when all work is done and all workers are gone. @default true */
  readonly wait?: boolean;
  /** `true`: cancel what no worker has begun. @default false */
  readonly cancelFutures?: boolean;
}

/** What can be said about one call, in `submitWith`. */
export interface SubmitOptions {
  /**
   * Gives the call up when it aborts. The call sees it as `currentTask().signal`, and in place of this signal among its arguments. Synchronous
   * code is interrupted at its next look; what does not stop within the pool's `gracePeriod` is terminated with its worker.
   */
  readonly signal?: AbortSignal | undefined;
  /** How long it may run, in milliseconds, 0 or more, from when a worker begins it. For a deadline from now on use `AbortSignal.timeout(ms)`. */
  readonly timeout?: number | undefined;
  /** What of the arguments moves to the worker instead of being copied, as for `postMessage`. */
  readonly transfer?: readonly unknown[] | undefined;
  /** The higher goes first, within one priority the older. @default 0 */
  readonly priority?: number | undefined;
}

/** The options of a call, checked. */
export interface CallOptions {
  readonly signal: AbortSignal | undefined;
  /** Infinity: no limit. */
  readonly timeout: number;
  readonly transfer: readonly unknown[];
  readonly priority: number;
}

/** The options of a call, or a clear error. */
export function checkSubmit(options: unknown): CallOptions {
  if (typeof options !== 'object' || options === null) {
    throw new ArgumentError(`submitWith: expected { signal, timeout, transfer, priority } before the task; got ${describe(options)}`);
  }
  const { signal, timeout, transfer = [], priority = 0 } = options as { [Key in keyof SubmitOptions]: unknown };
  if (typeof priority !== 'number') throw new ArgumentError(`priority: expected a number; got ${describe(priority)}`);
  if (Number.isNaN(priority)) throw new OutOfRangeError('priority: expected a number that has an order; got NaN');
  if (!Array.isArray(transfer)) throw new ArgumentError(`transfer: expected an array of what moves; got ${describe(transfer)}`);
  return { ...checkLimits({ signal, timeout } as WaitLimits), priority, transfer };
}

/** A number of workers, or a clear error. CPython Lib/concurrent/futures/thread.py: ThreadPoolExecutor.__init__. */
export function checkMaxWorkers(maxWorkers: unknown): number {
  return checkWhole('maxWorkers', maxWorkers);
}

/** A whole number from 1, or a clear error. */
export function checkWhole(name: string, value: unknown): number {
  if (typeof value !== 'number') throw new ArgumentError(`${name}: expected a whole number above 0; got ${describe(value)}`);
  if (Number.isInteger(value) && value > 0) return value;
  throw new OutOfRangeError(`${name} must be a whole number greater than 0; got ${describe(value)}`);
}

/** One of a few words, or a clear error. */
export function checkWord<Word extends string>(name: string, value: unknown, words: readonly Word[]): Word {
  const found = words.find((word) => word === value);
  if (found !== undefined) return found;
  throw new ArgumentError(`${name}: expected ${words.map((word) => `'${word}'`).join(' or ')}; got ${describe(value)}`);
}

/** A function, or nothing, or a clear error. */
export function checkFunction<F extends (...args: never) => unknown>(name: string, value: F | undefined): F | undefined {
  if (value === undefined || typeof value === 'function') return value;
  throw new ArgumentError(`${name}: expected a function; got ${describe(value)}`);
}
