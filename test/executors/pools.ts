/**
 * Every pool there is, for suites that must hold for all of them.
 */
import { type Executor, InterpreterPool, type PoolOptions, ProcessPool, ThreadPool } from 'gil';

/** A kind of pool, and how one is made. */
export interface PoolKind {
  readonly name: string;
  readonly make: (maxWorkers: number, options?: PoolOptions) => Executor;
  /** What lies between its workers: shared memory can be sent, or not. */
  readonly memory: 'shared' | 'separate';
}

export const POOLS: readonly PoolKind[] = [
  { name: 'ThreadPool', make: (workers, options) => new ThreadPool(workers, { ...options, dialect: 'cpython-3.13' }), memory: 'shared' },
  {
    name: 'ThreadPool, free-threaded',
    make: (workers, options) => new ThreadPool(workers, { ...options, dialect: 'cpython-3.13t' }),
    memory: 'shared',
  },
  {
    name: 'ThreadPool, cpython-2.7',
    make: (workers, options) => new ThreadPool(workers, { ...options, dialect: 'cpython-2.7' }),
    memory: 'shared',
  },
  { name: 'InterpreterPool', make: (workers, options) => new InterpreterPool(workers, options), memory: 'shared' },
  { name: 'ProcessPool of workers', make: (workers, options) => new ProcessPool(workers, options), memory: 'shared' },
  {
    name: 'ProcessPool of processes',
    make: (workers, options) => new ProcessPool(workers, { ...options, isolation: 'process' }),
    memory: 'separate',
  },
];

/** Runs `use` with a pool and shuts it down however it ends. */
export async function withPool<T>(kind: PoolKind, workers: number, use: (pool: Executor) => Promise<T>): Promise<T> {
  const pool = kind.make(workers);
  try {
    return await use(pool);
  } finally {
    await pool.shutdown({ cancelFutures: true });
  }
}
