/**
 * `gil/vitest`: schedules explored inside tests.
 *
 * @module vitest
 */
export { type DeclareInterleavings, type Interleavings, type InterleavingsOptions, interleavings } from './sim/vitest/interleavings.js';
export { type HoldMatchers, holdMatchers, type MatcherOutcome } from './sim/vitest/matchers.js';
