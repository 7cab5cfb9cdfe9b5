/**
 * What every pool is for those who use it: a place to submit work to. What happens then is the crew's affair.
 * CPython Lib/concurrent/futures/_base.py: Executor.
 */
import type { Dialect } from '../dialects/dialect.js';
import type { BrokenPoolError } from '../errors.js';
import { now } from '../host/clock.js';
import { Crew, type CrewSettings } from './crew.js';
import type { Future } from './future.js';
import { CallGuard, type CallLimits } from './guard.js';
import type { AnyIterable } from './inputs.js';
import type { MapTarget, Outcome } from './map-feed.js';
import { type MapOptions, type MapResults, startMap } from './map-results.js';
import { checkSubmit, type ShutdownOptions, type SubmitOptions } from './options.js';
import { type Origin, Origins } from './origin.js';
import { type Prepared, prepareTask, type Runnable } from './prepare.js';
import type { PoolStats } from './tally.js';
import { type Extras, WorkItem } from './work-item.js';

/** How a pool differs from another. */
export interface ExecutorSettings extends CrewSettings {
  /** By whose rules its tasks are transformed. */
  readonly dialect: Dialect;
  readonly gracePeriod: number;
  readonly context: (() => unknown) | undefined;
  /** Whether `map` may send several calls as one. A pool of threads takes any chunk size and makes nothing of it, as CPython's. */
  readonly chunks: 'sent-as-one' | 'ignored';
}

/** What every pool is: a place to submit work to. CPython Lib/concurrent/futures/_base.py: Executor. */
export abstract class Executor implements AsyncDisposable {
  readonly #settings: ExecutorSettings;
  readonly #crew: Crew;
  readonly #origins = new Origins();

  /** @internal */
  protected constructor(settings: ExecutorSettings) {
    this.#settings = settings;
    this.#crew = new Crew(settings);
  }

  /** How many workers there are at most. */
  get maxWorkers(): number {
    return this.#settings.maxWorkers;
  }

  /** How many workers there are now; they are started on demand. */
  get workerCount(): number {
    return this.#crew.size;
  }

  /** How many of them have nothing to do. */
  get idleCount(): number {
    return this.#crew.idle;
  }

  /** How many calls wait that no worker has been offered. */
  get queueSize(): number {
    return this.#crew.waiting;
  }

  /** Why the pool takes no more work, if it is broken. */
  get broken(): BrokenPoolError | null {
    return this.#crew.door.brokenBy;
  }

  /** Whether as many calls wait as `bufferSize` says: time to wait for `drain()` before submitting more. */
  get needsDrain(): boolean {
    return this.#crew.isFull;
  }

  /** Resolves when fewer calls wait than `bufferSize` says; at once if they do. */
  drain(): Promise<void> {
    return this.#crew.drained();
  }

  /** What the pool has done so far. */
  stats(): PoolStats {
    const { size, idle, waiting, tally } = this.#crew;
    const { submitted, completed, failed, waitTime, runTime } = tally;
    return { workers: size, idle, waiting, submitted, completed, failed, waitTime, runTime };
  }

  /**
   * Has `task(...args)` run by a worker.
   *
   * @param task a function that uses only its arguments, globals and this package's exports; or a task of `tasks()`
   * @param args copied to the worker as `postMessage` copies; a `GlobalLock` stays the same lock
   * @returns a future; await it
   * @throws TaskFunctionError, TaskSyntaxError, FreeVariableError about the task; PoolShutdownError, BrokenPoolError. Arguments that cannot be
   * copied fail the future with a CloneError.
   */
  submit<Args extends readonly unknown[], R>(task: Runnable<Args, R>, ...args: Args): Future<Awaited<R>> {
    const prepared = this.#prepare(task);
    const time = now();
    return this.#submit(prepared, args, undefined, this.#origins.of(prepared, this.submit, time), time) as Future<Awaited<R>>;
  }

  /**
   * Has `task(...args)` run by a worker, with something particular about it.
   *
   * @param options a `signal` that gives it up, a `timeout` in milliseconds for its run, what of the arguments to `transfer`, a `priority`
   * @returns a future. If the signal aborts it fails with a CancelledError whose cause is the signal's reason; after the timeout with a
   * TimeoutError. A call that stops by itself and gives a value when it is told to stop gives that value.
   * @throws ArgumentError, OutOfRangeError about the options; and as `submit`
   */
  submitWith<Args extends readonly unknown[], R>(options: SubmitOptions, task: Runnable<Args, R>, ...args: Args): Future<Awaited<R>> {
    const { signal, timeout, transfer, priority } = checkSubmit(options);
    const extras: Extras = { signal, transfer, priority, calls: 'one', context: this.#settings.context?.(), guard: undefined };
    const prepared = this.#prepare(task, signal?.aborted ? 'given-up' : 'wanted');
    const time = now();
    const origin = this.#origins.of(prepared, this.submitWith, time);
    if (signal === undefined && timeout === Number.POSITIVE_INFINITY) {
      return this.#submit(prepared, args, extras, origin, time) as Future<Awaited<R>>;
    }
    const { gracePeriod } = this.#settings;
    return this.#submit(prepared, args, extras, origin, time, { signal, timeout, gracePeriod }) as Future<Awaited<R>>;
  }

  /**
   * Has `task` run once for each input. The calls are submitted at once.
   *
   * @param iterables one for each parameter of the task, sync or async; the shortest ends it
   * @returns the results in the order of the inputs: an async iterable, with `toArray()`. Leaving the loop cancels what has not begun.
   */
  map<Args extends readonly unknown[], R>(
    task: Runnable<Args, R>,
    ...iterables: { readonly [K in keyof Args]: AnyIterable<Args[K]> }
  ): MapResults<Awaited<R>> {
    return startMap(this.#target(task, 'stop', this.map), iterables as readonly AnyIterable<unknown>[], {});
  }

  /**
   * `map` with a `timeout`, a `bufferSize`, a `chunkSize`, a `signal`, or going on after an error.
   *
   * @throws ArgumentError, OutOfRangeError about the options
   */
  mapWith<Args extends readonly unknown[], R>(
    options: MapOptions,
    task: Runnable<Args, R>,
    ...iterables: { readonly [K in keyof Args]: AnyIterable<Args[K]> }
  ): MapResults<Awaited<R>> {
    const onError = options?.onError === 'continue' ? 'all' : 'stop';
    return startMap(this.#target(task, onError, this.mapWith), iterables as readonly AnyIterable<unknown>[], options);
  }

  /**
   * Takes no more work. What was submitted is still done, unless cancelled.
   * @returns resolves when the last worker is gone, or at once with `wait: false`
   */
  shutdown({ wait = true, cancelFutures = false }: ShutdownOptions = {}): Promise<void> {
    return this.#crew.shutdown(wait ? 'wait' : 'at-once', cancelFutures ? 'cancel' : 'finish');
  }

  /**
   * Ends all workers, whatever they are doing: what they run fails with a BrokenPoolError, what waits is cancelled. Takes no more work.
   * A lock that one of them held is taken back. CPython `ProcessPoolExecutor.terminate_workers`.
   * @returns resolves when they are gone
   */
  terminateWorkers(): Promise<void> {
    return this.#crew.terminate('terminate');
  }

  /** The same without giving a process time to clean up: SIGKILL in place of SIGTERM. CPython `ProcessPoolExecutor.kill_workers`. */
  killWorkers(): Promise<void> {
    return this.#crew.terminate('kill');
  }

  /** `await using`: the same as `shutdown()`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  /**
   * @internal For a face over this pool: where it sends the calls of a task. `entrance` is what its user called, see `Origins`.
   * @throws as `submit`, about the task and the pool
   */
  targetFor<R>(task: unknown, entrance: unknown): MapTarget<Awaited<R>> {
    this.#prepare(task);
    return this.#target(task, 'stop', entrance);
  }

  #prepare(task: unknown, call: 'wanted' | 'given-up' = 'wanted'): Prepared {
    this.#crew.door.check();
    // The first worker starts while the first task is parsed.
    if (call === 'wanted') this.#crew.warmUp();
    return prepareTask(task, this.#settings.dialect);
  }

  #submit(
    task: Prepared,
    args: readonly unknown[],
    extras: Extras | undefined,
    origin: Origin | undefined,
    time: number,
    limits?: CallLimits,
  ): Future<unknown> {
    const { context } = this.#settings;
    const own = extras ?? (context === undefined ? undefined : { ...PLAIN, context: context() });
    const item = new WorkItem(task, args.length === 0 ? NOTHING : args, own, origin, time);
    if (limits !== undefined && own !== undefined) {
      if (limits.signal?.aborted) {
        item.future.cancel(limits.signal.reason);
        return item.future;
      }
      own.guard = new CallGuard(item, limits);
    }
    this.#crew.add(item);
    return item.future;
  }

  #target<R>(task: unknown, calls: 'all' | 'stop', entrance: unknown): MapTarget<Awaited<R>> {
    const origin = Origins.here(entrance);
    let prepared: Prepared | undefined;
    // Looked at when something is submitted: a map over nothing asks for nothing.
    const prepare = (): Prepared => {
      this.#crew.door.check();
      prepared ??= this.#prepare(task);
      return prepared;
    };
    const target: MapTarget<Awaited<R>> = {
      submit: (args) => this.#submit(prepare(), args, undefined, origin, now()) as Future<Awaited<R>>,
    };
    if (this.#settings.chunks === 'ignored') return target;
    return {
      ...target,
      submitChunk: (chunk) => {
        const extras: Extras = { ...PLAIN, calls, context: this.#settings.context?.() };
        return this.#submit(prepare(), chunk, extras, origin, now()) as Future<readonly Outcome<Awaited<R>>[]>;
      },
    };
  }
}

/** The arguments of all calls that have none. */
const NOTHING: readonly unknown[] = [];

const PLAIN: Extras = { signal: undefined, transfer: [], priority: 0, calls: 'one', context: undefined, guard: undefined };
