/**
 * The naps of those who wait for the lock. Each wakes up every interval, and mostly only to find that there was a hand-over meanwhile, and
 * to sleep on (laws 7 and 8). With thousands of waiters that is nearly all that happens; so here it happens without the text, which would do
 * the same: what such a nap leads to, to the nanosecond and the random number, is what it leads to in the text.
 */
import type { Dialect } from '../../dialects/dialect.js';
import { holderIn, INTERVAL, LOCK, NOBODY, SWITCH_NUMBER, WOKEN } from '../../lock/layout.js';
import type { Words } from '../../steps/step.js';

/** One nap of a thread. */
export interface Nap {
  /** Which hold it began in. */
  hold: number;
  /** Whether the text knows of it, stands at one before, or is just being told. */
  text: 'knows' | 'is-behind' | 'is-told';
}

/** Who takes it. */
export interface Napper {
  readonly nap: Nap;
}

export const NOT_AT_THE_LOCK = -1;

/** What follows when its time is up: another nap; the text, as it stands; the text, to which this nap has yet to be told. */
export type AfterNap = 'again' | 'as-it-stands' | 'to-be-told';

export class Naps {
  readonly #lock: Words;
  /** In other dialects a waiter stands in line, never asks, or asks by rank: they are left to the text. */
  readonly #are: 'all-alike' | 'told-by-text';

  constructor(lock: Words, { request, rank, next, lock: kind }: Dialect) {
    this.#lock = lock;
    const isPlain = kind === 'global' && request.by === 'waiter' && rank.by === 'nobody' && next === 'whoever-comes-first';
    this.#are = isPlain ? 'all-alike' : 'told-by-text';
  }

  /** A thread falls asleep on a word; or has slept there already, as the text is told now. */
  begin({ nap }: Napper, words: Words, index: number): 'asleep' | 'over' {
    const isNap = this.#are === 'all-alike' && words === this.#lock && index === LOCK;
    const isOver = isNap && nap.text === 'is-told';
    nap.hold = isNap ? this.#lock[SWITCH_NUMBER]! : NOT_AT_THE_LOCK;
    nap.text = 'knows';
    return isOver ? 'over' : 'asleep';
  }

  /** Its time is up. */
  end({ nap }: Napper): AfterNap {
    if (nap.hold === NOT_AT_THE_LOCK) return 'as-it-stands';
    const lock = this.#lock[LOCK]!;
    const switchNumber = this.#lock[SWITCH_NUMBER]!;
    if (holderIn(lock) === NOBODY) return 'as-it-stands';
    if (switchNumber === nap.hold) {
      if (nap.text === 'knows') return 'as-it-stands';
      nap.text = 'is-told';
      return 'to-be-told';
    }
    // Somebody is awake: that bit is for the text to clear.
    if ((lock & WOKEN) !== 0) return 'as-it-stands';
    nap.hold = switchNumber;
    nap.text = 'is-behind';
    return 'again';
  }

  /** How long the next one is, in nanoseconds. */
  get length(): number {
    return Math.max(this.#lock[INTERVAL]!, 1) * 1000;
  }
}
