/**
 * The forty cases: what is given, what is done, what follows, as a fixture says it; and how each is shown on one kind of pool, twenty times
 * over (ten, where that means new child processes each time; fewer with another Node, see `test/runtimes/suite.mjs`), with the smallest
 * switch interval that the lock knows.
 */
import { readFileSync } from 'node:fs';
import { describe, it } from 'vitest';
import { type Column, FUTURE, POOLS } from '../columns.js';
import { Scene } from '../scene.js';

interface Case {
  readonly id: string;
  readonly group: string;
  readonly then: string;
  readonly kind: 'future' | 'thread' | 'process' | 'both';
}

export const CASES: readonly Case[] = JSON.parse(
  readFileSync(new URL('../../../fixtures/conformance/futures-cases.json', import.meta.url), 'utf8'),
);

/** In milliseconds: one microsecond. */
export const SMALLEST_INTERVAL = 0.001;

const REPETITIONS = Number(process.env['GIL_TEST_REPETITIONS'] ?? 20);

/** Where each repetition starts child processes anew: that takes ten times as long as a thread, and is the same code twenty times. */
const REPETITIONS_WITH_NEW_PROCESSES = Math.min(10, REPETITIONS);

/** However slow a machine is: what is wrong here hangs for ever. */
const TIMEOUT = 240_000;

/** Shows a case once, for the `turn`th time from 0. The pools that it asks the scene for are new, and gone when it is over. */
export type Show = (scene: Scene, turn: number) => unknown;

/**
 * How a case is shown. `shared` is called once, before the repetitions, for what they may have in common (a pool that each leaves as it was);
 * what it returns is what each repetition is.
 */
export interface Shown {
  readonly shared: (scene: Scene) => Show;
}

export type Shows = Readonly<Record<string, Show | Shown>>;

/** A pool that every repetition uses, and leaves open and idle. */
export const withOnePool = (workers: number, show: (scene: Scene, pool: ReturnType<Scene['pool']>) => unknown): Shown => ({
  shared: (outer) => {
    const pool = outer.pool(workers);
    return (scene) => show(scene, pool);
  },
});

/** The columns that a case is about; an interpreter pool has threads that are like processes, so it counts as both. */
export function columnsOf({ kind }: Case): readonly Column[] {
  if (kind === 'future') return [FUTURE];
  const letters = { thread: 'TI', process: 'IP', both: 'TIP' }[kind];
  return POOLS.filter(({ letter }) => letters.includes(letter));
}

/** One test for each case that is shown here and each of its columns. */
export function describeCases(shows: Shows): void {
  for (const each of CASES) {
    const show = shows[each.id];
    if (show === undefined) continue;
    describe(`${each.id}: ${each.then}`, () => {
      for (const column of columnsOf(each)) it(column.name, { timeout: TIMEOUT }, () => repeat(column, show));
    });
  }
}

async function repeat(column: Column, show: Show | Shown): Promise<void> {
  const options = { switchInterval: SMALLEST_INTERVAL };
  const outer = new Scene(column, options);
  try {
    const run = typeof show === 'function' ? show : show.shared(outer);
    const startsProcesses = column.memory === 'separate' && run === show;
    const repetitions = startsProcesses ? REPETITIONS_WITH_NEW_PROCESSES : REPETITIONS;
    for (let turn = 0; turn < repetitions; turn += 1) {
      const scene = new Scene(column, options, outer);
      try {
        await run(scene, turn);
      } finally {
        await scene.close();
      }
    }
  } finally {
    await outer.close();
  }
}
