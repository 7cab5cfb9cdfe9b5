/**
 * The table of CPython's methods and what came of them in this very run, for each isolation.
 */
import type { File, Suite } from '@vitest/runner';
import { linesOf, type Outcome, resultsBelow } from '../../table.js';
import { METHODS } from './methods.js';

declare module 'vitest' {
  interface TaskMeta {
    method?: { readonly name: string; readonly isolation: string };
  }
}

/** How one method fared. */
export interface Result {
  readonly name: string;
  readonly isolation: string;
  readonly outcome: Outcome;
}

/** What came of the tests of methods below `suite`. */
export const resultsOf = (suite: Readonly<Suite | File>): Result[] => resultsBelow(suite, ({ method }) => method);

const MARKS = { passed: '✓', failed: '✗', 'not run': '·' };

/** A row for each method, a column for each isolation. */
export function methodTable(results: readonly Result[], isolations: readonly string[]): string {
  const cell = (name: string, isolation: string): string => {
    const found = results.find((result) => result.name === name && result.isolation === isolation);
    return found === undefined ? '–' : MARKS[found.outcome];
  };
  const head = ['test_…', ...isolations, '', 'what it says'];
  const rows = METHODS.map(({ name, verdict, says, note }) => [
    name,
    ...isolations.map((isolation) => cell(name, isolation)),
    verdict,
    note === undefined ? says : `${says} (${note})`,
  ]);
  const count = (outcome: Result['outcome']): number => results.filter((result) => result.outcome === outcome).length;
  return [
    ...linesOf([head, ...rows]),
    '',
    `${count('passed')} passed, ${count('failed')} failed, ${count('not run')} not run. ✓ passed  ✗ failed  · not run  – nothing to run`,
  ].join('\n');
}
