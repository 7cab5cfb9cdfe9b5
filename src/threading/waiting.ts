/**
 * How every primitive waits. A thread that blocks lets go of the Global Interpreter Lock while it sleeps, and only then: first it tries
 * without (law 32). A promise lets go of nothing by itself: an event loop of a pool holds the lock only while it runs JavaScript.
 */
import { ArgumentError, describe, LockCancelledError } from '../errors.js';
import { now } from '../host/clock.js';
import { checkTimeout, isSignal } from '../lock/options.js';
import { releaseForIO } from '../runtime/release.js';
import { runAsync } from '../steps/async.js';
import { runBlocking } from '../steps/blocking.js';
import type { Protocol } from '../steps/step.js';

/** How a thread waits that blocks. It hears no signal meanwhile. */
export interface BlockingOptions {
  /** Milliseconds to wait at most, 0 or more. That they have passed is an answer, not an error. @default no limit */
  readonly timeout?: number | undefined;
}

/** How a task of an event loop waits. */
export interface WaitingOptions extends BlockingOptions {
  /** Calls the wait off: the promise rejects with a `LockCancelledError` whose cause is the reason. */
  readonly signal?: AbortSignal | undefined;
}

/** A wait, checked: until when, on the clock, and what calls it off. */
export interface Wait {
  readonly until: number;
  readonly signal: AbortSignal | undefined;
}

/** Now or never: a protocol that is given this as its `until` tries once. */
export const AT_ONCE = Number.NEGATIVE_INFINITY;

/**
 * The options of a wait, checked.
 * @throws ArgumentError, OutOfRangeError
 */
export function checkWaiting(options: WaitingOptions | undefined): Wait {
  if (options === undefined) return { until: Number.POSITIVE_INFINITY, signal: undefined };
  if (typeof options !== 'object' || options === null) {
    throw new ArgumentError(`options: expected { timeout, signal }; got ${describe(options)}`);
  }
  const { timeout, signal } = options;
  if (signal !== undefined && !isSignal(signal)) throw new ArgumentError(`signal: expected an AbortSignal; got ${describe(signal)}`);
  return { until: untilOf(timeout === undefined ? Number.POSITIVE_INFINITY : checkTimeout(timeout)), signal };
}

/** When `timeout` milliseconds from now will have passed. */
export function untilOf(timeout: number): number {
  return timeout === Number.POSITIVE_INFINITY ? timeout : now() + timeout;
}

/** Runs a protocol that may have to sleep, blocking this thread, without the Global Interpreter Lock. */
export function waitSync<T>(protocol: Protocol<T>): T {
  return releaseForIO(() => runBlocking(protocol));
}

/**
 * Runs a protocol that may have to sleep, in a promise.
 * @throws LockCancelledError when its signal aborts
 */
export async function waitLater<T>(protocol: Protocol<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal?.aborted) throw calledOff(signal);
  const outcome = await runAsync(protocol, signal);
  if (outcome === undefined && signal?.aborted) throw calledOff(signal);
  return outcome as T;
}

function calledOff(signal: AbortSignal): LockCancelledError {
  return new LockCancelledError('this wait was called off by its AbortSignal', { cause: signal.reason });
}
