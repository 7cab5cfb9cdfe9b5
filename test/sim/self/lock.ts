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
  LAST_HOLDER,
  LOCK,
  LOOPS,
  LOST_HOLDS,
  NOBODY,
  ONE_WAITER,
  PLACE_SIZE,
  placeOf,
  RANK,
  SWITCH_NUMBER,
  TENANT,
  TICKET,
  TICKETS_DRAWN,
  TURN,
  WAITING,
  WOKEN,
  waitersIn,
} from '../../../src/lock/layout.js';
import { drop, giveBack, take, untilUnlocked } from '../../../src/lock/protocol.js';
import { isAsked } from '../../../src/lock/request.js';
import { Point, type VirtualThread } from '../../../src/sim/switch-point.js';
import type { Step, Words } from '../../../src/steps/step.js';
import { blindSwap, looksOnce, on, without } from './mutants.js';
import { FOREVER } from './mutex.js';
import type { Mutant, Row } from './rows.js';
import { type Cast, clock, inEventLoop, LIMIT, type Loop, mortal, mourn, type Scene, type Stage, type Which } from './stage.js';

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

/** A lock, the words of it by which states differ, and the threads that come to it. */
interface Setting {
  readonly words: Words;
  readonly seen: readonly Words[];
  readonly selves: readonly Contender[];
}

/** A lock that so many threads come to. */
function set(dialect: Dialect, threads: number, interval = 10): Setting {
  const words = createWords(interval * 1000);
  words[HIGHEST] = threads;
  const selves = Array.from({ length: threads }, (_, thread) => {
    words[placeOf(thread + 1) + TENANT] = thread + 1;
    return createContender(words, thread + 1, dialect);
  });
  // Not which lock it is, and no statistics.
  const seen = [words.subarray(LOCK, ABANDONED + 1), words.subarray(TICKETS_DRAWN, LOOPS + 1)];
  for (const { place } of selves) seen.push(words.subarray(place, place + LOST_HOLDS), words.subarray(place + TICKET, place + RANK + 1));
  return { words, seen, selves };
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

/** How many threads come to a lock at most. */
const MOST_THREADS = 4;

/** For each thread and word: `l`, a load of it is quiet; `a`, any step. A table, because each step is looked up. */
const QUIET: readonly (readonly string[])[] = Array.from({ length: MOST_THREADS }, (_, thread) =>
  Array.from({ length: placeOf(MOST_THREADS + 1) }, (_, index) => {
    // Nobody writes these while all are alive; a thread's own are for its undertaker.
    if (index === LOOPS || index === INTERVAL || index === HIGHEST) return 'l';
    const own = index - placeOf(thread + 1);
    if (own === WAITING || own === FORCED_WAIT) return 'a';
    return index >= placeOf(1) && (index - placeOf(1)) % PLACE_SIZE === TENANT ? 'l' : '';
  }),
);
const quiet: Which = (step, thread) => {
  const what = QUIET[thread]?.[step.index];
  return what === 'a' || (what === 'l' && step.operation === 'load');
};

const DEBTS = ['none', 'debt', 'no-lock', 'left'];
const localsOf = (selves: readonly Contender[]) => (): number[] =>
  selves.flatMap(({ ownRequest, hindrance, inherited, lined, takenOver }) => [
    ownRequest,
    DEBTS.indexOf(hindrance),
    inherited,
    lined,
    takenOver,
  ]);

/** The rows of the state table that can be seen in one word each: a holder that exists, and counts that are none too many. */
const isInTable = (words: Words, threads: number): boolean =>
  holderIn(words[LOCK]!) <= threads && waitersIn(words[LOCK]!) <= threads && words[FORCED]! >= 0 && words[FORCED]! <= threads;

const isLeftClean = (words: Words): boolean => (words[LOCK]! & ~WOKEN) === NOBODY && words[FORCED] === 0;

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
    if (looks === 'looks' && (self.dialect.request.by === 'ticks' || (yield* isAsked(self)))) {
      const before = words[SWITCH_NUMBER]!;
      yield* drop(self, 'forced', 'now');
      // The forced switch (law 13). Whoever asked does not give up here, so there is one.
      if (self.dialect.afterDrop === 'wait-for-switch' && words[LAST_HOLDER] === ident && words[SWITCH_NUMBER] === before)
        throw new Error('nobody had the lock meanwhile');
      yield* take(self, FOREVER);
      yield* inside(stage, self);
    }
    yield* drop(self, 'final', 'never');
  }
}

function cast({ words, seen, selves }: Setting, threads: readonly VirtualThread[]): Cast {
  return {
    words: seen,
    threads,
    loops,
    quiet,
    locals: localsOf(selves),
    always: () => isInTable(words, selves.length),
    after: () => isLeftClean(words),
  };
}

const takers =
  (dialect: Dialect, rounds: readonly number[]): Scene =>
  (stage) => {
    const setting = set(dialect, rounds.length);
    return cast(
      setting,
      rounds.map((count, thread) => visits(stage, setting.selves[thread]!, count, 'does not look')),
    );
  };

/** The clock makes waiters impatient. */
const asked =
  (dialect: Dialect, rounds: readonly number[], ticks: number): Scene =>
  (stage) => {
    const setting = set(dialect, rounds.length);
    const { words, selves } = setting;
    const places = [LOCK, ...selves.map(({ place }) => place + TICKET)].map((index) => [words, index] as const);
    const threads = rounds.map((count, thread) => visits(stage, selves[thread]!, count, 'looks'));
    return cast(setting, [...threads, clock(stage, ticks, places)]);
  };

/** One was asked, lets go for a call that blocks, and settles before it takes the lock again. Another one waits to see it free. */
const settling =
  (dialect: Dialect): Scene =>
  (stage) => {
    const setting = set(dialect, 2);
    const { words, selves } = setting;
    const [one, other] = selves as [Contender, Contender];
    function* leaves(): VirtualThread<void> {
      yield* take(one, FOREVER);
      yield* inside(stage, one);
      yield* drop(one, 'voluntary', 'later');
      yield* take(one, FOREVER);
      yield* inside(stage, one);
      yield* drop(one, 'final', 'never');
    }
    return cast(setting, [
      leaves(),
      visits(stage, other, 1, 'looks'),
      clock(stage, 1, [
        [words, LOCK],
        [words, other.place + TICKET],
      ]),
    ]);
  };

/** One looks on until the lock is free, one takes it for a task that is gone and gives it back, one just takes it. */
const onlookers =
  (dialect: Dialect): Scene =>
  (stage) => {
    const setting = set(dialect, 3);
    const { words, selves } = setting;
    const [one, two, three] = selves as [Contender, Contender, Contender];
    words[ABANDONED] = 3;
    let told = 0;
    function* gives(): VirtualThread<void> {
      yield* take(one, FOREVER);
      yield* inside(stage, one);
      yield* giveBack(one);
    }
    function* looksOn(): VirtualThread<void> {
      yield* inEventLoop(untilUnlocked(two));
    }
    function* takes(): VirtualThread<void> {
      yield* take(three, FOREVER);
      if (three.inherited !== NOBODY) told += 1;
      yield* inside(stage, three);
      yield* drop(three, 'final', 'never');
    }
    // Whoever takes it for itself learns of the death, or the next one will.
    const after = (): boolean => isLeftClean(words) && told + (words[ABANDONED] === NOBODY ? 0 : 1) === 1;
    const quietHere: Which = (step, thread) => step.index !== LOOPS && quiet(step, thread);
    return { ...cast(setting, [gives(), looksOn(), takes()]), quiet: quietHere, after };
  };

/** The first dies after so many steps; the third one buries it, and then takes the lock itself. */
const death =
  (dialect: Dialect) =>
  (steps: number): Scene =>
  (stage) => {
    const { words, seen, selves } = set(dialect, 3);
    let buried: 'clean' | 'abandoned' | 'not yet' = 'not yet';
    let told = 0;
    let visited = 0;
    function* visit(self: Contender, looks: 'looks' | 'does not look'): VirtualThread<void> {
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
    function* mourner(): VirtualThread<void> {
      yield* mourn(stage);
      buried = yield* bury(createContender(words, 1, dialect), selves[2]!);
      yield* visit(selves[2]!, 'does not look');
    }
    return {
      words: seen,
      threads: [mortal(stage, 0, visit(selves[0]!, 'looks'), steps), visit(selves[1]!, 'looks'), mourner()],
      loops,
      locals: () => [...localsOf(selves)(), told, visited, buried.length],
      always: () => holderIn(words[LOCK]!) <= 3,
      after: () => holderIn(words[LOCK]!) === NOBODY && told === (buried === 'abandoned' ? 1 : 0) && visited >= 2,
    };
  };

/** The one who asked gives up; whoever was made to let go for it must not wait for it (law 39). */
const takenBack =
  (dialect: Dialect): Scene =>
  (stage) => {
    // An interval that is over before the limit is.
    const setting = set(dialect, 2, 1);
    const { words, selves } = setting;
    const [holder, asker] = selves as [Contender, Contender];
    let gone = 0;
    function* asks(): VirtualThread<void> {
      yield* visits(stage, asker, -1, 'does not look');
      gone = 1;
    }
    function* holds(): VirtualThread<void> {
      yield* take(holder, FOREVER);
      yield new Point('yield', holder, () => words[holder.place + BREAKER] !== 0 || gone === 1);
      if (yield* isAsked(holder)) {
        yield* drop(holder, 'forced', 'now');
        yield* take(holder, FOREVER);
      }
      yield* drop(holder, 'final', 'never');
    }
    return cast(setting, [
      holds(),
      asks(),
      clock(stage, 1, [
        [words, LOCK],
        [words, asker.place + TICKET],
      ]),
    ]);
  };

const isWait = (word: number): Which => on('wait', word);
/** The compare-and-swap by which a name is taken off. */
const letsGo: Which = (step, thread) =>
  step.operation === 'cas' && step.index === LOCK && holderIn(step.first) === thread + 1 && holderIn(step.second) === NOBODY;

const rowsOf = (dialect: Dialect, names: readonly string[]): readonly Row[] => {
  const common = { dialects: names.length > 3 ? `${names[0]} … ${names.at(-1)} (${names.length})` : names.join(', ') };
  const hasLine = dialect.next === 'longest-waiting';
  const mutants: Record<string, Mutant> = {
    'whoever lets go wakes nobody': { mutation: without((step) => step.operation === 'notify') },
    'a waiter does not say that it waits': {
      mutation: without((step) => step.operation === 'add' && step.index === LOCK && Math.abs(step.first) === ONE_WAITER),
    },
    'a free lock is taken without comparing': {
      mutation: blindSwap((step) => step.operation === 'cas' && step.index === LOCK && holderIn(step.first) === NOBODY),
    },
    ...(hasLine
      ? {
          'who is called keeps its ticket': {
            mutation: without((step) => step.operation === 'cas' && step.second === 0 && step.index > LOOPS),
          },
          'hands on and does not look whether somebody has come': { mutation: () => handsOnBlindly() },
        }
      : {
          'lets go without comparing': { mutation: blindSwap(letsGo) },
          'an if for a while: whoever was woken has it': {
            mutation: looksOnce(isWait(LOCK), on('load', LOCK), NOBODY),
            scene: takers(dialect, [2, 1]),
          },
        }),
  };
  const forced: Record<string, Mutant> =
    dialect.afterDrop === 'wait-for-switch'
      ? {
          'goes on after a forced drop': {
            mutation: () => (step) => (step.operation === 'load' && step.index === LAST_HOLDER ? 99 : step),
          },
          'a taker does not tell the one who waits for the switch': { mutation: without(on('add', TURN)) },
        }
      : {};
  return [
    { ...common, text: 'lock: take, drop', threads: '2: [1, 1] times', scene: takers(dialect, [1, 1]), mutants },
    { ...common, text: 'lock: take, drop', threads: '2: [2, 1] times', scene: takers(dialect, [2, 1]), extent: { bound: 3 } },
    {
      ...common,
      text: 'lock: take, drop',
      threads: '3: [2, 1, 1] times',
      scene: takers(dialect, [2, 1, 1]),
      extent: { bound: 2, costs: 'deviations' },
    },
    {
      ...common,
      text: 'lock: with a time limit',
      threads: '3: [2, −1, 1] times',
      scene: takers(dialect, [2, -1, 1]),
      extent: { bound: 2, costs: 'deviations' },
    },
    {
      ...common,
      text: 'lock: with a time limit',
      threads: '4: [2, −2, 1, 1] times',
      scene: takers(dialect, [2, -2, 1, 1]),
      extent: { bound: 2, costs: 'deviations' },
    },
    ...(dialect.request.by === 'ticks'
      ? [
          {
            ...common,
            text: 'lock: lets go after its ticks',
            threads: '2: [1, 1] times',
            scene: asked(dialect, [1, 1], 0),
            extent: { bound: 3 },
          },
        ]
      : [
          {
            ...common,
            text: 'lock: asked to let go',
            threads: '2 and a clock',
            scene: asked(dialect, [1, 1], 1),
            extent: { bound: hasLine ? 2 : 3 },
            mutants: forced,
          },
          {
            ...common,
            text: 'lock: asked, and the request withdrawn',
            threads: '2 and a clock',
            scene: takenBack(dialect),
            extent: { bound: hasLine ? 2 : 3 },
            mutants:
              dialect.afterDrop === 'wait-for-switch'
                ? {
                    'a request is not withdrawn': {
                      mutation: without((step, thread) => thread === 1 && step.operation === 'add' && step.index === TURN),
                    },
                  }
                : {},
          },
          { ...common, text: 'lock: settles later', threads: '2 and a clock', scene: settling(dialect), extent: { bound: 2 } },
        ]),
    { ...common, text: 'lock: onlookers, giving back', threads: '3', scene: onlookers(dialect), extent: { bound: 2 } },
    {
      ...common,
      text: 'lock: death at every step, burial',
      threads: '3',
      scene: death(dialect),
      deaths: 60,
      extent: { bound: 1 },
      mutants: {
        'burial tells nobody': { mutation: without(on('store', ABANDONED)) },
        'burial leaves the dead in the count': {
          mutation: without((step, thread) => thread === 2 && step.operation === 'add' && step.index === LOCK),
        },
        'burial wakes nobody': { mutation: without((step, thread) => thread === 2 && step.operation === 'notify' && step.index !== TURN) },
      },
    },
  ];
};

/** Having let go with nobody in line, it does not look again. */
function handsOnBlindly(): (step: Step) => Step | number {
  let hasLetGo = false;
  return (step) => {
    if (step.operation === 'add' && step.index === LOCK && Math.abs(step.first) < ONE_WAITER) hasLetGo = true;
    else if (step.operation === 'load' && step.index === HIGHEST && hasLetGo) {
      hasLetGo = false;
      return 0;
    }
    return step;
  };
}

export const lock: readonly Row[] = families()
  .filter(({ dialect }) => dialect.lock === 'global')
  .flatMap(({ dialect, names }) => rowsOf(dialect, names));

/** Dialects without a lock: nobody takes it, so there is no text to explore. */
export const LOCKLESS: readonly string[] = families()
  .filter(({ dialect }) => dialect.lock === 'none')
  .flatMap(({ names }) => names);
