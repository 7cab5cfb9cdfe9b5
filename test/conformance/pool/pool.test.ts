/**
 * CPython's tests of `multiprocessing.Pool`, for both isolations, and the table of what passed.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { METHODS } from './methods.js';
import { type Isolation, PROVED, poolSuite } from './suite.js';
import { methodTable, resultsOf } from './table.js';

const ISOLATIONS: readonly Isolation[] = ['worker', 'process'];

// biome-ignore lint/correctness/noEmptyPattern: the runner reads this list of fixtures from the text, and wants a pattern
afterAll(({}, suite) => {
  console.log(methodTable(resultsOf(suite), ISOLATIONS));
});

for (const isolation of ISOLATIONS) poolSuite(isolation);

describe('the list of methods', () => {
  it('is complete: 31, each once, run unless it has no meaning here, and then with the reason', () => {
    expect(new Set(METHODS.map(({ name }) => name)).size).toBe(31);
    expect(METHODS.filter(({ verdict }) => verdict !== 'no').map(({ name }) => name)).toEqual(PROVED);
    expect(METHODS.filter(({ verdict, note }) => verdict !== 'yes' && note === undefined)).toEqual([]);
  });
});

describe('the table', () => {
  it('shows what happened, and not what should have', () => {
    const table = methodTable(
      [
        { name: 'apply', isolation: 'worker', outcome: 'passed' },
        { name: 'apply', isolation: 'process', outcome: 'failed' },
        { name: 'map', isolation: 'worker', outcome: 'not run' },
      ],
      ISOLATIONS,
    ).split('\n');
    expect(table[1]).toMatch(/^apply +✓ +✗ +yes /);
    expect(table[2]).toMatch(/^map +· +– +yes /);
    expect(table.at(-1)).toMatch(/^1 passed, 1 failed, 1 not run/);
  });
});
