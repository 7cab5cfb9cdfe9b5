/**
 * What a dialect is: the few facts in which one interpreter's global lock differs from another's, as data.
 * The lock reads everything but `looks` and `quietCalls`, which the transform reads; documents read `sources`.
 */

/**
 * A kind of place where a thread looks whether it should let go of the lock.
 * - `function-entry`: on entry to a function or generator, and when a generator resumes
 * - `backward-jump`: at the end of a loop's turn
 * - `after-call`: after every call; `after-native-call`: only where the callee is not known to be a transformed function
 * - `taken-branch`: when a conditional jump is taken, even forwards (the `else` side, the end of an `if`)
 * - `every-operation`: between any two operations that touch shared memory, so also between load and store of `o.x += 1`
 */
export type LookPlace = 'function-entry' | 'backward-jump' | 'after-call' | 'after-native-call' | 'taken-branch' | 'every-operation';

/** Who tells the holder to let go. */
export type RequestRule =
  /** A waiter that has slept through a whole slice of the holder's without a hand-over, and again after each further one (CPython 3.2+). */
  | { readonly by: 'waiter' }
  /** The same, by a clock that ticks every `tick` milliseconds while anybody waits: whoever waits keeps it going (Ruby). */
  | { readonly by: 'timer'; readonly tick: number }
  /** Nobody: the holder lets go by itself after so many operations (CPython 2). */
  | { readonly by: 'ticks'; readonly ticks: number }
  /** Nobody: there is no lock. */
  | { readonly by: 'nobody' };

/** Where a thread's rank comes from, a small whole number. What it is good for is said by `slice` and `preemption`. */
export type RankRule =
  /** All threads are equal: 0. */
  | { readonly by: 'nobody' }
  /** The program sets it, `lock.rank = 2`; a thread begins with 0 (Ruby's `Thread#priority`). */
  | { readonly by: 'program'; readonly lowest: number; readonly highest: number }
  /** The thread earns it: by how it last let go (the priority patch of bpo-7946). */
  | { readonly by: 'behaviour'; readonly first: number; readonly afterForcedDrop: number; readonly afterVoluntaryDrop: number };

/** One interpreter's rules. A record of this shape is all it takes to describe another one. */
export interface Dialect {
  /** `cpython-3.13`, `cpython-3.13t`, … */
  readonly name: string;
  /** `global`: one thread at a time. `none`: threads run in parallel. */
  readonly lock: 'global' | 'none';
  /** Who tells the holder to let go, and when. */
  readonly request: RequestRule;
  /** The switch interval in milliseconds that a new lock starts with. */
  readonly switchInterval: number;
  /** After a requested drop: wait until another thread has taken the lock, or go straight on and maybe win it back. */
  readonly afterDrop: 'wait-for-switch' | 'race';
  /** Who gets a lock that was let go: whoever comes first, be it a passer-by; or the one that has waited longest, to whom it is handed directly. */
  readonly next: 'whoever-comes-first' | 'longest-waiting';
  /** Where a thread's rank comes from. */
  readonly rank: RankRule;
  /** How long a holder may go on beside a waiter: the switch interval; or that, doubled for each rank above 0 and halved for each below. */
  readonly slice: 'interval' | 'interval-doubled-by-rank';
  /** Whether a waiter of a higher rank than the holder waits for the end of the slice too, or asks at once. */
  readonly preemption: 'after-the-slice' | 'at-once-by-higher-rank';
  /** Where a thread looks whether it should let go. */
  readonly looks: readonly LookPlace[];
  /**
   * Calls after which there is no look. By name: `push` is every `.push(…)`, `Array.isArray` that one. Where Python has a subscript instead
   * of a call, `at`, `get` and `set`; and the calls that its interpreter specialises: `len`, `isinstance`, `list.append`.
   */
  readonly quietCalls: readonly string[];
  /** Where each rule was read. */
  readonly sources: readonly string[];
}
