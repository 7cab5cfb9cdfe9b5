/**
 * The looks of this thread: what transformed code calls when its breaker is set, and how it gets the lock back after an `await`.
 *
 * An event loop holds the lock while it runs JavaScript and lets go when it has nothing to run, as a Python event loop lets go in
 * `select()`. So whoever continues after an `await` first makes sure of the lock, and whoever took it there lets go once the loop is idle.
 */
import { whenIdle } from '../host/clock.js';
import type { GlobalLock } from '../lock/global-lock.js';
import { createLooks, type Looks, publishLooks } from '../transform/looks.js';

/**
 * In the breaker of a thread whose event loop is idle: whatever transformed code runs next, a timer's or a stream's callback, finds it
 * at its first look and takes the lock before it goes on. Even, so it is nobody's stamp; gone with the take.
 */
const AWAY = 2;

/**
 * In the breaker of a thread whose pool wants to be heard: its next look is not just a look. Even, so it is nobody's stamp; a look that
 * finds it sweeps it away. A pool puts it there only in place of 0.
 */
export const POKE = 4;

/** What a thread does at its looks besides. */
export interface Attendant {
  /** Called at a look that was not just a look: may throw at the code that looks. */
  interrupt(): void;
  /** An async function goes on after an `await`: until the next microtask, what it throws is its own promise's affair. */
  resumed(): void;
}

const NOBODY: Attendant = { interrupt: () => {}, resumed: () => {} };

/** The looks of a thread that lives under `lock`; also where modules of this thread find them. */
export function createThreadLooks(lock: GlobalLock, attendant = NOBODY): Looks {
  const { breaker } = lock.seat;
  const enter = (): void => {
    if (!lock.isEnabled || lock.isHeldByCurrentThread()) return;
    lock.acquireSync();
    leaveWhenIdle(lock);
  };
  const looks = createLooks({
    breaker,
    look: outOfLine(() => {
      if (breaker[0] === AWAY) enter();
      else lock.checkpoint();
      if (lessons > 0) {
        lessons -= 1;
        Atomics.compareExchange(breaker, 0, 0, POKE);
      }
      attendant.interrupt();
    }),
    tick: (weight) => {
      const seen = breaker[0];
      if (seen === AWAY) enter();
      else lock.checkpoint(weight);
      if (seen === 0) return;
      // Where requests are not made through the breaker, nobody else sweeps it.
      if (seen === POKE) breaker[0] = 0;
      attendant.interrupt();
    },
    resume: (value) => {
      enter();
      attendant.resumed();
      return value;
    },
    enter: () => {
      enter();
      attendant.resumed();
    },
  });
  publishLooks(looks);
  if (!lock.isHeldByCurrentThread()) breaker[0] = AWAY;
  return looks;
}

/**
 * The same function, never compiled into the one that calls it. Inside of a user's loop the parts of it that have not run yet would be as
 * many reasons to throw the compiled loop away when they do.
 */
function outOfLine(call: () => void): () => void {
  return new Proxy(call, {});
}

/** How many looks of a function that runs for the first time are more than a look. Some microseconds in all. */
const LESSONS = 100;
let lessons = 0;

/**
 * A function is about to run for the first time: its first looks go the long way. An engine that has never seen a look do anything compiles
 * the rest of it away, and when one does, throws the compiled code away: in the middle of a long loop that costs half a second.
 */
export function teach(lock: GlobalLock): void {
  if (!lock.isEnabled) return;
  lessons = LESSONS;
  Atomics.compareExchange(lock.seat.breaker, 0, 0, POKE);
}

/** The thread has nothing to run at this moment: lets go of the lock. */
export function leave(lock: GlobalLock): void {
  if (!lock.isHeldByCurrentThread()) return;
  lock.release();
  lock.seat.breaker[0] = AWAY;
}

/** Lets go of the lock when the event loop has run dry. */
export function leaveWhenIdle(lock: GlobalLock): void {
  whenIdle(() => leave(lock));
}
