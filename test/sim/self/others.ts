/**
 * The look-out for deadlocks, and biased counting of references: their scenes, and their mutants.
 */
import { dropMutex, MUTEX_WORDS, ownerIn, STATE, takeMutex } from '../../../src/lock/mutex.js';
import { createWords, HEAD } from '../../../src/lock/object-memory.js';
import {
  COUNT_WORDS,
  decrefBiased,
  type Left,
  LOCAL,
  MERGED,
  merge,
  ONE,
  OWNER,
  QUEUED,
  SHARED,
  STATES,
} from '../../../src/shared/refcount-text.js';
import type { VirtualThread } from '../../../src/sim/switch-point.js';
import { perform } from '../../../src/steps/perform.js';
import { add, load, type Step, store, type Words } from '../../../src/steps/step.js';
import { Lookout, type Told } from '../../../src/threading/lookout.js';
import { createTable, WaitTable } from '../../../src/threading/wait-table.js';
import { blindSwap, on, without } from './mutants.js';
import { FOREVER, partyAt } from './mutex.js';
import type { Row } from './rows.js';
import type { Scene } from './stage.js';

class Circle extends Error {
  readonly told: readonly Told[];
  constructor(told: readonly Told[]) {
    super('a circle');
    this.told = told;
  }
}

/** Each thread takes its locks in its order, letting go of all at the end; whoever is told of a circle lets go of what it has. */
const lookouts =
  (
    orders: readonly (readonly number[])[],
    circles: 'none' | 'perhaps',
    looks: 'looks' | 'looks once' | 'remembers the owner' = 'looks',
  ): Scene =>
  () => {
    const table = new WaitTable(createTable());
    const locks = Array.from({ length: orders.length }, () => createWords(MUTEX_WORDS));
    const waitsFor = new Map<number, Words>();
    let told = 0;
    /** The circle that this thread is in, by what the threads themselves know. */
    const truth = (number: number): string => {
      const chain: number[] = [];
      for (let next = number; next !== 0 && !chain.includes(next); ) {
        chain.push(next);
        const words = waitsFor.get(next);
        next = words === undefined ? 0 : ownerIn(words[STATE]!);
        if (next === number) return chain.join();
      }
      return 'none';
    };
    function* takeWatched(words: Words, number: number): VirtualThread<void> {
      const lookout = new Lookout(table, number);
      let count = 0;
      let owner = 0;
      const suspect = (): void => {
        count += 1;
        if (looks === 'looks once' && count > 1) return;
        if (looks !== 'remembers the owner' || count === 1) owner = ownerIn(words[STATE]!);
        const circle = lookout.look(() => ({ owner: looks === 'remembers the owner' ? owner : ownerIn(words[STATE]!), text: `${number}` }));
        if (circle !== undefined) throw new Circle(circle);
      };
      waitsFor.set(number, words);
      try {
        yield* takeMutex({ ...partyAt(words, number - 1), suspect }, FOREVER);
      } finally {
        lookout.end();
      }
      waitsFor.delete(number);
    }
    const threads = orders.map(function* (order, index): VirtualThread<void> {
      const held: Words[] = [];
      try {
        for (const at of order) {
          yield* takeWatched(locks[at]!, index + 1);
          held.push(locks[at]!);
        }
      } catch (error) {
        if (!(error instanceof Circle)) throw error;
        told += 1;
        const circle = error.told.map(({ thread }) => thread).join();
        if (circle !== truth(index + 1)) throw new Error(`told of ${circle}, but the circle is ${truth(index + 1)}`);
        waitsFor.delete(index + 1);
      }
      for (const words of held) yield* dropMutex({ words });
    });
    return {
      words: locks,
      threads,
      after: () =>
        locks.every((words) => words[STATE] === 0) && table.rows().length === 0 && (circles === 'perhaps' ? told <= 1 : told === 0),
    };
  };

const lookout: readonly Row[] = [
  {
    text: 'look-out for deadlocks',
    threads: '2: a b, b a',
    scene: lookouts(
      [
        [0, 1],
        [1, 0],
      ],
      'perhaps',
    ),
    extent: { bound: 2, time: 'naps', how: 'each by itself' },
    mutants: {
      'looks once and does not confirm': {
        mutation: without(() => false),
        scene: lookouts(
          [
            [0, 1],
            [1, 0],
          ],
          'perhaps',
          'looks once',
        ),
      },
      'remembers whom it saw, and looks no more': {
        mutation: without(() => false),
        scene: lookouts([[0, 1], [1, 0], [0]], 'perhaps', 'remembers the owner'),
      },
    },
  },
  {
    text: 'look-out for deadlocks',
    threads: '3: a b, b c, c a',
    scene: lookouts(
      [
        [0, 1],
        [1, 2],
        [2, 0],
      ],
      'perhaps',
    ),
    extent: { bound: 2, time: 'naps', how: 'each by itself' },
  },
  {
    text: 'look-out, locks in order',
    threads: '2: a b, a b',
    scene: lookouts(
      [
        [0, 1],
        [0, 1],
      ],
      'none',
    ),
    extent: { bound: 2, time: 'naps', how: 'each by itself' },
  },
];

/** The owner and others, each with a reference; `deeds` are `+` and `-`. When all is given back and merged, one has freed it. */
const counts =
  (deeds: readonly string[]): Scene =>
  () => {
    const words = createWords(COUNT_WORDS);
    words[OWNER] = 1;
    words[LOCAL] = deeds.length;
    const seen: Left[] = [];
    function* incref(self: number): VirtualThread<void> {
      if ((yield load(words, OWNER)) === self) yield store(words, LOCAL, (yield load(words, LOCAL)) + 1);
      else yield add(words, SHARED, ONE);
    }
    function* thread(todo: string, index: number): VirtualThread<void> {
      for (const deed of todo) {
        if (deed === '+') yield* incref(index + 1);
        else seen.push(yield* decrefBiased(words, index + 1));
      }
    }
    return {
      words: [words.subarray(HEAD)],
      threads: deeds.map(thread),
      locals: () => [seen.filter((left) => left === 'none').length, seen.filter((left) => left === 'negative').length],
      always: () => [0, QUEUED, MERGED].includes(words[SHARED]! & STATES),
      after: () => {
        if (words[OWNER] === 1) {
          // The owner looks once more.
          const last = merge(words);
          let turn = last.next();
          while (!turn.done) turn = last.next(perform(turn.value));
          seen.push(turn.value);
        }
        return seen.filter((left) => left === 'none').length === 1 && !seen.includes('negative');
      },
    };
  };

/** Frees by what it has counted itself: takes it that the others have counted nothing. */
const hasty = () => (step: Step) => (step.operation === 'load' && step.index === SHARED ? 0 : step);

const refcounts: readonly Row[] = [
  {
    text: 'biased reference count',
    threads: '2: +−−, +−−',
    scene: counts(['+--', '+--']),
    mutants: {
      'counts the others without comparing': { mutation: blindSwap(on('cas', SHARED)), scene: counts(['-', '-', '-']) },
      'the owner merges and goes on owning': { mutation: without(on('store', OWNER, 0)), scene: counts(['--', '+-']) },
      'takes it that the others have counted nothing': {
        mutation: (thread) => (thread === 0 ? blind(hasty()) : (step) => step),
        scene: counts(['--', '+-']),
      },
    },
  },
  { text: 'biased reference count', threads: '2: +−+−−, −', scene: counts(['+-+--', '-']) },
  { text: 'biased reference count', threads: '3: −, −, −', scene: counts(['-', '-', '-']) },
  { text: 'biased reference count', threads: '3: −, +−−, −', scene: counts(['-', '+--', '-']) },
];

/** The same, and what it swaps it does not compare. */
function blind(mutate: (step: Step) => Step | number) {
  const swap = blindSwap(on('cas', SHARED))(0);
  return (step: Step) => {
    const changed = mutate(step);
    return typeof changed === 'number' ? changed : swap(changed);
  };
}

export const others: readonly Row[] = [...lookout, ...refcounts];
