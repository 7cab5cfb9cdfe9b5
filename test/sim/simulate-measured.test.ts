/**
 * What real interpreters did, and what the simulator does at its default latency: the convoy effect, the length of slices, the price of
 * starting a thread. Within 10 % where the lock decides. Where the operating system does, the cell is in `BEYOND`, with the reason.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { DialectName } from '../../src/dialects/registry.js';
import type { ThreadProgram } from '../../src/sim/host/context.js';
import { simulate } from '../../src/sim/simulate.js';
import { slices } from '../../src/sim/simulate-metrics.js';
import { convoy, type Latencies } from './convoy.js';

const fixture = (name: string) => JSON.parse(readFileSync(new URL(`../fixtures/sim/${name}.json`, import.meta.url), 'utf8'));

interface ConvoyRow extends Partial<Latencies> {
  readonly dialect: DialectName;
  readonly cpuThreads: number;
  readonly interval: number;
}
interface SliceRow {
  readonly threads: number;
  readonly interval: number;
  readonly p50: number;
  readonly p90: number;
  readonly back: number;
  readonly shares: readonly [number, number];
}
const convoyRows: readonly ConvoyRow[] = fixture('convoy').rows;
const sliceRows: readonly SliceRow[] = fixture('slices').rows;

/** Within 10 % of what was measured. */
const isClose = (simulated: number, measured: number): boolean => Math.abs(simulated / measured - 1) <= 0.1;
const cpu = (ms: number): ThreadProgram =>
  function* (t) {
    yield* t.compute(ms);
  };
const quantile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length * share)] as number;
const cell = ({ dialect, cpuThreads, interval }: ConvoyRow, what: string): string => `${dialect}, K=${cpuThreads}, ${interval} ms: ${what}`;

describe('the convoy effect', () => {
  /** Long enough for a steady share of races: each row has hundreds of pings. */
  const durationOf = ({ dialect, cpuThreads, interval }: ConvoyRow): number => {
    if (dialect === 'cpython-2.7') return 100;
    return cpuThreads === 0 || dialect === 'cpython-3.13t' ? 500 : interval === 50 ? 60_000 : interval === 5 ? 6000 : 600;
  };
  const simulated = new Map(
    convoyRows.map((row) => {
      const { dialect, cpuThreads, interval } = row;
      return [row, convoy({ dialect, cpuThreads, switchInterval: interval, duration: durationOf(row) })];
    }),
  );
  const misses = (rows: readonly ConvoyRow[]): string[] =>
    rows.flatMap((row) =>
      (['ops', 'p50', 'p99'] as const)
        .filter((what) => row[what] !== undefined && !isClose((simulated.get(row) as Latencies)[what], row[what]))
        .map((what) => cell(row, what)),
    );
  const rowsOf = (cpuThreads: number) => convoyRows.filter((row) => row.cpuThreads === cpuThreads);

  it('beside one computing thread: pings per second and the median, and at 50 ms the 99th percentile; not the tails that are the operating system’s', () => {
    const isNew = (row: ConvoyRow): boolean => row.dialect === 'cpython-3.9' || row.dialect === 'cpython-3.13';
    expect(misses(rowsOf(1).filter(isNew))).toEqual([
      // At 0.5 and 1 ms the tail is four times the interval: threads that the system took off the processor. At 5 ms it is 9.06 ms; runs had 9.47 to 10.5, the
      // upper ones with a wait of up to 4 ms for a processor (the tick of that system) on top. Single runs of real interpreters lie a factor of 3
      // apart at 0.5 and 1 ms: see `simulate-spread.test.ts`.
      'cpython-3.9, K=1, 0.5 ms: p99',
      'cpython-3.9, K=1, 1 ms: p99',
      'cpython-3.9, K=1, 5 ms: p99',
      // 554, and was 500 to 556: by the same tail.
      'cpython-3.13, K=1, 0.5 ms: ops',
      'cpython-3.13, K=1, 0.5 ms: p99',
      'cpython-3.13, K=1, 1 ms: p99',
      'cpython-3.13, K=1, 5 ms: p99',
    ]);
  });

  it('beside one computing thread the median is the interval and some wake-ups, and the 99th percentile two intervals', () => {
    for (const row of rowsOf(1).filter(({ p99 }) => p99 !== undefined)) {
      const { p50, p99 } = simulated.get(row) as Latencies;
      expect(p50 - row.interval, cell(row, 'p50')).toBeGreaterThan(0.1);
      expect(p50 - row.interval, cell(row, 'p50')).toBeLessThan(0.2);
      if (row.interval >= 5) expect(isClose(p99, 2 * row.interval), cell(row, 'p99')).toBe(true);
    }
  });

  it('with nobody beside it: pings per second; not how long one takes, where wake-ups from a short sleep are faster than ours', () => {
    expect(misses(rowsOf(0)).filter((each) => each.endsWith('ops'))).toEqual([]);
  });

  it('2.7 and 3.13t know no convoy, beside any number of threads', () => {
    const others = convoyRows.filter(({ dialect }) => dialect === 'cpython-2.7' || dialect === 'cpython-3.13t');
    expect(misses(others).filter((each) => each.endsWith('ops'))).toEqual([]);
    for (const row of others) expect((simulated.get(row) as Latencies).p50, cell(row, 'p50')).toBeLessThan(0.2);
  });

  it('beside two computing threads the tail grows beyond all proportion: the thread that is woken may be the other one', () => {
    for (const row of rowsOf(2).filter(
      ({ dialect, interval }) => dialect.startsWith('cpython-3.') && dialect !== 'cpython-3.13t' && interval >= 5,
    )) {
      const { p50, p99 } = simulated.get(row) as Latencies;
      expect(p50 / row.interval, cell(row, 'p50')).toBeGreaterThan(1);
      expect(p50 / row.interval, cell(row, 'p50')).toBeLessThan(3.2);
      expect(p99 / row.interval, cell(row, 'p99')).toBeGreaterThan(6);
      expect(p99 / row.interval, cell(row, 'p99')).toBeLessThan(14);
    }
  });
});

describe('slices', () => {
  const measure = ({ threads, interval }: SliceRow) => {
    // Hundreds of slices: who is woken is chance, and shares even out.
    const until = interval < 0.1 ? 100 : Math.max(1200, 1200 * interval);
    const spin: ThreadProgram = function* (t) {
      while (t.now() < until) yield* t.compute(Math.max(interval, 0.1));
    };
    const run = simulate({ dialect: 'cpython-3.13', switchInterval: interval, threads: Array.from({ length: threads }, () => spin) });
    const all = slices(run.events).slice(2, -threads);
    const lengths = all.map(({ start, end }) => end - start);
    const back = all.filter(({ ident }, at) => ident === all[at - 2]?.ident).length / (all.length - 2);
    const worked = run.threads.map(({ cpu: time }) => time);
    const sum = worked.reduce((total, each) => total + each);
    return {
      p50: quantile(lengths, 0.5),
      p90: quantile(lengths, 0.9),
      shortest: Math.min(...lengths),
      back,
      shares: worked.map((each) => each / sum),
    };
  };
  const simulated = new Map(sliceRows.map((row) => [row, measure(row)]));
  const named = ({ threads, interval }: SliceRow): string => `T=${threads}, ${interval} ms`;
  const misses = (what: 'p50' | 'p90'): string[] =>
    [...simulated].filter(([row, run]) => !isClose(run[what], row[what])).map(([row]) => named(row));

  it('are as long as measured at the median', () => {
    // With four threads on two processors the logging thread itself was now and then without one: 0.09 instead of 0.105, 1.10 instead of 1.23;
    // other quiet runs had 0.101 and 1.131, of which both are within 11 %.
    expect(misses('p50')).toEqual(['T=4, 0.001 ms', 'T=4, 1 ms']);
  });

  it('are never shorter than the interval', () => {
    for (const [row, { shortest }] of simulated) expect(shortest, named(row)).toBeGreaterThanOrEqual(row.interval);
  });

  it('of two threads alternate, always; of four they do not go round: any sleeper may be the one that is woken', () => {
    for (const [row, { back }] of simulated) {
      if (row.threads === 2) expect(back, named(row)).toBe(1);
      else expect(back, named(row)).toBeGreaterThan(0.2);
    }
    const row = sliceRows.find(({ threads, interval }) => threads === 4 && interval === 5) as SliceRow;
    expect(Math.abs((simulated.get(row)?.back ?? 0) - row.back)).toBeLessThan(0.06);
  });

  it('are shared out as evenly as measured', () => {
    for (const [row, { shares }] of simulated) {
      for (const share of shares) {
        expect(share, named(row)).toBeGreaterThanOrEqual(row.shares[0]);
        expect(share, named(row)).toBeLessThanOrEqual(row.shares[1]);
      }
    }
  });
});

describe('starting a computing thread', () => {
  it.each(fixture('slices').startLatency as readonly { dialect: DialectName; interval: number; start: number }[])(
    '$dialect at $interval ms: $start ms',
    ({ dialect, interval, start }) => {
      const { values } = simulate({
        dialect,
        switchInterval: interval,
        threads: {
          *main(t) {
            const begin = t.now();
            yield* t.start(cpu(3 * interval));
            return t.now() - begin;
          },
        },
      });
      expect(isClose(values.main as number, start)).toBe(true);
    },
  );
});

describe('2.7', () => {
  it('is slower with two threads than with one after the other', () => {
    const { makespan } = simulate({ dialect: 'cpython-2.7', threads: [cpu(50), cpu(50)] });
    expect(isClose(makespan / 100, fixture('slices').twoThreads27.ratio)).toBe(true);
  });
});
