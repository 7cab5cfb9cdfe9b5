/**
 * The lessons about threads that wait for each other, run for real through the command, all in one process.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { runExperiments } from '../../src/cli/results.js';
import { LESSONS } from '../../src/lab/lessons.js';
import { gil } from './run-cli.js';

interface Found {
  readonly name: string;
  readonly holds: boolean;
  readonly live: string;
  readonly figures: Readonly<Record<string, number | string>>;
  readonly error?: object;
}

const NAMES = ['fixed-by-lock', 'check-then-act', 'deadlock', 'dining-philosophers', 'bounded-buffer', 'readers-writers'];

it('states everything that is printed', () => {
  expect(LESSONS.map(({ name }) => name)).toEqual(NAMES);
  for (const lesson of LESSONS) {
    for (const key of ['claim', 'question', 'article', 'cpython', 'expectation'] as const) expect(lesson[key]).toMatch(/\S/);
    expect(lesson.cpython).toMatch(/3\.\d+/);
  }
});

it('one that fails with many lines gives them in one', async () => {
  const run = () => Promise.reject(new Error('two threads:\n  one\n  another'));
  const [failed] = await runExperiments([{ ...LESSONS[0], run }], 2, () => {});
  expect(failed.outcome).toMatchObject({ holds: false, live: 'failed: two threads: one another' });
  expect(failed.error?.message).toContain('\n');
});

describe('run', () => {
  let code: number | null;
  let experiments: readonly Found[];
  const found = (name: string): Found => experiments.find((each) => each.name === name)!;
  beforeAll(async () => {
    const { stdout, ...rest } = await gil(['lab', ...NAMES, '--json']);
    code = rest.code;
    experiments = (JSON.parse(stdout) as { experiments: Found[] }).experiments;
  }, 60_000);

  it('holds, all of it', () => {
    expect(experiments.map(({ name, holds, error }) => ({ name, holds, error }))).toEqual(NAMES.map((name) => ({ name, holds: true })));
    expect(code).toBe(0);
  });

  it('fixed-by-lock: loses counts without the lock only', () => {
    const { lost, lostWithLock, raisesWithLock, forcedSwitchesWithLock } = found('fixed-by-lock').figures;
    expect(lost).toBeGreaterThan(0);
    expect(lostWithLock).toBe(0);
    expect(raisesWithLock).toBeGreaterThanOrEqual(100_000);
    expect(forcedSwitchesWithLock).toBeGreaterThanOrEqual(30);
  });

  it('check-then-act: sells every seat twice, or none', () => {
    const { soldTwice, soldTwiceWithLock, soldTwiceAtOnce39, soldTwiceAtOnce313 } = found('check-then-act').figures;
    expect([soldTwice, soldTwiceWithLock, soldTwiceAtOnce313]).toEqual([20, 0, 0]);
    expect(soldTwiceAtOnce39).toBeGreaterThan(0);
  });

  it('deadlock: names both threads, and a third one goes on', () => {
    const { live, figures } = found('deadlock');
    expect(figures).toMatchObject({ deadlocks: 1, threadsNamed: 2, transfersDone: 1 });
    expect(figures.turnsOfAThirdThreadMeanwhile).toBeGreaterThan(0);
    expect(figures.error).toMatch(/thread 'thread_\d' .*holds 'alice' \(acquired at gil-task:transfer:\d+:\d+\) and waits for 'bob'/);
    expect(live).toMatch(/thread_\d has 'alice', wants 'bob'/);
  });

  it('dining-philosophers: five in one circle, or all eat', () => {
    const { figures } = found('dining-philosophers');
    expect(figures).toMatchObject({ deadlocks: 1, threadsNamed: 5, forksInTwoHands: 0 });
    expect(figures.fewestMeals).toBeGreaterThanOrEqual(20);
    expect(figures.mostEatingAtOnce).toBeLessThanOrEqual(2);
  });

  it('bounded-buffer: everything arrives once, or a buffer is emptier than empty', () => {
    const { figures } = found('bounded-buffer');
    expect(figures).toMatchObject({
      items: 1000,
      arrivedOnce: 1000,
      mostInBuffer: 4,
      fewestInBuffer: 0,
      leftInBuffer: 0,
      inBufferWithIf: -1,
    });
  });

  it('readers-writers: readers together, writers alone, or half a page', () => {
    const { figures } = found('readers-writers');
    expect(figures).toMatchObject({ mostReadersInside: 3, writersNotAlone: 0, halfWritten: 0, halfWrittenWithoutLock: 1, writes: 201 });
  });
});
