/**
 * `asCompleted`: futures in the order in which they are done. CPython Lib/concurrent/futures/_base.py: as_completed. Two things are other
 * than there: the clock starts at the call, as Python's documentation says, and what is done is given before a timeout is reported.
 */
import { TimeoutError } from '../errors.js';
import type { Future } from './future.js';
import { checkLimits, type WaitLimits, type Watcher, watchLimits } from './limits.js';
import { Stream } from './stream.js';
import { distinctFutures } from './wait.js';

/** Futures, each as soon as it is done. */
export interface CompletedFutures<F> extends AsyncIterableIterator<F, undefined, undefined>, AsyncDisposable {
  /** The next that is done. Rejects with a TimeoutError or the signal's reason, after which there are no more. */
  next(): Promise<IteratorResult<F, undefined>>;
  /** Leaves: nothing is cancelled, the futures forget that somebody waited. */
  return(): Promise<IteratorResult<F, undefined>>;
}

/**
 * Gives futures, of one pool or of many, as they are done: finished, failed or cancelled. Like `concurrent.futures.as_completed`.
 *
 * @param futures any iterable of them; one that comes twice is given once
 * @param options `timeout` in milliseconds from this call, 0 or more; `signal`
 * @returns an async iterable of the futures themselves: first those that are done already, then each when it is
 * @throws at the call: ArgumentError, OutOfRangeError. From the loop: TimeoutError, once nothing more is done; the signal's reason, at once.
 * Neither changes a future.
 *
 * @example
 * ```ts
 * import { asCompleted, Future } from 'gil';
 * const [slow, quick] = [new Future<string>(), new Future<string>()];
 * const completed = asCompleted([slow, quick]);
 * quick.setResult('quick');
 * slow.setResult('slow');
 * for await (const future of completed) {
 *   console.log(future === quick || quick.done()); // => true
 * }
 * ```
 */
export function asCompleted<F extends Future<unknown>>(futures: Iterable<F>, options: WaitLimits = {}): CompletedFutures<F> {
  const pending = distinctFutures(futures);
  const total = pending.size;
  const limits = checkLimits(options);
  let stop: (() => void) | undefined;
  const stream = new Stream<F>(() => {
    stop?.();
    for (const future of pending) future.unwatch(watcher);
    pending.clear();
  });
  const complete = (future: F): void => {
    pending.delete(future);
    stream.push(future);
    if (pending.size > 0) return;
    stop?.();
    stream.end();
  };
  const watcher: Watcher = { onSettled: (future) => complete(future as unknown as F) };
  const expire = (): void =>
    stream.fail(() => new TimeoutError(`${pending.size} (of ${total}) futures unfinished after ${limits.timeout} ms; they go on`));

  if (total === 0) stream.end();
  for (const future of [...pending]) {
    if (future.settled) complete(future);
    else future.watch(watcher);
  }
  if (limits.signal?.aborted) stream.abort(limits.signal.reason);
  else if (limits.timeout === 0) expire();
  else if (pending.size > 0) stop = watchLimits(limits, expire, (reason) => stream.abort(reason));
  return stream;
}
