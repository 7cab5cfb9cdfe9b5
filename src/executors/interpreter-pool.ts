/**
 * `InterpreterPool`: worker threads with a lock each, so they run in parallel, like `InterpreterPoolExecutor` (PEP 684, PEP 734).
 * CPython Lib/concurrent/futures/interpreter.py.
 */
import type { Dialect } from '../dialects/dialect.js';
import { resolveDialect } from '../dialects/registry.js';
import { BrokenInterpreterPoolError } from '../errors.js';
import { CORES } from '../host/thread.js';
import { checkSwitchInterval } from '../lock/interval.js';
import { preemptionIn } from '../lock/preemption.js';
import type { StartData } from '../runtime/messages.js';
import { Executor } from './executor.js';
import { settingsFor } from './make-pool.js';
import type { PoolOptions } from './options.js';

/** How an `InterpreterPool` is made. */
export interface InterpreterPoolOptions extends PoolOptions {}

/**
 * Worker threads that share no lock: as many run at once as there are cores. What they are given and give back is copied; memory can be
 * shared by `SharedArrayBuffer`.
 *
 * @example
 * ```ts
 * import { InterpreterPool } from 'gil';
 * await using pool = new InterpreterPool(2);
 * console.log(await pool.submit((x: number) => x + 1, 41)); // => 42
 * ```
 */
export class InterpreterPool extends Executor {
  /**
   * @param maxWorkers how many workers at most, 1 or more; default: the number of cores plus 4, at most 32
   * @throws OutOfRangeError, ArgumentError, SwitchIntervalError
   */
  constructor(maxWorkers: number = Math.min(32, CORES + 4), options: InterpreterPoolOptions = {}) {
    const dialect = resolveDialect(options.dialect);
    super(
      settingsFor(maxWorkers, options, {
        className: 'InterpreterPool',
        isolation: 'worker',
        dialect,
        lock: ownLock(dialect, options),
        chunks: 'ignored',
        Broken: BrokenInterpreterPoolError,
      }),
    );
  }
}

/** What each worker makes a lock of its own of. The interval goes as it was given: it is checked here, and rounded by the lock. */
export function ownLock(dialect: Dialect, { switchInterval = dialect.switchInterval, ...options }: PoolOptions): StartData['lock'] {
  checkSwitchInterval(switchInterval);
  return { dialect, switchInterval, ...preemptionIn(options) };
}
