/**
 * A schedule as source-DPOR remembers it: of each move what was possible before it and what it did, and which moves came before which of
 * necessity.
 */
import { type Footprint, union } from '../footprint.js';
import type { Point } from '../switch-point.js';

/** How many moves of each thread a move comes after, of necessity. */
export type Clock = Int32Array;

/**
 * How a move came to be possible.
 * - `free`: by its thread's last move
 * - `ready`: a condition holds
 * - `woken`: somebody woke it, whose move this is
 * - `timed-out`: time passed
 */
export type Cause = { readonly kind: 'free' | 'ready' | 'timed-out' } | { readonly kind: 'woken'; readonly by: number };

/** The state before a move, and the move. */
export interface Frame {
  /** Which threads could go on. */
  readonly enabled: readonly number[];
  /** Which are to be tried here, one after another. */
  readonly backtrack: Set<number>;
  /** Which need not be: what they would do has been seen already, and nothing has happened since that would change it. */
  readonly sleep: Map<number, Footprint>;
  /** The threads whose condition did not hold, and what it looked at. */
  readonly blocked: ReadonlyMap<number, Footprint>;
  /** The virtual time. */
  readonly time: number;
  /** What happened before time last passed. */
  readonly barrier: Clock;
  /** The thread that moves, and the rest about its move. */
  thread: number;
  /** Which of its thread's moves, from 1. */
  index: number;
  /** Its thread's last move, or -1. */
  previous: number;
  cause: Cause;
  /** Where the thread stood, if it had to wait for a condition there. */
  point: Point | undefined;
  /** What the condition looked at. */
  looked: Footprint | undefined;
  /** Known once the move has been made. */
  footprint: Footprint | undefined;
  undo: ReadonlyMap<number, unknown>;
  clock: Clock;
}

/** Whether a move comes before everything that has this clock. */
export function isBefore({ thread, index }: Frame, clock: Clock): boolean {
  return clock[thread]! >= index;
}

export function join(clock: Clock, other: Clock): void {
  for (let thread = 0; thread < clock.length; thread += 1) if (other[thread]! > clock[thread]!) clock[thread] = other[thread]!;
}

/** Until when a thread waits at a point that it came to by its last move. */
export function deadlineOf(frames: readonly Frame[], previous: number, timeout: number): number {
  return timeout === Number.POSITIVE_INFINITY ? timeout : (frames[previous + 1]?.time ?? Number.POSITIVE_INFINITY) + timeout;
}

/** What a thread's condition looked at whenever it did not hold, since the thread's last move. */
export function lookedAt(frames: readonly Frame[], thread: number, since: number, until: number, last: Footprint): Footprint {
  const seen: Footprint[] = [last];
  for (let at = since + 1; at < until; at += 1) {
    const footprint = frames[at]!.blocked.get(thread);
    if (footprint !== undefined) seen.push(footprint);
  }
  return seen.length === 1 ? last : union(...seen);
}
