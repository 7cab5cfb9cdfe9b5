/**
 * Values that come one by one on one side and are awaited on the other. What comes while nobody waits is kept; who waits first is
 * served first; leaving is told to where the values come from.
 */
import { Fifo } from './fifo.js';

interface Reader<T> {
  readonly resolve: (turn: IteratorResult<T, undefined>) => void;
  readonly reject: (error: unknown) => void;
}

type Ending = { readonly kind: 'done' } | { readonly kind: 'failed'; readonly error: () => unknown };

const DONE = { done: true, value: undefined } as const;

/** An async iterator that is fed from outside. */
export class Stream<T> implements AsyncIterableIterator<T, undefined, undefined>, AsyncDisposable {
  readonly #ready = new Fifo<IteratorResult<T, undefined>>();
  readonly #readers = new Fifo<Reader<T>>();
  readonly #onLeave: () => void;
  #ending: Ending | undefined;

  /** `onLeave` is told once that nobody will read any more. */
  constructor(onLeave: () => void) {
    this.#onLeave = onLeave;
  }

  /** One more value. */
  push(value: T): void {
    if (this.#ending?.kind === 'done') return;
    const reader = this.#readers.shift();
    if (reader === undefined) this.#ready.push({ done: false, value });
    else reader.resolve({ done: false, value });
  }

  /** No more values than those it has. */
  end(): void {
    this.#ending ??= { kind: 'done' };
    this.#dismiss();
  }

  /** Whoever finds no value from now on gets this error, once. Values may still come until then. */
  fail(error: () => unknown): void {
    if (this.#ending !== undefined) return;
    const reader = this.#readers.shift();
    if (reader === undefined) {
      this.#ending = { kind: 'failed', error };
      return;
    }
    reader.reject(error());
    this.#leave();
  }

  /** The same, and the values it has are dropped. */
  abort(error: unknown): void {
    if (this.#ending?.kind === 'done' && this.#ready.size === 0) return;
    this.#ending = undefined;
    this.#drop();
    this.fail(() => error);
  }

  async next(): Promise<IteratorResult<T, undefined>> {
    const turn = this.#ready.shift();
    if (turn !== undefined) return turn;
    const ending = this.#ending;
    if (ending === undefined) return new Promise((resolve, reject) => this.#readers.push({ resolve, reject }));
    if (ending.kind === 'done') return DONE;
    const error = ending.error();
    this.#leave();
    throw error;
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    this.#drop();
    this.#leave();
    return DONE;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  #leave(): void {
    this.#ending = { kind: 'done' };
    this.#onLeave();
    this.#dismiss();
  }

  #dismiss(): void {
    for (let reader = this.#readers.shift(); reader !== undefined; reader = this.#readers.shift()) reader.resolve(DONE);
  }

  #drop(): void {
    while (this.#ready.shift() !== undefined);
  }
}
