/**
 * The inputs of a `map`: several iterables as one, a tuple of one element of each at a time, until the first has no more. As Python's
 * `zip`, which asks them in turn and stops at the first that is at its end. Sync and async ones may be mixed.
 */
import { ArgumentError, describe } from '../errors.js';

/** What can be looped over by `for await`. */
export type AnyIterable<T> = Iterable<T> | AsyncIterable<T>;

/** The arguments of one call. */
export type Args = readonly unknown[];

type Source = Iterator<unknown> | AsyncIterator<unknown>;

export class Inputs {
  /** Whether one of them is async: then `pull` is to be used, else `pullNow`. */
  readonly areAsync: boolean;
  /** Those that may have more, in turn. */
  readonly #sources: Source[] = [];
  #atEnd = false;
  /** The one that is being asked. */
  #asked: Source | undefined;
  #closeLater = false;

  /** @throws ArgumentError for what is not iterable */
  constructor(iterables: readonly AnyIterable<unknown>[]) {
    for (const [index, iterable] of iterables.entries()) if (!isIterable(iterable)) throw notIterable(index, iterable);
    this.areAsync = iterables.some((iterable) => Symbol.asyncIterator in Object(iterable));
    this.#atEnd = iterables.length === 0;
    for (const iterable of iterables) this.#sources.push(iteratorOf(iterable));
  }

  /** The next tuple; `undefined` at the end. */
  pullNow(): Args | undefined {
    if (this.#atEnd) return undefined;
    const args: unknown[] = [];
    for (const source of this.#sources) {
      const turn = this.#ask(source as Iterator<unknown>);
      if (this.#atEnd) return undefined;
      if (turn.done) return this.#finish(source);
      args.push(turn.value);
    }
    return args;
  }

  /** The same, of async ones. Not to be called again before it has resolved. */
  async pull(): Promise<Args | undefined> {
    if (this.#atEnd) return undefined;
    const args: unknown[] = [];
    for (const source of this.#sources) {
      const turn = await this.#askAsync(source);
      if (this.#atEnd) return undefined;
      if (turn.done) return this.#finish(source);
      args.push(turn.value);
    }
    return args;
  }

  /**
   * Tells all of them that no more is wanted, as leaving a `for` loop does. Resolves when they have cleaned up; one that is just being asked
   * is told, but not waited for: it may never answer.
   */
  async close(): Promise<void> {
    if (this.#atEnd) return;
    this.#atEnd = true;
    const sources = this.#sources.splice(0);
    if (this.#asked !== undefined && !this.areAsync) {
      // It runs at this moment, and has called us: it can be told afterwards only.
      this.#closeLater = true;
      this.#sources.push(...sources);
      return;
    }
    const asked = this.#asked;
    await Promise.all(
      sources.map(async (source) => {
        const closing = (async () => source.return?.())();
        if (source !== asked) await closing;
        else closing.catch(() => {});
      }),
    );
  }

  #ask(source: Iterator<unknown>): IteratorResult<unknown> {
    this.#asked = source;
    try {
      return source.next();
    } catch (error) {
      this.#leave(source);
      throw error;
    } finally {
      this.#asked = undefined;
      if (this.#closeLater) for (const each of this.#sources.splice(0)) each.return?.();
    }
  }

  async #askAsync(source: Source): Promise<IteratorResult<unknown>> {
    this.#asked = source;
    try {
      return await source.next();
    } catch (error) {
      this.#leave(source);
      throw error;
    } finally {
      this.#asked = undefined;
    }
  }

  #finish(source: Source): undefined {
    this.#leave(source);
    return undefined;
  }

  /** `source` is at its end, or has failed: the others are told that no more is wanted. */
  #leave(source: Source): void {
    if (this.#atEnd) return;
    this.#sources.splice(this.#sources.indexOf(source), 1);
    this.#asked = undefined;
    this.close().catch(() => {});
  }
}

function isIterable(value: unknown): boolean {
  return value !== null && value !== undefined && (Symbol.iterator in Object(value) || Symbol.asyncIterator in Object(value));
}

function notIterable(index: number, value: unknown): ArgumentError {
  return new ArgumentError(`input ${index + 1} of map: expected an iterable or an async iterable; got ${describe(value)}`);
}

function iteratorOf(iterable: AnyIterable<unknown>): Source {
  return Symbol.asyncIterator in Object(iterable)
    ? (iterable as AsyncIterable<unknown>)[Symbol.asyncIterator]()
    : (iterable as Iterable<unknown>)[Symbol.iterator]();
}
