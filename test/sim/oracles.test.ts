/**
 * What is known about the number of schedules, by formula: the searches that miss nothing must count exactly so many, no fewer and no more.
 */
import { describe, expect, it } from 'vitest';
import { Delays } from '../../src/sim/strategies/delays.js';
import { Exhaustive } from '../../src/sim/strategies/exhaustive.js';
import { Preemptions } from '../../src/sim/strategies/preemptions.js';
import { count, increments, moves, programOf, traceOf } from './drive.js';

const state = () => ({ x: 0 });

function factorial(n: number): number {
  return n <= 1 ? 1 : n * factorial(n - 1);
}

/** Binomial coefficient. */
function choose(n: number, k: number): number {
  let result = 1;
  for (let at = 1; at <= k; at += 1) result = (result * (n - k + at)) / at;
  return Math.round(result);
}

describe('two threads that increment', () => {
  it.each([1, 2, 3, 4, 5])('%i times each: C(4n, 2n) schedules, C(2n, n) lose nothing', (n) => {
    const program = programOf(state, [increments(n), increments(n)], { after: ({ x }) => x === 2 * n });
    const search = new Exhaustive();
    const { schedules, failed } = count(program, search);
    expect(schedules).toBe(choose(4 * n, 2 * n));
    expect(schedules - failed).toBe(choose(2 * n, n));
    expect(search.proof).toMatchObject({ kind: 'complete' });
  });

  it('and every schedule is another one', () => {
    const traces = new Set<string>();
    count(programOf(state, [increments(3), increments(3)]), new Exhaustive(), 1e9, (engine) => void traces.add(traceOf(engine)));
    expect(traces.size).toBe(924);
  });
});

it.each([
  [3, 1, 90],
  [3, 2, 34_650],
  [4, 1, 2520],
])('%i threads that increment %i times: (2nT)! / (2n)!^T = %i schedules', (threads, n, expected) => {
  expect(expected).toBe(factorial(2 * n * threads) / factorial(2 * n) ** threads);
  const program = programOf(state, Array(threads).fill(increments(n)), { after: ({ x }) => x === threads * n });
  const { schedules, failed } = count(program, new Exhaustive());
  expect(schedules).toBe(expected);
  // An increment that nothing comes between is one event of n·T.
  expect(schedules - failed).toBe(factorial(n * threads) / factorial(n) ** threads);
});

/** Schedules of two threads of k moves with exactly p preemptions. */
function preempted(k: number, p: number): number {
  return 2 * choose(k - 1, Math.ceil((p + 2) / 2) - 1) * choose(k - 1, Math.floor((p + 2) / 2) - 1);
}

describe('schedules with so many preemptions', () => {
  it.each([2, 3, 4, 5])('of two threads that increment %i times: as many as the formula says, layer by layer', (n) => {
    const search = new Preemptions(4);
    const layers = new Map<string, number>();
    count(
      programOf(state, [increments(n), increments(n)]),
      search,
      1e9,
      () => void layers.set(search.name, (layers.get(search.name) ?? 0) + 1),
    );
    const k = 2 * n;
    expect([...layers.values()]).toEqual([0, 1, 2, 3, 4].map((p) => preempted(k, p)));
    expect(search.proof).toEqual({
      kind: 'bounded',
      by: 'preemptions',
      bound: 4,
      schedules: [0, 1, 2, 3, 4].reduce((sum, p) => sum + preempted(k, p), 0),
    });
  });

  it.each([
    [20, 3, 7220 + 40],
    [40, 3, 60_920],
    [100, 2, 19_802],
  ])('of two threads of %i moves, up to %i: %i', (k, bound, expected) => {
    const search = new Preemptions(bound);
    expect(
      count(
        programOf(() => ({}), [moves(k), moves(k)]),
        search,
      ).schedules,
    ).toBe(expected);
  });

  it('are all schedules once nothing is left out', () => {
    const search = new Preemptions();
    expect(count(programOf(state, [increments(2), increments(2)]), search).schedules).toBe(70);
    expect(search.proof).toMatchObject({ kind: 'complete' });
  });
});

describe('schedules with so many delays', () => {
  it.each([
    [[increments(2), increments(2)], 70],
    [[increments(1), increments(1), increments(1)], 90],
  ])('are all schedules once nothing is left out', (bodies, expected) => {
    const search = new Delays();
    const traces = new Set<string>();
    expect(count(programOf(state, bodies), search, 1e9, (engine) => void traces.add(traceOf(engine))).schedules).toBe(expected);
    expect(traces.size).toBe(expected);
    expect(search.proof).toMatchObject({ kind: 'complete' });
  });
});
