/**
 * The forty cases on every pool that they are about, each twenty times: those about futures, and about calls of pools that go on. The others
 * are in `lives.test.ts`, so that the two can run beside each other.
 */
import { describe, expect, it } from 'vitest';
import { CASES, describeCases, type Shows } from './cases.js';
import { futureCases } from './future-cases.js';
import { mapCases } from './map-cases.js';
import { poolCases } from './pool-cases.js';
import { processCases } from './process-cases.js';
import { waitCases } from './wait-cases.js';

const SHOWS: Shows = { ...futureCases, ...mapCases, ...waitCases, ...processCases };

describeCases(SHOWS);

describe('the list of cases', () => {
  it('has forty, and each is shown', () => {
    expect(CASES.length).toBe(40);
    expect(Object.keys({ ...SHOWS, ...poolCases }).sort()).toEqual(CASES.map(({ id }) => id).sort());
  });
});
