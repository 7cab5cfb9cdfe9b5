/**
 * `ThreadPool`: worker threads that share one lock. Concurrent, never parallel, like `ThreadPoolExecutor` under a GIL.
 * CPython Lib/concurrent/futures/thread.py.
 */
import { ArgumentError, BrokenThreadPoolError, describe } from '../errors.js';
import { CORES } from '../host/thread.js';
import { GlobalLock } from '../lock/global-lock.js';
import { preemptionIn } from '../lock/preemption.js';
import { Executor } from './executor.js';
import { settingsFor } from './make-pool.js';
import type { PoolOptions } from './options.js';

/** How a `ThreadPool` is made. */
export interface ThreadPoolOptions extends PoolOptions {
  /** The lock its threads share. @default GlobalLock.default, or a new one if `dialect` or `switchInterval` is given */
  readonly lock?: GlobalLock;
}

/**
 * Worker threads that share one `GlobalLock`: one at a time runs JavaScript, the others wait for the lock, for I/O, or in native code
 * that has let go of it.
 *
 * @example
 * ```ts
 * import { ThreadPool } from 'gil';
 * const pool = new ThreadPool(2);
 * console.log(await pool.map((x) => x * x, [1, 2, 3]).toArray()); // => [1, 4, 9]
 * await pool.shutdown();
 * ```
 */
export class ThreadPool extends Executor {
  /** The lock its threads share. */
  readonly lock: GlobalLock;

  /**
   * @param maxWorkers how many threads at most, 1 or more; default: the number of cores plus 4, at most 32
   * @throws OutOfRangeError, ArgumentError, SwitchIntervalError
   */
  constructor(maxWorkers: number = Math.min(32, CORES + 4), options: ThreadPoolOptions = {}) {
    const lock = chooseLock(options);
    super(
      settingsFor(maxWorkers, options, {
        className: 'ThreadPool',
        isolation: 'worker',
        dialect: lock.dialect,
        lock: { ...lock.handle, ...preemptionIn(options, lock.handle) },
        chunks: 'ignored',
        Broken: BrokenThreadPoolError,
      }),
    );
    this.lock = lock;
    // From here on its times are taken: beside a task they cost nothing, and whoever asks afterwards gets the whole of them.
    lock.stats();
  }
}

function chooseLock({ lock, dialect, switchInterval }: ThreadPoolOptions): GlobalLock {
  if (lock === undefined) {
    if (dialect === undefined && switchInterval === undefined) return GlobalLock.default;
    return new GlobalLock({ ...(dialect === undefined ? {} : { dialect }), ...(switchInterval === undefined ? {} : { switchInterval }) });
  }
  if (!(lock instanceof GlobalLock)) throw new ArgumentError(`lock: expected a GlobalLock; got ${describe(lock)}`);
  if (dialect === undefined && switchInterval === undefined) return lock;
  throw new ArgumentError('lock: expected either a lock or the dialect and switchInterval of a new one, not both; set them on the lock');
}
