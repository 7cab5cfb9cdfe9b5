/**
 * The convoy experiment as it was measured: runs of 1.2 seconds, each with its own median and 99th percentile, and the median of the runs.
 * The runs of real interpreters lie far apart, so a cell is held to their range: no farther than 10 % from the nearest run.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { WakeUpOrder } from '../../src/sim/host/sleepers.js';
import { convoy } from './convoy.js';

interface Cell {
  readonly cpuThreads: number;
  readonly interval: number;
  readonly runs: readonly (readonly [ops: number, p50: number, p99: number])[];
}
const { cells }: { readonly cells: readonly Cell[] } = JSON.parse(
  readFileSync(new URL('../fixtures/sim/convoy-runs.json', import.meta.url), 'utf8'),
);
const WHAT = ['ops', 'p50', 'p99'] as const;

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] as number;
const measured = ({ runs }: Cell, at: number): number[] => runs.map((run) => run[at] as number);

/** How many runs of the simulator a cell is held to: beside one thread they hardly differ. */
const RUNS = [1, 1, 5];

function simulated({ cpuThreads, interval }: Cell, wakeUpOrder: WakeUpOrder): number[] {
  const runs = Array.from({ length: RUNS[cpuThreads] as number }, (_, at) =>
    convoy({ dialect: 'cpython-3.13', cpuThreads, switchInterval: interval, duration: 1200, seed: at + 1, wakeUpOrder }),
  );
  return WHAT.map((what) => median(runs.map((run) => run[what])));
}

function misses(cpuThreads: number, wakeUpOrder: WakeUpOrder = 'by-seed'): string[] {
  return cells
    .filter((cell) => cell.cpuThreads === cpuThreads)
    .flatMap((cell) => {
      const values = simulated(cell, wakeUpOrder);
      return WHAT.filter((_, at) => {
        const runs = measured(cell, at);
        const value = values[at] as number;
        return value < 0.9 * Math.min(...runs) || value > 1.1 * Math.max(...runs);
      }).map((what) => `K=${cpuThreads}, ${cell.interval} ms: ${what}`);
    });
}

describe('within 10 % of what single runs were', () => {
  it('beside one computing thread, but for tails that are the operating system’s', () => {
    // 0.66 ms, and was 1.24 to 3.72; 1.16, and was 1.51 to 5.20: six and five of six hundred pings that met a thread the system had put aside.
    expect(misses(1)).toEqual(['K=1, 0.5 ms: p99', 'K=1, 1 ms: p99']);
  });

  it('beside two, but for what is decided by who is just falling asleep', () => {
    // 5.5 ms, and was 7.5 to 11.1; 2.15 and 10.9, and were 2.48 to 3.51 and 12.5 to 22.9.
    expect(misses(2)).toEqual(['K=2, 0.5 ms: p99', 'K=2, 1 ms: p50', 'K=2, 1 ms: p99']);
  });

  it('beside two, without exception, if the one that has just asked gets ahead as often as traced', () => {
    // At 0.5 ms the 99th percentile is at the edge: 6.7 to 7.2 by how many runs are taken, and was 7.5 to 11.1.
    expect(misses(2, 'condition-variable')).toEqual([]);
  });

  it('with nobody beside it, pings per second', () => {
    // 0.053 ms, and was 0.029 to 0.04: to wake a thread on a processor that has only just gone idle took 5 to 12 µs, on a halted one 70.
    // 0.065 ms, and was 0.2 to 0.29: one ping in a hundred met the system at other work.
    expect(misses(0)).toEqual(['K=0, 5 ms: p50', 'K=0, 5 ms: p99']);
  });

  it('but the runs themselves lie farther apart than that, nearly everywhere beside two', () => {
    const spread = (cpuThreads: number): number[][] =>
      cells
        .filter((cell) => cell.cpuThreads === cpuThreads)
        .map((cell) => WHAT.map((_, at) => Math.max(...measured(cell, at)) / Math.min(...measured(cell, at))));
    expect(Math.min(...spread(2).flat())).toBeGreaterThan(1.25);
    // With one it is the tails at short intervals, and the counts: 11 to 22 %; the medians agree but for one run at 50 ms.
    expect(spread(1).map(([, p50]) => (p50 as number) < 1.1)).toEqual([true, true, true, false]);
    expect(spread(1).map(([, , p99]) => (p99 as number) < 1.2)).toEqual([false, false, true, true]);
  });
});
