/**
 * The texts of `Semaphore`, `Event`, `Condition` and `Barrier`: their scenes, and their mutants.
 */
import { buryMutex, dropMutex, FREE, MUTEX_WORDS, STATE, takeMutex } from '../../../src/lock/mutex.js';
import { createWords, HEAD } from '../../../src/lock/object-memory.js';
import { Point, type VirtualThread } from '../../../src/sim/switch-point.js';
import { Step } from '../../../src/steps/step.js';
import {
  arrive,
  BROKEN,
  barrierWords,
  breakBarrier,
  buryAtBarrier,
  COUNT,
  concludeAction,
  FILLING,
  PARTIES,
  PHASE,
  resetBarrier,
} from '../../../src/threading/barrier-text.js';
import { awaitNotify, buryWaiter, CONDITION_WORDS, notifyOldest } from '../../../src/threading/condition-text.js';
import { awaitFlag, lower, raise } from '../../../src/threading/event.js';
import { BOUND, givePermits, LOOPS, PERMIT_WORDS, takePermit, VALUE, WAITERS, wakeAll } from '../../../src/threading/permits.js';
import { blindSwap, looksOnce, on, swaps, wakesOne, without } from './mutants.js';
import { FOREVER, isInTable, mutexLoop, partyAt } from './mutex.js';
import type { Row } from './rows.js';
import { calledOff, type Loop, mortal, mourn, type Scene } from './stage.js';

// Semaphore

const permitLoop: Loop = { enters: on('add', WAITERS, 1), sleeps: on('wait', VALUE) };
const quietAtPermits = (step: Step): boolean => step.operation === 'load' && (step.index === BOUND || step.index === LOOPS);

interface Permits {
  readonly permits: number;
  /** Of each thread how often it takes one and gives it back; 0: it is called off in its first sleep; below 0: it gives so many and takes none. */
  readonly rounds: readonly (number | 'keeps')[];
  readonly diesAt?: number;
}

const permits =
  ({ permits, rounds, diesAt }: Permits): Scene =>
  (stage) => {
    const words = createWords(PERMIT_WORDS);
    words[VALUE] = permits;
    const given = rounds.reduce<number>((sum, count) => sum + (count === 'keeps' ? 0 : Math.max(-count, 0)), 0);
    const kept = rounds.filter((count) => count === 'keeps').length;
    words[BOUND] = permits + given;
    let held = 0;
    let lost = 0;
    function* thread(count: number | 'keeps', index: number): VirtualThread<void> {
      if (count === 'keeps') {
        yield* takePermit(words, FOREVER);
        return;
      }
      if (count === 0 && (yield* calledOff(takePermit(words, FOREVER)))) yield* givePermits(words, 1);
      if (count < 0 && !(yield* givePermits(words, -count))) throw new Error('too many');
      for (let round = 0; round < count; round += 1) {
        stage.forget(index, round);
        if (!(yield* takePermit(words, FOREVER))) throw new Error('no limit, and yet late');
        held += 1;
        if (held > words[BOUND]!) throw new Error('more holders than permits');
        yield;
        held -= 1;
        if (!(yield* givePermits(words, 1))) throw new Error('more permits than there are');
      }
    }
    function* mourner(): VirtualThread<void> {
      yield* mourn(stage);
      lost = 1;
      yield* wakeAll(words);
    }
    /** A permit has no owner, and is lost with whoever held it: so nobody dies that holds one. */
    let victim: 'holds one' | 'holds none' = 'holds none';
    function* watched(text: VirtualThread): VirtualThread<void> {
      let turn = text.next(0);
      while (!turn.done) {
        const step = turn.value;
        const answer = yield step;
        if (step instanceof Step && step.operation === 'cas' && answer === step.first)
          victim = step.second < step.first ? 'holds one' : 'holds none';
        turn = text.next(answer);
      }
    }
    const living = rounds.map(thread);
    const threads =
      diesAt === undefined
        ? living
        : [mortal(stage, 0, watched(living[0]!), diesAt, () => victim === 'holds none'), ...living.slice(1), mourner()];
    const isIn = (): boolean =>
      words[VALUE]! >= 0 && words[VALUE]! + held <= words[BOUND]! && words[WAITERS]! >= 0 && words[WAITERS]! <= threads.length;
    // What the dead one held is lost.
    const after = (): boolean =>
      words[VALUE]! >= words[BOUND]! - kept - lost && words[VALUE]! <= words[BOUND]! - kept + lost && words[WAITERS]! <= lost;
    return {
      words: [words.subarray(HEAD)],
      threads,
      quiet: quietAtPermits,
      loops: [permitLoop],
      locals: () => [held, lost],
      always: isIn,
      after,
    };
  };

const semaphore: readonly Row[] = [
  {
    text: 'permits: take, give',
    threads: '2: 1 permit, [2, 2] times',
    scene: permits({ permits: 1, rounds: [2, 2] }),
    mutants: {
      'whoever gives wakes nobody': { mutation: without(on('notify', VALUE)) },
      'whoever waits does not say so': { mutation: without(on('add', WAITERS)) },
      'takes a permit without comparing': { mutation: blindSwap((step) => step.operation === 'cas' && step.second < step.first) },
      'gives a permit without comparing': {
        mutation: blindSwap((step) => step.operation === 'cas' && step.second > step.first),
        scene: permits({ permits: 2, rounds: [1, 1] }),
      },
      'an if for a while: whoever was woken has one': { mutation: looksOnce(on('wait', VALUE), on('load', VALUE), 1) },
    },
  },
  {
    text: 'permits: take, give',
    threads: '3: 2 permits, [1, 1, 1] times',
    scene: permits({ permits: 2, rounds: [1, 1, 1] }),
    extent: { bound: 2 },
  },
  {
    text: 'permits: take, give',
    threads: '3: 1 permit, [1, 1, 1] times',
    scene: permits({ permits: 1, rounds: [1, 1, 1] }),
    extent: { bound: 2 },
  },
  {
    text: 'permits: take, give',
    threads: '4: 2 permits, [2, 2, 2, 2] times',
    scene: permits({ permits: 2, rounds: [2, 2, 2, 2] }),
    extent: { bound: 2, costs: 'deviations' },
  },
  {
    text: 'permits: two are given at once',
    threads: '3: no permit, two keep one',
    scene: permits({ permits: 0, rounds: ['keeps', 'keeps', -2] }),
    mutants: { 'wakes one where two may go on': { mutation: wakesOne((step, thread) => thread === 2 && step.operation === 'notify') } },
  },
  {
    text: 'permits: a wait called off',
    threads: '3: 1 permit',
    scene: permits({ permits: 1, rounds: [1, 0, 1] }),
    extent: { bound: 2 },
    mutants: {
      'who is called off passes no wake-up on': { mutation: without((step, thread) => thread === 1 && step.operation === 'notify') },
    },
  },
  {
    text: 'permits: death at every step, burial',
    threads: '3 and a mourner: 1 permit',
    scene: (steps) => permits({ permits: 1, rounds: [1, 1, 1], diesAt: steps }),
    deaths: 16,
    extent: { bound: 2, costs: 'deviations' },
    mutants: { 'burial wakes nobody': { mutation: without((step, thread) => thread === 3 && step.operation === 'notify') } },
  },
];

// Event

const EVENT_STATE = HEAD;
const flagLoop: Loop = { enters: on('load', EVENT_STATE), sleeps: () => false };

/** The flag goes up and down as the signs say, `.` when all are there who wait for it. */
const flags =
  (deeds: readonly string[], waiters: number): Scene =>
  () => {
    const words = createWords(1);
    let came = 0;
    function* waits(): VirtualThread<void> {
      const text = awaitFlag(words, FOREVER);
      let turn = text.next();
      while (!turn.done) {
        const answer = yield turn.value;
        // From its first look on it is there.
        if (turn.value.operation === 'load') came += 1;
        turn = text.next(answer);
      }
      if (!turn.value) throw new Error('no limit, and yet late');
    }
    function* does(todo: string): VirtualThread<void> {
      for (const deed of todo) {
        if (deed === '.') {
          yield new Point('join', words, () => came >= waiters);
        } else yield* deed === '+' ? raise(words) : lower(words);
      }
    }
    return {
      words: [words.subarray(HEAD)],
      threads: [...deeds.map(does), ...Array.from({ length: waiters }, waits)],
      locals: () => [Math.min(came, waiters)],
      loops: [flagLoop],
    };
  };

/** After a sleep it looks whether the flag is up, and not whether it has been. */
function flagAlone(): (step: Step) => Step | number {
  let seen = -1;
  return (step) => {
    if (step.operation === 'wait') seen = step.first;
    else if (step.operation === 'load' && seen >= 0 && (step.words[step.index]! & 1) === 0) return seen;
    return step;
  };
}

const event: readonly Row[] = [
  {
    text: 'event: raise, lower, wait',
    threads: '2: raised and lowered at once',
    scene: flags(['.+-'], 1),
    mutants: {
      'whoever raises wakes nobody': { mutation: without(on('notify', EVENT_STATE)) },
      'looks at the flag alone': { mutation: () => flagAlone() },
      'raises it and does not count': {
        mutation: () => (step) => (step.operation === 'cas' && (step.second & 1) === 1 ? swaps(step, step.first | 1) : step),
      },
    },
  },
  {
    text: 'event: raise, lower, wait',
    threads: '3: two wait',
    scene: flags(['.+-'], 2),
    mutants: { 'wakes one of two': { mutation: wakesOne(on('notify', EVENT_STATE)) } },
  },
  { text: 'event: raise, lower, wait', threads: '3: two raise and lower', scene: flags(['+-+', '-+'], 1) },
];

// Condition

/** Items that are put in and taken out under a lock: each consumer takes one; each producer puts in so many, and notifies as many. */
const conditions =
  ({
    consumers,
    producers,
    off = 0,
    diesAt,
  }: {
    readonly consumers: number;
    readonly producers: readonly number[];
    readonly off?: number;
    readonly diesAt?: number;
  }): Scene =>
  (stage) => {
    const mutex = createWords(MUTEX_WORDS);
    const words = createWords(CONDITION_WORDS);
    let items = 0;
    const eaten = new Set<number>();
    function* consume(index: number): VirtualThread<void> {
      const lock = partyAt(mutex, index);
      yield* takeMutex(lock, FOREVER);
      while (items === 0) if ((yield* awaitNotify({ words, lock }, FOREVER)) !== 'notified') throw new Error('not notified');
      items -= 1;
      eaten.add(index);
      yield* dropMutex(lock);
    }
    function* isCalledOff(index: number): VirtualThread<void> {
      const lock = partyAt(mutex, index);
      yield* takeMutex(lock, FOREVER);
      // Notified before it slept: it is no consumer, and tells another.
      if (items === 0 && (yield* calledOff(awaitNotify({ words, lock }, FOREVER))) === 'notified') yield* notifyOldest(words, 1);
      if (mutex[STATE] === FREE) throw new Error('it has not the lock');
      yield* dropMutex(lock);
    }
    function* produce(count: number, index: number): VirtualThread<void> {
      const lock = partyAt(mutex, index);
      yield* takeMutex(lock, FOREVER);
      items += count;
      yield* notifyOldest(words, count === 0 ? FOREVER : count);
      yield* dropMutex(lock);
    }
    function* mourner(index: number): VirtualThread<void> {
      yield* mourn(stage);
      const left = yield* buryMutex({ words: mutex }, 1);
      yield* buryWaiter(words, 1);
      // Who learns that a lock was abandoned sees to it that others look again: the dead one may have been about to tell them.
      if (left === 'abandoned') yield* produce(0, index);
      // In place of what the dead one has taken with it.
      if (eaten.has(0)) yield* produce(1, index);
    }
    const threads: VirtualThread[] = [];
    for (let count = 0; count < consumers; count += 1) threads.push(consume(threads.length));
    for (let count = 0; count < off; count += 1) threads.push(isCalledOff(threads.length));
    for (const count of producers) threads.push(produce(count, threads.length));
    if (diesAt !== undefined) {
      threads[0] = mortal(stage, 0, threads[0]!, diesAt);
      threads.push(mourner(threads.length));
    }
    const slots = threads.length;
    const SLOTS = HEAD + 2;
    return {
      words: [mutex.subarray(HEAD), words.subarray(HEAD, SLOTS + 2 * slots)],
      threads,
      locals: () => [items, eaten.size],
      // Nobody ever comes to the slots beyond.
      quiet: (step) =>
        step.operation === 'load' &&
        ((step.words === words && step.index >= SLOTS + 2 * slots) || (step.words === mutex && step.index === HEAD + 1)),
      loops: [mutexLoop(mutex)],
      always: () =>
        isInTable(mutex, slots) &&
        words.subarray(SLOTS, SLOTS + 2 * slots).every((state, at) => at % 2 === 1 || Math.abs(state) <= words[HEAD]!),
      after: () => mutex[STATE] === FREE && words.subarray(SLOTS, SLOTS + 2 * slots).every((state, at) => at % 2 === 1 || state === 0),
    };
  };

/** Having freed its slot, it finds nobody who waits. */
function calledOffForgets(): (step: Step) => Step | number {
  let state: 'waits' | 'frees' | 'is free' = 'waits';
  return (step) => {
    if (step.operation === 'cas' && step.index > HEAD + 1 && step.second === 0) state = 'frees';
    else if (step.operation === 'store' && step.index === HEAD + 1 && state === 'frees') state = 'is free';
    else if (step.operation === 'load' && step.index === HEAD + 1 && state === 'is free') return 0;
    return step;
  };
}

const condition: readonly Row[] = [
  {
    text: 'condition: wait, notify',
    threads: '2: 1 waits, 1 notifies',
    scene: conditions({ consumers: 1, producers: [1] }),
    mutants: {
      'notifies nobody': { mutation: without((step) => step.operation === 'notify' && step.index !== STATE) },
      'whoever lets go of the lock wakes nobody': {
        mutation: without(on('notify', STATE, 1)),
        scene: conditions({ consumers: 1, producers: [1, 1] }),
      },
      'wakes one and does not turn its ticket': {
        mutation: without((step) => step.operation === 'cas' && step.second === -step.first && step.first > 0),
      },
    },
  },
  {
    text: 'condition: wait, notify',
    threads: '3: 2 wait, 1 notifies 2',
    scene: conditions({ consumers: 2, producers: [2] }),
    extent: { bound: 2 },
  },
  {
    text: 'condition: wait, notify',
    threads: '3: 1 waits, 2 notify',
    scene: conditions({ consumers: 1, producers: [1, 1] }),
    extent: { bound: 2 },
  },
  {
    text: 'condition: wait, notify',
    threads: '6: 3 wait, 3 notify',
    scene: conditions({ consumers: 3, producers: [1, 1, 1] }),
    extent: { bound: 1, costs: 'deviations' },
  },
  {
    text: 'condition: a wait called off',
    threads: '3: 1 waits, 1 is called off, 1 notifies',
    scene: conditions({ consumers: 1, off: 1, producers: [1] }),
    extent: { bound: 2 },
    mutants: { 'who is called off passes no notification on': { mutation: calledOffForgets } },
  },
  {
    text: 'condition: death at every step, burial',
    threads: '3 and a mourner: 2 wait, 1 notifies',
    scene: (steps) => conditions({ consumers: 2, producers: [1], diesAt: steps }),
    deaths: 24,
    extent: { bound: 1, costs: 'deviations', time: 'naps' },
    mutants: {
      'burial passes no notification on': {
        mutation: without((step, thread) => thread === 3 && step.operation === 'cas' && step.second < 0),
      },
      'burial leaves the slot of the dead': {
        mutation: without((step, thread) => thread === 3 && step.operation === 'cas' && step.second === 0 && step.index > HEAD + 1),
      },
    },
  },
];

// Barrier

interface Round {
  readonly parties: number;
  /** Of each thread, how often it comes; 0: its wait is called off. */
  readonly visits: readonly number[];
  readonly action?: 'action' | 'none';
  readonly also?: 'breaks' | 'resets';
  readonly diesAt?: number;
}

const barriers =
  ({ parties, visits, action = 'none', also, diesAt }: Round): Scene =>
  (stage) => {
    const words = createWords(barrierWords(parties));
    words[PARTIES] = parties;
    let actions = 0;
    const passed: number[] = [];
    function* thread(count: number, index: number): VirtualThread<void> {
      const self = partyAt(words, index);
      if (count === 0) yield* calledOff(arrive(self, FOREVER, action, 'wait'), on('wait', PHASE + 3));
      for (let round = 0; round < count; round += 1) {
        stage.forget(index, round);
        const arrival = yield* arrive(self, FOREVER, action, 'wait');
        if (typeof arrival !== 'object') {
          if (also === undefined && diesAt === undefined && !visits.includes(0)) throw new Error('it broke by itself');
          return;
        }
        if (arrival.role === 'act') {
          actions += 1;
          if (actions > round + 1) throw new Error('more actions than rounds');
          yield* concludeAction(self, arrival.index, 'done');
        }
        if (action === 'action' && actions < round + 1) throw new Error('it went on before the action');
        passed[round] = (passed[round] ?? 0) + 1;
        if ((passed[round + 1] ?? 0) > 0) throw new Error('a round is over before the one before it');
      }
    }
    function* other(): VirtualThread<void> {
      const self = partyAt(words, visits.length);
      yield* also === 'breaks' ? breakBarrier(self) : resetBarrier(self);
      // Who comes after a reset waits for the others, who may be gone.
      if (also === 'resets') yield* breakBarrier(self);
    }
    function* mourner(): VirtualThread<void> {
      yield* mourn(stage);
      const self = partyAt(words, visits.length);
      yield* buryAtBarrier(self, 1);
      // Whoever comes later waits for as many as before.
      yield* breakBarrier(self);
    }
    const threads = visits.map(thread);
    if (also !== undefined) threads.push(other());
    if (diesAt !== undefined) threads.splice(0, threads.length, mortal(stage, 0, threads[0]!, diesAt), ...threads.slice(1), mourner());
    return {
      words: [words.subarray(HEAD)],
      threads,
      quiet: (step) => step.operation === 'load' && (step.index === PARTIES || step.index === HEAD + 1),
      locals: () => [actions, ...passed.map((count) => count ?? 0)],
      loops: [mutexLoop(words), { enters: on('store', COUNT), sleeps: on('wait', PHASE + 3) }],
      always: () =>
        isInTable(words, threads.length) &&
        words[PHASE]! >= FILLING &&
        words[PHASE]! <= BROKEN &&
        words[COUNT]! >= 0 &&
        words[COUNT]! <= parties,
      after: () => words[STATE] === FREE && words[COUNT] === 0,
    };
  };

const onTurn = (operation: Step['operation']) => on(operation, PHASE + 3);

/** Whatever the phase, a newcomer goes in. */
function newcomersHurry(): (step: Step) => Step | number {
  let state: 'new' | 'inside' = 'new';
  return (step) => {
    if (step.operation === 'add' && step.index === COUNT) state = 'new';
    else if (step.operation === 'load' && step.index === PHASE && state === 'new') {
      state = 'inside';
      return FILLING;
    }
    return step;
  };
}

const barrier: readonly Row[] = [
  {
    text: 'barrier: arrive',
    threads: '2: [2, 2] times',
    scene: barriers({ parties: 2, visits: [2, 2] }),
    extent: { bound: 3 },
    mutants: {
      'who comes last wakes nobody': { mutation: without(onTurn('notify')) },
      'an if for a while: whoever was woken goes': {
        mutation: looksOnce(onTurn('wait'), on('load', PHASE), 2),
        scene: barriers({ parties: 3, visits: [2, 2, 2] }),
        extent: { bound: 2 },
      },
      'who leaves last begins no new round': {
        mutation: without((step) => step.operation === 'store' && step.index === PHASE && step.first === FILLING),
      },
      'newcomers do not wait for the last to leave': { mutation: () => newcomersHurry() },
    },
  },
  { text: 'barrier: arrive', threads: '3: [1, 1, 1] times', scene: barriers({ parties: 3, visits: [1, 1, 1] }), extent: { bound: 2 } },
  { text: 'barrier: arrive', threads: '3: [3, 3, 3] times', scene: barriers({ parties: 3, visits: [3, 3, 3] }), extent: { bound: 1 } },
  {
    text: 'barrier: with an action',
    threads: '2: [2, 2] times',
    scene: barriers({ parties: 2, visits: [2, 2], action: 'action' }),
    extent: { bound: 2 },
  },
  {
    text: 'barrier: broken by another',
    threads: '3',
    scene: barriers({ parties: 2, visits: [1, 1], also: 'breaks' }),
    extent: { bound: 2 },
  },
  {
    text: 'barrier: reset by another',
    threads: '3',
    scene: barriers({ parties: 2, visits: [1, 1], also: 'resets' }),
    extent: { bound: 2 },
  },
  {
    text: 'barrier: a wait called off',
    threads: '3: 2 come, 1 is called off',
    scene: barriers({ parties: 3, visits: [1, 0, 1] }),
    extent: { bound: 1 },
  },
  {
    text: 'barrier: a wait called off',
    threads: '2 of 3: 1 comes, 1 is called off',
    scene: barriers({ parties: 3, visits: [1, 0] }),
    extent: { bound: 3 },
    mutants: {
      'who is called off does not break it': {
        mutation: without((step, thread) => thread === 1 && step.operation === 'store' && step.index === PHASE && step.first === BROKEN),
      },
    },
  },
  {
    text: 'barrier: death at every step, burial',
    threads: '3',
    scene: (steps) => barriers({ parties: 2, visits: [1, 1], diesAt: steps }),
    deaths: 32,
    extent: { bound: 1, time: 'naps' },
    mutants: {
      'burial counts the dead': { mutation: without((step, thread) => thread === 2 && step.operation === 'store' && step.index === COUNT) },
    },
  },
];

export const primitives: readonly Row[] = [...semaphore, ...event, ...condition, ...barrier];
