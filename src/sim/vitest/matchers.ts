/**
 * Matchers for reports: `expect(explore(spec)).toHold()`.
 */
import { Report, Reports } from '../report.js';

declare module 'vitest' {
  interface Matchers<T> {
    /** No schedule failed, under any dialect of the report. */
    toHold(): T;
    /** Under these dialects some schedule failed, and under no other. */
    toBreakOnlyUnder(...dialects: string[]): T;
    /** Everything was run: `complete`, under every dialect of the report. */
    toBeProved(): T;
  }
}

/** What a matcher answers. */
export interface MatcherOutcome {
  /** Whether it holds. */
  readonly pass: boolean;
  /** What is said if it was expected otherwise. */
  readonly message: () => string;
}

/** The matchers, for `expect.extend`. */
export type HoldMatchers = {
  /** No schedule failed, under any dialect of the report. */
  toHold(received: unknown): MatcherOutcome;
  /** Under these dialects some schedule failed, and under no other. */
  toBreakOnlyUnder(received: unknown, ...dialects: string[]): MatcherOutcome;
  /** Everything was run: `complete`, under every dialect of the report. */
  toBeProved(received: unknown): MatcherOutcome;
};

function reportsOf(received: unknown): readonly Report[] {
  if (received instanceof Report) return [received];
  if (received instanceof Reports) return received.reports;
  throw new TypeError('expected what explore() of gil/sim gives');
}

/**
 * Matchers for what `explore` gives.
 *
 * @example
 * ```ts no-run
 * import { expect } from 'vitest';
 * import { holdMatchers } from 'gil/vitest';
 * expect.extend(holdMatchers);
 * ```
 */
export const holdMatchers: HoldMatchers = {
  toHold(received) {
    const reports = reportsOf(received);
    const broken = reports.find(({ failure }) => failure !== null);
    return {
      pass: broken === undefined,
      message: () => (broken === undefined ? `expected some schedule to fail; ${reports.map(String).join('\n')}` : String(broken)),
    };
  },
  toBreakOnlyUnder(received, ...dialects) {
    const reports = reportsOf(received);
    const wrong = reports.find(({ dialect, failure }) => (failure !== null) !== dialects.includes(dialect));
    return {
      pass: wrong === undefined,
      message: () =>
        wrong === undefined
          ? `expected it not to break under just ${dialects.join(', ')}`
          : `expected it to break under ${dialects.join(', ') || 'none'} only; ${wrong}`,
    };
  },
  toBeProved(received) {
    const reports = reportsOf(received);
    const poor = reports.find(({ failure, proved }) => failure !== null || proved !== 'complete');
    return {
      pass: poor === undefined,
      message: () => (poor === undefined ? 'expected no complete proof; there is one' : `expected a complete proof; ${poor}`),
    };
  },
};
