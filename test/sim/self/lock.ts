/**
 * The Global Interpreter Lock under every dialect: take, drop, requests, the forced switch, the line, giving up, giving back.
 */
import type { Dialect } from '../../../src/dialects/dialect.js';
import { dialects } from '../../../src/dialects/registry.js';
import { bury } from '../../../src/lock/burial.js';
import { type Contender, createContender } from '../../../src/lock/contender.js';
import {
  ABANDONED,
  BREAKER,
  createWords,
  FORCED,
  FORCED_WAIT,
  HIGHEST,
  holderIn,
  INTERVAL,
  LOCK,
  NOBODY,
  ONE_WAITER,
  placeOf,
  SWITCH_NUMBER,
  TENANT,
  TICKET,
  TURN,
  WAITING,
  waitersIn,
} from '../../../src/lock/layout.js';
import { drop, giveBack, take, untilUnlocked } from '../../../src/lock/protocol.js';
import { isAsked } from '../../../src/lock/request.js';
import type { VirtualThread } from '../../../src/sim/switch-point.js';
import type { Words } from '../../../src/steps/step.js';
import { FOREVER } from './mutex.js';
import { looksOnce, on, without } from './mutants.js';
import type { Mutant, Row } from './rows.js';
import { type Cast, clock, LIMIT, type Loop, mortal, mourn, type Scene, type Stage, type Which } from './stage.js';

/** Dialects whose lock goes by the same rules: they differ in where a thread looks, and in the interval. */
function families(): readonly { readonly names: readonly string[]; readonly dialect: Dialect }[] {
  const found = new Map<string, { readonly names: string[]; readonly dialect: Dialect }>();
  for (const dialect of Object.values(dialects)) {
    const { lock, request, afterDrop, next, rank, slice, preemption } = dialect;
    const rules = JSON.stringify({ lock, request, afterDrop, next, rank, slice, preemption });
    const family = found.get(rules) ?? { names: [], dialect };
    family.names.push(dialect.name);
    found.set(rules, family);
  }
  return [...found.values()];
}

/** From here on words are what the lock remembers; before them which lock it is. The last words are those of places that nobody has. */
const isIdentity = (index: number): boolean => index === 9 || index === 10;

/** A lock that so many threads come to. Every interval is one nap of Ruby's clock, so that a slice is over after one. */
function set(stage: Stage, dialect: Dialect, threads: number): { readonly words: Words; readonly seen: Words; readonly selves: readonly Contender[] } {
  const words = createWords(10_000);
  for (let index = 9; index <= 10; index += 1) if (isIdentity(index)) words[index] = 0;
  words[HIGHEST] = threads;
  const selves = Array.from({ length: threads }, (_, thread) => {
    words[placeOf(thread + 1) + TENANT] = thread + 1;
    return createContender(words, thread + 1, dialect);
  });
  return { words, seen: words.subarray(0, placeOf(threads + 1)), selves };
}

const own = (step: { readonly index: number }, thread: number, word: number): boolean => step.index === placeOf(thread + 1) + word;
const loops: readonly Loop[] = [
  {
    enters: (step, thread) => step.operation === 'add' && own(step, thread, WAITING) && step.first === 1,
    sleeps: (step, thread) => step.operation === 'wait' && (step.index === LOCK || own(step, thread, TICKET)),
  },
  {
    enters: (step, thread) => step.operation === 'add' && own(step, thread, FORCED_WAIT) && step.first === 1,
    sleeps: on('wait', TURN),
  },
];

const DEBTS = ['none', 'debt', 'no-lock', 'left'];
const localsOf = (selves: readonly Contender[]) => (): number[] =>
  selves.flatMap(({ ownRequest, hindrance, inherited, lined, takenOver }) => [ownRequest, DEBTS.indexOf(hindrance), inherited, lined, takenOver]);

/** The rows of the state table that can be seen in one word each: a holder that exists, and counts that are none too many. */
const isInTable = (words: Words, threads: number): boolean =>
  holderIn(words[LOCK]!) <= threads && waitersIn(words[LOCK]!) <= threads && words[FORCED]! >= 0 && words[FORCED]! <= threads;

const isLeftClean = (words: Words): boolean => words[LOCK] === NOBODY && words[FORCED] === 0;

/** Inside: nobody else is, and the lock bears this thread's name. */
function* inside(stage: Stage, { words, ident }: Contender): VirtualThread<void> {
  stage.enter();
  yield;
  if (holderIn(words[LOCK]!) !== ident) throw new Error('it bears another name');
  stage.leave();
}

/** Takes it, with a limit if the number of rounds is negative; looks once if it was asked, and lets go if so; goes. */
function* visits(stage: Stage, self: Contender, rounds: number, looks: 'looks' | 'does not look'): VirtualThread<void> {
  const { words, ident } = self;
  for (let round = 0; round < Math.abs(rounds); round += 1) {
    stage.forget(ident - 1, round);
    if (!(yield* take(self, rounds < 0 ? LIMIT : FOREVER))) continue;
    yield* inside(stage, self);
    if (looks === 'looks' && (yield* isAsked(self))) {
      const before = words[SWITCH_NUMBER]!;
      yield* drop(self, 'forced', 'now');
      // The forced switch (law 13): another has it, or had it, or nobody who is not this thread wants it any more.
      if (self.dialect.afterDrop === 'wait-for-switch' && words[SWITCH_NUMBER] === before && waitersIn(words[LOCK]!) > 0 && self.hindrance === 'debt')
        throw new Error('it goes on, and nobody had the lock meanwhile');
      yield* take(self, FOREVER);
      yield* inside(stage, self);
    }
    yield* drop(self, 'final', 'never');
  }
}

function cast(words: Words, seen: Words, selves: readonly Contender[], threads: readonly VirtualThread[]): Cast {
  return { words: [seen], threads, loops, locals: localsOf(selves), always: () => isInTable(words, selves.length), after: () => isLeftClean(words) };
}

const takers =
  (dialect: Dialect, rounds: readonly number[]): Scene =>
  (stage) => {
    const { words, seen, selves } = set(stage, dialect, rounds.length);
    return cast(words, seen, selves, rounds.map((count, thread) => visits(stage, selves[thread]!, count, 'does not look')));
  };

/** The clock makes waiters impatient. */
const asked =
  (dialect: Dialect, rounds: readonly number[], ticks: number): Scene =>
  (stage) => {
    const { words, seen, selves } = set(stage, dialect, rounds.length);
    const places = [LOCK, ...selves.map(({ place }) => place + TICKET)].map((index) => [words, index] as const);
    const threads = rounds.map((count, thread) => visits(stage, selves[thread]!, count, 'looks'));
    return cast(words, seen, selves, [...threads, clock(stage, ticks, places)]);
  };

/** One was asked, lets go for a call that blocks, and settles before it takes the lock again. Another one waits to see it free. */
const settling =
  (dialect: Dialect): Scene =>
  (stage) => {
    const { words, seen, selves } = set(stage, dialect, 2);
    const [one, other] = selves as [Contender, Contender];
    function* leaves(): VirtualThread {
      yield* take(one, FOREVER);
      yield* inside(stage, one);
      yield* drop(one, 'voluntary', 'later');
      yield* take(one, FOREVER);
      yield* inside(stage, one);
      yield* drop(one, 'final', 'never');
    }
    return cast(words, seen, selves, [leaves(), visits(stage, other, 1, 'looks'), clock(stage, 1, [[words, LOCK], [words, other.place + TICKET]])]);
  };

/** One looks on until the lock is free, one takes it for a task that is gone and gives it back, one just takes it. */
const onlookers =
  (dialect: Dialect): Scene =>
  (stage) => {
    const { words, seen, selves } = set(stage, dialect, 3);
    const [one, two, three] = selves as [Contender, Contender, Contender];
    words[ABANDONED] = 3;
    let told = 0;
    function* gives(): VirtualThread {
      yield* take(one, FOREVER);
      yield* inside(stage, one);
      yield* giveBack(one);
    }
    function* looksOn(): VirtualThread {
      yield* untilUnlocked(two);
    }
    function* takes(): VirtualThread {
      yield* take(three, FOREVER);
      if (three.inherited !== NOBODY) told += 1;
      yield* inside(stage, three);
      yield* drop(three, 'final', 'never');
    }
    // Whoever takes it for itself learns of the death, or the next one will.
    const after = (): boolean => isLeftClean(words) && told + (words[ABANDONED] === NOBODY ? 0 : 1) === 1;
    return { ...cast(words, seen, selves, [gives(), looksOn(), takes()]), after };
  };

/** The first dies after so many steps; the third one buries it, and then takes the lock itself. */
const death =
  (dialect: Dialect) =>
  (steps: number): Scene =>
  (stage) => {
    const { words, seen, selves } = set(stage, dialect, 3);
    let buried: 'clean' | 'abandoned' | 'not yet' = 'not yet';
    let told = 0;
    let visited = 0;
    function* visit(self: Contender, looks: 'looks' | 'does not look'): VirtualThread {
      yield* take(self, FOREVER);
      if (self.inherited !== NOBODY) {
        if (self.inherited !== 1) throw new Error('told of another death');
        told += 1;
      }
      yield;
      if (looks === 'looks' && (yield* isAsked(self))) {
        yield* drop(self, 'forced', 'now');
        yield* take(self, FOREVER);
      }
      yield* drop(self, 'final', 'never');
      visited += 1;
    }
    function* mourner(): VirtualThread {
      yield* mourn(stage);
      buried = yield* bury(createContender(words, 1, dialect), selves[2]!);
      yield* visit(selves[2]!, 'does not look');
    }
    return {
      words: [seen],
      threads: [mortal(stage, 0, visit(selves[0]!, 'looks'), steps), visit(selves[1]!, 'looks'), mourner()],
      loops,
      locals: () => [...localsOf(selves)(), told, visited, buried.length],
      always: () => holderIn(words[LOCK]!) <= 3,
      after: () => holderIn(words[LOCK]!) === NOBODY && told === (buried === 'abandoned' ? 1 : 0) && visited >= 2,
    };
  };

const notifiesLock = on('notify', LOCK);
const counts: Which = (step) => step.operation === 'add' && step.index === LOCK;

/** What shows under any rules. */
const mutants: Readonly<Record<string, Mutant>> = {
  'whoever lets go wakes nobody': { mutation: without((step) => step.operation === 'notify') },
  'a waiter does not say that it waits': { mutation: without((step) => counts(step, 0) && step.first === ONE_WAITER) },
};

const rowsOf = (dialect: Dialect, names: readonly string[]): readonly Row[] => {
  const common = { dialects: names.length > 3 ? `${names[0]} … ${names.at(-1)} (${names.length})` : names.join(', ') };
  return [
    { ...common, text: 'lock: take, drop', threads: '2: [2, 1] times', scene: takers(dialect, [2, 1]), mutants },
    { ...common, text: 'lock: take, drop', threads: '3: [1, 1, 1] times', scene: takers(dialect, [1, 1, 1]), extent: { bound: 2 } },
    { ...common, text: 'lock: take, drop', threads: '3: [2, 1, 1] times', scene: takers(dialect, [2, 1, 1]), extent: { bound: 2 } },
    { ...common, text: 'lock: with a time limit', threads: '3: [2, −1, 1] times', scene: takers(dialect, [2, -1, 1]), extent: { bound: 2 } },
    { ...common, text: 'lock: asked to let go', threads: '2 and a clock', scene: asked(dialect, [1, 1], 1) },
    { ...common, text: 'lock: settle later', threads: '2 and a clock', scene: settling(dialect), extent: { bound: 4 } },
    { ...common, text: 'lock: onlookers, giving back', threads: '3', scene: onlookers(dialect), extent: { bound: 2 } },
    { ...common, text: 'lock: death at every step, burial', threads: '3', scene: death(dialect), deaths: 60, extent: { bound: 1 } },
  ];
};

export const lock: readonly Row[] = families()
  .filter(({ dialect }) => dialect.lock === 'global')
  .flatMap(({ dialect, names }) => rowsOf(dialect, names));
