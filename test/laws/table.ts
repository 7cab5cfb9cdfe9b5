/**
 * The table of laws and drivers: what held in this very run, and which laws are asserted by the nearest that JavaScript has.
 */
import type { File, Suite } from '@vitest/runner';
import { linesOf, type Outcome, resultsBelow } from '../table.js';
import { LAWS, nearestMeaning } from './laws.js';

/** How one law fared on one driver: a law whose test has passed held there. */
export interface Result {
  readonly number: number;
  readonly driver: string;
  readonly outcome: Outcome;
}

/** What came of the tests of laws below `suite`. */
export const resultsOf = (suite: Readonly<Suite | File>): Result[] => resultsBelow(suite, ({ law }) => law);

/** A row for each law, a column for each driver in the order given. */
export function lawTable(results: readonly Result[], drivers: readonly string[]): string {
  const found = new Map(results.map(({ number, driver, outcome }) => [`${number} ${driver}`, outcome]));
  const cell = (number: number, driver: string, mark: string): string => {
    const outcome = found.get(`${number} ${driver}`);
    if (outcome === undefined) return '–';
    return outcome === 'passed' ? `✓${mark}` : outcome === 'failed' ? `✗${mark}` : '·';
  };
  const head = ['law', ...drivers, '', 'what it says'];
  const rows = LAWS.map((law) => [
    String(law.number),
    ...drivers.map((driver) => cell(law.number, driver, nearestMeaning(law, driver) === undefined ? '' : '*')),
    law.certainty,
    law.says,
  ]);
  const footnotes = LAWS.flatMap(({ number, nearest, nearestOn = {} }) => [
    ...(nearest === undefined ? [] : [`* law ${number}: ${nearest}`]),
    ...Object.entries(nearestOn).map(([driver, meaning]) => `* law ${number}, ${driver}: ${meaning}`),
  ]);
  const count = (outcome: Outcome): number => results.filter((result) => result.outcome === outcome).length;
  return [
    ...linesOf([head, ...rows]),
    '',
    `${count('passed')} held, ${count('failed')} broken, ${count('not run')} not run. ✓ held  ✗ broken  · not run  – nothing to say  * by the nearest meaning:`,
    ...footnotes,
  ].join('\n');
}
