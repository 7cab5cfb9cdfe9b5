/**
 * The table of CPython's tests and pools: what passed in this very run, what is another test than CPython's, and what is not there.
 */
import type { File, Suite } from '@vitest/runner';
import { linesOf, type Outcome, resultsBelow } from '../../table.js';
import { COLUMNS } from './columns.js';
import { appliesTo, keyOf, METHODS, type Method, nameOf, type Proof, proofOf } from './registry.js';

/** How one test fared on one column. */
export interface Result {
  readonly key: string;
  readonly column: string;
  readonly outcome: Outcome;
}

/** What came of the tests below `suite`. */
export const resultsOf = (suite: Readonly<Suite | File>): Result[] => resultsBelow(suite, ({ conformance }) => conformance);

const MARKS = { passed: '✓', failed: '✗', 'not run': '·' } as const;

/** A row for each method, a column for each pool; footnotes for what is adapted, excepted or not applicable; totals. */
export function conformanceTable(
  results: readonly Result[],
  methods: readonly Method[] = METHODS,
  find: (method: Method) => Proof | undefined = proofOf,
): string {
  const found = new Map(results.map(({ key, column, outcome }) => [`${key} ${column}`, outcome]));
  const notes: string[] = [];
  const note = (text: string): string => {
    const known = notes.indexOf(text);
    return String(known >= 0 ? known + 1 : notes.push(text));
  };
  const counts = { passed: 0, failed: 0, 'not run': 0, missing: 0 };
  const rows = methods.map((method) => {
    const proof = find(method);
    const mark = proof?.how === undefined ? '' : note(proof.how);
    const cells = COLUMNS.map((column) => {
      if (!appliesTo(method, column))
        return method.verdict === 'no' && method.pools.includes(column.letter) ? `n/a${note(method.why ?? '')}` : '–';
      const except = proof?.except?.[column.name];
      if (except !== undefined) return `n/a${note(except)}`;
      const outcome = proof === undefined ? 'missing' : (found.get(`${keyOf(method)} ${column.name}`) ?? 'not run');
      counts[outcome] += 1;
      return outcome === 'missing' ? '✗ missing' : `${MARKS[outcome]}${mark}`;
    });
    return [`${method.file.replace(/^test_|\.py$/g, '')} ${nameOf(method)}`, ...cells];
  });
  const head = ["CPython's test", ...COLUMNS.map(({ name }) => name)];
  const of = (verdict: Method['verdict']): Method[] => methods.filter((method) => method.verdict === verdict);
  const asIs = [...of('yes'), ...of('adapt')].filter((method) => find(method) !== undefined && find(method)?.how === undefined);
  const changed = [...of('yes'), ...of('adapt')].filter((method) => find(method)?.how !== undefined);
  const runs = (column: string): string => {
    const own = results.filter((result) => result.column === column);
    return `${column} ${own.filter(({ outcome }) => outcome === 'passed').length}/${own.length}`;
  };
  return [
    ...linesOf([head, ...rows]),
    '',
    '✓ passed  ✗ failed  · not run  – CPython has it not on this kind of pool  n/a not applicable  a number: see below',
    ...notes.map((text, at) => `${String(at + 1).padStart(3)}  ${text}`),
    '',
    `${methods.length} tests of CPython's: ${asIs.length} as they are, ${changed.length} adapted, ${of('no').length} not applicable.`,
    `${counts.passed} passed, ${counts.failed} failed, ${counts['not run']} not run, ${counts.missing} missing. ${COLUMNS.map(({ name }) => runs(name)).join(', ')}`,
  ].join('\n');
}
