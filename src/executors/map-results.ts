/**
 * What `map` gives: the results in the order of the inputs, as an async iterable. The calls are under way already; leaving the loop
 * early, or an error, cancels those that no worker has begun. CPython Lib/concurrent/futures/_base.py: Executor.map.
 */
import { ArgumentError, describe, OutOfRangeError, TimeoutError } from '../errors.js';
import { Fifo } from './fifo.js';
import { type AnyIterable, Inputs } from './inputs.js';
import { checkLimits, type Limits, type Watcher, watchLimits } from './limits.js';
import { Chunk, futureOf, MapFeed, type MapTarget, type Outcome, type Unit } from './map-feed.js';
import { Results } from './results.js';

/** How a `map` goes about it. */
export interface MapOptions {
  /**
   * Milliseconds from the call of `map`, 0 or more. A result that is not there by then rejects with a TimeoutError, and what has not begun is
   * cancelled; one that is there is still given. @default no limit
   */
  readonly timeout?: number | undefined;
  /** How many calls a process pool sends at once, 1 or more; such a chunk is cancelled, or fails, as one. Other pools ignore it. @default 1 */
  readonly chunkSize?: number | undefined;
  /**
   * How many calls (or chunks) are submitted before the first result is asked for, 1 or more; then one more at each step, so endless inputs
   * are possible. `null`: all of them. @default null
   */
  readonly bufferSize?: number | null | undefined;
  /**
   * What a task's error does. `stop`: it ends the results, and what has not begun is cancelled, as in CPython up to 3.15. `continue`: it
   * rejects its own step only, also inside a chunk, as in CPython 3.16. @default 'stop'
   */
  readonly onError?: 'stop' | 'continue' | undefined;
  /** Cancels what has not begun; the next step rejects with the signal's reason, and there are no more. @default none */
  readonly signal?: AbortSignal | undefined;
}

type Ending = { readonly kind: 'left' } | { readonly kind: 'failed'; readonly error: unknown };

const DONE = { done: true, value: undefined } as const;
const LEFT = { kind: 'left' } as const;

/**
 * Has `target` called once for each tuple of inputs. Sync inputs are taken, and their calls submitted, before this returns; async ones in
 * the background. @throws what is wrong with the options or the inputs, what a sync input throws, what `submit` throws
 */
export function startMap<R>(target: MapTarget<R>, iterables: readonly AnyIterable<unknown>[], options: MapOptions): MapResults<R> {
  const limits = checkLimits(options);
  const { bufferSize = null, onError = 'stop' } = options;
  if (bufferSize !== null && !Number.isInteger(bufferSize))
    throw new ArgumentError(`bufferSize must be an integer or null; got ${describe(bufferSize)}`);
  if (bufferSize !== null && bufferSize < 1) throw new OutOfRangeError(`bufferSize must be null or > 0; got ${describe(bufferSize)}`);
  if (onError !== 'stop' && onError !== 'continue')
    throw new ArgumentError(`onError: expected 'stop' or 'continue'; got ${describe(onError)}`);
  const chunkSize = target.submitChunk === undefined ? 1 : checkChunkSize(options.chunkSize);
  const inputs = new Inputs(iterables);
  const feed = new MapFeed(target, inputs, { chunkSize, allowance: bufferSize ?? Number.POSITIVE_INFINITY });
  return new MapResults(feed, limits, onError);
}

function checkChunkSize(chunkSize: unknown = 1): number {
  if (!Number.isInteger(chunkSize)) throw new ArgumentError(`chunksize must be an integer; chunkSize: got ${describe(chunkSize)}`);
  if (Number(chunkSize) < 1) throw new OutOfRangeError(`chunksize must be >= 1. chunkSize: got ${describe(chunkSize)}`);
  return Number(chunkSize);
}

/**
 * The results of a `map`, in the order of the inputs. There is one way through them: what has been given is gone from here.
 *
 * @example
 * ```ts
 * import { ThreadPool } from 'gil';
 * await using pool = new ThreadPool(2);
 * const results = pool.map((n: number) => n * n, [1, 2, 3]);
 * console.log((await results.next()).value); // => 1
 * console.log(await results.toArray()); // => [ 4, 9 ]
 * ```
 */
export class MapResults<R> extends Results<R> {
  readonly #feed: MapFeed<R>;
  readonly #onError: 'stop' | 'continue';
  readonly #timeout: number;
  readonly #stopLimits: () => void;
  readonly #watcher: Watcher = { onDone: () => this.#wakeUp() };
  /** Steps that were asked for while another was under way. */
  readonly #turns = new Fifo<() => void>();
  /** What is left of the chunk that is being given. */
  readonly #outcomes = new Fifo<Outcome<R>>();
  #isBusy = false;
  #isOverdue: boolean;
  #ending: Ending | undefined;
  #oldest: Unit<R> | undefined;
  #wake: (() => void) | undefined;
  #given = 0;

  /** @internal */
  constructor(feed: MapFeed<R>, limits: Limits, onError: 'stop' | 'continue') {
    super();
    this.#feed = feed;
    this.#onError = onError;
    this.#timeout = limits.timeout;
    this.#isOverdue = limits.timeout === 0;
    this.#stopLimits = () => stop?.();
    let stop: (() => void) | undefined;
    if (limits.signal?.aborted) {
      this.#fail(limits.signal.reason);
      return;
    }
    const expire = (): void => {
      this.#isOverdue = true;
      this.#wakeUp();
    };
    stop = watchLimits(limits, expire, (reason) => this.#fail(reason));
    feed.onChange = () => this.#wakeUp();
    try {
      feed.start();
    } catch (error) {
      stop();
      throw error;
    }
  }

  /**
   * The next result. Steps may be asked for before the one before has come; they keep their order.
   * @throws (as a rejection) what the task threw, CancelledError, TimeoutError, the signal's reason, what an input or `submit` threw: then
   * there are no more results, unless a task failed and `onError` is 'continue'
   */
  async next(): Promise<IteratorResult<R, undefined>> {
    if (this.#isBusy) await new Promise<void>((resolve) => this.#turns.push(resolve));
    this.#isBusy = true;
    try {
      return await this.#advance();
    } finally {
      const passTurn = this.#turns.shift();
      if (passTurn === undefined) this.#isBusy = false;
      else passTurn();
    }
  }

  /** Leaves: what has not begun is cancelled, and the inputs are told that no more is wanted. */
  async return(): Promise<IteratorResult<R, undefined>> {
    if (this.#ending === undefined) await this.#leave(LEFT);
    this.#ending = LEFT;
    return DONE;
  }

  async #advance(): Promise<IteratorResult<R, undefined>> {
    if (this.#ending === undefined && this.#outcomes.size === 0) this.#feed.grant();
    for (;;) {
      if (this.#ending !== undefined) return this.#end(this.#ending);
      const outcome = this.#outcomes.shift();
      if (outcome !== undefined) return this.#give(outcome);
      this.#oldest ??= this.#feed.take();
      if (this.#oldest === undefined && this.#feed.isOver) {
        const { failure } = this.#feed;
        this.#leave(failure === undefined ? LEFT : { kind: 'failed', error: failure.error });
      } else if (this.#oldest !== undefined && futureOf(this.#oldest).done()) {
        this.#unpack(this.#oldest);
      } else if (this.#isOverdue) {
        this.#fail(
          new TimeoutError(`map: result ${this.#given} was not there ${this.#timeout} ms after the call; what had not begun is cancelled`),
        );
      } else {
        await this.#change();
      }
    }
  }

  #end(ending: Ending): IteratorResult<R, undefined> {
    this.#ending = LEFT;
    if (ending.kind === 'failed') throw ending.error;
    return DONE;
  }

  #give(outcome: Outcome<R>): IteratorResult<R, undefined> {
    this.#given += 1;
    if (outcome.kind === 'error') throw outcome.error;
    return { done: false, value: outcome.value };
  }

  /** The outcomes of a unit that is done. Where errors stop, the first stands for its whole chunk: in CPython a chunk is one call. */
  #unpack(unit: Unit<R>): void {
    this.#oldest = undefined;
    const outcomes = outcomesOf(unit);
    const failed = this.#onError === 'stop' ? outcomes.find(({ kind }) => kind === 'error') : undefined;
    if (failed?.kind === 'error') this.#fail(failed.error);
    else for (const outcome of outcomes) this.#outcomes.push(outcome);
  }

  /** Resolves when it is worth to look again. */
  async #change(): Promise<void> {
    const waited = this.#oldest && futureOf(this.#oldest);
    waited?.watch(this.#watcher);
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#wake = undefined;
    waited?.unwatch(this.#watcher);
  }

  #wakeUp(): void {
    this.#wake?.();
  }

  #fail(error: unknown): void {
    this.#leave({ kind: 'failed', error }).catch(() => {});
  }

  /** Nothing more is given. Resolves when the inputs have cleaned up. */
  #leave(ending: Ending): Promise<void> {
    this.#ending = ending;
    this.#stopLimits();
    while (this.#outcomes.shift() !== undefined);
    if (this.#oldest !== undefined) futureOf(this.#oldest).cancel();
    this.#oldest = undefined;
    const closed = this.#feed.stop();
    this.#wakeUp();
    return closed;
  }
}

function outcomesOf<R>(unit: Unit<R>): readonly Outcome<R>[] {
  try {
    return unit instanceof Chunk ? unit.future.resultNow() : [{ kind: 'value', value: unit.resultNow() }];
  } catch (error) {
    // What befell the chunk befell each of its calls.
    return new Array(unit instanceof Chunk ? unit.size : 1).fill({ kind: 'error', error });
  }
}
