/**
 * From a pool's options to what its core needs: one text for all pools, which differ in the lock of their workers and in what a worker is.
 */
import type { Dialect } from '../dialects/dialect.js';
import { ArgumentError, BrokenPoolError } from '../errors.js';
import { PROCESS_ENTRY, WORKER_ENTRY } from '../host/files.js';
import { startProcess, startWorker } from '../host/peer.js';
import { checkTimeout } from '../lock/options.js';
import { checkPreemption, expectInterrupts, isInterrupting, rulesFor } from '../lock/preemption.js';
import type { StartData } from '../runtime/messages.js';
import type { ExecutorSettings } from './executor.js';
import { checkFunction, checkMaxWorkers, checkWhole, checkWord, type PoolOptions } from './options.js';
import { prepareInitializer } from './prepare.js';

/** What is not an option, but what a pool is. */
export interface PoolKind {
  readonly className: string;
  readonly isolation: 'worker' | 'process';
  readonly dialect: Dialect;
  /** The lock that each worker lives under. */
  readonly lock: StartData['lock'];
  readonly chunks: ExecutorSettings['chunks'];
  readonly Broken?: new (message: string, options: ErrorOptions) => BrokenPoolError;
}

/** How many pools of a class there are: they are named by it. */
const counters = new Map<string, number>();

/**
 * Everything a pool is made of, checked.
 * @throws ArgumentError, OutOfRangeError, and what is wrong with the initializer
 */
export function settingsFor(maxWorkers: unknown, options: PoolOptions, kind: PoolKind): ExecutorSettings {
  const { className, isolation, dialect, lock, chunks, Broken = BrokenPoolError } = kind;
  const { initializer, initArgs = [], resourceLimits, createWorker, context, gracePeriod = 500 } = options;
  const checked = {
    maxWorkers: checkMaxWorkers(maxWorkers),
    maxTasksPerWorker:
      options.maxTasksPerWorker === undefined ? Number.POSITIVE_INFINITY : checkWhole('maxTasksPerWorker', options.maxTasksPerWorker),
    bufferSize: options.bufferSize === undefined ? Number.POSITIVE_INFINITY : checkWhole('bufferSize', options.bufferSize),
    onWorkerDeath: checkWord('onWorkerDeath', options.onWorkerDeath ?? 'break', ['break', 'replace']),
    gracePeriod: checkTimeout(gracePeriod, 'gracePeriod'),
    context: checkFunction('context', context),
  };
  checkFunction('createWorker', createWorker);
  const { preemption } = checkPreemption(lock, dialect);
  if (isolation === 'process' && isInterrupting(preemption)) {
    throw new ArgumentError(
      `preemption: expected 'checkpoint' or 'none' with isolation 'process', where calls run on the main thread of a process, which is not interrupted; got '${preemption}'`,
    );
  }
  expectInterrupts(preemption);
  const rules = rulesFor(dialect, preemption);
  const prepared = prepareInitializer(initializer, initArgs, rules);
  const number = counters.get(className) ?? 0;
  counters.set(className, number + 1);
  return {
    ...checked,
    dialect: rules,
    chunks,
    namePrefix: options.threadNamePrefix ?? `${className}-${number}`,
    sharesMemory: isolation === 'worker' ? 'yes' : 'no',
    broken: (message, cause) => new Broken(message, { cause }),
    startPeer: (name, window, events) => {
      const data: StartData = {
        kind: 'gil/start',
        name,
        lock,
        window: isolation === 'worker' ? window.memory : undefined,
        initializer: prepared,
      };
      if (isolation === 'process') return startProcess({ entry: PROCESS_ENTRY, data, name }, events);
      return startWorker({ entry: WORKER_ENTRY, data, name, resourceLimits, createWorker }, events);
    },
  };
}
