/**
 * What the methods of `Pool` do with their inputs: turn them into units of work, now or in the background.
 * CPython Lib/multiprocessing/pool.py: Pool._map_async, Pool.imap, Pool._handle_tasks.
 */
import { CancelledError } from '../errors.js';
import type { AnyIterable, Args } from './inputs.js';
import { checkObject } from './limits.js';
import { Chunk, type MapTarget, type Unit } from './map-feed.js';
import { checkWhole } from './options.js';
import { ChunkedInputs, defaultChunkSize, type InputShape } from './pool-inputs.js';
import { PoolResults } from './pool-iterator.js';
import type { ImapOptions, MapAsyncOptions } from './pool-options.js';
import { type AsyncResult, Gathering, type ResultCallbacks } from './pool-results.js';

/** What takes inputs in the background. */
export interface Feeding {
  /** Resolves when no more will be submitted. */
  readonly fed: Promise<void>;
  /** The pool is gone. */
  stop(): void;
}

/** One call. */
export function startApply<R>(target: MapTarget<R>, args: Args, callbacks: ResultCallbacks<R>): AsyncResult<R> {
  const gathering = new Gathering<R, R>(([value]) => value as R, callbacks);
  gathering.gather([target.submit(args)]);
  return gathering.result;
}

/** One call for each input, and one result. Async inputs are taken by a feeding that is given to `track`. */
export function startMapAsync<R>(
  target: MapTarget<R>,
  iterable: AnyIterable<unknown>,
  options: MapAsyncOptions<R[]> & { readonly shape: InputShape; readonly workers: number; readonly track: (feeding: Feeding) => void },
): AsyncResult<R[]> {
  const { chunkSize, shape, workers, track } = options;
  if (chunkSize !== undefined) checkWhole('chunkSize', chunkSize);
  const gathering = new Gathering<R, R[]>((values) => values, options);
  const inputs = new ChunkedInputs(iterable, shape);
  const submit = (calls: readonly Args[]): void => {
    const size = chunkSize ?? defaultChunkSize(calls.length, workers);
    const units: Unit<R>[] = [];
    for (let at = 0; at < calls.length; at += size) units.push(submitTo(target, calls.slice(at, at + size)));
    gathering.gather(units);
  };
  if (inputs.areAsync) {
    track(takeAll(inputs, submit, gathering));
    return gathering.result;
  }
  let calls: Args[];
  try {
    calls = inputs.pullNow(Number.POSITIVE_INFINITY);
  } catch (error) {
    gathering.fail(error);
    return gathering.result;
  }
  submit(calls);
  return gathering.result;
}

/** One call for each input, and the results one by one. */
export function startImap<R>(
  target: MapTarget<R>,
  iterable: AnyIterable<unknown>,
  options: ImapOptions,
  order: 'inputs' | 'arrival',
): PoolResults<R> {
  const { chunkSize = 1, bufferSize } = checkObject(options);
  return new PoolResults<R>({
    order,
    chunkSize: checkWhole('chunkSize', chunkSize),
    bufferSize: bufferSize === undefined ? Number.POSITIVE_INFINITY : checkWhole('bufferSize', bufferSize),
    submit: (calls) => submitTo(target, calls),
    inputs: new ChunkedInputs(iterable, 'argument'),
  });
}

function takeAll<R, T>(inputs: ChunkedInputs, submit: (calls: readonly Args[]) => void, gathering: Gathering<R, T>): Feeding {
  const close = (): void => void inputs.close().catch(() => {});
  gathering.onRevoked = close;
  const taking = inputs.pull(Number.POSITIVE_INFINITY).then((calls) => {
    if (!gathering.result.done()) submit(calls);
  });
  const taken = taking.catch((error) => gathering.fail(error));
  // A result that is called off waits for no input.
  const done = new Promise<void>((resolve) => gathering.result.addDoneCallback(() => resolve()));
  return {
    fed: Promise.race([taken, done]),
    stop: () => {
      gathering.giveUp(new CancelledError('the pool was terminated before it had taken all inputs'));
      close();
    },
  };
}

function submitTo<R>(target: MapTarget<R>, calls: readonly Args[]): Unit<R> {
  if (calls.length === 1 || target.submitChunk === undefined) return target.submit(calls[0]!);
  return new Chunk(target.submitChunk(calls), calls.length);
}
