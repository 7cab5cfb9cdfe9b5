/**
 * What a search is: an object that is asked who goes on. One file in `strategies/` for each; the engine knows none of them by name.
 */
import type { Program } from './program.js';
import type { SwitchPoint } from './switch-point.js';

/** How a schedule stands when somebody has to choose. One object for all moments of a run, written by the engine only. */
export interface Moment {
  /** The threads that can go on, ascending: the first `count` of these. */
  readonly enabled: Int32Array;
  count: number;
  /** Which threads these are, as a number: a bit for each; those of threads that are 32 apart are one. */
  set: number;
  /** Who moved last, or -1 at the start. */
  current: number;
  /** How many moves have been made in this schedule. */
  step: number;
  /** How many moves each thread has made. */
  readonly moves: Int32Array;
  /** Who made each move so far. */
  trace: Int32Array;
  /** Where each thread stands: what it is about to do. */
  readonly pending: readonly SwitchPoint[];
  /** How many threads there are. */
  readonly threads: number;
  /** What they are called. */
  readonly names: readonly string[];
}

/** How a schedule ended. `cut`: the strategy gave it up; it counts for nothing. */
export type End = 'passed' | 'failed' | 'cut';

/** What a search has shown that misses nothing. The others show nothing. */
export type Proof =
  | { readonly kind: 'none' }
  /** Every schedule that costs no more than `bound`; there are so many of them. */
  | { readonly kind: 'bounded'; readonly by: 'preemptions' | 'delays'; readonly bound: number; readonly schedules: number }
  /** Every schedule, or one of each kind that nobody can tell apart; so many were run. */
  | { readonly kind: 'complete'; readonly schedules: number };

export const NOTHING: Proof = { kind: 'none' };

/** Chosen instead of a thread: give this schedule up. */
export const CUT = -1;

export interface Strategy {
  /** For reports: `preemptions ≤ 2`, `urw`, … */
  readonly name: string;
  /** Whether it is asked only where more than one thread can go on, or before every move. */
  readonly asked: 'at-choices' | 'at-every-move';
  /** Before each schedule; `false`: there is nothing left to look at. */
  begin(threads: number): boolean;
  /** Which thread goes on: one of the enabled ones, or `CUT`. */
  choose(moment: Moment): number;
  /** After each schedule. Gives whether it is one that this search had not run before. */
  end(moment: Moment, end: End): 'new' | 'again';
  /** Since a step nothing has changed, though a thread moved on and on: what else could be chosen since then is to be left out after so many of its moves. */
  spun?(moment: Moment, thread: number, since: number, idle: number): void;
  /** What it has shown so far. */
  readonly proof: Proof;
  /** For searches that have to see what moves do: the program as they see it, which is then what is run; and who is told of the moves. */
  watch?(program: Program): Program;
  readonly observer?: Observer;
}

/** What a move did besides running code: for those who draw it, or search by it. */
export interface Observer {
  /** Before a thread moves, with what it stands before. */
  before(thread: number, point: SwitchPoint): void;
  /** After it has. */
  after(thread: number): void;
}

/** Whether choosing `thread` takes the processor from one that could go on. */
export function isPreemption({ enabled, count, current }: Moment, thread: number): boolean {
  if (thread === current) return false;
  for (let at = 0; at < count; at += 1) if (enabled[at] === current) return true;
  return false;
}
