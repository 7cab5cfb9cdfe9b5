/** The words that the threading bench and its threads share. */

/** Which round runs; `NEVER`: go home. */
export const GATE = 0;
export const NEVER = 2 ** 31 - 1;
export const STOP = 1;
export const READY = 2;
export const ENDED = 3;
/** Added to without an atomic operation, inside. */
export const INSIDE = 4;
/** How often each of the two, in the round that has ended. */
export const COUNTS = 32;
export const WORDS = 64;
