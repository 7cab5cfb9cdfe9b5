/**
 * What code inside a thread does about the lock it lives under, without being handed it: let go for I/O, look, sleep.
 */
import { ArgumentError, describe, OutOfRangeError } from '../errors.js';
import { sleepUninterrupted } from '../host/interrupted.js';
import { GlobalLock } from '../lock/global-lock.js';

/**
 * Lets go of this thread's lock while `task` runs and takes it back when `task` returns or its promise settles. Outside any lock it
 * just calls `task`. CPython `Py_BEGIN_ALLOW_THREADS`.
 *
 * @example
 * ```ts
 * import { releaseForIO } from 'gil';
 * import { gzipSync } from 'node:zlib';
 * console.log(releaseForIO(() => gzipSync('x')).length > 0); // => true
 * ```
 */
export function releaseForIO<T>(task: () => T): T {
  const lock = GlobalLock.default;
  return lock.isHeldByCurrentThread() ? lock.releaseForIO(task) : task();
}

/**
 * Wraps a function once, so that each call lets go of the lock while it runs: what a C extension does that knows its manners.
 *
 * @example
 * ```ts
 * import { releasing } from 'gil';
 * import { pbkdf2Sync } from 'node:crypto';
 * const pbkdf2 = releasing(pbkdf2Sync);
 * console.log(pbkdf2('secret', 'salt', 1, 16, 'sha256').length); // => 16
 * ```
 * @throws ArgumentError if it is not a function
 */
export function releasing<This, Args extends unknown[], Result>(
  native: (this: This, ...args: Args) => Result,
): (this: This, ...args: Args) => Result {
  if (typeof native !== 'function') throw new ArgumentError(`releasing: expected a function; got ${describe(native)}`);
  return function (this: This, ...args: Args): Result {
    return releaseForIO(() => native.apply(this, args));
  };
}

/** Looks whether this thread's lock was asked for, and hands it over if so. Transformed code does it by itself. CPython: the eval breaker. */
export function checkpoint(): void {
  GlobalLock.default.checkpoint();
}

/**
 * Blocks this thread for `ms` milliseconds and lets others have the lock meanwhile, also when `ms` is 0.
 * CPython Modules/timemodule.c: pysleep.
 * @throws OutOfRangeError unless 0 or more
 */
export function sleep(ms: number): void {
  if (typeof ms !== 'number') throw new ArgumentError(`sleep: expected milliseconds, 0 or more; got ${describe(ms)}`);
  if (!(ms >= 0)) throw new OutOfRangeError(`sleep: expected milliseconds, 0 or more; got ${describe(ms)}`);
  releaseForIO(() => sleepUninterrupted(ms));
}
