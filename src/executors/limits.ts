/**
 * Waiting for a future from within this package: who is told what, and what ends a wait that the future does not end: a timeout and an
 * AbortSignal. Both end the waiting only; what is waited for goes on.
 */
import { ArgumentError, describe, TimeoutError } from '../errors.js';
import { onAbort } from '../host/abort.js';
import { after } from '../host/clock.js';
import { checkTimeout, isSignal } from '../lock/options.js';

/** How long to wait for a future. */
export interface WaitLimits {
  /** Milliseconds to wait at most, 0 or more; 0 asks without waiting. Alone it does not keep the process alive. @default no limit */
  readonly timeout?: number | undefined;
  /** Ends the waiting, which then rejects with the signal's reason. It cancels nothing. @default none */
  readonly signal?: AbortSignal | undefined;
}

/** The same, checked. */
export interface Limits {
  /** Infinity: none. */
  readonly timeout: number;
  readonly signal: AbortSignal | undefined;
}

/** Who waits for a future: told before its callbacks are called. */
export interface Watcher {
  /** It is done, be it that it was only just cancelled. */
  onDone?(): void;
  /** It has finished, or was cancelled and its executor knows: what `wait` and `asCompleted` go by. */
  onSettled?(future: Watchable): void;
}

/** A future, as far as waiting goes. */
export interface Watchable {
  done(): boolean;
  watch(watcher: Watcher): void;
  unwatch(watcher: Watcher): void;
}

/** An object, or a clear error. */
export function checkObject<T>(options: T): T {
  if (typeof options === 'object' && options !== null) return options;
  throw new ArgumentError(`options: expected an object; got ${describe(options)}`);
}

/** Throws unless they are limits. */
export function checkLimits(options: WaitLimits): Limits {
  const { timeout, signal } = checkObject(options);
  if (signal !== undefined && !isSignal(signal)) throw new ArgumentError(`signal: expected an AbortSignal; got ${describe(signal)}`);
  return { timeout: timeout === undefined ? Number.POSITIVE_INFINITY : checkTimeout(timeout), signal };
}

/** Tells that a limit is reached, but not before it has returned; the returned function calls it off. The signal must not have aborted. */
export function watchLimits({ timeout, signal }: Limits, onTimeout: () => void, onAborted: (reason: unknown) => void): () => void {
  const stopClock = timeout === Number.POSITIVE_INFINITY ? undefined : after(timeout, onTimeout);
  const deafen = signal && onAbort(signal, () => onAborted(signal.reason));
  return () => {
    stopClock?.();
    deafen?.();
  };
}

/** Resolves when `future` is done. Rejects with a TimeoutError or the signal's reason, and is then forgotten by the future. */
export function whenDone(future: Watchable, options: WaitLimits): Promise<void> {
  const limits = checkLimits(options);
  const { timeout, signal } = limits;
  if (signal?.aborted) return Promise.reject(signal.reason);
  if (future.done()) return Promise.resolve();
  const overdue = (): TimeoutError => new TimeoutError(`${future} was not done after ${timeout} ms; it goes on`);
  if (timeout === 0) return Promise.reject(overdue());
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      future.unwatch(watcher);
      stop();
    };
    const fail = (error: unknown): void => {
      leave();
      reject(error);
    };
    const watcher: Watcher = {
      onDone: () => {
        leave();
        resolve();
      },
    };
    const stop = watchLimits(limits, () => fail(overdue()), fail);
    future.watch(watcher);
  });
}
