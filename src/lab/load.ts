/**
 * How much of the machine others use while an experiment runs: the time in which the cores were not idle, less what this process and
 * its children used. So a virtual machine's neighbours count as well, where the system knows of the time they took.
 */
import { cpus } from 'node:os';
import type { Executor } from '../executors/executor.js';
import type { Rounds } from './measure.js';
import type { Probe } from './probe.js';
import { CLOCK, type Instruments } from './quiet.js';

/** What the instruments are to take into account. */
export interface Surroundings {
  /** Pools whose workers are processes of their own; all of them must be idle between the rounds. */
  readonly children?: readonly Executor[];
  /** Asked whether two cores are there, where the claim needs two. */
  readonly probe?: Probe;
}

/** Instruments that notice what disturbs. */
export function quietly({ children = [], probe }: Surroundings = {}): Instruments {
  const foreign = async (): Promise<number> => {
    let used = spent();
    for (const pool of children) for (const each of await askAll(pool)) used += each;
    return notIdle() - used;
  };
  return { ...CLOCK, foreign, cores: probe?.cores };
}

/** How many rounds the comparisons of an experiment took, as figures. */
export function roundFigures(...all: readonly Rounds<never>[]): Record<'rounds' | 'roundsSetAside' | 'roundsDisturbed', number> {
  return {
    rounds: sum(all.map(({ count }) => count)),
    roundsSetAside: sum(all.map(({ setAside }) => setAside)),
    roundsDisturbed: sum(all.map(({ disturbed }) => disturbed)),
  };
}

/** What a reader must know about the disturbance; nothing if the disturbed rounds could be left out. */
export function aboutLoad(...all: readonly Rounds<never>[]): string[] {
  const { rounds, roundsDisturbed } = roundFigures(...all);
  if (roundsDisturbed === 0) return [];
  const foreign = Math.max(...all.map((each) => each.foreign));
  const others = foreign < 0.1 ? '' : `: other programs used ${foreign.toFixed(1)} cores`;
  return [`${roundsDisturbed} of ${rounds} rounds were disturbed, too many to leave them out${others}.`];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
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

/** Core-milliseconds since some moment in which no core was idle. */
function notIdle(): number {
  const cores = cpus();
  return cores.reduce((total, { times }) => total - times.idle, cores.length * CLOCK.now());
}
