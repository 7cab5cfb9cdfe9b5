/**
 * The shared words of a queue. All but the sleep words are written under the mutex that stands before them. Nothing that must agree is
 * written in two steps: how many are inside, and how many are unfinished, are differences of counters, so that whoever dies between two
 * instructions leaves a queue behind.
 *
 * | value                | in words                                                                    |
 * |----------------------|-----------------------------------------------------------------------------|
 * | items inside         | PUTS − GETS; 0 once it is shut down at once                                  |
 * | unfinished tasks     | PUTS − DONES; GETS − DONES once it is shut down at once                      |
 */
import type { Words } from '../host/memory.js';
import { MUTEX_WORDS } from '../lock/mutex.js';
import { HEAD } from '../lock/object-memory.js';

const BASE = HEAD + MUTEX_WORDS;

/** How many items it holds at most; 0 for no limit. */
export const MAX_SIZE = BASE;
/** How many items were ever put; counts around after 2³². */
export const PUTS = BASE + 1;
/** How many were ever taken out. */
export const GETS = BASE + 2;
/** How many were ever declared done. */
export const DONES = BASE + 3;
/** Whether it was shut down, and how. */
export const SHUT = BASE + 4;
export const OPEN = 0;
export const DRAINING = 1;
export const IMMEDIATE = 2;
/** How many slots there are: a power of two. */
export const CAPACITY = BASE + 5;
/** How many bytes there are for what is not a number, and how many blocks of them were ever used. */
export const BYTES = BASE + 6;
export const USED = BASE + 7;
/** A heap is being put in order; which slot, from 1, awaits the value `HELD`. */
export const DISORDER = BASE + 8;
export const HOLE = BASE + 9;
export const HELD = BASE + 10;
/** The lines of sleepers: for an item, for room, for all to be done. Each is a word to sleep on and three more. */
export const NOT_EMPTY = BASE + 12;
export const NOT_FULL = BASE + 16;
export const ALL_DONE = BASE + 20;
/** In a line: the sleeps in event loops. */
export const LOOPS = 1;
/** In a line: who stands in it, at least; and how many of these have been woken and have not said so yet, at most. */
export const SLEEPERS = 2;
export const WAKING = 3;
/** Freed blocks, a list for each size: 32, 64, 128, … bytes. */
export const FREE_BLOCKS = BASE + 24;
export const BLOCK_SIZES = 27;
/** How many words a queue has. */
export const QUEUE_WORDS = MUTEX_WORDS + 24 + BLOCK_SIZES;

/** How many items are inside; outside the mutex it may be history already. */
export function sizeOf(words: Words): number {
  if (words[SHUT] === IMMEDIATE) return 0;
  // Outside the mutex the two are not of one moment.
  return Math.max((Atomics.load(words, PUTS) - Atomics.load(words, GETS)) | 0, 0);
}

/** How many items were put and not declared done. */
export function unfinishedIn(words: Words): number {
  const counted = words[SHUT] === IMMEDIATE ? GETS : PUTS;
  return Math.max((Atomics.load(words, counted) - Atomics.load(words, DONES)) | 0, 0);
}
