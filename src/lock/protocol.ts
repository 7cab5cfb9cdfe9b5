/**
 * The Global Interpreter Lock: take, drop, and what happens between. CPython Python/ceval_gil.c, on words instead of a mutex and
 * two condition variables. The same text runs on a worker (blocking), on an event loop (async) and in the simulator.
 *
 * - The lock is one word that names its holder. A free lock is taken at once, by whoever comes first (barging, law 5, 6).
 * - A waiter sleeps for one switch interval. If it then finds that nobody has taken the lock over in the meantime, it asks the
 *   holder to drop it: it leaves a stamp in that thread's breaker (laws 7, 8, 10). It asks again after each further interval.
 * - The holder sees the stamp at its next look, drops the lock, and does not go on until another thread has taken it: the forced
 *   switch (law 13). Without it the holder, which is running on a core, would nearly always win the lock straight back.
 * - A thread that lets go by itself does not wait, unless it had been asked (laws 15, 16).
 * - There is no queue and no priority: who comes next is up to chance and the operating system (laws 19 to 21).
 *
 * | holder | waiters | holder's breaker  | FORCED | meaning                                                      |
 * |--------|---------|-------------------|--------|--------------------------------------------------------------|
 * | 0      | 0       | –                 | 0      | free                                                         |
 * | 0      | > 0     | –                 | 0      | just dropped: the first sleeper is being woken               |
 * | 0      | > 0     | –                 | > 0    | just dropped on request: the dropper waits for a taker       |
 * | t      | 0       | any               | 0      | held, nobody interested (a stamp here is stale or withdrawn) |
 * | t      | > 0     | 0 or stale        | any    | held, waiters in their first interval                        |
 * | t      | > 0     | stamp of now      | any    | held, asked to drop                                          |
 *
 * Nobody waits for the dead: `bury` takes back what a dead thread left, at whatever step it died.
 */
import type { Dialect } from '../dialects/dialect.js';
import type { DropReason } from '../events.js';
import { add, cas, load, notify, now, type Protocol, store, TIMED_OUT, type Words, wait } from '../steps/step.js';
import {
  ABANDONED,
  ABANDONED_COUNT,
  BREAKER,
  FINAL_DROPS,
  FORCED,
  FORCED_DROPS,
  FORCED_WAIT,
  HOLDS,
  holderIn,
  INTERVAL,
  LAST_HOLDER,
  LOCK,
  NOBODY,
  ONE_WAITER,
  placeOf,
  REQUESTS,
  SWITCH_NUMBER,
  stamp,
  TENANT,
  TURN,
  VOLUNTARY_DROPS,
  WAITING,
  WAITS,
  waitersIn,
} from './layout.js';

const EVERYBODY = Number.POSITIVE_INFINITY;

/**
 * How long a forced dropper waits before it doubts that anybody living waits, in milliseconds, and how often it doubts. A living
 * waiter takes a free lock as soon as it is woken; a dead one that nobody buried stays in the count for ever.
 */
const DOUBT_AFTER = 20;
const DOUBTS = 5;

/** One thread at one lock. What is not in the words is this thread's own. */
export interface Contender {
  readonly words: Words;
  /** Its identity at this lock, from 1. */
  readonly ident: number;
  /** Its place in the words. */
  readonly place: number;
  readonly dialect: Dialect;
  /** How many of the waiters are async tasks of this same thread: 0 or 1. A blocking forced switch must not wait for those. */
  ownWaiters: number;
  /** What an own waiter asks for, as a stamp: it never goes through the breaker, a synchronous look could not honour it. */
  ownRequest: number;
  /** It let go on request without waiting for the switch, and owes that wait before it may take again. */
  debt: 'none' | 'switch';
  /** Whose death the last take found out about, or `NOBODY`. */
  inherited: number;
  /** How many operations are left until it lets go unasked, in a dialect of ticks. */
  ticks: number;
}

/** Takes the lock; `false` if it was not to be had until the time `until`. */
export function* take(self: Contender, until: number): Protocol<boolean> {
  const { words } = self;
  if (self.debt === 'switch' && (yield* awaitSwitch(self, until)) === 'overdue') return false;
  if (yield* grab(self)) {
    yield* taken(self);
    return true;
  }
  yield* joinWaiters(self);
  try {
    while (!(yield* grab(self))) {
      const switchNumber = yield* load(words, SWITCH_NUMBER);
      const interval = yield* patience(self);
      const left = until === Number.POSITIVE_INFINITY ? until : until - (yield* now(words));
      if (left <= 0) return false;
      const lock = yield* load(words, LOCK);
      if (holderIn(lock) === NOBODY) continue;
      const outcome = yield* wait(words, LOCK, lock, Math.min(interval, left));
      // Woken, or the lock changed hands while we slept: a new interval begins, and nobody is asked anything.
      if (outcome === TIMED_OUT && interval <= left) yield* request(self, switchNumber);
    }
    // Before leaving the waiters: a forced dropper must never see both an old holder and nobody waiting.
    yield* taken(self);
    return true;
  } finally {
    yield* leaveWaiters(self);
  }
}

/** Puts our name on the lock if nobody's is, whatever the count of waiters. */
function* grab({ words, ident }: Contender): Protocol<boolean> {
  for (let lock = yield* load(words, LOCK); holderIn(lock) === NOBODY; ) {
    const seen = yield* cas(words, LOCK, lock, lock | ident);
    if (seen === lock) return true;
    lock = seen;
  }
  return false;
}

/** How long a waiter waits before it asks. In a dialect where nobody asks, for ever. At least 1 µs, as CPython clamps it. */
function* patience(self: Contender): Protocol<number> {
  if (self.dialect.request.by !== 'waiter') return Number.POSITIVE_INFINITY;
  return Math.max(yield* load(self.words, INTERVAL), 1) / 1000;
}

function* joinWaiters(self: Contender): Protocol<void> {
  const { words, place } = self;
  yield* add(words, LOCK, ONE_WAITER);
  yield* add(words, place + WAITING, 1);
  yield* add(words, place + WAITS, 1);
}

function* leaveWaiters(self: Contender): Protocol<void> {
  const { words, place } = self;
  yield* add(words, place + WAITING, -1);
  yield* add(words, LOCK, -ONE_WAITER);
  // The one who asked may be the one who gives up: whoever was made to drop for it must not wait for it (law 39).
  yield* wakeForced(words);
}

/** Asks whoever holds the lock to drop it, unless it was handed over since `switchNumber` was read. */
function* request(self: Contender, switchNumber: number): Protocol<void> {
  const { words, ident, place } = self;
  const holder = holderIn(yield* load(words, LOCK));
  if (holder === NOBODY || (yield* load(words, SWITCH_NUMBER)) !== switchNumber) return;
  yield* add(words, place + REQUESTS, 1);
  if (holder === ident) self.ownRequest = stamp(switchNumber);
  else yield* store(words, placeOf(holder) + BREAKER, stamp(switchNumber));
}

/** The second half of a take, by whoever has just put its name on the lock. */
export function* taken(self: Contender): Protocol<void> {
  const { words, ident, place } = self;
  yield* add(words, place + HOLDS, 1);
  if ((yield* load(words, LAST_HOLDER)) !== ident) {
    yield* store(words, LAST_HOLDER, ident);
    yield* add(words, SWITCH_NUMBER, 1);
    yield* wakeForced(words);
    self.inherited = yield* load(words, ABANDONED);
    if (self.inherited !== NOBODY) yield* store(words, ABANDONED, NOBODY);
  }
  yield* store(words, place + BREAKER, 0);
  self.ownRequest = 0;
}

function* wakeForced(words: Words): Protocol<void> {
  if ((yield* load(words, FORCED)) === 0) return;
  yield* add(words, TURN, 1);
  yield* notify(words, TURN, EVERYBODY);
}

/** Whether another thread asked the holder `self` to drop, and meant this very hold. */
export function* isAsked(self: Contender): Protocol<boolean> {
  const seen = yield* load(self.words, self.place + BREAKER);
  if (seen === 0) return false;
  if (seen === stamp(yield* load(self.words, SWITCH_NUMBER))) return true;
  // Stale: swept away, unless a new one has come in the meantime.
  yield* cas(self.words, self.place + BREAKER, seen, 0);
  return false;
}

/**
 * When a thread that was asked to let go waits until another thread has the lock: `now`, before it does anything else; `later`, before
 * it takes the lock the next time; `never`, because it is about to end.
 */
export type Settlement = 'now' | 'later' | 'never';

/** Lets go of the lock. A thread that was asked to pays for it by waiting for the switch, when `settle` says. */
export function* drop(self: Contender, reason: DropReason, settle: Settlement): Protocol<void> {
  const { words, ident, place } = self;
  const counter = reason === 'forced' ? FORCED_DROPS : reason === 'voluntary' ? VOLUNTARY_DROPS : FINAL_DROPS;
  yield* add(words, place + counter, 1);
  const mustSwitch = settle !== 'never' && self.dialect.afterDrop === 'wait-for-switch' && (yield* isAsked(self));
  yield* store(words, place + BREAKER, 0);
  const lock = yield* add(words, LOCK, -ident);
  // A waiter either finds the lock free before it sleeps, or was counted in the word just changed and is woken. Our own waiter cannot
  // run before this thread returns to its event loop, so one more is woken in its stead.
  if (waitersIn(lock) > 0) yield* notify(words, LOCK, 1 + self.ownWaiters);
  if (!mustSwitch) return;
  self.debt = 'switch';
  if (settle === 'now') yield* awaitSwitch(self, Number.POSITIVE_INFINITY);
}

/**
 * The forced switch: sleeps until another thread has taken the lock, or nobody wants it any more. `overdue` if the time `until`
 * came first.
 */
function* awaitSwitch(self: Contender, until: number): Protocol<'settled' | 'overdue'> {
  const { words, ident, place } = self;
  yield* add(words, FORCED, 1);
  yield* add(words, place + FORCED_WAIT, 1);
  let doubts = 0;
  try {
    for (;;) {
      const turn = yield* load(words, TURN);
      const own = yield* load(words, place + WAITING);
      const gone = (yield* load(words, LAST_HOLDER)) !== ident || waitersIn(yield* load(words, LOCK)) <= own;
      if (gone || doubts === DOUBTS) {
        self.debt = 'none';
        return 'settled';
      }
      const left = until === Number.POSITIVE_INFINITY ? until : until - (yield* now(words));
      if (left <= 0) return 'overdue';
      const outcome = yield* wait(words, TURN, turn, Math.min(DOUBT_AFTER, left));
      if (outcome !== TIMED_OUT) continue;
      doubts += 1;
      yield* notify(words, LOCK, EVERYBODY);
    }
  } finally {
    yield* add(words, place + FORCED_WAIT, -1);
    yield* add(words, FORCED, -1);
  }
}

/** Sleeps until the lock is free, without taking it. A wake-up that reaches this sleeper is passed on: it was meant for a taker. */
export function* untilUnlocked(self: Contender): Protocol<void> {
  const { words } = self;
  for (;;) {
    yield* joinWaiters(self);
    try {
      const lock = yield* load(words, LOCK);
      if (holderIn(lock) === NOBODY) return;
      yield* wait(words, LOCK, lock, Number.POSITIVE_INFINITY);
    } finally {
      yield* leaveWaiters(self);
      yield* notify(words, LOCK, 1);
    }
  }
}

/** Takes back everything that the dead thread `ident` left behind. Run by whoever learns of its death; the dead does not interfere. */
export function* bury(words: Words, ident: number): Protocol<'clean' | 'abandoned'> {
  const place = placeOf(ident);
  yield* add(words, LOCK, -ONE_WAITER * (yield* load(words, place + WAITING)));
  yield* store(words, place + WAITING, 0);
  yield* add(words, FORCED, -(yield* load(words, place + FORCED_WAIT)));
  yield* store(words, place + FORCED_WAIT, 0);
  const held = holderIn(yield* load(words, LOCK)) === ident;
  if (held) {
    yield* store(words, ABANDONED, ident);
    yield* add(words, ABANDONED_COUNT, 1);
    // The next taker is then surely not the last holder, so it takes the long way and finds out.
    yield* store(words, LAST_HOLDER, NOBODY);
    yield* add(words, LOCK, -ident);
  }
  // The dead may have been about to wake somebody: everybody looks for himself.
  yield* notify(words, LOCK, EVERYBODY);
  yield* add(words, TURN, 1);
  yield* notify(words, TURN, EVERYBODY);
  yield* store(words, place + BREAKER, 0);
  yield* store(words, place + TENANT, 0);
  return held ? 'abandoned' : 'clean';
}
