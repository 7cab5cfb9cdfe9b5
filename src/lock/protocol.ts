/**
 * The Global Interpreter Lock: take, drop, and what happens between. CPython Python/ceval_gil.c, on words instead of a mutex and
 * two condition variables. The same text runs on a worker (blocking), on an event loop (async) and in the simulator. What differs
 * between interpreters is read from the dialect; this is how CPython does it:
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
 * In a dialect with a line (`next: 'longest-waiting'`) a lock that is let go is handed to its head instead: see `line.ts`.
 * Nobody waits for the dead: `bury` takes back what a dead thread left, at whatever step it died.
 */
import type { DropReason } from '../events.js';
import { add, cas, load, notify, now, type Protocol, store, TIMED_OUT, wait } from '../steps/step.js';
import { addWait, beginHold, count, endHold, isTimed, note } from './account.js';
import type { Contender } from './contender.js';
import { awaitSwitch, wakeForced } from './forced-switch.js';
import { grab, handOn } from './hand-on.js';
import {
  ABANDONED,
  BREAKER,
  FINAL_DROPS,
  FORCED_DROPS,
  holderIn,
  LAST_HOLDER,
  LOCK,
  LOOPS,
  NOBODY,
  ONE_WAITER,
  RANK,
  SWITCH_NUMBER,
  TICKET,
  VOLUNTARY_DROPS,
  WAITING,
  WAITS,
  WOKEN,
} from './layout.js';
import { drawAgain, fateOf, hasLine, isUnclaimed, leaveLine, lineUp, type Ticket } from './line.js';
import { isAsked, patience, request } from './request.js';

/** How long a waiter sleeps at most before it makes sure that the one it waits for is alive, in milliseconds. */
const SUSPECT_AFTER = 50;

/** Takes the lock; `false` if it was not to be had until the time `until`. */
export function* take(self: Contender, until: number): Protocol<boolean> {
  if (self.hindrance === 'debt' && (yield* awaitSwitch(self, until)) === 'overdue') return false;
  const unclaimed = isUnclaimed(self);
  if (unclaimed) self.takenOver = self.lined;
  if (unclaimed || (yield* grab(self, 'passer-by'))) {
    yield* taken(self);
    return true;
  }
  return until === Number.NEGATIVE_INFINITY ? false : yield* waitAndTake(self, until);
}

function* waitAndTake(self: Contender, until: number): Protocol<boolean> {
  const { words } = self;
  const begin = isTimed(self) ? yield now(words) : 0;
  // In line before being counted: whoever sees the count finds the ticket.
  const ticket = hasLine(self) ? yield* lineUp(self) : undefined;
  yield* joinWaiters(self);
  let outcome: 'waiting' | 'taken' = 'waiting';
  try {
    count(self, WAITS);
    note(self, { type: 'wait' });
    if (yield* waitForIt(self, until, ticket)) {
      outcome = 'taken';
      if (ticket !== undefined) {
        yield* leaveLine(self, ticket);
        self.lined = ticket.outer;
      }
      // Before leaving the waiters: a forced dropper must never see both an old holder and nobody waiting.
      yield* taken(self);
    }
    return outcome === 'taken';
  } finally {
    if (outcome === 'waiting') {
      note(self, { type: 'give-up' });
      if (ticket !== undefined && (yield* leaveLine(self, ticket)) === 'called') yield* passOn(self, ticket);
    }
    yield* leaveWaiters(self);
    // Perhaps we were the one awake, in whose stead nobody else was woken.
    if (outcome === 'waiting') yield notify(words, LOCK, 1 + (yield load(words, LOOPS)));
    if (begin !== 0) addWait(self, (yield now(words)) - begin);
  }
}

/** Sleeps and asks by turns, until the lock bears our name. */
function* waitForIt(self: Contender, until: number, ticket: Ticket | undefined): Protocol<boolean> {
  const { words, ident, place } = self;
  let slept = 0;
  let unsuspected = 0;
  let hold = -1;
  self.suspect(holderIn(yield load(words, LOCK)), 'at-first');
  for (;;) {
    const fate = ticket === undefined ? 'in-line' : yield* fateOf(self, ticket);
    if (fate === 'ours') return true;
    if (fate === 'taken-over' && ticket !== undefined) yield* drawAgain(self, ticket);
    // Another task of this event loop may have let go on request while this one slept, and what it owes is owed by the thread.
    if (self.hindrance === 'debt' && (yield* awaitSwitch(self, until)) === 'overdue') return false;
    if (yield* grab(self, 'waiter')) return true;
    const switchNumber = yield load(words, SWITCH_NUMBER);
    const { slice, nap } = yield* patience(self);
    if (switchNumber !== hold) {
      // Another hold: its slice begins now.
      hold = switchNumber;
      slept = 0;
      if (slice === 0) yield* request(self, switchNumber);
    }
    const left = until === Number.POSITIVE_INFINITY ? until : until - (yield now(words));
    if (left <= 0) return false;
    let lock = yield load(words, LOCK);
    // Free, or handed to us since we asked our fate.
    if (holderIn(lock) === NOBODY || (fate === 'called' && holderIn(lock) === ident)) continue;
    // From here on nobody is awake but those who say so themselves: whoever lets go must wake somebody.
    if ((lock & WOKEN) !== 0 && (yield cas(words, LOCK, lock, lock & ~WOKEN)) !== lock) continue;
    lock &= ~WOKEN;
    const planned = Number.isFinite(nap) ? nap : SUSPECT_AFTER;
    const asleep = Math.min(planned, left);
    const woken = yield fate === 'called' || ticket === undefined
      ? wait(words, LOCK, lock, asleep, LOOPS)
      : wait(words, place + TICKET, ticket.number, asleep);
    if (woken !== TIMED_OUT || asleep < planned) {
      slept = 0;
      continue;
    }
    slept += planned;
    if (slept >= slice) {
      yield* request(self, switchNumber);
      slept = 0;
    }
    unsuspected += planned;
    if (unsuspected < SUSPECT_AFTER) continue;
    unsuspected = 0;
    self.suspect(holderIn(yield load(words, LOCK)), 'in-vain');
  }
}

/** We were called at the very moment we gave up: the lock bears our name, or will in a moment, and goes on to the next. */
function* passOn(self: Contender, { number, outer }: Ticket): Protocol<void> {
  const { words, ident } = self;
  for (;;) {
    const lock = yield load(words, LOCK);
    // A blocking call of this thread may come by meanwhile and take it instead. Free: whoever called us died before it could hand over.
    if (self.takenOver === number || holderIn(lock) === NOBODY) break;
    if (holderIn(lock) === ident) {
      self.lined = outer;
      return yield* handOn(self, 'all');
    }
    yield wait(words, LOCK, lock, SUSPECT_AFTER, LOOPS);
  }
  self.lined = outer;
}

function* joinWaiters(self: Contender): Protocol<void> {
  const { words, place } = self;
  yield add(words, LOCK, ONE_WAITER);
  yield add(words, place + WAITING, 1);
}

function* leaveWaiters(self: Contender): Protocol<void> {
  const { words, place } = self;
  yield add(words, place + WAITING, -1);
  yield add(words, LOCK, -ONE_WAITER);
  // The one who asked may be the one who gives up: whoever was made to drop for it must not wait for it (law 39).
  yield* wakeForced(words);
}

/** The second half of a take, by whoever has just put its name on the lock. */
export function* taken(self: Contender): Protocol<void> {
  const { words, ident, place } = self;
  if ((yield load(words, LAST_HOLDER)) !== ident) {
    yield store(words, LAST_HOLDER, ident);
    yield add(words, SWITCH_NUMBER, 1);
    yield* wakeForced(words);
    self.inherited = yield load(words, ABANDONED);
    if (self.inherited !== NOBODY) yield store(words, ABANDONED, NOBODY);
  } else {
    self.inherited = NOBODY;
  }
  yield store(words, place + BREAKER, 0);
  self.ownRequest = 0;
  if (isTimed(self)) beginHold(self, yield now(words));
  note(self, { type: 'take' });
}

/**
 * When a thread that was asked to let go waits until another thread has the lock: `now`, before it does anything else; `later`, before
 * it takes the lock the next time; `never`, because it is about to end.
 */
export type Settlement = 'now' | 'later' | 'never';

/** Lets go of the lock. A thread that was asked to pays for it by waiting for the switch, when `settle` says. */
export function* drop(self: Contender, reason: DropReason, settle: Settlement): Protocol<void> {
  const { words, place, dialect } = self;
  count(self, reason === 'forced' ? FORCED_DROPS : reason === 'voluntary' ? VOLUNTARY_DROPS : FINAL_DROPS);
  note(self, { type: 'drop', reason });
  if (isTimed(self)) endHold(self, yield now(words));
  const mustSwitch = settle !== 'never' && dialect.afterDrop === 'wait-for-switch' && (yield* isAsked(self));
  yield store(words, place + BREAKER, 0);
  if (dialect.rank.by === 'behaviour')
    yield store(words, place + RANK, reason === 'forced' ? dialect.rank.afterForcedDrop : dialect.rank.afterVoluntaryDrop);
  // A thread that will block before its event loop runs again must not be handed the lock in the name of one of its own tasks.
  yield* handOn(self, settle === 'now' ? 'others' : 'all');
  if (!mustSwitch) return;
  self.hindrance = 'debt';
  if (settle === 'now') yield* awaitSwitch(self, Number.POSITIVE_INFINITY);
}

/** Sleeps until the lock is free, without taking it; for tasks, which go on meanwhile. A wake-up that reaches this sleeper is passed on: it was meant for a taker. */
export function* untilUnlocked(self: Contender): Protocol<true> {
  const { words } = self;
  for (;;) {
    yield* joinWaiters(self);
    try {
      const lock = yield load(words, LOCK);
      if (holderIn(lock) === NOBODY) return true;
      yield wait(words, LOCK, lock, SUSPECT_AFTER, LOOPS);
    } finally {
      yield* leaveWaiters(self);
      yield notify(words, LOCK, 1 + (yield load(words, LOOPS)));
    }
  }
}

/** Lets go of a lock that was taken for a task that is gone by now. Whoever takes it next learns of a death in its stead. */
export function* giveBack(self: Contender): Protocol<void> {
  const { words, inherited } = self;
  if (inherited !== NOBODY) {
    self.inherited = NOBODY;
    yield store(words, ABANDONED, inherited);
    yield store(words, LAST_HOLDER, NOBODY);
  }
  yield* drop(self, 'final', 'later');
}
