/**
 * The mutex under `Lock` and `RLock`: its scenes, and its mutants.
 */
import {
  ABANDONED,
  buryMutex,
  CONTENDED,
  DEPTH,
  dropMutex,
  dropMutexWholly,
  FREE,
  LOOPS,
  MUTEX_WORDS,
  ownerIn,
  type Party,
  retakeMutex,
  STATE,
  takeMutex,
} from '../../../src/lock/mutex.js';
import { createWords, HEAD } from '../../../src/lock/object-memory.js';
import type { VirtualThread } from '../../../src/sim/switch-point.js';
import type { Step, Words } from '../../../src/steps/step.js';
import { blindSwap, looksOnce, on, swaps, without } from './mutants.js';
import type { Row } from './rows.js';
import { clock, LIMIT, type Loop, type Mutation, mortal, mourn, type Scene } from './stage.js';

export const FOREVER = Number.POSITIVE_INFINITY;

export const partyAt = (words: Words, thread: number): Party => ({ words, number: thread + 1, suspect: () => {} });

/** Free, or held by one of them, with or without sleepers; free is no owner and no bit. */
export const isInTable = (words: Words, threads: number): boolean => {
  const state = words[STATE]!;
  return state === FREE || ((state & ~CONTENDED) >= 1 && ownerIn(state) <= threads);
};

/** Who waits for the mutex of these words. */
export const mutexLoop = (words: Words): Loop => ({
  enters: (step) =>
    step.words === words && step.operation === 'cas' && step.index === STATE && step.first === FREE && (step.second & CONTENDED) === 0,
  sleeps: (step) => step.words === words && step.operation === 'wait' && step.index === STATE,
});

/** Threads that take it and let go so many times; of whom the number is negative, each time with a time limit. */
export const takers =
  (rounds: readonly number[], ticks = 0): Scene =>
  (stage) => {
    const words = createWords(MUTEX_WORDS);
    function* thread(count: number, index: number): VirtualThread<void> {
      const self = partyAt(words, index);
      for (let round = 0; round < Math.abs(count); round += 1) {
        stage.forget(index, round);
        if (!(yield* takeMutex(self, count < 0 ? LIMIT : FOREVER))) continue;
        stage.enter();
        yield;
        if (ownerIn(words[STATE]!) !== index + 1) throw new Error('it bears another name');
        stage.leave();
        if (!(yield* dropMutex(self))) throw new Error('nobody held it');
      }
    }
    return {
      words: [words.subarray(HEAD)],
      loops: [mutexLoop(words)],
      quiet: on('load', LOOPS),
      threads: [...rounds.map(thread), ...(ticks > 0 ? [clock(stage, ticks, [[words, STATE]])] : [])],
      always: () => isInTable(words, rounds.length),
      after: () => words[STATE] === FREE,
    };
  };

/** The first has it already, and takes it once more. */
const again: Scene = (stage) => {
  const words = createWords(MUTEX_WORDS);
  words[STATE] = 1;
  function* thread(index: number): VirtualThread<void> {
    const self = partyAt(words, index);
    if (index === 0) yield* dropMutex(self);
    if (yield* takeMutex(self, index === 1 ? LIMIT : FOREVER)) yield* dropMutex(self);
  }
  return {
    words: [words.subarray(HEAD)],
    loops: [mutexLoop(words)],
    quiet: on('load', LOOPS),
    threads: [...[0, 1, 2].map(thread), clock(stage, 1, [[words, STATE]])],
    always: () => isInTable(words, 3),
    after: () => words[STATE] === FREE,
  };
};

/** One waits for what the other says, without it: as a condition does. */
const wholly: Scene = (stage) => {
  const words = createWords(MUTEX_WORDS);
  function* thread(index: number): VirtualThread<void> {
    const self = partyAt(words, index);
    yield* takeMutex(self, FOREVER);
    words[DEPTH] = index + 3;
    const depth = yield* dropMutexWholly(self);
    yield* retakeMutex(self, depth);
    stage.enter();
    yield;
    if (words[DEPTH] !== index + 3) throw new Error('another depth');
    stage.leave();
    words[DEPTH] = 0;
    yield* dropMutex(self);
  }
  return {
    words: [words.subarray(HEAD)],
    loops: [mutexLoop(words)],
    quiet: on('load', LOOPS),
    threads: [0, 1].map(thread),
    always: () => isInTable(words, 2),
    after: () => words[STATE] === FREE,
  };
};

/** The first dies after so many steps; the last one buries it, and then takes the lock itself. */
export const death =
  (steps: number): Scene =>
  (stage) => {
    const words = createWords(MUTEX_WORDS);
    let buried: 'clean' | 'abandoned' | 'not yet' = 'not yet';
    let told = 0;
    let outside = 0;
    function* visit(index: number): VirtualThread<void> {
      const self = partyAt(words, index);
      yield* takeMutex(self, FOREVER);
      // As whoever has it looks whether a dead one left it.
      if (words[ABANDONED] !== 0) {
        if (words[ABANDONED] !== 1) throw new Error('told of another death');
        words[ABANDONED] = 0;
        told += 1;
      }
      yield;
      yield* dropMutex(self);
      outside += 1;
    }
    function* mourner(): VirtualThread<void> {
      yield* mourn(stage);
      buried = yield* buryMutex({ words }, 1);
      yield* visit(2);
    }
    return {
      words: [words.subarray(HEAD)],
      loops: [mutexLoop(words)],
      quiet: on('load', LOOPS),
      threads: [mortal(stage, 0, visit(0), steps), visit(1), mourner()],
      locals: () => [told, outside, buried.length],
      always: () => isInTable(words, 3),
      after: () => words[STATE] === FREE && told === (buried === 'abandoned' ? 1 : 0) && outside >= 2,
    };
  };

const wakes = on('notify', STATE);

export const mutex: readonly Row[] = [
  {
    text: 'mutex: take, drop',
    threads: '2: [2, 1] times',
    scene: takers([2, 1]),
    mutants: {
      'whoever lets go wakes nobody': { mutation: without(wakes) },
      'takes it without comparing': { mutation: blindSwap(on('cas', STATE, FREE)) },
      'lets go without comparing': { mutation: blindSwap((step) => step.operation === 'cas' && step.second === FREE) },
      'an if for a while: whoever was woken has it': {
        mutation: looksOnce(on('wait', STATE), on('load', STATE), FREE),
        scene: takers([2, 1]),
      },
      'sleeps without saying so': {
        mutation: without((step) => step.operation === 'cas' && (step.second & CONTENDED) !== 0 && step.first !== FREE),
      },
      'takes it as if nobody slept behind it': {
        mutation: () => (step) => (step.operation === 'cas' && step.first === FREE ? swaps(step, step.second & ~CONTENDED) : step),
        scene: takers([1, 1, 1]),
      },
    },
  },
  { text: 'mutex: take, drop', threads: '3: [1, 1, 1] times', scene: takers([1, 1, 1]) },
  { text: 'mutex: take, drop', threads: '3: [2, 1, 1] times', scene: takers([2, 1, 1]), extent: { bound: 3 } },
  {
    text: 'mutex: with a time limit',
    threads: '2 and a clock: [2, −1] times',
    scene: takers([2, -1], 1),
  },
  {
    text: 'mutex: with a time limit',
    threads: '3 and a clock: [2, −1, 1] times',
    scene: takers([2, -1, 1], 1),
    extent: { bound: 3, costs: 'deviations' },
  },
  {
    text: 'mutex: with a time limit',
    threads: '3 and a clock: the first holds it',
    scene: again,
    extent: { bound: 2 },
    mutants: { 'who gives up passes no wake-up on': { mutation: withoutLastWish() } },
  },
  { text: 'mutex: drop wholly, retake', threads: '2', scene: wholly },
  {
    text: 'mutex: death at every step, burial',
    threads: '3',
    scene: death,
    deaths: 16,
    mutants: {
      'burial tells nobody': { mutation: without(on('store', ABANDONED)) },
      'burial wakes nobody': { mutation: without(on('notify', STATE, Number.POSITIVE_INFINITY)) },
      'burial buries nobody': {
        mutation: without((step, thread) => thread === 2 && step.operation === 'cas' && step.second === FREE && ownerIn(step.first) === 1),
      },
    },
  },
];

/** Drops the notify that does not follow a drop of the mutex. */
function withoutLastWish(): Mutation {
  return () => {
    let dropped = false;
    return (step: Step) => {
      if (step.operation === 'cas') dropped = step.second === FREE;
      return step.operation === 'notify' && !dropped ? 0 : step;
    };
  };
}
