/**
 * `ProcessPool`: workers with a lock each, so they run in parallel, like `ProcessPoolExecutor`. CPython Lib/concurrent/futures/process.py.
 */
import { availableParallelism } from 'node:os';
import type { Dialect } from '../dialects/dialect.js';
import { type DialectName, resolveDialect } from '../dialects/registry.js';
import { ArgumentError, describe } from '../errors.js';
import { PROCESS_ENTRY, WORKER_ENTRY } from '../host/files.js';
import { startProcess, startWorker } from '../host/peer.js';
import { checkSwitchInterval } from '../lock/interval.js';
import { checkMaxWorkers, Executor } from './executor.js';

/** How a `ProcessPool` is made. */
export interface ProcessPoolOptions {
  /**
   * What separates the workers. `worker`: worker threads, quick to start, able to share memory. `process`: child processes with an
   * address space each: a crash of one takes nobody with it. @default 'worker'
   */
  readonly isolation?: 'worker' | 'process';
  /** Whose rules each worker's own lock follows. @default 'cpython-3.13' */
  readonly dialect?: DialectName | Dialect;
  /** The switch interval of each worker's lock, in milliseconds above 0. @default 5 */
  readonly switchInterval?: number;
  /** Workers are named `prefix_0`, `prefix_1`, … @default 'ProcessPool-N' */
  readonly threadNamePrefix?: string;
}

const ISOLATIONS = { worker: [startWorker, WORKER_ENTRY], process: [startProcess, PROCESS_ENTRY] } as const;

let pools = 0;

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
  constructor(maxWorkers: number = availableParallelism(), options: ProcessPoolOptions = {}) {
    const { isolation = 'worker' } = options;
    if (!Object.hasOwn(ISOLATIONS, isolation)) {
      throw new ArgumentError(`isolation: expected 'worker' or 'process'; got ${describe(isolation)}`);
    }
    const [start, entry] = ISOLATIONS[isolation];
    const dialect = resolveDialect(options.dialect);
    super({
      maxWorkers: checkMaxWorkers(maxWorkers),
      threadNamePrefix: options.threadNamePrefix ?? `ProcessPool-${pools++}`,
      dialect,
      lock: {
        dialect,
        switchInterval: checkSwitchInterval(options.switchInterval === undefined ? dialect.switchInterval : options.switchInterval),
      },
      startPeer: (data, events) => start({ entry, data, name: data.name }, events),
    });
    this.isolation = isolation;
  }
}
