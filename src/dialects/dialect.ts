/**
 * What a dialect is: the few facts in which one interpreter's global lock differs from another's, as data.
 * The lock reads `lock`, `request`, `afterDrop`; the transform reads `looks` and `quietCalls`; documents read `sources`.
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
  /** A waiter that waited a switch interval and saw no hand-over (CPython 3.2+). */
  | { readonly by: 'waiter' }
  /** Nobody: the holder lets go by itself after so many operations (CPython 2). */
  | { readonly by: 'ticks'; readonly ticks: number }
  /** Nobody: there is no lock. */
  | { readonly by: 'nobody' };

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
  /** Where a thread looks whether it should let go. */
  readonly looks: readonly LookPlace[];
  /** Calls after which there is no look although they are native: the specialised `len`, `isinstance`, `list.append`. */
  readonly quietCalls: readonly string[];
  /** Where each rule was read. */
  readonly sources: readonly string[];
}
