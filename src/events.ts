/**
 * The event language: the words in which a lock speaks of what happened to it, one for its statistics and for every picture.
 */

/** Why a thread let go of the lock. */
export type DropReason = 'forced' | 'voluntary' | 'final';
