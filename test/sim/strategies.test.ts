/**
 * The searches by chance keep what their papers promise, and do the same for the same seed.
 */
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/sim/random.js';
import { PriorityChanges } from '../../src/sim/strategies/pct.js';
import { Portfolio } from '../../src/sim/strategies/portfolio.js';
import { PartialOrderSampling } from '../../src/sim/strategies/pos.js';
import { RandomWalk } from '../../src/sim/strategies/random.js';
import { UniformRandomWalk } from '../../src/sim/strategies/urw.js';
import type { Strategy } from '../../src/sim/strategy.js';
import { Point, type VirtualThread } from '../../src/sim/switch-point.js';
import { count, firstFailure, increments, moves, programOf, traceOf } from './drive.js';

/** How often each schedule came, in so many runs after the first ones, by which a search learns. */
function spread(program: ReturnType<typeof programOf>, strategy: Strategy, runs: number, learning = 1): Map<string, number> {
  const hits = new Map<string, number>();
  let run = 0;
  count(program, strategy, runs + learning, (engine) => {
    run += 1;
    if (run > learning) hits.set(traceOf(engine), (hits.get(traceOf(engine)) ?? 0) + 1);
  });
  return hits;
}

/** How far counts are from all being equal. */
function chiSquare(hits: Map<string, number>, kinds: number, runs: number): number {
  const expected = runs / kinds;
  let sum = (kinds - hits.size) * expected;
  for (const hit of hits.values()) sum += (hit - expected) ** 2 / expected;
  return sum;
}

describe('random numbers', () => {
  it('are the same for the same seed, and others for another', () => {
    const draw = (seed: number) => {
      const random = new Random(seed);
      return Array.from({ length: 5 }, () => random.next());
    };
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    expect(draw(1)).not.toEqual(draw(2 ** 32 + 1));
  });

  it('are spread evenly', () => {
    const random = new Random(5);
    const hits = new Map<string, number>();
    for (let draw = 0; draw < 70_000; draw += 1) {
      const drawn = String(random.below(7));
      hits.set(drawn, (hits.get(drawn) ?? 0) + 1);
    }
    // 6 degrees of freedom: above 22.5 once in a thousand.
    expect(chiSquare(hits, 7, 70_000)).toBeLessThan(22.5);
  });
});

describe('urw', () => {
  it.each([
    [2, 6, 20.5],
    [3, 20, 43.8],
    [4, 70, 111.1],
  ])('takes each schedule of two threads of %i moves as often as any other of the %i', (length, kinds, limit) => {
    const runs = 20_000;
    const program = programOf(() => ({}), [moves(length), moves(length)]);
    // `limit`: with kinds − 1 degrees of freedom, above it once in a thousand.
    expect(chiSquare(spread(program, new UniformRandomWalk(3), runs), kinds, runs)).toBeLessThan(limit);
    // The usual random walk does not.
    expect(chiSquare(spread(program, new RandomWalk(3), runs), kinds, runs)).toBeGreaterThan(limit * 5);
  });

  it('takes threads of different lengths into account', () => {
    const runs = 20_000;
    const program = programOf(() => ({}), [moves(1), moves(6)]);
    expect(chiSquare(spread(program, new UniformRandomWalk(4), runs), 7, runs)).toBeLessThan(22.5);
  });
});

describe('pct', () => {
  /** Fails if the marks of a thread's moves come in one order only: the bug has that depth. */
  const ordered = (steps: number, threads: number, bad: (log: string) => boolean) =>
    programOf(
      () => ({ log: '' }),
      Array.from({ length: threads }, (_, thread) => {
        return function* (state: { log: string }): VirtualThread<void> {
          for (let step = 0; step < steps; step += 1) {
            yield;
            state.log += `${thread}${step} `;
          }
        };
      }),
      { after: ({ log }) => !bad(log) },
    );

  it.each([
    // Thread 2 before thread 0 has begun.
    [1, 3, 4, (log: string) => log.indexOf('20') < log.indexOf('00')],
    // The whole of thread 1 between two moves of thread 0.
    [2, 2, 6, (log: string) => log.includes('03 10 11 12 13 14 15 04')],
    [3, 2, 4, (log: string) => /01 10 11 02/.test(log) && log.indexOf('03') < log.indexOf('12')],
  ] as const)('with depth %i finds a bug among %i threads of %i moves as often as is promised', (depth, threads, steps, bad) => {
    const runs = 20_000;
    const program = ordered(steps, threads, bad);
    const { failed } = count(program, new PriorityChanges(9, depth), runs);
    const promised = 1 / (threads * (threads * steps) ** (depth - 1));
    expect(failed / runs).toBeGreaterThanOrEqual(promised * 0.9);
  });

  it('does not let a thread that spins keep the others from what it waits for', () => {
    function* waiter(state: { open: boolean }): VirtualThread<void> {
      while (!state.open) yield;
    }
    function* opener(state: { open: boolean }): VirtualThread<void> {
      yield;
      state.open = true;
    }
    const program = programOf(() => ({ open: false }), [waiter, opener, opener], { maxSteps: 1000, beginning: 'moves' });
    const { cut, schedules } = count(program, new PriorityChanges(1, 3), 200);
    expect(schedules).toBe(200);
    // Only before the first run that passed can nobody know what is long.
    expect(cut).toBeLessThan(10);
  });
});

describe('pos', () => {
  it('draws for what races, and not for what does not', () => {
    // One thread does many things to its own; the other's single move must not become unlikely to come first by that.
    function* busy(state: { log: string }): VirtualThread<void> {
      for (let step = 0; step < 10; step += 1) yield new Point('write', 'own');
      yield new Point('write', 'shared');
      state.log += 'a';
    }
    function* single(state: { log: string }): VirtualThread<void> {
      yield new Point('write', 'shared');
      state.log += 'b';
    }
    const program = programOf(() => ({ log: '' }), [busy, single], { after: ({ log }) => log !== 'ab' });
    const { failed } = count(program, new PartialOrderSampling(1), 2000);
    const { failed: byWalk } = count(program, new RandomWalk(1), 2000);
    expect(failed).toBeGreaterThan(100);
    expect(byWalk).toBeLessThan(20);
  });
});

const all: readonly [string, (seed: number) => Strategy][] = [
  ['random', (seed) => new RandomWalk(seed)],
  ['urw', (seed) => new UniformRandomWalk(seed)],
  ['pct', (seed) => new PriorityChanges(seed, 3)],
  ['pos', (seed) => new PartialOrderSampling(seed)],
  ['portfolio', (seed) => new Portfolio(seed)],
];

describe.each(all)('%s', (_, create) => {
  const program = programOf(() => ({ x: 0 }), [increments(4), increments(4), increments(4)]);
  const schedules = (seed: number, runs: number): string[] => {
    const traces: string[] = [];
    count(program, create(seed), runs, (engine) => void traces.push(traceOf(engine)));
    return traces;
  };

  it('runs the same schedules for the same seed, and others for another', () => {
    expect(schedules(1, 2000)).toEqual(schedules(1, 2000));
    expect(schedules(1, 2000)).not.toEqual(schedules(2, 2000));
  });
});

describe('the portfolio', () => {
  const names = (program: ReturnType<typeof programOf>, most: number): string[] => {
    const portfolio = new Portfolio(1);
    const seen: string[] = [];
    count(program, portfolio, most, () => void seen.push(portfolio.name));
    return seen;
  };

  it('begins with few preemptions, then takes turns', () => {
    const seen = names(
      programOf(() => ({ x: 0 }), [increments(3), increments(3)]),
      200,
    );
    expect(seen.slice(0, 2)).toEqual(['preemptions ≤ 0', 'preemptions ≤ 0']);
    expect(new Set(seen.slice(0, 62))).toEqual(new Set(['preemptions ≤ 0', 'preemptions ≤ 1', 'preemptions ≤ 2']));
    expect(new Set(seen.slice(62))).toEqual(new Set(['preemptions ≤ 3', 'urw', 'pct(3)', 'pos', 'exhaustive']));
  });

  it('does not wait for an end of what is cheap where there are too many threads', () => {
    const seen = names(
      programOf(() => ({ x: 0 }), Array(30).fill(increments(1))),
      1100,
    );
    // 50 000 moves, at 60 a schedule.
    expect(seen.slice(0, 833).every((name) => name === 'preemptions ≤ 0')).toBe(true);
    expect(new Set(seen.slice(834)).size).toBe(5);
  });

  it('ends with a proof when everything has been seen', () => {
    const portfolio = new Portfolio(1);
    const { failed } = count(
      programOf(() => ({ x: 0 }), [increments(3), increments(3)]),
      portfolio,
    );
    expect(failed).toBe(0);
    expect(portfolio.proof).toMatchObject({ kind: 'complete' });
  });

  it('has shown what its parts have shown', () => {
    const portfolio = new Portfolio(1);
    const program = programOf(() => ({ x: 0 }), [increments(5), increments(5)]);
    // Two threads of 10 moves: 2 schedules without a preemption, 18 with one, 162 with two.
    count(program, portfolio, 300);
    expect(portfolio.proof).toEqual({ kind: 'bounded', by: 'preemptions', bound: 2, schedules: 182 });
  });

  it('finds what always fails at once', () => {
    const program = programOf(() => ({ x: 0 }), [increments(5), increments(5)], { after: () => false });
    expect(firstFailure(program, new Portfolio(1), 10)).toBe(1);
  });
});
