/**
 * Taking a name off the lock: whose name comes next, and who is woken. The same text for a drop, for a waiter that was called just as
 * it gave up, and for the dead.
 */
import { add, cas, load, notify, type Protocol, type Words } from '../steps/step.js';
import type { Contender } from './contender.js';
import { EVERYBODY } from './forced-switch.js';
import { holderIn, LOCK, LOOPS, NOBODY, placeOf, SWITCH_NUMBER, TENANT, TICKET, WAITING, WOKEN, waitersIn } from './layout.js';
import { callNext, firstInLine, hasLine, type Line } from './line.js';

/** Puts our name on the lock if nobody's is, whatever the count of waiters. A passer-by leaves the waiter alone that is awake. */
export function* grab({ words, ident }: Contender, as: 'passer-by' | 'waiter'): Protocol<boolean> {
  return yield* rename(words, NOBODY, ident, as === 'waiter' ? WOKEN : 0);
}

/** Changes whose name is on the lock, if it is `from`'s: of all who try, one does. Bits of `without` are cleared. */
export function* rename(words: Words, from: number, to: number, without = 0): Protocol<boolean> {
  for (let lock = yield load(words, LOCK); holderIn(lock) === from; ) {
    const seen = yield cas(words, LOCK, lock, (lock & ~without) - from + to);
    if (seen === lock) return true;
    lock = seen;
  }
  return false;
}

/** Takes our name off the lock; wakes a sleeper unless a waiter is awake. Event loops that sleep are woken besides, and do not count: they may be busy. */
export function* letGo(words: Words, ident: number): Protocol<void> {
  for (let lock = yield load(words, LOCK); ; ) {
    const waiters = waitersIn(lock);
    const seen = yield cas(words, LOCK, lock, waiters === 0 ? NOBODY : (lock | WOKEN) - ident);
    if (seen !== lock) {
      lock = seen;
      continue;
    }
    if (waiters === 0) return;
    const loops = yield load(words, LOOPS);
    if ((lock & WOKEN) === 0 || loops > 0) yield notify(words, LOCK, 1 + loops);
    return;
  }
}

/** Takes our name off the lock, which bears it. `line` says whether a task of this thread's own event loop may be called. */
export function* handOn(self: Contender, line: Line): Protocol<void> {
  const { words, ident, place } = self;
  if (!hasLine(self)) {
    return yield* letGo(words, ident);
  }
  for (;;) {
    const heir = yield* callNext(self, line);
    const switchNumber = yield load(words, SWITCH_NUMBER);
    const lock = yield add(words, LOCK, heir.ident - ident);
    if (waitersIn(lock) === 0 && heir.ident === NOBODY) return;
    // Who sleeps on the lock itself was called too early, or waits only to see it free.
    yield notify(words, LOCK, EVERYBODY);
    if (heir.ident !== NOBODY) {
      const theirs = placeOf(heir.ident);
      yield notify(words, theirs + TICKET, EVERYBODY);
      // It may have died, and been buried, between the call and the hand-over: then nobody else will ever take this name off again.
      if ((yield load(words, theirs + TENANT)) === heir.tenant || (yield load(words, SWITCH_NUMBER)) !== switchNumber) return;
      if (!(yield* rename(words, heir.ident, ident))) return;
      continue;
    }
    // Our own task in line looks again by itself: it is asleep, and nothing of this thread runs in between.
    if ((yield load(words, place + WAITING)) > 0) yield notify(words, place + TICKET, EVERYBODY);
    // Somebody may have lined up after we looked and gone to sleep before we let go.
    if ((yield* firstInLine(self, line)).ident === NOBODY || !(yield* grab(self, 'passer-by'))) return;
  }
}
