/**
 * How a lock is made and how an acquire waits: the options, and the checks on them.
 */
import type { Dialect } from '../dialects/dialect.js';
import type { DialectName } from '../dialects/registry.js';
import { ArgumentError, describe, OutOfRangeError } from '../errors.js';

/** How a `GlobalLock` is made. */
export interface GlobalLockOptions {
  /** Whose rules it follows. @default 'cpython-3.13' */
  readonly dialect?: DialectName | Dialect;
  /** Milliseconds a waiter waits before it asks the holder to drop; above 0. @default the dialect's: 5 */
  readonly switchInterval?: number;
  /** For messages and pictures. @default 'gil' */
  readonly name?: string;
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

/** How `acquire` waits. */
export interface AcquireOptions {
  /** Among the tasks of this thread's event loop the higher one goes first; other threads know no priority. @default 0 */
  readonly priority?: number;
  /** Milliseconds to wait at most, 0 or more; then the answer is `null`. @default no limit */
  readonly timeout?: number;
  /** Calls the wait off: the promise rejects with a `LockCancelledError`. */
  readonly signal?: AbortSignal;
}

/** How many events a log keeps, or a clear error. */
export function checkCapacity({ capacity = 10_000 }: TraceOptions): number {
  if (typeof capacity !== 'number') throw new ArgumentError(`trace.capacity: expected a number of events; got ${describe(capacity)}`);
  if (Number.isInteger(capacity) && capacity > 0 && capacity <= 1_000_000) return capacity;
  throw new OutOfRangeError(`trace.capacity: expected a whole number from 1 to 1,000,000; got ${describe(capacity)}`);
}

/** A timeout in milliseconds, or a clear error. */
export function checkTimeout(timeout: unknown): number {
  if (typeof timeout !== 'number') throw new ArgumentError(`timeout: expected milliseconds, 0 or more; got ${describe(timeout)}`);
  if (timeout >= 0) return timeout;
  throw new OutOfRangeError(`timeout: expected milliseconds, 0 or more; got ${describe(timeout)}`);
}

/** A signal that aborts when either does. */
export function anyOf(first: AbortSignal | undefined, second: AbortSignal | undefined): AbortSignal | undefined {
  return first === undefined || second === undefined ? (first ?? second) : AbortSignal.any([first, second]);
}
