/**
 * How a `Pool` is made and how its methods are called: the options, and the checks on them.
 */
import { ArgumentError, describe, OutOfRangeError } from '../errors.js';
import { checkObject } from './limits.js';
import { checkWhole } from './options.js';
import type { ResultCallbacks } from './pool-results.js';
import { ProcessPool, type ProcessPoolOptions } from './process-pool.js';

/** How a `Pool` is made. */
export interface MultiprocessingOptions extends Omit<ProcessPoolOptions, 'maxTasksPerWorker' | 'onWorkerDeath' | 'bufferSize'> {
  /** How many chunks a worker runs before it is replaced by a new one, 1 or more; a call that is not of a map is a chunk. @default no limit */
  readonly maxTasksPerChild?: number;
}

/** Who is told of the result of `applyAsync`. */
export interface ApplyOptions<T> extends ResultCallbacks<T> {}

/** How `map` and `starmap` go about it. */
export interface PoolMapOptions {
  /** How many inputs a worker is sent at once, 1 or more. An error in such a chunk loses its other results. @default defaultChunkSize() */
  readonly chunkSize?: number | undefined;
}

/** How `mapAsync` and `starmapAsync` go about it. */
export interface MapAsyncOptions<T> extends PoolMapOptions, ResultCallbacks<T> {}

/** How `imap` and `imapUnordered` go about it. */
export interface ImapOptions {
  /** How many inputs a worker is sent at once, 1 or more. An error in such a chunk loses its other results. @default 1 */
  readonly chunkSize?: number | undefined;
  /** How many chunks may be under way or unread before no more inputs are taken, 1 or more. @default no limit, as in multiprocessing */
  readonly bufferSize?: number | undefined;
}

let created = 0;

/**
 * The pool under a `Pool`.
 * @throws OutOfRangeError, ArgumentError, SwitchIntervalError; what is wrong with the initializer
 */
export function makeExecutor(processes: unknown, options: MultiprocessingOptions): ProcessPool {
  if (typeof processes !== 'number') throw new ArgumentError(`processes: expected a whole number, 1 or more; got ${describe(processes)}`);
  if (!Number.isInteger(processes) || processes < 1)
    throw new OutOfRangeError(`Number of processes must be at least 1, and whole; got ${processes}`);
  const { maxTasksPerChild, ...others } = checkObject(options);
  const lifetime = maxTasksPerChild === undefined ? {} : { maxTasksPerWorker: checkWhole('maxTasksPerChild', maxTasksPerChild) };
  const threadNamePrefix = options.threadNamePrefix ?? `Pool-${created}`;
  const executor = new ProcessPool(processes, { ...others, ...lifetime, threadNamePrefix, onWorkerDeath: 'replace' });
  created += 1;
  return executor;
}
