/**
 * The table of CPython's methods and what came of them in this very run, for each isolation.
 */
import type { File, Suite } from '@vitest/runner';
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
  readonly outcome: 'passed' | 'failed' | 'not run';
}

/** What came of the tests of methods below `suite`. */
export function resultsOf(suite: Readonly<Suite | File>): Result[] {
  return suite.tasks.flatMap((task): Result[] => {
    if (task.type === 'suite') return resultsOf(task);
    const { method } = task.meta;
    if (method === undefined) return [];
    const state = task.result?.state;
    return [{ ...method, outcome: state === 'pass' ? 'passed' : state === 'fail' ? 'failed' : 'not run' }];
  });
}

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
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    row
      .map((text, column) => text.padEnd(widths[column]!))
      .join('  ')
      .trimEnd();
  const count = (outcome: Result['outcome']): number => results.filter((result) => result.outcome === outcome).length;
  return [
    line(head),
    ...rows.map(line),
    '',
    `${count('passed')} passed, ${count('failed')} failed, ${count('not run')} not run. ✓ passed  ✗ failed  · not run  – nothing to run`,
  ].join('\n');
}
