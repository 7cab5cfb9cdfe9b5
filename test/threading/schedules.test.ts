/**
 * The texts of `Semaphore`, `Condition` and `Barrier` under many schedules: sleepers sleep until they are woken, so one that is forgotten
 * is found.
 */
import { expect, it } from 'vitest';
import { dropMutex, MUTEX_WORDS, takeMutex } from '../../src/lock/mutex.js';
import { createWords } from '../../src/lock/object-memory.js';
import { perform } from '../../src/steps/perform.js';
import { CHANGED, type Protocol, type Step, WOKEN, type Words } from '../../src/steps/step.js';
import { arrive, barrierWords, PARTIES } from '../../src/threading/barrier-text.js';
import { awaitNotify, CONDITION_WORDS, notifyOldest } from '../../src/threading/condition-text.js';
import { BOUND, givePermits, PERMIT_WORDS, takePermit, VALUE } from '../../src/threading/permits.js';

interface Thread {
  readonly program: Protocol<unknown>;
  turn: IteratorResult<Step, unknown>;
  asleep: Step | undefined;
}

/** Whole numbers below `limit`, the same for the same seed. */
function dice(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return (state >>> 8) % limit;
  };
}

/** Runs the programs, one step of a random one at a time; says how many never end. */
function forgotten(programs: readonly Protocol<unknown>[], draw: (limit: number) => number): number {
  const threads: Thread[] = programs.map((program) => ({ program, turn: program.next(), asleep: undefined }));
  const line: Thread[] = [];
  for (;;) {
    const ready = threads.filter(({ turn, asleep }) => !turn.done && asleep === undefined);
    const thread = ready[draw(ready.length || 1)];
    if (thread === undefined || thread.turn.done) return threads.filter(({ turn }) => !turn.done).length;
    const step = thread.turn.value;
    if (step.operation === 'wait' && Atomics.load(step.words, step.index) === step.first) {
      thread.asleep = step;
      line.push(thread);
    } else if (step.operation === 'notify') {
      const woken = line.filter(({ asleep }) => asleep?.words === step.words && asleep.index === step.index).slice(0, step.first);
      for (const each of woken) {
        line.splice(line.indexOf(each), 1);
        each.asleep = undefined;
        each.turn = each.program.next(WOKEN);
      }
      thread.turn = thread.program.next(woken.length);
    } else thread.turn = thread.program.next(step.operation === 'wait' ? CHANGED : perform(step));
  }
}

const FOREVER = Number.POSITIVE_INFINITY;
const party = (words: Words, number: number) => ({ words, number, suspect: () => {} });

it.each([
  [
    'Semaphore',
    () => {
      const words = createWords(PERMIT_WORDS);
      words[VALUE] = 2;
      words[BOUND] = 2;
      return [1, 2, 3, 4].map(function* () {
        for (let round = 0; round < 2; round += 1) {
          expect(yield* takePermit(words, FOREVER)).toBe(true);
          expect(yield* givePermits(words, 1)).toBe(true);
        }
      });
    },
  ],
  [
    'Condition',
    () => {
      const mutex = createWords(MUTEX_WORDS);
      const words = createWords(CONDITION_WORDS);
      let items = 0;
      const consumers = [1, 2, 3].map(function* (number) {
        const lock = party(mutex, number);
        yield* takeMutex(lock, FOREVER);
        while (items === 0) expect(yield* awaitNotify({ words, lock }, FOREVER)).toBe('notified');
        items -= 1;
        yield* dropMutex(lock);
      });
      const producers = [4, 5, 6].map(function* (number) {
        const lock = party(mutex, number);
        yield* takeMutex(lock, FOREVER);
        items += 1;
        yield* notifyOldest(words, 1);
        yield* dropMutex(lock);
      });
      return [...consumers, ...producers];
    },
  ],
  [
    'Barrier',
    () => {
      const words = createWords(barrierWords(3));
      words[PARTIES] = 3;
      return [1, 2, 3].map(function* (number) {
        for (let round = 0; round < 3; round += 1) {
          expect(yield* arrive(party(words, number), FOREVER, 'none', 'wait')).toMatchObject({ role: 'one of them' });
        }
      });
    },
  ],
] as const)('%s: nobody is forgotten', (_, make) => {
  const draw = dice(7);
  for (let schedule = 0; schedule < 2000; schedule += 1) expect(forgotten(make() as Protocol<unknown>[], draw)).toBe(0);
});
