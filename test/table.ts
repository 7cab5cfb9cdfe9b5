/**
 * Tables of what this very run has shown: what came of tests that say what they are about, and how rows become lines.
 */
import type { File, Suite, TaskMeta } from '@vitest/runner';

/** How a test ended. */
export type Outcome = 'passed' | 'failed' | 'not run';

/** What came of the tests below `suite` of which `about` knows what they are about. */
export function resultsBelow<About extends object>(
  suite: Readonly<Suite | File>,
  about: (meta: TaskMeta) => About | undefined,
): (About & { readonly outcome: Outcome })[] {
  return suite.tasks.flatMap((task): (About & { readonly outcome: Outcome })[] => {
    if (task.type === 'suite') return resultsBelow(task, about);
    const subject = about(task.meta);
    if (subject === undefined) return [];
    const state = task.result?.state;
    return [{ ...subject, outcome: state === 'pass' ? 'passed' : state === 'fail' ? 'failed' : 'not run' }];
  });
}

/** Rows as lines, each column as wide as its widest cell. */
export function linesOf(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((text, column) => text.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
}
