/**
 * No wake-up is ever lost: the protocol text under every schedule with few preemptions. Sleepers sleep until they are woken, as if no
 * interval ever ended, so one that is forgotten sleeps for ever, and the run gets stuck with the lock free.
 */
import { expect, it } from 'vitest';
import { type DialectName, dialects } from '../../src/dialects/registry.js';
import { createContender } from '../../src/lock/contender.js';
import { createWords, HIGHEST, holderIn, LOCK, placeOf, TENANT, waitersIn } from '../../src/lock/layout.js';
import { drop, take } from '../../src/lock/protocol.js';
import type { Protocol } from '../../src/steps/step.js';
import { explore, LIMIT, type Program, run } from '../steps/schedules.js';

const words = createWords(5000);
const fresh = words.slice();

/** Threads that take the lock and let it go so many times. A round that is negative is one with a time limit: it gives up. */
const threads = (dialect: DialectName, rounds: readonly number[]) => (): Program => {
  // One lock's memory for all runs, as it was when it was new: making it is what took most of the time.
  words.set(fresh);
  words[HIGHEST] = rounds.length;
  let inside = 0;
  function* thread(count: number, index: number): Protocol<void> {
    const self = createContender(words, index + 1, dialects[dialect]);
    words[placeOf(index + 1) + TENANT] = index + 1;
    for (let round = 0; round < Math.abs(count); round += 1) {
      if (!(yield* take(self, count < 0 ? LIMIT : Number.POSITIVE_INFINITY))) continue;
      inside += 1;
      if (inside > 1) throw new Error('two inside');
      inside -= 1;
      yield* drop(self, 'final', 'never');
    }
  }
  const verdict = (end: 'over' | 'stuck'): string => {
    const lock = words[LOCK] as number;
    return end === 'stuck' ? `forgotten: holder ${holderIn(lock)}, waiters ${waitersIn(lock)}` : '';
  };
  return { threads: rounds.map(thread), verdict };
};

it.each([
  ['cpython-3.13', [2, 1], 3],
  ['cpython-3.13', [1, 1, 1], 2],
  ['cpython-3.13', [2, 1, 1], 2],
  ['cpython-3.13', [2, -1, 1], 2],
  ['ruby-3.4', [2, 1], 3],
  ['ruby-3.4', [1, 1, 1], 2],
  ['ruby-3.4', [1, -1, 1], 2],
] as const)(
  '%s, threads that take the lock %j times, every schedule with up to %i preemptions',
  { timeout: 120_000 },
  (dialect, rounds, bound) => {
    const { schedules, failure } = explore(threads(dialect, rounds), bound);
    expect(failure, `after ${schedules} schedules`).toBe('');
    expect(schedules).toBeGreaterThan(1000);
  },
);

/** Whole numbers below `limit`, the same for the same seed. */
function dice(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return (state >>> 8) % limit;
  };
}

it.each([
  ['cpython-3.13', [1, 1, 1]],
  ['cpython-3.13', [2, 2, 1, 1]],
  ['cpython-3.13', [2, -2, 2, 1]],
  ['ruby-3.4', [2, 2, 1]],
  ['ruby-3.4', [2, -2, 1]],
] as const)('%s, threads that take the lock %j times, many schedules with many preemptions', { timeout: 120_000 }, (dialect, rounds) => {
  const draw = dice(7);
  const { steps } = run(threads(dialect, rounds), new Map());
  for (let schedule = 0; schedule < 40_000; schedule += 1) {
    const preempt = new Map(Array.from({ length: 2 + draw(8) }, () => [draw(steps * 2), 1 + draw(rounds.length - 1)]));
    const { failure } = run(threads(dialect, rounds), preempt);
    expect(failure, `with preemptions at ${JSON.stringify([...preempt])}`).toBe('');
  }
});
