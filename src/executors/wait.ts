/**
 * `wait`: several futures at once. CPython Lib/concurrent/futures/_base.py: wait. Done means finished, or cancelled and notified; a
 * future of a pool is notified as it is cancelled, one that stands alone by `setRunningOrNotifyCancel()`.
 */
import { ArgumentError, describe } from '../errors.js';
import { Future } from './future.js';
import { checkLimits, type Limits, type WaitLimits, type Watcher, watchLimits } from './limits.js';

/** What to wait for, and how long. */
export interface WaitOptions extends WaitLimits {
  /**
   * `ALL_COMPLETED`: until all are done. `FIRST_COMPLETED`: until one is. `FIRST_EXCEPTION`: until one has failed, or all are done; a
   * cancelled one has not failed. @default 'ALL_COMPLETED'
   */
  readonly returnWhen?: 'ALL_COMPLETED' | 'FIRST_COMPLETED' | 'FIRST_EXCEPTION' | undefined;
}

/** The futures, each in one of two sets, in the order in which they were given. */
export interface WaitResult<F> {
  /** Those that have finished or were cancelled. */
  readonly done: Set<F>;
  /** The others. */
  readonly notDone: Set<F>;
}

const CONDITIONS: readonly unknown[] = ['ALL_COMPLETED', 'FIRST_COMPLETED', 'FIRST_EXCEPTION'];

/**
 * Waits for several futures, of one pool or of many. Like `concurrent.futures.wait`.
 *
 * @param futures any iterable of them; one that comes twice counts once
 * @param options `returnWhen`; `timeout` in milliseconds, 0 or more; `signal`
 * @returns which are done and which are not. A task's failure and the end of the timeout are no errors here.
 * @throws at the call: ArgumentError, OutOfRangeError. As a rejection: the signal's reason; the futures go on.
 *
 * @example
 * ```ts
 * import { Future, wait } from 'gil';
 * const [slow, quick] = [new Future<string>(), new Future<string>()];
 * const first = wait([slow, quick], { returnWhen: 'FIRST_COMPLETED' });
 * quick.setResult('here');
 * const { done, notDone } = await first;
 * console.log(done.has(quick), notDone.has(slow)); // => true true
 * ```
 */
export function wait<F extends Future<unknown>>(futures: Iterable<F>, options: WaitOptions = {}): Promise<WaitResult<F>> {
  const all = distinctFutures(futures);
  const limits = checkLimits(options);
  const { returnWhen = 'ALL_COMPLETED' } = options;
  if (!CONDITIONS.includes(returnWhen))
    throw new ArgumentError(`returnWhen: expected 'ALL_COMPLETED', 'FIRST_COMPLETED' or 'FIRST_EXCEPTION'; got ${describe(returnWhen)}`);
  if (limits.signal?.aborted) return Promise.reject(limits.signal.reason);
  return waitUntil(all, returnWhen, limits);
}

function waitUntil<F extends Future<unknown>>(
  all: Set<F>,
  returnWhen: NonNullable<WaitOptions['returnWhen']>,
  limits: Limits,
): Promise<WaitResult<F>> {
  const { done, notDone } = divide(all);
  const isEnough = (latest: Future<unknown>): boolean =>
    returnWhen === 'FIRST_COMPLETED' || (returnWhen === 'FIRST_EXCEPTION' && latest.failed);
  if (notDone.size === 0 || limits.timeout === 0 || [...done].some(isEnough)) return Promise.resolve({ done, notDone });
  let left = notDone.size;
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      for (const future of notDone) future.unwatch(watcher);
      stop();
    };
    const answer = (): void => {
      leave();
      resolve(divide(all));
    };
    const watcher: Watcher = {
      onSettled: (future) => {
        left -= 1;
        if (left === 0 || isEnough(future as Future<unknown>)) answer();
      },
    };
    const stop = watchLimits(limits, answer, (reason) => {
      leave();
      reject(reason);
    });
    for (const future of notDone) future.watch(watcher);
  });
}

function divide<F extends Future<unknown>>(all: Iterable<F>): WaitResult<F> {
  const [done, notDone] = [new Set<F>(), new Set<F>()];
  for (const future of all) (future.settled ? done : notDone).add(future);
  return { done, notDone };
}

/** Each of them once, or a clear error. */
export function distinctFutures<F extends Future<unknown>>(futures: Iterable<F>): Set<F> {
  if (typeof futures !== 'object' || futures === null || typeof futures[Symbol.iterator] !== 'function')
    throw new ArgumentError(`futures: expected an iterable of futures, such as an array; got ${describe(futures)}`);
  const all = new Set(futures);
  for (const future of all)
    if (!(future instanceof Future))
      throw new ArgumentError(`futures: expected what submit() returned; got ${describe(future)} among them`);
  return all;
}
