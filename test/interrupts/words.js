/**
 * The words that a test shares with the threads of `holder.js`.
 */

/** Not 0: loops end. */
export const STOP = 0;
/** 1: the thread has the lock. */
export const HELD = 1;
/** How far its native code is: 1 inside, 2 behind it. */
export const NATIVE = 2;
export const WORDS = 16;
