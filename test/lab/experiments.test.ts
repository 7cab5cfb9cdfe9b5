/**
 * The experiments that count instead of timing, run for real through the command; of the others only what they state. Whether a
 * speed-up is reached is for `gil lab` to say, on a machine that does nothing else.
 */
import { describe, expect, it } from 'vitest';
import { ARTICLE } from '../../src/lab/article.js';
import { gil } from './run-cli.js';

interface Report {
  readonly schemaVersion: number;
  readonly node: string;
  readonly cores: number;
  readonly dialect: string;
  readonly holds: boolean;
  readonly milliseconds: number;
  readonly experiments: readonly {
    readonly name: string;
    readonly holds: boolean;
    readonly live: string;
    readonly figures: Readonly<Record<string, number>>;
    readonly notes: readonly string[];
    readonly milliseconds: number;
  }[];
}

async function run(name: string): Promise<{ code: number | null; report: Report; found: Report['experiments'][number] }> {
  const { code, stdout, stderr } = await gil(['lab', name, '--json']);
  expect(stderr).toBe('');
  const report = JSON.parse(stdout) as Report;
  expect(report).toMatchObject({ schemaVersion: 1, node: process.versions.node, dialect: 'cpython-3.13' });
  expect(report.experiments.map((each) => each.name)).toEqual([name]);
  const [found] = report.experiments;
  expect(report.holds).toBe(found.holds);
  expect(code).toBe(found.holds ? 0 : 1);
  for (const figure of Object.values(found.figures)) expect(typeof figure === 'string' || Number.isFinite(figure)).toBe(true);
  return { code, report, found };
}

describe('the article', () => {
  it('has nine claims, each with everything that is printed', () => {
    expect(ARTICLE).toHaveLength(9);
    for (const experiment of ARTICLE) {
      expect(experiment.name).toMatch(/^[a-z]+(-[a-z]+)*$/);
      for (const key of ['claim', 'question', 'article', 'cpython', 'expectation'] as const) expect(experiment[key]).toMatch(/\S/);
      expect(experiment.cpython).toMatch(/\(?3\.\d+/);
    }
  });

  it('is held to the thresholds it was promised', () => {
    const expectation = (name: string): string => ARTICLE.find((each) => each.name === name)!.expectation;
    expect(expectation('one-at-a-time')).toMatch(/never more than 1 .*1000 switches/);
    expect(expectation('cpu-bound')).toMatch(/0\.95 and 1\.10.*100 switches/);
    expect(expectation('io-bound')).toMatch(/6\.6× with 8 .*20× with 30/);
    for (const name of ['process-map', 'process-context', 'native-code', 'free-threaded']) expect(expectation(name)).toContain('1.6×');
  });
});

describe('one-at-a-time', () => {
  it('never finds two inside, and would notice if there were', async () => {
    const { found } = await run('one-at-a-time');
    expect(found.figures.mostInside).toBe(1);
    expect(found.figures.switches).toBeGreaterThanOrEqual(1000);
    expect(found.figures.mostInsideWithoutLock).toBeGreaterThan(1);
    expect(found.holds).toBe(true);
  });
});

describe('why-a-gil', () => {
  it('loses no count with the lock, and many without', async () => {
    const { found } = await run('why-a-gil');
    expect(found.figures.lostWithLock).toBe(0);
    expect(found.figures.switchesWithLock).toBeGreaterThanOrEqual(20);
    expect(found.figures.lostWithoutLock).toBeGreaterThan(1000);
    expect(found.figures.atomicOverPlain).toBeGreaterThan(1);
    expect(found.holds).toBe(true);
  });
});

describe('process-context', () => {
  it('streams equal results in order and leaves nobody behind', async () => {
    const { found } = await run('process-context');
    expect(found.figures).toMatchObject({ results: 'equal and in order', threadsLeft: 0, processesLeft: 0 });
    expect(found.figures.firstResultWorker).toBeLessThan(0.9);
    expect(found.figures.firstResultProcess).toBeLessThan(0.9);
  });
});
