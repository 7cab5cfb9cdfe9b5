/**
 * The same schedule, twice: what a step was the first time, what it was the second, and the error that says so.
 */
import { Step } from '../steps/step.js';
import { NondeterminismError } from './errors.js';
import { describePoint } from './labels.js';
import type { Moment } from './strategy.js';
import { OVER, type SwitchPoint } from './switch-point.js';

const RULE =
  'Threads may depend on nothing but what `state` makes anew for each schedule: no time, no random numbers, nothing left over from the schedule before';

/** The same schedule was run twice, and `what` tells what differed. */
export function notTheSame(what: string): NondeterminismError {
  return new NondeterminismError(`the same schedule did not do the same twice: ${what}. ${RULE}`);
}

/** `step` is counted from 1; the others are what the thread was about to do there, or that it had ended. */
export function diverged(step: number, expected: string, got: string): NondeterminismError {
  return notTheSame(`at step ${step} expected ${expected}; got ${got}`);
}

/** Whether two runs of one schedule stand at the same place: objects are made anew for each, so they are compared by what they say. */
export function isSamePoint(one: SwitchPoint, other: SwitchPoint): boolean {
  if (typeof one !== 'object' || typeof other !== 'object') return one === other;
  if (one instanceof Step || other instanceof Step)
    return one instanceof Step && other instanceof Step && one.operation === other.operation && one.index === other.index;
  return one.announcement === other.announcement;
}

/** Where a thread stands: `ann at count.ts:3  s.n += 1`. */
export function tellStanding({ names, pending }: Moment, thread: number, point: SwitchPoint = pending[thread]): string {
  if (point === OVER) return `${names[thread]} ended`;
  return point === undefined ? `${names[thread]} at a \`yield\`` : `${names[thread]} at ${describePoint(point)}`;
}

/** Which threads can go on: `ann and bob`. */
export function tellEnabled({ names, enabled, count }: Moment): string {
  return tellAble(Array.from(enabled.subarray(0, count), (thread) => names[thread]!));
}

/** The threads that such a number stands for, see `Moment.set`; of more than 32 nobody can tell. */
export function tellSet(set: number, { names }: Moment): string {
  return names.length > 32 ? 'other threads' : tellAble(names.filter((_, thread) => (set & (1 << thread)) !== 0));
}

function tellAble(names: readonly string[]): string {
  return names.length === 0 ? 'nobody able to go on' : `${names.join(' and ')} able to go on`;
}
