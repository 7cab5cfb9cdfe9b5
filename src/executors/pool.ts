/**
 * `Pool`: `multiprocessing.Pool` by its own names, as a face over `ProcessPool`. CPython Lib/multiprocessing/pool.py. Other than there: a call
 * whose worker dies fails instead of never ending, workers are started on demand, and a callback that throws is only written down.
 */
import { ArgumentError, describe, PoolRunningError, PoolShutdownError } from '../errors.js';
import { CORES } from '../host/thread.js';
import type { AnyIterable } from './inputs.js';
import { checkObject } from './limits.js';
import type { MapTarget } from './map-feed.js';
import type { InputShape } from './pool-inputs.js';
import type { PoolResults } from './pool-iterator.js';
import { type Feeding, startApply, startImap, startMapAsync } from './pool-jobs.js';
import {
  type ApplyOptions,
  type ImapOptions,
  type MapAsyncOptions,
  type MultiprocessingOptions,
  makeExecutor,
  type PoolMapOptions,
} from './pool-options.js';
import type { AsyncResult } from './pool-results.js';
import type { Runnable } from './prepare.js';
import type { ProcessPool } from './process-pool.js';

/**
 * Workers with the methods of `multiprocessing.Pool`. `await using` terminates it, as Python's `with` does; to have the work finished,
 * `close()` and `await join()`.
 *
 * @example
 * ```ts
 * import { Pool } from 'gil';
 * const pool = new Pool(2);
 * console.log(await pool.map((n: number) => n * n, [1, 2, 3])); // => [ 1, 4, 9 ]
 * console.log(await pool.starmap((a: number, b: number) => a + b, [[1, 2], [3, 4]])); // => [ 3, 7 ]
 * pool.close();
 * await pool.join();
 * ```
 */
export class Pool implements AsyncDisposable {
  /** What separates the workers. */
  readonly isolation: 'worker' | 'process';
  readonly #executor: ProcessPool;
  readonly #feedings = new Set<Feeding>();
  #state: 'running' | 'closed' | 'terminated' = 'running';

  /**
   * @param processes how many workers at most, 1 or more; they are started on demand. Default: the number of cores
   * @throws OutOfRangeError, ArgumentError, SwitchIntervalError; what is wrong with the initializer
   */
  constructor(processes: number = CORES, options: MultiprocessingOptions = {}) {
    this.#executor = makeExecutor(processes, options);
    this.isolation = this.#executor.isolation;
  }

  /** How many workers there are at most. */
  get processes(): number {
    return this.#executor.maxWorkers;
  }

  /** How many workers there are now. */
  get workerCount(): number {
    return this.#executor.workerCount;
  }

  /**
   * Has `task(...args)` run by a worker.
   *
   * @param task a function that uses only its arguments, globals and this package's exports; or a task of `tasks()`
   * @returns what the task returns
   * @throws (as a rejection) what the task threw, WorkerDiedError, CloneError, and as `applyAsync`
   */
  async apply<A extends readonly unknown[], R>(task: Runnable<A, R>, ...args: A): Promise<Awaited<R>> {
    return await startApply(this.#targetFor<R>(task, this.apply), args, {});
  }

  /**
   * `apply` that does not wait.
   *
   * @param args the arguments, as an array
   * @param options `callback` and `errorCallback`
   * @returns a future with multiprocessing's names
   * @throws PoolShutdownError, BrokenPoolError; TaskFunctionError, TaskSyntaxError, FreeVariableError about the task; ArgumentError
   */
  applyAsync<A extends readonly unknown[], R>(
    task: Runnable<A, R>,
    args?: A,
    options: ApplyOptions<Awaited<R>> = {},
  ): AsyncResult<Awaited<R>> {
    const target = this.#targetFor<R>(task, this.applyAsync);
    if (args !== undefined && !Array.isArray(args))
      throw new ArgumentError(`args: expected an array of the arguments; got ${describe(args)}`);
    return startApply(target, args ?? [], checkObject(options));
  }

  /**
   * Has `task` run once for each input, several inputs at a time by one worker.
   *
   * @param inputs sync or async; taken to their end before anything is submitted
   * @param options `chunkSize`, 1 or more
   * @returns the results in the order of the inputs, when all calls are done, also after an error
   * @throws (as a rejection) the error that arrived first; what the inputs threw; WorkerDiedError; and as `applyAsync`
   */
  async map<I, R>(task: Runnable<[I], R>, inputs: AnyIterable<I>, options: PoolMapOptions = {}): Promise<Awaited<R>[]> {
    return await this.#map<R>(task, inputs, 'argument', options, this.map);
  }

  /** `map` for a task of several parameters: each input is the array of a call's arguments. */
  async starmap<A extends readonly unknown[], R>(
    task: Runnable<A, R>,
    inputs: AnyIterable<A>,
    options: PoolMapOptions = {},
  ): Promise<Awaited<R>[]> {
    return await this.#map<R>(task, inputs, 'arguments', options, this.starmap);
  }

  /**
   * `map` that does not wait.
   *
   * @param options `chunkSize`, `callback`, `errorCallback`: each called once, after everything
   * @returns a future of all results
   * @throws as `applyAsync`; OutOfRangeError. What the inputs throw fails the result.
   */
  mapAsync<I, R>(task: Runnable<[I], R>, inputs: AnyIterable<I>, options: MapAsyncOptions<Awaited<R>[]> = {}): AsyncResult<Awaited<R>[]> {
    return this.#map<R>(task, inputs, 'argument', options, this.mapAsync);
  }

  /** `starmap` that does not wait; as `mapAsync`. */
  starmapAsync<A extends readonly unknown[], R>(
    task: Runnable<A, R>,
    inputs: AnyIterable<A>,
    options: MapAsyncOptions<Awaited<R>[]> = {},
  ): AsyncResult<Awaited<R>[]> {
    return this.#map<R>(task, inputs, 'arguments', options, this.starmapAsync);
  }

  /**
   * Has `task` run once for each input. The inputs are taken in the background, at once unless `bufferSize` says otherwise.
   *
   * @param inputs sync or async. What they throw comes as a result's error, and is the last.
   * @param options `chunkSize`, `bufferSize`
   * @returns the results in the order of the inputs. An error rejects one step, and the next one goes on. Leaving calls off the rest.
   * @throws as `applyAsync`; OutOfRangeError
   */
  imap<I, R>(task: Runnable<[I], R>, inputs: AnyIterable<I>, options: ImapOptions = {}): PoolResults<Awaited<R>> {
    return this.#imap<R>(task, inputs, 'inputs', options, this.imap);
  }

  /** `imap` that gives results as they come, in whatever order. */
  imapUnordered<I, R>(task: Runnable<[I], R>, inputs: AnyIterable<I>, options: ImapOptions = {}): PoolResults<Awaited<R>> {
    return this.#imap<R>(task, inputs, 'arrival', options, this.imapUnordered);
  }

  /** Takes no more work. What was submitted is still done, and inputs that are being taken are taken to their end. */
  close(): void {
    if (this.#state === 'running') this.#state = 'closed';
    this.#endIfFed();
  }

  /**
   * Ends all workers, whatever they are doing: what they run fails with a BrokenPoolError, what waits is cancelled.
   * @returns resolves when they are gone
   */
  async terminate(): Promise<void> {
    this.#state = 'terminated';
    const ended = this.#executor.terminateWorkers();
    for (const feeding of [...this.#feedings]) feeding.stop();
    await ended;
  }

  /**
   * Waits until all work is done and the workers are gone.
   * @throws (as a rejection) PoolRunningError unless `close()` or `terminate()` was called before
   */
  async join(): Promise<void> {
    if (this.#state === 'running') throw new PoolRunningError('Pool is still running; call close() or terminate() first');
    await Promise.all([...this.#feedings].map(({ fed }) => fed));
    await this.#executor.shutdown();
  }

  /** `await using`: the same as `terminate()`. An executor's is `shutdown()`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.terminate();
  }

  #targetFor<R>(task: unknown, entrance: unknown): MapTarget<Awaited<R>> {
    if (this.#state !== 'running') throw new PoolShutdownError(`Pool not running: it was ${this.#state}; make a new one`);
    return this.#executor.targetFor<R>(task, entrance);
  }

  #map<R>(
    task: unknown,
    inputs: AnyIterable<unknown>,
    shape: InputShape,
    options: MapAsyncOptions<Awaited<R>[]>,
    entrance: unknown,
  ): AsyncResult<Awaited<R>[]> {
    const target = this.#targetFor<R>(task, entrance);
    const { processes: workers } = this;
    return startMapAsync(target, inputs, { ...checkObject(options), shape, workers, track: (feeding) => this.#track(feeding) });
  }

  #imap<R>(
    task: unknown,
    inputs: AnyIterable<unknown>,
    order: 'inputs' | 'arrival',
    options: ImapOptions,
    entrance: unknown,
  ): PoolResults<Awaited<R>> {
    const results = startImap(this.#targetFor<R>(task, entrance), inputs, options, order);
    this.#track(results);
    return results;
  }

  #track(feeding: Feeding): void {
    this.#feedings.add(feeding);
    void feeding.fed.then(() => {
      this.#feedings.delete(feeding);
      this.#endIfFed();
    });
  }

  /** The pool under this one can take no more work only when nothing more comes from inputs. */
  #endIfFed(): void {
    if (this.#state === 'closed' && this.#feedings.size === 0) void this.#executor.shutdown({ wait: false });
  }
}
