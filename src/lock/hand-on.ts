/**
 * Taking a name off the lock: whose name comes next, and who is woken. The same text for a drop, for a waiter that was called just as
 * it gave up, and for the dead.
 */
import { add, cas, load, notify, type Protocol, type Words } from '../steps/step.js';
import type { Contender } from './contender.js';
import { EVERYBODY } from './forced-switch.js';
import { holderIn, LOCK, LOOPS, NOBODY, placeOf, TENANT, TICKET, WAITING, waitersIn } from './layout.js';
import { callNext, firstInLine, hasLine, type Line } from './line.js';

/** Puts our name on the lock if nobody's is, whatever the count of waiters. */
export function* grab({ words, ident }: Contender): Protocol<boolean> {
  return yield* rename(words, NOBODY, ident);
}

/** Changes whose name is on the lock, if it is `from`'s: of all who try, one does. */
export function* rename(words: Words, from: number, to: number): Protocol<boolean> {
  for (let lock = yield load(words, LOCK); holderIn(lock) === from; ) {
    const seen = yield cas(words, LOCK, lock, lock - from + to);
    if (seen === lock) return true;
    lock = seen;
  }
  return false;
}

/** Takes our name off the lock, which bears it. `line` says whether a task of this thread's own event loop may be called. */
export function* handOn(self: Contender, line: Line): Protocol<void> {
  const { words, ident, place } = self;
  if (!hasLine(self)) {
    const lock = yield add(words, LOCK, -ident);
    // A waiter either finds the lock free before it sleeps, or was counted in the word just changed and is woken.
    if (waitersIn(lock) > 0) yield notify(words, LOCK, 1 + (yield load(words, LOOPS)));
    return;
  }
  for (;;) {
    const heir = yield* callNext(self, line);
    const lock = yield add(words, LOCK, heir.ident - ident);
    if (waitersIn(lock) === 0 && heir.ident === NOBODY) return;
    // Who sleeps on the lock itself was called too early, or waits only to see it free.
    yield notify(words, LOCK, EVERYBODY);
    if (heir.ident !== NOBODY) {
      const theirs = placeOf(heir.ident);
      yield notify(words, theirs + TICKET, EVERYBODY);
      // It may have died, and been buried, between the call and the hand-over: then nobody else will ever take this name off again.
      if ((yield load(words, theirs + TENANT)) === heir.tenant || !(yield* rename(words, heir.ident, ident))) return;
      continue;
    }
    // Our own task in line looks again by itself: it is asleep, and nothing of this thread runs in between.
    if ((yield load(words, place + WAITING)) > 0) yield notify(words, place + TICKET, EVERYBODY);
    // Somebody may have lined up after we looked and gone to sleep before we let go.
    if ((yield* firstInLine(self, line)).ident === NOBODY || !(yield* grab(self))) return;
  }
}
