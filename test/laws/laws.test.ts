/**
 * Every law on every driver, and the table of what held.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { atomicity } from './atomicity.js';
import { dismiss, rehearse } from './crew.js';
import { exclusion } from './exclusion.js';
import { awaiting, blocking, mainFirst, mainSecond } from './factories.js';
import { io } from './io.js';
import { LAWS } from './laws.js';
import { life } from './life.js';
import { requests } from './requests.js';
import { scripted } from './scripted.js';
import { describeLaws, lawSuite } from './suite.js';
import { switching } from './switching.js';
import { lawTable, resultsOf } from './table.js';

const LIVE = { ...exclusion, ...requests, ...switching, ...io, ...life, ...atomicity };
const FACTORIES = [blocking, awaiting, mainFirst, mainSecond];
const DRIVERS = ['scripted', ...FACTORIES.map(({ name }) => name)];

beforeAll(() => rehearse(6));

// biome-ignore lint/correctness/noEmptyPattern: the runner reads this list of fixtures from the text, and wants a pattern
afterAll(async ({}, suite) => {
  await dismiss();
  console.log(lawTable(resultsOf(suite), DRIVERS));
});

describeLaws('scripted', scripted, () => undefined);
for (const factory of FACTORIES) lawSuite(factory, LIVE);

describe('the list of laws', () => {
  it('is complete: 42, numbered, and each is shown somewhere', () => {
    expect(LAWS.map(({ number }) => number)).toEqual(Array.from({ length: 42 }, (_, at) => at + 1));
    expect(LAWS.filter(({ number }) => !(number in LIVE) && !(number in scripted))).toEqual([]);
  });
});

describe('the table', () => {
  it('shows what happened, and not what should have', () => {
    const table = lawTable(
      [
        { number: 1, driver: 'a', outcome: 'passed' },
        { number: 1, driver: 'b', outcome: 'failed' },
        { number: 4, driver: 'a', outcome: 'passed' },
        { number: 4, driver: 'b', outcome: 'not run' },
      ],
      ['a', 'b'],
    ).split('\n');
    expect(table[1]).toMatch(/^1 +✓ +✗ +det +never two holders$/);
    expect(table[2]).toMatch(/^2 +– +– /);
    expect(table[4]).toMatch(/^4 +✓\* +· /);
    expect(table).toContainEqual(expect.stringMatching(/^2 held, 1 broken, 1 not run/));
  });
});
