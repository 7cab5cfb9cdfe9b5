/**
 * Runs the sixteen programs under a dialect and says of each whether it loses updates. What a program is expected to do is not known here: all
 * of them run by one rule, until updates were lost or the lock was taken away from a running program so often that they would have been.
 */
import type { DialectName } from '../dialects/registry.js';
import { ThreadPool } from '../executors/thread-pool.js';
import { type Globals, newGlobals, PROGRAMS, type Program, reset, totalOf } from './lost-updates-programs.js';
import { onEveryWorker } from './work.js';

/** As in the runs of the interpreters. */
const THREADS = 4;
/** How often each program is put to the test. */
export const REPETITIONS = 3;
/**
 * How often the lock is taken away before a program passes for exact. One that is not loses something every second time, at the least
 * every third: it would pass in less than one of forty thousand repetitions.
 */
export const ENOUGH = 30;
/** In ms: the lock changes hands as often as the machine can wake a thread up. */
const INTERVAL = 0.01;
/** How many updates a thread makes in the first round; in each further round up to four times as many. */
export const FIRST = 10_000;
const GROWTH = 4;
/** Updates of all threads after which no new round begins: without a lock there is nothing else to stop at. */
const MOST = 1_000_000_000;

/** What a repetition of a program gave. */
export interface Trial {
  /** The share of the updates of its last round that was lost, 0 to 1. */
  readonly lost: number;
  /** How often the lock was taken away. */
  readonly switches: number;
}

/** All programs under a dialect, by name, `REPETITIONS` times: on the same threads. */
export async function runPrograms(dialect: DialectName, onRepetition: (repetition: number) => void): Promise<Record<string, Trial>[]> {
  await using pool = new ThreadPool(THREADS, { dialect, switchInterval: INTERVAL });
  const globals = newGlobals();
  const repetitions: Record<string, Trial>[] = [];
  for (let number = 1; number <= REPETITIONS; number += 1) {
    onRepetition(number);
    const trials: Record<string, Trial> = {};
    for (const [name, program] of Object.entries(PROGRAMS)) trials[name] = await runProgram(pool, program, globals);
    repetitions.push(trials);
  }
  return repetitions;
}

async function runProgram(pool: ThreadPool, program: Program, globals: Globals): Promise<Trial> {
  let made = 0;
  let switches = 0;
  for (let updates = FIRST; ; ) {
    reset(globals);
    const before = pool.lock.stats();
    await onEveryWorker(pool, program, globals, updates);
    const after = pool.lock.stats();
    const expected = THREADS * updates;
    const lost = (expected - totalOf(globals)) / expected;
    made += expected;
    // Of all switches, no more than as many as there were ends of a program came about by one.
    switches += Math.max(0, after.switches - before.switches - (after.drops.final - before.drops.final));
    if (lost !== 0 || switches >= ENOUGH || made >= MOST) return { lost, switches };
    // No more than what is likely to be missing.
    const missing = switches === 0 ? Number.POSITIVE_INFINITY : (ENOUGH / switches - 0.8) * (made / THREADS);
    updates = Math.ceil(Math.min(GROWTH * updates, missing));
  }
}
