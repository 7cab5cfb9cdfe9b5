/**
 * The core of every pool: a queue, workers that are started on demand and reused idle-first, shutdown, and what happens when a worker
 * dies. A pool says how a worker is started and under which lock; nothing else. CPython Lib/concurrent/futures: thread.py, process.py.
 */
import type { Dialect } from '../dialects/dialect.js';
import { ArgumentError, BrokenPoolError, describe, OutOfRangeError, PoolShutdownError, WorkerDiedError } from '../errors.js';
import type { Peer, PeerEvents } from '../host/peer.js';
import type { StartData } from '../runtime/messages.js';
import { Fifo } from './fifo.js';
import { Future } from './future.js';
import { type MapResults, startMap } from './map-results.js';
import { type Gone, PoolWorker, type WorkItem } from './pool-worker.js';
import { prepareTask, type Runnable } from './prepare.js';

/** How a pool differs from another. */
export interface ExecutorSettings {
  readonly maxWorkers: number;
  readonly threadNamePrefix: string;
  readonly dialect: Dialect;
  readonly lock: StartData['lock'];
  readonly startPeer: (data: StartData, events: PeerEvents) => Peer;
}

/** How `shutdown` goes about it. */
export interface ShutdownOptions {
  /** `true`: resolve when all work is done and all workers are gone. @default true */
  readonly wait?: boolean;
  /** `true`: cancel what no worker has begun. @default false */
  readonly cancelFutures?: boolean;
}

type Condition =
  | { readonly name: 'open' }
  | { readonly name: 'shutdown' }
  | { readonly name: 'broken'; readonly why: string; readonly cause: WorkerDiedError };

/** What every pool is: a place to submit work to. CPython Lib/concurrent/futures/_base.py: Executor. */
export abstract class Executor implements AsyncDisposable {
  readonly #settings: ExecutorSettings;
  readonly #queue = new Fifo<WorkItem>();
  readonly #workers = new Set<PoolWorker>();
  /** The one that became idle last is used first: the others may rest. */
  readonly #idle: PoolWorker[] = [];
  #condition: Condition = { name: 'open' };
  #started = 0;
  #whenEmpty: (() => void)[] = [];

  /** @internal */
  /** @internal */
  protected constructor(settings: ExecutorSettings) {
    this.#settings = settings;
  }

  /** How many workers there are at most. */
  get maxWorkers(): number {
    return this.#settings.maxWorkers;
  }

  /** How many workers there are now; they are started on demand. */
  get workerCount(): number {
    return this.#workers.size;
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
    this.#checkOpen();
    const future = new Future<Awaited<R>>();
    this.#queue.push({ future: future as Future<unknown>, task: prepareTask(task, this.#settings.dialect), args });
    this.#dispatch();
    return future;
  }

  /**
   * Has `task` run once for each input. The calls are submitted at once.
   *
   * @param iterables one for each parameter of the task; the shortest ends it
   * @returns the results in the order of the inputs: an async iterable, with `toArray()`
   */
  map<Args extends readonly unknown[], R>(
    task: Runnable<Args, R>,
    ...iterables: { readonly [K in keyof Args]: Iterable<Args[K]> }
  ): MapResults<Awaited<R>> {
    return startMap({ submit: (args) => this.submit(task, ...(args as unknown as Args)) }, iterables as readonly Iterable<unknown>[], {});
  }

  /**
   * Takes no more work. What was submitted is still done, unless cancelled.
   * @returns resolves when the last worker is gone, or at once with `wait: false`
   */
  async shutdown({ wait = true, cancelFutures = false }: ShutdownOptions = {}): Promise<void> {
    if (this.#condition.name === 'open') this.#condition = { name: 'shutdown' };
    if (cancelFutures) for (let item = this.#queue.shift(); item !== undefined; item = this.#queue.shift()) item.future.cancel();
    this.#endIdle();
    if (wait && this.#workers.size > 0) await new Promise<void>((resolve) => this.#whenEmpty.push(resolve));
  }

  /** `await using`: the same as `shutdown()`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  #checkOpen(): void {
    if (this.#condition.name === 'shutdown') throw new PoolShutdownError('cannot schedule new futures after shutdown; make a new pool');
    if (this.#condition.name === 'broken') throw this.#broken(this.#condition);
  }

  /** Gives waiting items to idle workers, and to new ones while there may be more. */
  #dispatch(): void {
    while (this.#queue.size > 0) {
      const worker = this.#idle.pop() ?? this.#startWorker();
      if (worker === undefined) return;
      const item = this.#queue.shift();
      if (item === undefined || !item.future.setRunningOrNotifyCancel() || worker.run(item) === 'refused') this.#idle.push(worker);
    }
    this.#endIdle();
  }

  #startWorker(): PoolWorker | undefined {
    const { maxWorkers, threadNamePrefix, lock, startPeer } = this.#settings;
    if (this.#workers.size >= maxWorkers || this.#condition.name === 'broken') return undefined;
    const name = `${threadNamePrefix}_${this.#started++}`;
    try {
      const worker = new PoolWorker((events) => startPeer({ kind: 'gil/start', name, lock }, events), {
        onIdle: (idle, settle) => {
          // Idle first, and given its next item, before anybody can react to the result by submitting more.
          this.#idle.push(idle);
          this.#dispatch();
          settle();
        },
        onGone: (gone, how) => this.#onGone(gone, how),
      });
      this.#workers.add(worker);
      return worker;
    } catch (error) {
      this.#break(`${name} could not be started`, undefined, { manner: 'died', exitCode: null, error });
      return undefined;
    }
  }

  #endIdle(): void {
    if (this.#condition.name === 'open' || this.#queue.size > 0) return;
    for (let worker = this.#idle.pop(); worker !== undefined; worker = this.#idle.pop()) worker.end();
  }

  #onGone(worker: PoolWorker, gone: Gone): void {
    this.#workers.delete(worker);
    if (gone.manner === 'died') {
      const how = gone.exitCode === null ? 'by a signal' : `with exit code ${gone.exitCode}`;
      const running = worker.item ? ` while it ran \`${worker.item.task.name}\`` : '';
      const what = worker.hasStarted ? `ended ${how}${running}` : `could not be started: it ended ${how}`;
      this.#break(`${worker.label} ${what}`, worker.item, gone);
    }
    if (this.#workers.size > 0) return;
    for (const resolve of this.#whenEmpty.splice(0)) resolve();
  }

  /** A worker died that nobody told to: everything that is not done fails, as in CPython's process pool. */
  #break(what: string, lostItem: WorkItem | undefined, { exitCode, error }: Gone): void {
    const cause = new WorkerDiedError(what, { exitCode, cause: error });
    const condition: Condition = { name: 'broken', why: cause.message, cause };
    this.#condition = condition;
    this.#idle.length = 0;
    const lost = [lostItem, ...[...this.#workers].map((worker) => worker.item)];
    for (const worker of this.#workers) worker.terminate();
    for (let item = this.#queue.shift(); item !== undefined; item = this.#queue.shift()) lost.push(item);
    for (const item of lost) if (item !== undefined && !item.future.done()) item.future.setException(this.#broken(condition));
  }

  #broken({ why, cause }: Condition & { name: 'broken' }): BrokenPoolError {
    return new BrokenPoolError(`the pool is broken and takes no more work: ${why}. Make a new pool`, { cause });
  }
}

/** A number of workers, or a clear error. */
export function checkMaxWorkers(maxWorkers: unknown): number {
  if (typeof maxWorkers !== 'number') throw new ArgumentError(`maxWorkers: expected a whole number above 0; got ${describe(maxWorkers)}`);
  if (Number.isInteger(maxWorkers) && maxWorkers > 0) return maxWorkers;
  throw new OutOfRangeError(`maxWorkers must be a whole number greater than 0; got ${describe(maxWorkers)}`);
}
