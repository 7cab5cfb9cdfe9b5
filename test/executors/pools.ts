/**
 * Every pool there is, for suites that must hold for all of them.
 */
import { currentTask, type Executor, type Future, InterpreterPool, type PoolOptions, ProcessPool, report, ThreadPool } from 'gil';

/** A kind of pool, and how one is made. */
export interface PoolKind {
  readonly name: string;
  readonly make: (maxWorkers: number, options?: PoolOptions) => Executor;
  /** What lies between its workers: shared memory can be sent, or not. */
  readonly memory: 'shared' | 'separate';
}

export const POOLS: readonly PoolKind[] = [
  { name: 'ThreadPool', make: (workers, options) => new ThreadPool(workers, { dialect: 'cpython-3.13', ...options }), memory: 'shared' },
  {
    name: 'ThreadPool, free-threaded',
    make: (workers, options) => new ThreadPool(workers, { dialect: 'cpython-3.13t', ...options }),
    memory: 'shared',
  },
  {
    name: 'ThreadPool, cpython-2.7',
    make: (workers, options) => new ThreadPool(workers, { dialect: 'cpython-2.7', ...options }),
    memory: 'shared',
  },
  { name: 'InterpreterPool', make: (workers, options) => new InterpreterPool(workers, options), memory: 'shared' },
  { name: 'ProcessPool of workers', make: (workers, options) => new ProcessPool(workers, options), memory: 'shared' },
  {
    name: 'ProcessPool of processes',
    make: (workers, options) => new ProcessPool(workers, { isolation: 'process', ...options }),
    memory: 'separate',
  },
];

/** Runs `use` with a pool and shuts it down however it ends. */
export async function withPool<T>(
  kind: PoolKind,
  workers: number,
  use: (pool: Executor) => Promise<T>,
  options: PoolOptions = {},
): Promise<T> {
  // On a machine that is busy a worker may take its time to hear that it should stop.
  const pool = kind.make(workers, { gracePeriod: 1e9, ...options });
  try {
    return await use(pool);
  } finally {
    await pool.shutdown({ cancelFutures: true });
  }
}

/** Resolves with the first that a task reports. */
export async function firstReport(future: Future<unknown>): Promise<unknown> {
  return (await future.progress().next()).value;
}

/** What a future fails with, or its value. */
export function outcomeOf(future: PromiseLike<unknown>): PromiseLike<unknown> {
  return future.then(
    (value) => value,
    (error: unknown) => error,
  );
}

/** Runs `use` while each of the pool's workers is busy, then lets go of them. */
export async function whileBusy<T>(pool: Executor, use: () => Promise<T>): Promise<T> {
  const end = new AbortController();
  const busy = Array.from({ length: pool.maxWorkers }, () => pool.submitWith({ signal: end.signal }, occupy));
  await Promise.all(busy.map(firstReport));
  try {
    return await use();
  } finally {
    end.abort();
    await Promise.all(busy);
  }
}

/** Occupies a worker until its signal aborts. */
const occupy = () =>
  new Promise<string>((resolve) => {
    currentTask()?.signal.addEventListener('abort', () => resolve('let go'));
    report('begun');
  });
