/**
 * `gil/vitest`: schedules explored inside tests.
 *
 * @module vitest
 */
export { type InterleavingsOptions, interleavings } from './sim/vitest/interleavings.js';
export { type HoldMatchers, holdMatchers } from './sim/vitest/matchers.js';
