/**
 * How threads wait at a queue: its scenes, and its mutants.
 */
import { buryMutex, MUTEX_WORDS, type Party, STATE } from '../../../src/lock/mutex.js';
import { createWords, HEAD } from '../../../src/lock/object-memory.js';
import type { VirtualThread } from '../../../src/sim/switch-point.js';
import {
  GETS,
  LOOPS,
  MAX_SIZE,
  NOT_EMPTY,
  NOT_FULL,
  PUTS,
  QUEUE_WORDS,
  SLEEPERS,
  sizeOf,
  WAKING,
} from '../../../src/threading/queue-layout.js';
import { beckon, type Errand, running, wakeAll } from '../../../src/threading/queue-protocol.js';
import { on, without } from './mutants.js';
import { FOREVER, isInTable, mutexLoop, partyAt } from './mutex.js';
import type { Row } from './rows.js';
import { calledOff, LIMIT, mortal, mourn, type Scene } from './stage.js';

/** As it is written, or as somebody careless would write it. */
type Manner = 'calls whoever may go on' | 'calls only if it was empty, or full';

interface Counter {
  readonly puts: readonly number[];
  readonly gets: readonly number[];
  /** How many there is room for; 0 for any number. */
  readonly room: number;
  /** Of whom has a time limit, how many items it wants at most. */
  readonly hasty?: number;
  /** Of whom is called off in its first sleep, how many items it wants at most. */
  readonly off?: number;
  /** After so many steps the first one who wants an item dies. */
  readonly diesAt?: number;
  readonly manner?: Manner;
}

export const queues =
  ({ puts, gets, room, hasty = 0, off = 0, diesAt, manner = 'calls whoever may go on' }: Counter): Scene =>
  (stage) => {
    const words = createWords(QUEUE_WORDS);
    words[MAX_SIZE] = room;
    let taken = 0;
    let beckonings = 0;
    const errand = (self: Party, line: number): Errand<void> => {
      let beckoned = 0;
      const call = (other: number, was: number, edge: number): void => {
        if ((manner === 'calls whoever may go on' || was === edge) && beckon(words, other)) beckoned = other;
        beckonings += beckoned === 0 ? 0 : self.number;
      };
      const put = (): void => {
        words[PUTS]! += 1;
        call(NOT_EMPTY, sizeOf(words), 1);
      };
      const get = (): void => {
        words[GETS]! += 1;
        taken += 1;
        call(NOT_FULL, sizeOf(words), room - 1);
      };
      return {
        self,
        line,
        isReady: () => (line === NOT_FULL ? room === 0 || sizeOf(words) < room : sizeOf(words) > 0),
        go: line === NOT_FULL ? put : get,
        called: () => {
          const called = beckoned;
          if (called !== 0) beckonings -= self.number;
          beckoned = 0;
          return called;
        },
      };
    };
    const threads: VirtualThread[] = [];
    const add = (line: number, count: number, until: number, how: 'waits' | 'is called off' = 'waits'): void => {
      const index = threads.length;
      const self = partyAt(words, index);
      const thread = function* (): VirtualThread<void> {
        for (let n = 0; n < count; n += 1) {
          stage.forget(index, n);
          if (how === 'waits') yield* running(errand(self, line), until);
          else yield* calledOff(running(errand(self, line), until));
        }
      };
      threads.push(thread());
    };
    for (const count of gets) add(NOT_EMPTY, count, FOREVER);
    for (const count of puts) add(NOT_FULL, count, FOREVER);
    if (hasty > 0) add(NOT_EMPTY, hasty, LIMIT);
    if (off > 0) add(NOT_EMPTY, off, FOREVER, 'is called off');
    if (diesAt !== undefined) {
      threads[0] = mortal(stage, 0, threads[0]!, diesAt);
      const self = partyAt(words, threads.length);
      const mourner = function* (): VirtualThread<void> {
        yield* mourn(stage);
        yield* buryMutex(self, 1);
        for (const line of [NOT_EMPTY, NOT_FULL]) yield* wakeAll(words, line);
      };
      threads.push(mourner());
    }
    const lines = [NOT_EMPTY, NOT_FULL];
    const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
    return {
      words: [words.subarray(HEAD, HEAD + MUTEX_WORDS), words.subarray(MAX_SIZE, NOT_FULL + 4)],
      threads,
      locals: () => [taken, beckonings],
      quiet: (step) => step.operation === 'load' && [HEAD + 1, NOT_EMPTY + LOOPS, NOT_FULL + LOOPS].includes(step.index),
      loops: [mutexLoop(words), { enters: 'where it forgot', sleeps: (step) => step.operation === 'wait' && lines.includes(step.index) }],
      always: () =>
        isInTable(words, threads.length) &&
        taken + sizeOf(words) <= sum(puts) &&
        (room === 0 || sizeOf(words) <= room) &&
        lines.every((line) => words[line + SLEEPERS]! >= 0 && words[line + WAKING]! >= 0),
      after: () => words[STATE] === 0 && taken + sizeOf(words) === words[PUTS],
    };
  };

const wakesLine = (step: { readonly operation: string; readonly index: number }): boolean =>
  step.operation === 'notify' && (step.index === NOT_EMPTY || step.index === NOT_FULL);

export const queue: readonly Row[] = [
  {
    text: 'queue: put, get',
    threads: '2: [1] puts, [1] gets',
    scene: queues({ puts: [1], gets: [1], room: 1 }),
  },
  {
    text: 'queue: put, get',
    threads: '2: [2] puts, [2] gets, room for 1',
    scene: queues({ puts: [2], gets: [2], room: 1 }),
    extent: { bound: 3 },
    mutants: {
      'whoever is called is not woken': { mutation: without(wakesLine) },
      'whoever lets go of the mutex wakes nobody': { mutation: without(on('notify', STATE)) },
      'calls only if it was empty, or full': {
        mutation: without(() => false),
        scene: queues({ puts: [2], gets: [1, 1], room: 0, manner: 'calls only if it was empty, or full' }),
      },
    },
  },
  {
    text: 'queue: put, get',
    threads: '4: [1, 1] puts, [1, 1] gets',
    scene: queues({ puts: [1, 1], gets: [1, 1], room: 0 }),
    extent: { bound: 2, costs: 'deviations' },
  },
  {
    text: 'queue: put, get',
    threads: '4: [1, 1, 1] puts, [3] gets, room for 1',
    scene: queues({ puts: [1, 1, 1], gets: [3], room: 1 }),
    extent: { bound: 2, costs: 'deviations' },
  },
  {
    text: 'queue: put, get',
    threads: '4: [2, 2] puts, [2, 2] gets, room for 2',
    scene: queues({ puts: [2, 2], gets: [2, 2], room: 2 }),
    extent: { bound: 2, costs: 'deviations' },
  },
  {
    text: 'queue: with a time limit',
    threads: '3: [2] puts, [1, −1] gets, room for 1',
    scene: queues({ puts: [2], gets: [1], hasty: 1, room: 1 }),
    extent: { bound: 2 },
  },
  {
    text: 'queue: with a time limit',
    threads: '4: [2, 1] puts, [2, −1] gets, room for 1',
    scene: queues({ puts: [2, 1], gets: [2], hasty: 1, room: 1 }),
    extent: { bound: 2, costs: 'deviations' },
  },
  {
    text: 'queue: a wait called off',
    threads: '3: [1] puts, [1, off] gets',
    scene: queues({ puts: [2], gets: [1], off: 1, room: 0 }),
    extent: { bound: 2 },
    mutants: {
      'who is called off passes no wake-up on': {
        mutation: without((step, thread) => thread === 2 && wakesLine(step)),
        scene: queues({ puts: [2], gets: [1], off: 1, room: 0 }),
      },
    },
  },
  {
    text: 'queue: death at every step, burial',
    threads: '3 and a mourner: [2] puts, [1, 1] gets, room for 1',
    scene: (steps) => queues({ puts: [2], gets: [1, 1], room: 1, diesAt: steps }),
    deaths: 24,
    extent: { bound: 1, costs: 'deviations', time: 'naps' },
    mutants: { 'burial wakes no line': { mutation: without((step, thread) => thread === 3 && wakesLine(step)) } },
  },
];
