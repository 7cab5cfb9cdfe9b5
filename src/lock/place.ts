/**
 * How a thread finds its place at a lock, and how the places of the dead are cleared.
 */
import type { Dialect } from '../dialects/dialect.js';
import { TooManyThreadsError } from '../errors.js';
import { getAcquainted, PARENT_NUMBER, suspect } from '../host/kin.js';
import type { Words } from '../host/memory.js';
import { THREAD_NUMBER } from '../host/thread.js';
import { runBlocking } from '../steps/blocking.js';
import { bury } from './burial.js';
import { type Contender, createContender } from './contender.js';
import {
  ARRIVALS,
  BREAKER,
  COUNTERS,
  COUNTERS_BEFORE,
  FORCED_WAIT,
  HELD,
  HELD_BEFORE,
  HELD_SINCE,
  HIGHEST,
  LOST_HOLDS,
  MAX_THREADS,
  NOBODY,
  PARENT,
  placeOf,
  RANK,
  SLOT,
  TENANT,
  TICKET,
  timesOf,
  WAITED,
  WAITED_BEFORE,
  WAITING,
} from './layout.js';
import type { ThreadInfo } from './options.js';
import { beInterruptible, checkPreemption, deliverBy, type PreemptionOptions } from './preemption.js';
import type { Recorder } from './recorder.js';

/** How many places are used in turn as long as they suffice. */
const ROUND = 16;

/** In which order a thread tries the places. */
function* placesFor(words: Words): Generator<number> {
  const arrival = Atomics.add(words, ARRIVALS, 1) >>> 0;
  for (let tries = 0; tries < ROUND; tries += 1) yield ((arrival + tries) % ROUND) + 1;
  for (let ident = ROUND + 1; ident <= MAX_THREADS; ident += 1) yield ident;
}

/**
 * Moves into a free place; not into the one that was left last. A thread that has just handed the lock to one that died must find out
 * that it died, and not take the next tenant's name for the dead one's.
 */
export function moveIn(words: Words, dialect: Dialect, recorder?: Recorder, options: PreemptionOptions = {}): Contender {
  const preemption = checkPreemption(options, dialect);
  for (const ident of placesFor(words)) {
    const place = placeOf(ident);
    if (Atomics.load(words, place + TENANT) !== 0) continue;
    // Before it is anybody's: whoever looks for the places of a dead thread looks no farther.
    raiseHighest(words, ident);
    if (Atomics.compareExchange(words, place + TENANT, 0, THREAD_NUMBER) !== 0) continue;
    furnish(words, ident, dialect);
    const self = createContender(words, ident, dialect, {
      recorder,
      deliver: deliverBy(words),
      suspect: (holder, when) => {
        if (holder !== NOBODY) (when === 'at-first' ? getAcquainted : suspect)(Atomics.load(words, placeOf(holder) + TENANT));
      },
    });
    beInterruptible(self, preemption);
    return self;
  }
  throw new TooManyThreadsError(
    `this lock has ${MAX_THREADS} places and all are taken; expected fewer threads: shut pools down that are done, or use several locks`,
  );
}

/** A thread at the lock, as its runtime and its pool need to know it. */
export interface Seat extends ThreadInfo {
  /** The word that its looks read. */
  readonly breaker: Int32Array;
  /** Where it is interrupted, or 0: it is not. */
  readonly slot: number;
}

/** The seat of this thread. */
export function seatOf({ words, ident, place }: Contender): Seat {
  const breaker = words.subarray(place + BREAKER, place + BREAKER + 1);
  return { ident, threadId: THREAD_NUMBER - 1, breaker, slot: words[place + SLOT]! };
}

/** A place as its new tenant wants it. The counters go on where the last one left them. */
function furnish(words: Words, ident: number, { rank }: Dialect): void {
  const place = placeOf(ident);
  for (const word of [BREAKER, WAITING, FORCED_WAIT, TICKET, SLOT]) words[place + word] = 0;
  words[place + RANK] = rank.by === 'behaviour' ? rank.first : 0;
  words[place + PARENT] = PARENT_NUMBER;
  words.copyWithin(place + COUNTERS_BEFORE, place + LOST_HOLDS, place + LOST_HOLDS + COUNTERS);
  const times = new Float64Array(words.buffer);
  const at = timesOf(ident);
  times[at + HELD_BEFORE] = times[at + HELD]!;
  times[at + WAITED_BEFORE] = times[at + WAITED]!;
  times[at + HELD_SINCE] = 0;
}

function raiseHighest(words: Words, ident: number): void {
  for (let highest = Atomics.load(words, HIGHEST); highest < ident; ) {
    const seen = Atomics.compareExchange(words, HIGHEST, highest, ident);
    if (seen === highest) return;
    highest = seen;
  }
}

/**
 * Clears every place that a thread of this number has at the lock, and those of the threads that it had started, which died with it.
 * A number is never used again, so whoever moved in since is safe. A place that somebody died over while clearing it is cleared again.
 */
export function clearPlaces(undertaker: Contender, threadNumber: number): void {
  const { words, dialect, recorder } = undertaker;
  for (let ident = Atomics.load(words, HIGHEST); ident >= 1; ident -= 1) {
    const tenant = Math.abs(Atomics.load(words, placeOf(ident) + TENANT));
    if (tenant === 0) continue;
    if (tenant === threadNumber) runBlocking(bury(createContender(words, ident, dialect, { recorder }), undertaker));
    else if (words[placeOf(ident) + PARENT] === threadNumber) clearPlaces(undertaker, tenant);
  }
}
