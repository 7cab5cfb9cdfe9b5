/**
 * What code that runs in a virtual thread may know of its world: which thread it is, and what time it is there. Written by the engine before
 * each move; there is one world at a time, because everything happens in one isolate and nothing is awaited.
 */
import type { Point } from './switch-point.js';

export const world = {
  /** The thread that runs, from 0. */
  thread: 0,
  /** Virtual milliseconds since the schedule began. */
  clock: 0,
  /** Of each thread, see `Program.calls`. */
  calls: [] as readonly ('announced' | 'quiet')[],
  /** Where somebody tells the story: the calls that the move has made without announcing them. */
  quietCalls: undefined as Point[] | undefined,
  /** What the schedule did that no schedule may do, even if it was caught there. */
  offence: undefined as Error | undefined,
};
