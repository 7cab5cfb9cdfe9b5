/**
 * How a lock is made and how an acquire waits: the options, and the checks on them.
 */
import type { Dialect } from '../dialects/dialect.js';
import type { DialectName } from '../dialects/registry.js';
import { ArgumentError, describe, OutOfRangeError } from '../errors.js';
import type { PreemptionOptions } from './preemption.js';

/** How a `GlobalLock` is made. */
export interface GlobalLockOptions extends PreemptionOptions {
  /** Whose rules it follows. @default 'cpython-3.13' */
  readonly dialect?: DialectName | Dialect;
  /** Milliseconds a waiter waits before it asks the holder to drop; above 0. @default the dialect's: 5 */
  readonly switchInterval?: number;
  /** For messages and pictures. @default 'gil' */
  readonly name?: string;
  /** What `cancel()` rejects with, as in async-mutex's `new Mutex(cancelError)`. @default a new LockCancelledError each time */
  readonly cancelError?: Error;
  /** Write down what happens at the lock, for `lock.events()`. @default nothing is written down */
  readonly trace?: TraceOptions;
}

/** What is written down about a lock. */
export interface TraceOptions {
  /** How many events are kept, 1 to 1,000,000; the oldest give way. 32 bytes each. @default 10,000 */
  readonly capacity?: number;
}

/** A thread as a lock knows it. */
export interface ThreadInfo {
  /** Its identity at this lock, from 1. */
  readonly ident: number;
  /** Node's `threadId`: 0 is the main thread. */
  readonly threadId: number;
}

/** How a task of an event loop waits for a lock. */
export interface AcquireOptions {
  /** Among the tasks of this thread's event loop the higher one goes first; other threads know no priority. @default 0 */
  readonly priority?: number | undefined;
  /** Milliseconds to wait at most, 0 or more. That they have passed is an answer, not an error. @default no limit */
  readonly timeout?: number | undefined;
  /** Calls the wait off: the promise rejects with a `LockCancelledError`. */
  readonly signal?: AbortSignal | undefined;
}

/** The same with a limit: these waits can end without the lock. */
export type TimedOptions = AcquireOptions & { readonly timeout: number };

/** How a thread waits that blocks. It hears no signal meanwhile. */
export interface SyncOptions {
  /** Milliseconds to wait at most, 0 or more. That they have passed is an answer, not an error. @default no limit */
  readonly timeout?: number | undefined;
}

/** The options of a wait, checked; a bare number is a priority, as in async-mutex. */
export function checkWait(options: unknown): AcquireOptions {
  if (options === undefined) return {};
  const wait: { readonly [key in keyof AcquireOptions]: unknown } =
    typeof options === 'object' && options !== null ? options : { priority: options };
  const { priority = 0, timeout, signal } = wait;
  if (typeof priority !== 'number')
    throw new ArgumentError(`expected a priority or { priority, timeout, signal }; got ${describe(priority)}`);
  if (Number.isNaN(priority)) throw new OutOfRangeError('priority: expected a number that has an order; got NaN');
  if (signal !== undefined && !isSignal(signal)) throw new ArgumentError(`signal: expected an AbortSignal; got ${describe(signal)}`);
  return { priority, timeout: timeout === undefined ? undefined : checkTimeout(timeout), signal };
}

/** By its shape, as Node does: it may come from another realm. */
export function isSignal(value: unknown): value is AbortSignal {
  return typeof value === 'object' && value !== null && 'aborted' in value && 'addEventListener' in value;
}

/** Throws unless `task` can be run. */
export function checkTask(task: unknown): void {
  if (typeof task !== 'function') throw new ArgumentError(`task: expected a function; got ${describe(task)}`);
}

/** Throws unless it is an error, or there is none. */
export function checkCancelError(error: unknown): void {
  if (error !== undefined && !(error instanceof Error)) throw new ArgumentError(`cancelError: expected an Error; got ${describe(error)}`);
}

/** The timeout of a wait that blocks, checked. */
export function checkSync(options: SyncOptions | undefined): number {
  if (options === undefined) return Number.POSITIVE_INFINITY;
  if (typeof options !== 'object' || options === null) throw new ArgumentError(`expected { timeout }; got ${describe(options)}`);
  return options.timeout === undefined ? Number.POSITIVE_INFINITY : checkTimeout(options.timeout);
}

/** How many events a log keeps, or a clear error. */
export function checkCapacity({ capacity = 10_000 }: TraceOptions): number {
  if (typeof capacity !== 'number') throw new ArgumentError(`trace.capacity: expected a number of events; got ${describe(capacity)}`);
  if (Number.isInteger(capacity) && capacity > 0 && capacity <= 1_000_000) return capacity;
  throw new OutOfRangeError(`trace.capacity: expected a whole number from 1 to 1,000,000; got ${describe(capacity)}`);
}

/** A timeout, or another time called `name`, in milliseconds, or a clear error. */
export function checkTimeout(timeout: unknown, name = 'timeout'): number {
  if (typeof timeout !== 'number') throw new ArgumentError(`${name}: expected milliseconds, 0 or more; got ${describe(timeout)}`);
  if (timeout >= 0) return timeout;
  throw new OutOfRangeError(`${name}: expected milliseconds, 0 or more; got ${describe(timeout)}`);
}

/** A name for messages, or a clear error. */
export function checkName(name: unknown): string {
  if (typeof name === 'string') return name;
  throw new ArgumentError(`name: expected a string; got ${describe(name)}`);
}
