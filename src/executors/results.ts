/**
 * What every stream of results does besides giving the next one: it is its own iterator, can be left, and gives all that is left at once.
 */

/** Results as they come, to be read once: an async iterable with `toArray()`. */
export abstract class Results<R> implements AsyncIterableIterator<R, undefined, undefined>, AsyncDisposable {
  /** The next result. Rejects if that is an error. */
  abstract next(): Promise<IteratorResult<R, undefined>>;

  /** Leaves: nothing more is given, and what has not begun is called off. */
  abstract return(): Promise<IteratorResult<R, undefined>>;

  /** Itself: there is one way through the results. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The same as `return()`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  /** All that is left of the results. Rejects at the first error. */
  async toArray(): Promise<R[]> {
    const results: R[] = [];
    for await (const result of this) results.push(result);
    return results;
  }
}
