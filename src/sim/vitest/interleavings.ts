/**
 * A test that explores: the report is in the runner's output, a failure is the test's failure, and the environment says what to look at.
 */
import { env } from 'node:process';
import { type TestContext, test } from 'vitest';
import type { DialectName } from '../../dialects/registry.js';
import { fromEnvironment } from '../environment.js';
import { InterleavingError } from '../errors.js';
import { explore } from '../explore.js';
import type { Proved, Report } from '../report.js';
import type { DialectsSpec, Spec } from '../spec.js';

/** What a test of interleavings expects, beside that nothing fails. */
export interface InterleavingsOptions {
  /** The dialects under which some schedule must fail. Under all others of the spec none may. @default none */
  readonly breaks?: readonly DialectName[];
  /** How much must have been shown where nothing fails: less is a failure of the test. @default whatever the budget allows */
  readonly proved?: Proved;
  /** Milliseconds for the test. @default the runner's */
  readonly timeout?: number;
}

/** What a proof is worth. */
const WORTH: Record<Proved, number> = { sampled: 0, bounded: 1, complete: 2 };

/** How a test is declared. */
export type DeclareInterleavings = <S>(name: string, spec: Spec<S> | DialectsSpec<S>, options?: InterleavingsOptions) => void;

/**
 * A vitest test that explores the schedules of a spec and fails with the simplest one that goes wrong. `GIL_SCHEDULE`, `GIL_SEED`, `GIL_MAX_MS`
 * and `GIL_MAX_SCHEDULES` in the environment change what it looks at, `GIL_DIALECT` under which rules.
 *
 * @param name - The test's name.
 * @param spec - As for `explore`; with `dialects`, each has a verdict.
 * @param options - What is expected beside that nothing fails.
 * @example
 * ```ts no-run
 * import { interleavings } from 'gil/vitest';
 * interleavings('increments are not lost', {
 *   dialects: ['cpython-3.9', 'cpython-3.13'],
 *   state: () => ({ n: 0 }),
 *   threads: { ann: (s) => { s.n += 1; }, bob: (s) => { s.n += 1; } },
 *   after: (s) => s.n === 2,
 * }, { breaks: ['cpython-3.9'] });
 * ```
 */
export const interleavings: Interleavings = Object.assign(declareWith(test), {
  only: declareWith(test.only),
  skip: declareWith(test.skip),
});

/** `interleavings`, and its two relatives. */
export interface Interleavings extends DeclareInterleavings {
  /** This test and no other of the file. */
  readonly only: DeclareInterleavings;
  /** Not this one. */
  readonly skip: DeclareInterleavings;
}

type Register = (name: string, options: { timeout?: number }, run: (context: TestContext) => Promise<void>) => void;

function declareWith(register: Register): DeclareInterleavings {
  return (name, spec, options = {}) => {
    const { breaks = [], proved = 'sampled', timeout } = options;
    register(name, timeout === undefined ? {} : { timeout }, async ({ task, annotate }) => {
      const reports = run(spec);
      for (const report of reports) await annotate(String(report), 'interleavings');
      const wrong = reports.filter((report) => !isExpected(report, breaks, proved));
      const [first] = wrong;
      if (first === undefined) return;
      const verdicts = reports.length > 1 ? `${verdictsOf(reports)}\n` : '';
      const file = task.file.name;
      const again =
        first.failure === null ? '' : `\nagain: ${environmentOf(first, reports.length)} npx vitest run ${file} -t ${JSON.stringify(name)}`;
      throw new InterleavingError(`${verdicts}${complaint(first, breaks, proved)}${again}`, { cause: first.failure?.error });
    });
  };
}

function run<S>(spec: Spec<S> | DialectsSpec<S>): readonly Report[] {
  const search = fromEnvironment(spec.search);
  const only = env['GIL_DIALECT'];
  if (!('dialects' in spec)) return [explore({ ...spec, search })];
  const dialects = spec.dialects.filter((dialect) => only === undefined || only === (typeof dialect === 'string' ? dialect : dialect.name));
  return explore({ ...spec, dialects, search }).reports;
}

function isExpected({ dialect, failure, proved, divergence }: Report, breaks: readonly string[], least: Proved): boolean {
  if (divergence !== undefined) return false;
  return breaks.includes(dialect) ? failure !== null : failure === null && WORTH[proved] >= WORTH[least];
}

function complaint(report: Report, breaks: readonly string[], least: Proved): string {
  if (report.failure !== null || report.divergence !== undefined) return String(report);
  if (breaks.includes(report.dialect)) return `expected a schedule that fails under ${report.dialect}; ${report}`;
  return `expected a proof that is ${least}; ${report}. Give it more time (search.maxMs), or fewer steps`;
}

function verdictsOf(reports: readonly Report[]): string {
  return reports.map(({ dialect, failure }) => `${failure === null ? 'holds on' : 'breaks on'} ${dialect}`).join(', ');
}

function environmentOf({ failure, dialect }: Report, dialects: number): string {
  return `GIL_SCHEDULE='${failure?.schedule}'${dialects > 1 ? ` GIL_DIALECT=${dialect}` : ''}`;
}
