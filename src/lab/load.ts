/**
 * How much of the machine other programs use while an experiment runs: what the cores say they did, less what this process and its
 * children did.
 */
import { cpus } from 'node:os';
import type { Executor } from '../executors/executor.js';
import { CLOCK, type Instruments, QUIET, type Rounds } from './measure.js';

/**
 * Instruments that notice what others do.
 *
 * @param children pools whose workers are processes of their own; all of them must be idle between the rounds
 */
export function quietly(...children: readonly Executor[]): Instruments {
  const foreign = async (): Promise<number> => {
    let used = spent();
    for (const pool of children) for (const each of await askAll(pool)) used += each;
    return busy() - used;
  };
  return { ...CLOCK, foreign };
}

/** What a reader must know about the load under which the rounds ran; nothing if there was none. */
export function aboutLoad({ count, setAside, foreign }: Rounds<string>): string[] {
  if (setAside > 0) return [`${setAside} of ${count + setAside} rounds do not count: other programs used the cores.`];
  if (foreign < QUIET) return [];
  return [`Other programs used ${foreign.toFixed(1)} cores nearly all the time: what needs two cores cannot do its best beside them.`];
}

/** Idle workers are given one call each, so every one of them answers. */
function askAll(pool: Executor): Promise<number[]> {
  return Promise.all(Array.from({ length: pool.workerCount }, () => pool.submit(spent).result()));
}

/** Milliseconds of CPU that the process it runs in has used, all threads together. Also a task: it uses globals only. */
function spent(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function busy(): number {
  let total = 0;
  for (const { times } of cpus()) total += times.user + times.nice + times.sys + times.irq;
  return total;
}
