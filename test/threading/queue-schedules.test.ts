/**
 * The text under every queue, in every schedule with few preemptions: nobody is forgotten who could go on, also beside one that gives up
 * and one that dies. A queue that only wakes somebody when it was empty is found out.
 */
import { expect, it } from 'vitest';
import { buryMutex, type Party, STATE } from '../../src/lock/mutex.js';
import { createWords } from '../../src/lock/object-memory.js';
import { notify, type Protocol } from '../../src/steps/step.js';
import { GETS, MAX_SIZE, NOT_EMPTY, NOT_FULL, PUTS, QUEUE_WORDS, sizeOf } from '../../src/threading/queue-layout.js';
import { beckon, type Errand, running, wakeAll } from '../../src/threading/queue-protocol.js';
import { explore, LIMIT, type Program } from '../steps/schedules.js';

const FOREVER = Number.POSITIVE_INFINITY;
/** As it is written, or as somebody careless would write it. */
type Manner = 'calls whoever may go on' | 'calls only if it was empty, or full';

interface Scene {
  readonly puts: readonly number[];
  readonly gets: readonly number[];
  /** Of whom has a time limit, how many items it wants at most. */
  readonly hasty?: number;
  /** After so many steps one who wants an item dies. */
  readonly diesAt?: number;
}

function program({ puts, gets, hasty = 0, diesAt }: Scene, most: number, manner: Manner): Program {
  const words = createWords(QUEUE_WORDS);
  words[MAX_SIZE] = most;
  let taken = 0;
  const errand = (self: Party, line: number): Errand<void> => {
    let beckoned = 0;
    const call = (other: number, was: number, edge: number): void => {
      if ((manner === 'calls whoever may go on' || was === edge) && beckon(words, other)) beckoned = other;
    };
    const put = (): void => {
      words[PUTS]! += 1;
      call(NOT_EMPTY, sizeOf(words), 1);
    };
    const get = (): void => {
      words[GETS]! += 1;
      taken += 1;
      call(NOT_FULL, sizeOf(words), most - 1);
    };
    return {
      self,
      line,
      isReady: () => (line === NOT_FULL ? most === 0 || sizeOf(words) < most : sizeOf(words) > 0),
      go: line === NOT_FULL ? put : get,
      called: () => {
        const called = beckoned;
        beckoned = 0;
        return called;
      },
    };
  };
  let number = 0;
  const party = (): Party => ({ words, number: ++number, suspect: () => {} });
  function* thread(line: number, count: number, until: number): Protocol<void> {
    const self = party();
    for (let n = 0; n < count; n += 1) yield* running(errand(self, line), until);
  }
  function* dies(steps: number): Protocol<void> {
    const self = party();
    const text = running(errand(self, NOT_EMPTY), FOREVER);
    let turn = text.next();
    for (let step = 0; step < steps && !turn.done; step += 1) turn = text.next(yield turn.value);
    yield* buryMutex(self, self.number);
    // Whoever sleeps at the mutex looks again after a while, if the dead one freed it and told nobody.
    yield notify(words, STATE, FOREVER);
    for (const line of [NOT_EMPTY, NOT_FULL]) yield* wakeAll(words, line);
  }
  const threads = [
    ...puts.map((count) => thread(NOT_FULL, count, FOREVER)),
    ...gets.map((count) => thread(NOT_EMPTY, count, FOREVER)),
    ...(hasty > 0 ? [thread(NOT_EMPTY, hasty, LIMIT)] : []),
    ...(diesAt === undefined ? [] : [dies(diesAt)]),
  ];
  const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
  // Stuck is as it should be where somebody wants more than there is: then the queue is empty.
  const verdict = (end: 'over' | 'stuck'): string => {
    if (taken + sizeOf(words) > sum(puts)) return 'an item from nowhere';
    if (end === 'over') return '';
    return sizeOf(words) === 0 && words[PUTS] === sum(puts) ? '' : `forgotten with ${sizeOf(words)} items`;
  };
  return { threads, verdict };
}

const scenes: readonly (readonly [Scene, number, number])[] = [
  [{ puts: [1, 1], gets: [1, 1] }, 0, 2],
  [{ puts: [1, 1, 1], gets: [3] }, 1, 2],
  [{ puts: [2, 2], gets: [2, 2] }, 2, 2],
  [{ puts: [2], gets: [1], hasty: 1 }, 1, 2],
  [{ puts: [2, 1], gets: [2], hasty: 2 }, 1, 2],
];

it.each(scenes)('%j with room for %i: in every schedule with up to %i preemptions nobody is forgotten', (scene, most, bound) => {
  const { schedules, failure } = explore(() => program(scene, most, 'calls whoever may go on'), bound);
  expect(failure, `after ${schedules} schedules`).toBe('');
  expect(schedules).toBeGreaterThan(300);
});

it('wherever one of them dies, nobody is forgotten', () => {
  let schedules = 0;
  for (let diesAt = 0; diesAt < 24; diesAt += 1) {
    const run = explore(() => program({ puts: [1, 1], gets: [1], diesAt }, 1, 'calls whoever may go on'), 1);
    expect(run.failure, `dead after ${diesAt} steps`).toBe('');
    schedules += run.schedules;
  }
  expect(schedules).toBeGreaterThan(1000);
});

it('finds the one that calls only if the queue was empty', () => {
  const { failure } = explore(() => program({ puts: [2], gets: [1, 1] }, 0, 'calls only if it was empty, or full'), 3);
  expect(failure).toMatch(/^forgotten with 1 items/);
});
