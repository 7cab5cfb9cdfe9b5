/**
 * What `imap` and `imapUnordered` give: results one by one, in the order of the inputs or as they come, also after an error. The inputs are
 * taken in the background. CPython Lib/multiprocessing/pool.py: IMapIterator, IMapUnorderedIterator.
 */
import { CancelledError, TimeoutError } from '../errors.js';
import { whenIdle } from '../host/clock.js';
import { Fifo } from './fifo.js';
import type { Future } from './future.js';
import { checkLimits, type WaitLimits, watchLimits } from './limits.js';
import { futureOf, type Outcome, type Unit } from './map-feed.js';
import type { ChunkedInputs } from './pool-inputs.js';
import { outcomesOf } from './pool-results.js';
import { Results } from './results.js';

/** What an iterator is made of. */
export interface IteratorSettings<R> {
  readonly inputs: ChunkedInputs;
  readonly submit: (calls: readonly (readonly unknown[])[]) => Unit<R>;
  readonly order: 'inputs' | 'arrival';
  readonly chunkSize: number;
  /** How many chunks may be under way or unread; Infinity: all. */
  readonly bufferSize: number;
}

interface Reader<R> {
  readonly resolve: (turn: IteratorResult<R, undefined>) => void;
  readonly reject: (error: unknown) => void;
}

/** A chunk that was submitted, or the error that stands where the inputs ended. */
interface Place<R> {
  future: Future<unknown> | undefined;
  outcomes: readonly Outcome<R>[] | undefined;
}

const DONE = { done: true, value: undefined } as const;
/** So many chunks are submitted before the event loop turns: the inputs may have no end. */
const BREATH = 256;

/**
 * The results of `imap` or `imapUnordered`. A step that rejects is not the end: the next one gives the next result. A `for await` loop
 * ends at the first error, as loops do; to go on after errors, call `next()`.
 *
 * @example
 * ```ts
 * import { Pool } from 'gil';
 * await using pool = new Pool(2);
 * const inverse = (n: number) => {
 *   if (n === 0) throw new RangeError('no inverse');
 *   return 1 / n;
 * };
 * const results = pool.imap(inverse, [1, 0, 4]);
 * console.log((await results.next()).value); // => 1
 * console.log(await results.next().catch((error) => error.message)); // => no inverse
 * console.log(await results.toArray()); // => [ 0.25 ]
 * ```
 */
export class PoolResults<R> extends Results<R> {
  readonly #settings: IteratorSettings<R>;
  /** Submitted and not there yet, the oldest first; in the order of inputs also what is there and waits for an older one. */
  readonly #places = new Set<Place<R>>();
  readonly #ready = new Fifo<readonly Outcome<R>[]>();
  readonly #readers = new Set<Reader<R>>();
  /** How far the first of the ready ones has been read. */
  #read = 0;
  /** How many chunks were submitted and not read to their end. */
  #unread = 0;
  #feeding: 'on' | 'over' = 'on';
  #wakeFeeder: () => void = () => {};
  #onFed: () => void = () => {};
  /** @internal Resolves when no more will be submitted. */
  readonly fed: Promise<void>;

  /** @internal */
  constructor(settings: IteratorSettings<R>) {
    super();
    this.#settings = settings;
    this.fed = new Promise((resolve) => {
      this.#onFed = resolve;
    });
    void this.#feed();
  }

  /**
   * The next result. Steps may be asked for before the one before has come.
   * @param limits `timeout` in milliseconds, 0 or more; `signal`. Both end the waiting only: the result comes with a later step.
   * @throws (as a rejection) what the task threw, WorkerDiedError, what the inputs threw: then it goes on. TimeoutError, the signal's reason
   */
  async next(limits: WaitLimits = {}): Promise<IteratorResult<R, undefined>> {
    const { timeout, signal } = checkLimits(limits);
    if (signal?.aborted) throw signal.reason;
    return new Promise((resolve, reject) => {
      let stop: (() => void) | undefined;
      const leave = (error: unknown): void => {
        stop?.();
        this.#readers.delete(reader);
        reject(error);
      };
      const expire = (): void => leave(new TimeoutError(`the next result was not there after ${timeout} ms; it comes with a later step`));
      const reader: Reader<R> = {
        resolve: (turn) => {
          stop?.();
          resolve(turn);
        },
        reject: leave,
      };
      this.#readers.add(reader);
      this.#serve();
      if (!this.#readers.has(reader)) return;
      if (timeout === 0) expire();
      else stop = watchLimits({ timeout, signal }, expire, leave);
    });
  }

  /** Leaves: takes no more inputs, calls off what has not begun, and drops the results that are there. */
  async return(): Promise<IteratorResult<R, undefined>> {
    const places = [...this.#places];
    this.#places.clear();
    while (this.#ready.shift() !== undefined);
    this.#read = 0;
    this.#endFeeding();
    for (const { future } of places) future?.cancel();
    await this.#settings.inputs.close();
    return DONE;
  }

  /** @internal The pool is gone. */
  stop(): void {
    if (this.#feeding === 'over') return;
    this.#settings.inputs.close().catch(() => {});
    this.#endWith(new CancelledError('the pool was terminated before it had taken all inputs'));
  }

  async #feed(): Promise<void> {
    const { inputs, submit, chunkSize, bufferSize } = this.#settings;
    try {
      for (let count = 1; this.#feeding === 'on'; count += 1) {
        if (this.#unread >= bufferSize) {
          await new Promise<void>((resolve) => {
            this.#wakeFeeder = resolve;
          });
          continue;
        }
        const calls = inputs.areAsync ? await inputs.pull(chunkSize) : inputs.pullNow(chunkSize);
        if (calls.length === 0) this.#endFeeding();
        else if (this.#feeding === 'on') this.#submitted(submit(calls));
        if (count % BREATH === 0) await new Promise<void>(whenIdle);
      }
    } catch (error) {
      inputs.close().catch(() => {});
      if (this.#feeding === 'on') this.#endWith(error);
    }
  }

  #submitted(unit: Unit<R>): void {
    const place: Place<R> = { future: futureOf(unit), outcomes: undefined };
    this.#places.add(place);
    this.#unread += 1;
    place.future?.addDoneCallback(() => this.#arrive(place, outcomesOf(unit)));
  }

  #arrive(place: Place<R>, outcomes: readonly Outcome<R>[]): void {
    // Whoever has left wants nothing.
    if (!this.#places.has(place)) return;
    place.outcomes = outcomes;
    place.future = undefined;
    for (const each of this.#settings.order === 'arrival' ? [place] : this.#places) {
      if (each.outcomes === undefined) break;
      this.#places.delete(each);
      this.#ready.push(each.outcomes);
    }
    this.#serve();
  }

  /** This error stands where the inputs ended. */
  #endWith(error: unknown): void {
    const place: Place<R> = { future: undefined, outcomes: undefined };
    this.#places.add(place);
    this.#unread += 1;
    this.#arrive(place, [{ kind: 'error', error }]);
    this.#endFeeding();
  }

  #endFeeding(): void {
    this.#feeding = 'over';
    this.#wakeFeeder();
    this.#onFed();
    this.#serve();
  }

  /** Gives those who wait what is there. */
  #serve(): void {
    for (const reader of this.#readers) {
      const outcomes = this.#ready.peek();
      if (outcomes === undefined) {
        if (this.#feeding === 'on' || this.#places.size > 0) return;
        this.#readers.delete(reader);
        reader.resolve(DONE);
        continue;
      }
      this.#readers.delete(reader);
      const outcome = outcomes[this.#read++]!;
      if (this.#read === outcomes.length) {
        this.#ready.shift();
        this.#read = 0;
        this.#unread -= 1;
        this.#wakeFeeder();
      }
      if (outcome.kind === 'value') reader.resolve({ done: false, value: outcome.value });
      else reader.reject(outcome.error);
    }
  }
}
