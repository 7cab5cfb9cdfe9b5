/**
 * The mutex's text under every schedule with few preemptions: two are never inside, nobody is forgotten, also beside one that gives up and
 * one that died.
 */
import { expect, it } from 'vitest';
import { ABANDONED, buryMutex, dropMutex, FREE, MUTEX_WORDS, type Party, STATE, takeMutex } from '../../src/lock/mutex.js';
import { createWords } from '../../src/lock/object-memory.js';
import type { Protocol, Words } from '../../src/steps/step.js';
import { explore, LIMIT, type Program } from '../steps/schedules.js';

const party = (words: Words, number: number): Party => ({ words, number, suspect: () => {} });

/** Threads that take and let go so many times; a negative number of times gives up where it would have to wait. */
const threads = (rounds: readonly number[], undertaker: 'none' | 'one') => (): Program => {
  const words = createWords(MUTEX_WORDS);
  let inside = 0;
  function* thread(count: number, index: number): Protocol<void> {
    const self = party(words, index + 1);
    for (let round = 0; round < Math.abs(count); round += 1) {
      if (!(yield* takeMutex(self, count < 0 ? LIMIT : Number.POSITIVE_INFINITY))) continue;
      inside += 1;
      if (inside > 1) throw new Error('two inside');
      inside -= 1;
      if (!(yield* dropMutex(self))) throw new Error('not held');
    }
  }
  function* dies(number: number): Protocol<void> {
    // Takes it, and is never heard of again but by its undertaker.
    yield* takeMutex(party(words, number), Number.POSITIVE_INFINITY);
    if ((yield* buryMutex({ words }, number)) !== 'abandoned') throw new Error('its lock was gone');
  }
  const living = rounds.map(thread);
  const verdict = (end: 'over' | 'stuck'): string => {
    if (end === 'stuck') return 'forgotten';
    if (undertaker === 'one' && words[ABANDONED] !== living.length + 1) return 'nobody is told of the death';
    return words[STATE] === FREE ? '' : 'left behind';
  };
  return { threads: undertaker === 'one' ? [...living, dies(living.length + 1)] : living, verdict };
};

it.each([
  [[2, 1], 'none', 4],
  [[1, 1, 1], 'none', 3],
  [[2, 1, 1], 'none', 3],
  [[2, -1, 1], 'none', 3],
  [[2, 1], 'one', 3],
  [[1, -1], 'one', 3],
] as const)('threads that take it %j times, with %s that dies, every schedule with up to %i preemptions', (rounds, undertaker, bound) => {
  const { schedules, failure } = explore(threads(rounds, undertaker), bound);
  expect(failure, `after ${schedules} schedules`).toBe('');
  expect(schedules).toBeGreaterThan(1000);
});
