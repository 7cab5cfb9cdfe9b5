/**
 * The table of laws and drivers: what held in this very run, and which laws are asserted by the nearest that JavaScript has.
 */
import type { File, Suite } from '@vitest/runner';
import { LAWS, nearestMeaning } from './laws.js';

/** How one law fared on one driver. */
export type Outcome = 'held' | 'broken' | 'not run';

export interface Result {
  readonly number: number;
  readonly driver: string;
  readonly outcome: Outcome;
}

/** What came of the tests of laws below `suite`. */
export function resultsOf(suite: Readonly<Suite | File>): Result[] {
  return suite.tasks.flatMap((task): Result[] => {
    if (task.type === 'suite') return resultsOf(task);
    const { law } = task.meta;
    if (law === undefined) return [];
    const state = task.result?.state;
    return [{ ...law, outcome: state === 'pass' ? 'held' : state === 'fail' ? 'broken' : 'not run' }];
  });
}

/** A row for each law, a column for each driver in the order given. */
export function lawTable(results: readonly Result[], drivers: readonly string[]): string {
  const found = new Map(results.map(({ number, driver, outcome }) => [`${number} ${driver}`, outcome]));
  const cell = (number: number, driver: string, mark: string): string => {
    const outcome = found.get(`${number} ${driver}`);
    if (outcome === undefined) return '–';
    return outcome === 'held' ? `✓${mark}` : outcome === 'broken' ? `✗${mark}` : '·';
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
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    row
      .map((text, column) => text.padEnd(widths[column]!))
      .join('  ')
      .trimEnd();
  const count = (outcome: Outcome): number => results.filter((result) => result.outcome === outcome).length;
  return [
    line(head),
    ...rows.map(line),
    '',
    `${count('held')} held, ${count('broken')} broken, ${count('not run')} not run. ✓ held  ✗ broken  · not run  – nothing to say  * by the nearest meaning:`,
    ...footnotes,
  ].join('\n');
}
