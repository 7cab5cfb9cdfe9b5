/**
 * The lock's own account of itself, added up over the places of its threads.
 */
import { now } from '../host/clock.js';
import { interrupterState } from '../host/interrupts.js';
import type { Words } from '../host/memory.js';
import {
  ABANDONED_COUNT,
  COUNTERS_BEFORE,
  DETAILS,
  FINAL_DROPS,
  FORCED_DROPS,
  HELD,
  HELD_BEFORE,
  HELD_SINCE,
  HIGHEST,
  holderIn,
  IN_NATIVE,
  INTERRUPTS,
  LOCK,
  LOST_HOLDS,
  placeOf,
  REQUESTS,
  SWITCH_NUMBER,
  TENANT,
  TIMED,
  timesOf,
  VOLUNTARY_DROPS,
  WAITED,
  WAITED_BEFORE,
  WAITS,
  waitersIn,
} from './layout.js';

/** What is counted, for one thread and for all. */
export interface Counts {
  /** How often the lock was taken. */
  readonly holds: number;
  /** How many of these takes had to wait. */
  readonly waits: number;
  /** How often a waiter asked the holder to drop it. */
  readonly requests: number;
  /** How often it was let go, and why. */
  readonly drops: {
    /** At a look, because another thread had asked. */
    readonly forced: number;
    /** By the thread's own will, to take it again afterwards: `releaseForIO`, `sleep`. */
    readonly voluntary: number;
    /** Given back, by `release()` or at the end of a task. */
    readonly final: number;
  };
  /** Milliseconds it was held, while times were taken. A hold that lasts counts up to now. */
  readonly held: number;
  /** Milliseconds it was waited for, while times were taken. A wait counts once it is over. */
  readonly waited: number;
}

/** One thread at the lock. */
export interface ThreadStats extends Counts {
  /** Its identity at the lock. */
  readonly ident: number;
  /** Node's `threadId`. */
  readonly threadId: number;
}

/** Counts since the lock was made, of all threads that ever were at it; times since they were first asked for. */
export interface GilStats extends Counts {
  /** How often the lock went to another thread than before: CPython's `switch_number`. */
  readonly switches: number;
  /** How often a thread died holding it. */
  readonly abandoned: number;
  /** Threads waiting for it at this moment. */
  readonly waiting: number;
  /** Threads attached to it at this moment. */
  readonly threads: number;
  /** What became of requests that were carried to their holder by an interrupt. */
  readonly interrupts: {
    /** How often one let go of the lock because it was interrupted; `drops.forced` counts these too. */
    readonly drops: number;
    /** How often one was in a native function when it was to be interrupted, and was left alone: it is tried again. */
    readonly inNative: number;
    /** The thread that does it. `none`: nobody asked for interrupts yet, or it is gone, and started again when it is needed. `refused`: it could not do it, and looks are all there is. */
    readonly interrupter: 'running' | 'none' | 'refused';
  };
  /** Those threads one by one. */
  readonly perThread: readonly ThreadStats[];
  /**
   * How hard threads wait for each other, from 0 to 1: of all the time that threads spent at the lock, holding it or waiting for it,
   * the share they spent waiting. 0: nobody ever waited. With `n` threads that always want it, `(n − 1) / n`.
   */
  readonly contention: number;
}

/** Has every hold and wait that begins from now on timed. */
export function observe(words: Words): void {
  if ((words[DETAILS]! & TIMED) === 0) Atomics.or(words, DETAILS, TIMED);
}

export function readStats(words: Words): GilStats {
  const times = new Float64Array(words.buffer);
  const highest = Atomics.load(words, HIGHEST);
  const everything: Counts[] = [];
  const perThread: ThreadStats[] = [];
  for (let ident = 1; ident <= highest; ident += 1) {
    everything.push(readPlace(words, times, ident, 'ever'));
    const tenant = Atomics.load(words, placeOf(ident) + TENANT);
    if (tenant > 0) perThread.push({ ident, threadId: tenant - 1, ...readPlace(words, times, ident, 'tenant') });
  }
  const total = sum(everything);
  return {
    ...total,
    switches: Atomics.load(words, SWITCH_NUMBER),
    abandoned: Atomics.load(words, ABANDONED_COUNT),
    waiting: waitersIn(Atomics.load(words, LOCK)),
    threads: perThread.length,
    interrupts: {
      drops: Atomics.load(words, INTERRUPTS) >>> 0,
      inNative: Atomics.load(words, IN_NATIVE) >>> 0,
      interrupter: interrupterState(),
    },
    perThread,
    contention: total.waited === 0 ? 0 : total.waited / (total.waited + total.held),
  };
}

function readPlace(words: Words, times: Float64Array, ident: number, since: 'ever' | 'tenant'): Counts {
  const place = placeOf(ident);
  const at = timesOf(ident);
  const counter = (index: number): number =>
    (words[place + index]! - (since === 'ever' ? 0 : words[place + COUNTERS_BEFORE + index - LOST_HOLDS]!)) >>> 0;
  const time = (index: number, before: number): number => times[at + index]! - (since === 'ever' ? 0 : times[at + before]!);
  const heldSince = times[at + HELD_SINCE]!;
  const drops = { forced: counter(FORCED_DROPS), voluntary: counter(VOLUNTARY_DROPS), final: counter(FINAL_DROPS) };
  const holdsNow = holderIn(Atomics.load(words, LOCK)) === ident ? 1 : 0;
  return {
    // Each hold ends in a drop or in death: counting both is counting holds, and spares the fast path of a take the counting.
    holds: drops.forced + drops.voluntary + drops.final + counter(LOST_HOLDS) + holdsNow,
    waits: counter(WAITS),
    requests: counter(REQUESTS),
    drops,
    held: time(HELD, HELD_BEFORE) + (heldSince === 0 ? 0 : Math.max(0, now() - heldSince)),
    waited: time(WAITED, WAITED_BEFORE),
  };
}

function sum(counts: readonly Counts[]): Counts {
  const total = (of: (each: Counts) => number): number => counts.reduce((all, each) => all + of(each), 0);
  return {
    holds: total((each) => each.holds),
    waits: total((each) => each.waits),
    requests: total((each) => each.requests),
    drops: {
      forced: total(({ drops }) => drops.forced),
      voluntary: total(({ drops }) => drops.voluntary),
      final: total(({ drops }) => drops.final),
    },
    held: total((each) => each.held),
    waited: total((each) => each.waited),
  };
}
