/**
 * What `map` gives: the results in the order of the inputs, as an async iterable. The calls are under way already; leaving the loop
 * early, or an error, cancels those that no worker has begun. CPython Lib/concurrent/futures/_base.py: Executor.map.
 */
import type { Future } from './future.js';

/** The results of a `map`, in the order of the inputs. */
export class MapResults<R> implements AsyncIterableIterator<R> {
  #futures: Future<R>[];
  #next = 0;

  /** @internal */
  constructor(futures: Future<R>[]) {
    this.#futures = futures;
  }

  /** The next result; rejects with the task's error, after which there are no more. */
  async next(): Promise<IteratorResult<R, undefined>> {
    const future = this.#futures[this.#next];
    if (future === undefined) return { done: true, value: undefined };
    this.#next += 1;
    try {
      return { done: false, value: await future.result() };
    } catch (error) {
      this.#cancelRest();
      throw error;
    }
  }

  /** Leaves: what has not begun is cancelled. */
  async return(): Promise<IteratorResult<R, undefined>> {
    this.#cancelRest();
    return { done: true, value: undefined };
  }

  /** Itself: there is one way through the results. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /** All that is left of the results. */
  async toArray(): Promise<R[]> {
    const results: R[] = [];
    for await (const result of this) results.push(result);
    return results;
  }

  #cancelRest(): void {
    for (const future of this.#futures.slice(this.#next)) future.cancel();
    this.#futures = [];
  }
}
