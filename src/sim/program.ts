/**
 * A spec as the engine takes it: checked, its threads generator functions. How it becomes one is `compile.ts`'s affair.
 */
import type { Circle } from './rounds.js';
import type { VirtualThread } from './switch-point.js';

export interface Program {
  readonly names: readonly string[];
  readonly bodies: readonly ((state: unknown) => VirtualThread)[];
  /** Makes what the threads share, anew for each schedule. */
  readonly state: () => unknown;
  /** What must hold after each move; `undefined`: nothing. */
  readonly always: ((state: unknown) => unknown) | undefined;
  /** What must hold when all threads have ended. */
  readonly after: ((state: unknown) => unknown) | undefined;
  /**
   * Of each thread, whether it does something to the state before its first switch point. One that does not begins every schedule at that
   * point: to move it there is no choice that anybody could see.
   */
  readonly beginnings: readonly ('moves' | 'stands')[];
  /**
   * Of each thread, where a call of a primitive is a switch point: before each one, or only where the thread has to wait. Under a global lock a
   * native call that need not wait lets nobody else run (law 32), and the look behind it is a place of the text.
   */
  readonly calls: readonly ('announced' | 'quiet')[];
  /** When time passes for a thread that waits with a limit: as soon as nobody can move, or never. */
  readonly time: 'when-idle' | 'never';
  /** Asked where all threads that have not ended wait for ever: whether that is as it should be. `undefined`: never. */
  readonly mayRest?: () => boolean;
  /** The places of the threads' own texts where they can be switched. */
  readonly sites?: readonly number[];
  /** Where the state is not what it was made as: what is behind it. `undefined`: it is. */
  readonly unwatched?: (state: unknown) => unknown;
  /** A schedule that is longer has got stuck in a loop. */
  readonly maxSteps: number;
}

/** How a schedule went wrong. */
export type FailureKind = 'assertion' | 'invariant' | 'error' | 'deadlock' | 'livelock';

/** A failure as the engine sees it. */
export interface RawFailure {
  readonly kind: FailureKind;
  /** What was thrown, where something was. */
  readonly error: unknown;
  /** The thread that threw, or -1. */
  readonly thread: number;
  /** Of a `livelock`: the moves that are made time and again. */
  readonly circle?: Circle | undefined;
}
