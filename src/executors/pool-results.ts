/**
 * What `applyAsync`, `mapAsync` and `starmapAsync` give, and how the answers of several chunks become one: it is there when all are back,
 * also after a failure, and the error that arrived first wins. CPython Lib/multiprocessing/pool.py: ApplyResult, MapResult.
 */
import { InvalidStateError, TimeoutError } from '../errors.js';
import { Future, type Work } from './future.js';
import { checkLimits, type WaitLimits } from './limits.js';
import { Chunk, futureOf, type Outcome, type Unit } from './map-feed.js';
import { checkFunction } from './options.js';

/**
 * A `Future` with the names that `multiprocessing` gives it. It can be awaited, and given to `wait` and `asCompleted`. What
 * multiprocessing has not: `cancel()` calls off what no worker has begun, of a map if none has begun any of it.
 *
 * @example
 * ```ts
 * import { Pool } from 'gil';
 * await using pool = new Pool(1);
 * const result = pool.applyAsync((a: number, b: number) => a * b, [6, 7]);
 * console.log(await result.get({ timeout: 60_000 })); // => 42
 * console.log(result.ready(), result.successful()); // => true true
 * ```
 */
export class AsyncResult<T> extends Future<T> {
  /** Whether it is there, be it an error: the same as `done()`. */
  ready(): boolean {
    return this.done();
  }

  /**
   * Whether it is there and no error.
   * @throws InvalidStateError if it is not there yet
   */
  successful(): boolean {
    if (!this.done()) throw new InvalidStateError(`${this} not ready; await wait() first`);
    const seen = this.snapshot();
    return seen.state === 'finished' && seen.kind === 'value';
  }

  /**
   * The result, when it is there: the same as `result()`.
   * @param options `timeout` in milliseconds, 0 or more; `signal`. Neither changes the result.
   * @throws (as a rejection) what the task threw, WorkerDiedError, CancelledError, TimeoutError, the signal's reason
   */
  get(options?: WaitLimits): Promise<T> {
    return this.result(options);
  }

  /**
   * Waits until it is there, be it an error.
   * @param options `timeout` in milliseconds, 0 or more; `signal`
   * @returns whether it is there
   * @throws (as a rejection) the signal's reason; ArgumentError, OutOfRangeError about the options
   */
  async wait(options: WaitLimits = {}): Promise<boolean> {
    checkLimits(options);
    try {
      await this.exception(options);
    } catch (error) {
      if (this.done()) return true;
      if (!(error instanceof TimeoutError) || options.signal?.aborted) throw error;
    }
    return this.done();
  }

  /** `<AsyncResult #7 state=finished returned number>` */
  override toString(): string {
    return super.toString().replace('Future', 'AsyncResult');
  }
}

/** Who is told of a result. */
export interface ResultCallbacks<T> {
  /** Called with the result when it is there. What it throws is written to `console.error`. */
  readonly callback?: ((value: T) => unknown) | undefined;
  /** Called with the error, once, if there is one. What it throws is written to `console.error`. A cancelled result calls nobody. */
  readonly errorCallback?: ((error: unknown) => unknown) | undefined;
}

/** Units of work that become one result. */
export class Gathering<R, T> implements Work {
  readonly result: AsyncResult<T>;
  readonly #toResult: (values: R[]) => T;
  /** Is told that it has been called off. */
  onRevoked: () => void = () => {};
  #units: readonly Unit<R>[] = [];
  #values: R[] = [];
  #left = 0;
  #failure: { readonly error: unknown } | undefined;
  #isGivenUp = false;

  constructor(toResult: (values: R[]) => T, { callback, errorCallback }: ResultCallbacks<T>) {
    checkFunction('callback', callback);
    checkFunction('errorCallback', errorCallback);
    this.#toResult = toResult;
    this.result = new AsyncResult<T>(this);
    if (callback === undefined && errorCallback === undefined) return;
    // The first of the callbacks: whoever awaits the result finds that it has been called.
    this.result.addDoneCallback((result) => {
      const seen = result.snapshot();
      if (seen.state !== 'finished') return undefined;
      return seen.kind === 'value' ? callback?.(seen.result) : errorCallback?.(seen.exception);
    });
  }

  /** What has been submitted for it; once. */
  gather(units: readonly Unit<R>[]): void {
    this.#units = units;
    this.#left = units.length;
    let size = 0;
    for (const unit of units) {
      const at = size;
      size += unit instanceof Chunk ? unit.size : 1;
      this.#values.length = size;
      const future = futureOf(unit);
      future.on('progress', (value) => this.result.report(value));
      future.addDoneCallback(() => this.#arrive(unit, at));
    }
    if (units.length === 0) this.#finish();
  }

  /** There is nothing to be submitted: the inputs failed, or nobody takes them. */
  fail(error: unknown): void {
    if (!this.result.done()) this.result.setException(error);
  }

  /** The pool is gone. */
  giveUp(reason: unknown): void {
    this.#isGivenUp = true;
    this.result.cancel(reason);
  }

  isRunning(): boolean {
    return this.#units.some((unit) => futureOf(unit).done() || futureOf(unit).running());
  }

  revoke(): boolean {
    if (this.#isGivenUp) return true;
    if (this.isRunning()) return false;
    this.#isGivenUp = true;
    for (const [index, unit] of this.#units.entries()) {
      // A later one that begins in this very moment runs for nobody.
      if (futureOf(unit).cancel() || index > 0) continue;
      this.#isGivenUp = false;
      return false;
    }
    this.onRevoked();
    return true;
  }

  #arrive(unit: Unit<R>, at: number): void {
    if (futureOf(unit).cancelled()) this.#isGivenUp = true;
    for (const [index, outcome] of outcomesOf(unit).entries()) {
      if (outcome.kind === 'value') this.#values[at + index] = outcome.value;
      else this.#failure ??= { error: outcome.error };
    }
    this.#left -= 1;
    if (this.#left === 0) this.#finish();
  }

  #finish(): void {
    this.#units = [];
    const values = this.#values;
    this.#values = [];
    if (this.result.done()) return;
    if (this.#isGivenUp) this.result.cancel(this.#failure?.error);
    else if (this.#failure !== undefined) this.result.setException(this.#failure.error);
    else this.result.setResult(this.#toResult(values));
  }
}

/** What became of a unit that is done: its values, or one error for all of it. CPython Lib/multiprocessing/pool.py: mapstar. */
export function outcomesOf<R>(unit: Unit<R>): readonly Outcome<R>[] {
  try {
    if (!(unit instanceof Chunk)) return [{ kind: 'value', value: unit.resultNow() }];
    const outcomes = unit.future.resultNow();
    const failed = outcomes.find(({ kind }) => kind === 'error');
    return failed === undefined ? outcomes : [failed];
  } catch (error) {
    return [{ kind: 'error', error }];
  }
}
