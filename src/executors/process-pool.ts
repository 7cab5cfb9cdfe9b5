/**
 * `ProcessPool`: workers with a lock each, so they run in parallel, like `ProcessPoolExecutor`. CPython Lib/concurrent/futures/process.py.
 */
import { resolveDialect } from '../dialects/registry.js';
import { BrokenProcessPoolError } from '../errors.js';
import { CORES } from '../host/thread.js';
import { Executor } from './executor.js';
import { ownLock } from './interpreter-pool.js';
import { settingsFor } from './make-pool.js';
import { checkWord, type PoolOptions } from './options.js';

/** How a `ProcessPool` is made. */
export interface ProcessPoolOptions extends PoolOptions {
  /**
   * What separates the workers. `worker`: worker threads, quick to start, able to share memory. `process`: child processes with an
   * address space each: a crash of one takes nobody with it. @default 'worker'
   */
  readonly isolation?: 'worker' | 'process';
}

/**
 * Workers that share no lock: as many run at once as there are cores. What they are given and give back is copied.
 *
 * @example
 * ```ts
 * import { ProcessPool } from 'gil';
 * const pool = new ProcessPool(2, { isolation: 'process' });
 * console.log(await pool.submit((x: number) => x + 1, 41)); // => 42
 * await pool.shutdown();
 * ```
 */
export class ProcessPool extends Executor {
  /** What separates the workers. */
  readonly isolation: 'worker' | 'process';

  /**
   * @param maxWorkers how many workers at most, 1 or more; default: the number of cores
   * @throws OutOfRangeError, ArgumentError, SwitchIntervalError
   */
  constructor(maxWorkers: number = CORES, options: ProcessPoolOptions = {}) {
    const isolation = checkWord('isolation', options.isolation ?? 'worker', ['worker', 'process']);
    const dialect = resolveDialect(options.dialect);
    super(
      settingsFor(maxWorkers, options, {
        className: 'ProcessPool',
        isolation,
        dialect,
        lock: ownLock(dialect, options),
        chunks: 'sent-as-one',
        Broken: BrokenProcessPoolError,
      }),
    );
    this.isolation = isolation;
  }
}
