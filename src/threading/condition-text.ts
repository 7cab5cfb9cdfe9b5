/**
 * The text of `Condition`. Who waits has a slot, in which his ticket stands; tickets say who came first. Whoever notifies turns the oldest
 * tickets around and wakes exactly those. All of it happens under the condition's lock, but for what is done in the name of the dead,
 * which is why slots are changed by compare-and-swap.
 *
 * | slot     | meaning                                                        |
 * |----------|----------------------------------------------------------------|
 * | 0        | free                                                           |
 * | ticket   | waits                                                          |
 * | -ticket  | notified, and not yet back with the lock                       |
 *
 * CPython Lib/threading.py: Condition.
 */

import { dropMutexWholly, type Party, retakeMutex } from '../lock/mutex.js';
import { HEAD } from '../lock/object-memory.js';
import { cas, load, notify, now, type Protocol, store, type Words, wait } from '../steps/step.js';

/** The last ticket that was given out. */
export const TICKET = HEAD;
/** No slot from here on is in use. */
export const HIGHEST = HEAD + 1;
export const SLOTS = HEAD + 2;
/** A slot: the ticket, and the number of the thread that waits. */
export const SLOT_WORDS = 2;
const OWNER = 1;
const FREE = 0;

/** How many can wait at a condition at once. */
export const MOST_WAITERS = 1024;
export const CONDITION_WORDS = 2 + MOST_WAITERS * SLOT_WORDS;

const LAST_TICKET = 0x7fff_ffff;

/** Whether ticket `a` was given out before `b`; they begin again after the last one. */
const isOlder = (a: number, b: number): boolean => (a - b) << 1 < 0;
const slotAt = (index: number): number => SLOTS + index * SLOT_WORDS;

/** A thread at a condition. */
export interface Visitor {
  readonly words: Words;
  /** The thread at the condition's lock. */
  readonly lock: Party;
}

/** Waits for a notification, without the lock, and has it again however this ends. `full`: there is no room to wait. */
export function* awaitNotify({ words, lock }: Visitor, until: number): Protocol<'notified' | 'late' | 'full'> {
  const slot = yield* claim(words, lock.number);
  if (slot < 0) return 'full';
  const ticket = yield load(words, slot);
  const depth = yield* dropMutexWholly(lock);
  let outcome: 'called off' | 'over' = 'called off';
  let state = ticket;
  try {
    for (;;) {
      state = yield load(words, slot);
      if (state !== ticket) break;
      const left = until === Number.POSITIVE_INFINITY ? until : until - (yield now(words));
      if (left <= 0) break;
      yield wait(words, slot, ticket, left);
    }
    yield* retakeMutex(lock, depth);
    outcome = 'over';
  } finally {
    // Called off, also while it waited for the lock.
    if (outcome === 'called off') yield* retakeMutex(lock, depth);
    // Who was notified before it had the lock again was notified in time.
    state = yield* vacate(words, slot);
    // Who was called off passes a notification on.
    if (outcome === 'called off' && state !== ticket) yield* notifyOldest(words, 1);
  }
  return state === ticket ? 'late' : 'notified';
}

/** Notifies up to `count` of those who wait, the oldest first; gives how many. */
export function* notifyOldest(words: Words, count: number): Protocol<number> {
  let notified = 0;
  while (notified < count) {
    let oldest = -1;
    let ticket = FREE;
    const highest = yield load(words, HIGHEST);
    for (let index = 0; index < highest; index += 1) {
      const state = yield load(words, slotAt(index));
      if (state > FREE && (oldest < 0 || isOlder(state, ticket))) {
        oldest = slotAt(index);
        ticket = state;
      }
    }
    if (oldest < 0) break;
    if ((yield cas(words, oldest, ticket, -ticket)) !== ticket) continue;
    // All of them: a sleep that was called off may still stand in this line.
    yield notify(words, oldest, Number.POSITIVE_INFINITY);
    notified += 1;
  }
  return notified;
}

/** How many wait and are not notified. */
export function* countWaiters(words: Words): Protocol<number> {
  let count = 0;
  const highest = yield load(words, HIGHEST);
  for (let index = 0; index < highest; index += 1) if ((yield load(words, slotAt(index))) > FREE) count += 1;
  return count;
}

/** Takes a dead thread's slots; notifications that it did not live to see go to others. */
export function* buryWaiter(words: Words, dead: number): Protocol<void> {
  let unseen = 0;
  for (let index = 0; index < MOST_WAITERS; index += 1) {
    const slot = slotAt(index);
    // The state first: while it is what it was, so is the owner.
    const state = yield load(words, slot);
    if (state === FREE || (yield load(words, slot + OWNER)) !== dead) continue;
    if ((yield cas(words, slot, state, FREE)) === state) {
      if (state < FREE) unseen += 1;
    } else index -= 1;
  }
  if (unseen > 0) yield* notifyOldest(words, unseen);
}

/** A slot with a new ticket, or -1. */
export function* claim(words: Words, owner: number): Protocol<number> {
  const last = yield load(words, TICKET);
  const ticket = last === LAST_TICKET ? 1 : last + 1;
  yield store(words, TICKET, ticket);
  const highest = yield load(words, HIGHEST);
  for (let index = 0; index < MOST_WAITERS; index += 1) {
    const slot = slotAt(index);
    if ((yield load(words, slot)) !== FREE) continue;
    if (index >= highest) yield store(words, HIGHEST, index + 1);
    yield store(words, slot + OWNER, owner);
    yield store(words, slot, ticket);
    return slot;
  }
  return -1;
}

/** Frees a slot; gives what stood in it. */
export function* vacate(words: Words, slot: number): Protocol<number> {
  let state = yield load(words, slot);
  for (let seen = FREE; state !== seen; state = seen) {
    seen = yield cas(words, slot, state, FREE);
    if (seen === state) break;
  }
  let highest = yield load(words, HIGHEST);
  while (highest > 0 && (yield load(words, slotAt(highest - 1))) === FREE) highest -= 1;
  yield store(words, HIGHEST, highest);
  return state;
}
