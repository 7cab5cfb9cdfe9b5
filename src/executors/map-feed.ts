/**
 * The half of a `map` that submits: takes from the inputs, makes calls or chunks of calls of them, and keeps their futures in order
 * until they are read. How many it may take is said by who reads.
 */
import { Fifo } from './fifo.js';
import type { Future } from './future.js';
import type { Args, Inputs } from './inputs.js';

/** How one call of a chunk ended. */
export type Outcome<R> = { readonly kind: 'value'; readonly value: R } | { readonly kind: 'error'; readonly error: unknown };

/** Where a map's calls go. */
export interface MapTarget<R> {
  submit(args: Args): Future<R>;
  /** Several calls as one: one future, one unit of cancellation. Absent where chunk sizes are accepted and ignored. */
  submitChunk?(calls: readonly Args[]): Future<readonly Outcome<R>[]>;
}

/** Calls that were submitted as one. */
export class Chunk<R> {
  readonly future: Future<readonly Outcome<R>[]>;
  readonly size: number;
  constructor(future: Future<readonly Outcome<R>[]>, size: number) {
    this.future = future;
    this.size = size;
  }
}

/** What is submitted in one go. */
export type Unit<R> = Future<R> | Chunk<R>;

export class MapFeed<R> {
  readonly #target: MapTarget<R>;
  readonly #inputs: Inputs;
  readonly #chunkSize: number;
  readonly #submitted = new Fifo<Unit<R>>();
  /** How many units may still be submitted. */
  #allowance: number;
  #isOver = false;
  #isFeeding = false;
  /** Why it is over before the inputs are at their end: an input that failed, or a pool that takes no more. */
  failure: { readonly error: unknown } | undefined;
  /** Is told when async inputs have got it further. */
  onChange: () => void = () => {};

  /** `allowance`: how many units it may submit before it is asked for one; Infinity: all. `chunkSize` is 1 where chunks are not known. */
  constructor(target: MapTarget<R>, inputs: Inputs, { chunkSize, allowance }: { chunkSize: number; allowance: number }) {
    this.#target = target;
    this.#inputs = inputs;
    this.#chunkSize = chunkSize;
    this.#allowance = allowance;
  }

  /** Whether nothing will be submitted any more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Submits what it may. Of sync inputs at once: what is wrong with them is thrown. */
  start(): void {
    this.#feed();
    if (this.failure !== undefined && !this.#inputs.areAsync) throw this.failure.error;
  }

  /** Submits one more, if there is one. */
  grant(): void {
    this.#allowance += 1;
    this.#feed();
  }

  /** The oldest that was submitted and not taken. */
  take(): Unit<R> | undefined {
    return this.#submitted.shift();
  }

  /** Takes no more inputs and cancels what has not begun. Resolves when the inputs have cleaned up. */
  stop(): Promise<void> {
    this.#isOver = true;
    const closed = this.#inputs.close();
    for (let unit = this.take(); unit !== undefined; unit = this.take()) futureOf(unit).cancel();
    return closed;
  }

  #feed(): void {
    if (this.#isFeeding) return;
    this.#isFeeding = true;
    if (this.#inputs.areAsync) {
      this.#feedInBackground();
      return;
    }
    while (this.#allowance > 0 && !this.#isOver) this.#submit(this.#collectNow());
    this.#isFeeding = false;
  }

  async #feedInBackground(): Promise<void> {
    while (this.#allowance > 0 && !this.#isOver) {
      this.#submit(await this.#collect());
      this.onChange();
    }
    this.#isFeeding = false;
  }

  #collectNow(): Args[] {
    const calls: Args[] = [];
    try {
      while (calls.length < this.#chunkSize && this.#add(this.#inputs.pullNow(), calls));
    } catch (error) {
      this.#fail(error);
    }
    return calls;
  }

  async #collect(): Promise<Args[]> {
    const calls: Args[] = [];
    try {
      while (calls.length < this.#chunkSize && this.#add(await this.#inputs.pull(), calls));
    } catch (error) {
      this.#fail(error);
    }
    return calls;
  }

  #add(args: Args | undefined, calls: Args[]): boolean {
    if (args === undefined) this.#isOver = true;
    else calls.push(args);
    return !this.#isOver;
  }

  #submit(calls: readonly Args[]): void {
    this.#allowance -= 1;
    const [first] = calls;
    if (first === undefined) return;
    try {
      if (this.#chunkSize === 1 || this.#target.submitChunk === undefined) this.#submitted.push(this.#target.submit(first));
      else this.#submitted.push(new Chunk(this.#target.submitChunk(calls), calls.length));
    } catch (error) {
      this.#fail(error);
      this.#inputs.close().catch(() => {});
    }
  }

  #fail(error: unknown): void {
    this.#isOver = true;
    this.failure ??= { error };
  }
}

export function futureOf<R>(unit: Unit<R>): Future<unknown> {
  return unit instanceof Chunk ? unit.future : unit;
}
