/**
 * Mutual exclusion in one word: the text under `Lock`, `RLock`, and what protects the insides of the others. The word names its owner, so
 * that the lock of a dead thread can be taken back.
 *
 * | STATE             | meaning                                                                          |
 * |-------------------|----------------------------------------------------------------------------------|
 * | 0                 | free; sleepers there may be, but then one of them is being woken                   |
 * | owner             | held, and nobody sleeps                                                           |
 * | owner + CONTENDED | held, and somebody may sleep: whoever lets go wakes one                           |
 *
 * A sleeper that takes the lock leaves `CONTENDED` set, because others may sleep behind it; the bit is at worst one needless wake-up.
 * There is no line: a newcomer may take a free lock before the one that is being woken. CPython Python/lock.c: _PyMutex_LockTimed.
 */
import { cas, load, notify, now, type Protocol, store, TIMED_OUT, type Words, wait } from '../steps/step.js';
import { HEAD } from './object-memory.js';

/** Who holds it, and whether somebody sleeps. Written by takers, sleepers and whoever lets go. */
export const STATE = HEAD;
/** How many sleeps on `STATE` are in event loops: a wake-up given to one of them may come late or never, so one more is woken for each. */
export const LOOPS = HEAD + 1;
/** The number of a dead thread that held it, until the next owner has been told, or 0. Written by whoever buries the dead. */
export const ABANDONED = HEAD + 2;
/** How often the owner has taken it, beyond the first time. Written by the owner; the next one begins with 0. Only an `RLock` uses it. */
export const DEPTH = HEAD + 3;
/** How many words a mutex has. */
export const MUTEX_WORDS = 4;

export const FREE = 0;
/** In `STATE`: somebody may sleep. */
export const CONTENDED = 1 << 30;

/** How long a sleeper trusts that the owner is alive, in milliseconds. */
const SUSPECT_AFTER = 50;

/** One thread at one mutex. */
export interface Party {
  readonly words: Words;
  /** The thread's number, from 1. */
  readonly number: number;
  /** Called before it sleeps because of another thread, and when it has slept in vain for a while: may have that one buried, or refuse to wait by throwing. */
  readonly suspect: (owner: number, when: 'at-first' | 'in-vain') => void;
}

/** The number of the thread that the word names, or 0. */
export function ownerIn(state: number): number {
  return state & ~CONTENDED;
}

/** Takes it; `false` if it was not to be had until the time `until`, which may be `-Infinity`: now or never. */
export function* takeMutex(self: Party, until: number): Protocol<boolean> {
  const { words, number } = self;
  if ((yield cas(words, STATE, FREE, number)) === FREE) return true;
  if (until === Number.NEGATIVE_INFINITY) return false;
  let outcome: 'waiting' | 'taken' = 'waiting';
  try {
    for (let when: 'at-first' | 'in-vain' = 'at-first'; ; ) {
      let state = yield load(words, STATE);
      if (state === FREE) {
        if ((yield cas(words, STATE, FREE, number | CONTENDED)) !== FREE) continue;
        outcome = 'taken';
        return true;
      }
      const left = until === Number.POSITIVE_INFINITY ? until : until - (yield now(words));
      if (left <= 0) return false;
      if ((state & CONTENDED) === 0) {
        if ((yield cas(words, STATE, state, state | CONTENDED)) !== state) continue;
        state |= CONTENDED;
      }
      self.suspect(ownerIn(state), when);
      when = (yield wait(words, STATE, state, Math.min(left, SUSPECT_AFTER), LOOPS)) === TIMED_OUT ? 'in-vain' : 'at-first';
    }
  } finally {
    // Perhaps the one that was woken, in whose stead nobody else was.
    if (outcome === 'waiting') yield notify(words, STATE, 1 + (yield load(words, LOOPS)));
  }
}

/** Lets go of it, whoever holds it; `false` if nobody does. */
export function* dropMutex({ words }: Pick<Party, 'words'>): Protocol<boolean> {
  for (let state = yield load(words, STATE); state !== FREE; ) {
    const seen = yield cas(words, STATE, state, FREE);
    if (seen === state) {
      if ((state & CONTENDED) !== 0) yield notify(words, STATE, 1 + (yield load(words, LOOPS)));
      return true;
    }
    state = seen;
  }
  return false;
}

/** Lets go of it however often its owner has taken it; gives what `retakeMutex` needs to restore that. Only for the owner. */
export function* dropMutexWholly(self: Pick<Party, 'words'>): Protocol<number> {
  const depth = yield load(self.words, DEPTH);
  yield store(self.words, DEPTH, 0);
  yield* dropMutex(self);
  return depth;
}

/** Takes it again as often as it was taken before. */
export function* retakeMutex(self: Party, depth: number): Protocol<void> {
  yield* takeMutex(self, Number.POSITIVE_INFINITY);
  yield store(self.words, DEPTH, depth);
}

/** Takes it back from a thread that is dead: the next owner is told. */
export function* buryMutex({ words }: Pick<Party, 'words'>, dead: number): Protocol<'clean' | 'abandoned'> {
  for (let state = yield load(words, STATE); ownerIn(state) === dead; ) {
    // Before it is free: whoever takes it then finds out.
    yield store(words, ABANDONED, dead);
    yield store(words, DEPTH, 0);
    const seen = yield cas(words, STATE, state, FREE);
    if (seen === state) {
      yield notify(words, STATE, Number.POSITIVE_INFINITY);
      return 'abandoned';
    }
    state = seen;
  }
  // It may have died between letting go and waking somebody.
  yield notify(words, STATE, Number.POSITIVE_INFINITY);
  return 'clean';
}
