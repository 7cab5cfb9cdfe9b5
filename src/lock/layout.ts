/**
 * The shared words of one lock: a head, then one place per thread. All state of the lock that matters to more than one thread
 * is here and nowhere else; each word says who writes it and who reads it.
 */
import { allocate, type Words } from '../host/memory.js';
import { randomWord } from '../host/random.js';
import { THREAD_NUMBER } from '../host/thread.js';

/** Written once: tells a lock's memory from any other, and one layout from the next. */
export const MAGIC = 0;
/**
 * Who holds the lock and how many wait for it, in one word: the holder's identity, or `NOBODY`, in the low half, the count of threads
 * in a slow take in the high half; between them `WOKEN`. Together, so that one instruction drops the lock and learns whether there is
 * anybody to wake.
 * Written by taker, dropper and waiters; read by everybody; waiters sleep on it. CPython: `locked` and its `cond`.
 * The count is never too low; too high only for a moment, or after a death in the midst of counting.
 */
export const LOCK = 1;
/** Who holds or last held it. Written by the taker; a drop leaves it (law 18). CPython: `last_holder`. */
export const LAST_HOLDER = 2;
/** How many times the lock went to another thread than before. Written by the taker. CPython: `switch_number`. */
export const SWITCH_NUMBER = 3;
/** How many threads were made to drop and wait for the switch. Written by them; a taker notifies `TURN` only when it is above 0. */
export const FORCED = 4;
/** Counts what a forced dropper must see: a switch, a waiter that gave up, a death. They sleep on it. CPython: `switch_cond`. */
export const TURN = 5;
/** The switch interval in whole microseconds. Written by whoever sets it; read anew by each waiter on each turn (law 9). CPython: `interval`. */
export const INTERVAL = 6;
/** Whose death left the lock behind, until the next taker has been told. Written by whoever buries the dead; cleared by the taker. */
export const ABANDONED = 7;
/** How often that happened. */
export const ABANDONED_COUNT = 8;
/** The thread that made it and a random word, written once: which lock this is. Each message makes a new SharedArrayBuffer object of the same memory, so objects do not tell. */
const IDENTITY = 9;
/**
 * Not 0: a hold is more than a name on a word, and the fast paths are not for it. `TIMED`: somebody wants to know how long the lock is
 * held and waited for, so each hold reads the clock. `BY_THE_TEXT`: the dialect, or an event log, has every take and drop go by the
 * protocol text. Written by whoever makes the lock or first asks; read by taker and dropper.
 */
export const DETAILS = 11;
export const TIMED = 1;
export const BY_THE_TEXT = 2;
/** How many tickets were drawn by threads that stood in line. Written by them. */
export const TICKETS_DRAWN = 12;
/** The highest identity that was ever given: nobody needs to look at places beyond. Written by whoever moves in. */
export const HIGHEST = 13;
/** Not 0: the thread that made the lock has disposed of it, and nobody may come to it any more. */
export const CLOSED = 14;
/**
 * How many sleeps on `LOCK` are in event loops. Written by these before the sleep and after it; read by whoever wakes a sleeper: a
 * wake-up given to a loop may come late (it is busy), never (it is blocked), or to nobody (its wait was called off), so one more is
 * woken for each. Never too low; too high after the death of such a thread, which costs needless wake-ups and no more.
 */
export const LOOPS = 15;
/** How many threads have moved in so far. Written by them: it spreads them over the places, see `moveIn`. */
export const ARRIVALS = 16;
/** How often a thread was interrupted and let go of the lock there. Written by that thread, as the next one is. */
export const INTERRUPTS = 17;
/** How often one was to be interrupted for the lock and ran native code. */
export const IN_NATIVE = 18;

const HEAD = 32;

/** A place has cache lines of its own: a thread reads its breaker in its hottest loops and nobody else's writes may disturb it. */
export const PLACE_SIZE = 32;
/** How many threads can be at one lock at once. */
export const MAX_THREADS = 256;

/** Not 0: somebody wants this thread to look up. Holds the stamp of the switch it was meant for. Written by requesters; read, plainly, at each look. CPython: `eval_breaker`. */
export const BREAKER = 0;
/** The thread's number in its process; 0: the place is free; that number below 0: it is being cleared. Written by the thread that moves in and whoever clears it. */
export const TENANT = 1;
/** How much of the count in `LOCK` is surely this thread's. Written by itself, after it counted itself in and before it counts itself out; read when it died. */
export const WAITING = 2;
/** How much of `FORCED` is surely this thread's. The same. */
export const FORCED_WAIT = 3;
/** Statistics, each written by its own thread only. They go on from one tenant to the next, so that their sums never shrink. */
/** Holds that never ended in a drop, because the thread died; all others are counted by their drop. Written by whoever buries the dead. */
export const LOST_HOLDS = 4;
export const WAITS = 5;
export const FORCED_DROPS = 6;
export const VOLUNTARY_DROPS = 7;
export const FINAL_DROPS = 8;
export const REQUESTS = 9;
/** How many counters there are, from `LOST_HOLDS` on. */
export const COUNTERS = 6;
/** What each counter was when the present tenant moved in. Written by it. */
export const COUNTERS_BEFORE = 10;
/** Its place in line, where there is one, or 0: not in line, or called. Written by itself, and by the holder that calls it. */
export const TICKET = 16;
/** Its rank, where the dialect knows ranks. Written by itself; read by waiters. */
export const RANK = 17;
/** The number of the thread that started it, as far as that is known, or 0. If that one dies, so does this. */
export const PARENT = 18;
/** At which slot of the interrupters' board it is interrupted, or 0: it is not. Written by itself; read by whoever asks it to let go. */
export const SLOT = 19;
/** In how many microseconds, from a request on; -1: in a switch interval. Written by itself, before `SLOT`; read with it. */
export const INTERRUPT_AFTER = 30;
/**
 * Milliseconds, as 64-bit floats: held and waited for, both up to now and before the present tenant, and since when it holds the lock.
 * Plain: each is written by its own thread only, and a reader is content with an old value.
 */
export const HELD = 10;
export const WAITED = 11;
export const HELD_BEFORE = 12;
export const WAITED_BEFORE = 13;
export const HELD_SINCE = 14;

/** Nobody's identity. Threads count from 1. */
export const NOBODY = 0;

const MAGIC_VALUE = 0x47_49_4c_32; // "GIL2": layout 2

/** One waiter, in the word `LOCK`. */
export const ONE_WAITER = 1 << 16;

/**
 * In the word `LOCK`: a waiter is awake and will look at the word before it sleeps again, so none need be woken for it. Set by the drop
 * that sees waiters, in the instruction that lets go: who is about to sleep then finds the word changed. Cleared by a waiter
 * that takes the lock, and before it sleeps; a passer-by leaves it.
 */
export const WOKEN = 1 << 15;

/** Whom the word `LOCK` names. */
export function holderIn(lock: number): number {
  return lock & 0x7fff;
}

/** How many waiters the word `LOCK` counts. */
export function waitersIn(lock: number): number {
  return lock >>> 16;
}

/** The first word of the place of thread `ident`. */
export function placeOf(ident: number): number {
  return HEAD + (ident - 1) * PLACE_SIZE;
}

/** Node's `threadId` of the thread that is, or was just now, in the place of `ident`. */
export function threadAt(words: Words, ident: number): number {
  return Math.abs(Atomics.load(words, placeOf(ident) + TENANT)) - 1;
}

/** The place of thread `ident` in the same memory seen as 64-bit floats. */
export function timesOf(ident: number): number {
  return placeOf(ident) / 2;
}

/** Memory for a new lock. */
export function createWords(intervalMicroseconds: number): Words {
  const words = allocate(HEAD + MAX_THREADS * PLACE_SIZE);
  words[MAGIC] = MAGIC_VALUE;
  words[INTERVAL] = intervalMicroseconds;
  words[IDENTITY] = THREAD_NUMBER;
  words[IDENTITY + 1] = randomWord();
  return words;
}

/** Which lock this is the memory of: the same in every thread. */
export function identityOf(words: Words): string {
  return `${words[IDENTITY]}.${words[IDENTITY + 1]}`;
}

/** Whether this is the memory of a lock of this very layout. */
export function isLockMemory(buffer: SharedArrayBuffer): boolean {
  return buffer.byteLength === (HEAD + MAX_THREADS * PLACE_SIZE) * 4 && new Int32Array(buffer)[MAGIC] === MAGIC_VALUE;
}

/**
 * What a requester leaves in a holder's breaker: never 0, and different after each switch. So a request that arrives late, when the
 * thread it was meant for has long dropped and taken again, is seen to be stale (law 8) without a mutex around both.
 */
export function stamp(switchNumber: number): number {
  return (switchNumber << 1) | 1;
}
