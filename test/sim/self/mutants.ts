/**
 * Mutants: one careless change to a text, made by changing the steps that it takes, so that they stay in step with it.
 */
import { type Operation, Step, TIMED_OUT } from '../../../src/steps/step.js';
import type { Mutation, Which } from './stage.js';

/** Steps of one operation, on one word if it is given. */
export const on =
  (operation: Operation, index?: number, first?: number): Which =>
  (step) =>
    step.operation === operation && (index === undefined || step.index === index) && (first === undefined || step.first === first);

/** Leaves such steps out, and goes on as if they had been done: a compare-and-swap with success, anything else giving 0. */
export const without =
  (which: Which): Mutation =>
  (thread) =>
  (step) =>
    which(step, thread) ? (step.operation === 'cas' ? step.first : 0) : step;

/** A store where the text compares and swaps: what it saw before is believed to be so still. */
export const blindSwap =
  (which: Which): Mutation =>
  (thread) =>
  (step) =>
    which(step, thread) ? { step: new Step('store', step.words, step.index, step.second, 0), answer: step.first } : step;

/** The same compare-and-swap of another value. */
export const swaps = (step: Step, value: number): Step => new Step('cas', step.words, step.index, step.first, value);

/** Wakes one where the text wakes more. */
export const wakesOne =
  (which: Which): Mutation =>
  (thread) =>
  (step) =>
    which(step, thread) ? new Step('notify', step.words, step.index, 1, 0) : step;

/** After such a sleep it does not look again: the next such look gives what it hopes for, and what it then swaps it does not compare. An `if` for a `while`. */
export const looksOnce =
  (sleep: Which, look: Which, hope: number): Mutation =>
  (thread) => {
    let state: 'awake' | 'has slept' | 'hopes' = 'awake';
    return (step) => {
      if (sleep(step, thread)) state = 'has slept';
      else if (state === 'has slept' && look(step, thread)) {
        state = 'hopes';
        return hope;
      } else if (state === 'hopes') {
        state = 'awake';
        if (step.operation === 'cas') return { step: new Step('store', step.words, step.index, step.second, 0), answer: step.first };
      }
      return step;
    };
  };

/** Never sleeps: what it waits for is over at once. */
export const neverSleeps =
  (which: Which): Mutation =>
  (thread) =>
  (step) =>
    which(step, thread) ? TIMED_OUT : step;
