/**
 * Values that come one by one on one side and are awaited on the other. What comes while nobody waits is kept; who waits first is
 * served first; leaving is told to where the values come from.
 */
import { Fifo } from './fifo.js';

interface Reader<T> {
  readonly resolve: (turn: IteratorResult<T, undefined>) => void;
  readonly reject: (error: unknown) => void;
}

/** `overdue`: an error that waits until there is no value left; `aborted`: one that values no longer come before. */
type Ending = { readonly kind: 'done' } | { readonly kind: 'overdue' | 'aborted'; readonly error: () => unknown };

const DONE = { done: true, value: undefined } as const;

/** An async iterator that is fed from outside. */
export class Stream<T> implements AsyncIterableIterator<T, undefined, undefined>, AsyncDisposable {
  readonly #ready = new Fifo<IteratorResult<T, undefined>>();
  readonly #readers = new Fifo<Reader<T>>();
  readonly #onLeave: () => void;
  #ending: Ending | undefined;

  /** `onLeave` is told that nobody will read any more, maybe more than once. */
  constructor(onLeave: () => void) {
    this.#onLeave = onLeave;
  }

  /** One more value. */
  push(value: T): void {
    if (this.#ending?.kind === 'done' || this.#ending?.kind === 'aborted') return;
    const reader = this.#readers.shift();
    if (reader === undefined) this.#ready.push({ done: false, value });
    else reader.resolve({ done: false, value });
  }

  /** No more values than those it has. */
  end(): void {
    if (this.#ending?.kind !== 'aborted') this.#ending = { kind: 'done' };
    this.#dismiss();
  }

  /** Whoever finds no value from now on gets this error, once. Values may still come until then, or the end. */
  fail(error: () => unknown): void {
    if (this.#ending !== undefined) return;
    if (this.#readers.size === 0) this.#ending = { kind: 'overdue', error };
    else this.#throwTo(this.#readers.shift(), error());
  }

  /** The next to ask gets this error; what values it has are dropped, and there are no more. */
  abort(error: unknown): void {
    if (this.#ending?.kind === 'done' && this.#ready.size === 0) return;
    this.#drop();
    if (this.#readers.size > 0) {
      this.#throwTo(this.#readers.shift(), error);
      return;
    }
    this.#ending = { kind: 'aborted', error: () => error };
    this.#onLeave();
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

  #throwTo(reader: Reader<T> | undefined, error: unknown): void {
    reader?.reject(error);
    this.#leave();
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
