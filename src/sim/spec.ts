/**
 * What is to be explored, as a user writes it.
 */
import type { Dialect } from '../dialects/dialect.js';
import type { DialectName } from '../dialects/registry.js';

/**
 * A thread: an ordinary function of the state, which may be switched where the dialect's interpreter looks; or a generator function, which may be
 * switched at each `yield` and nowhere else.
 */
export type ThreadBody<S> = (state: S) => unknown;

/** Where a search looks, and how long. */
export interface SearchOptions {
  /**
   * - `portfolio`: all schedules with 0, 1 and 2 preemptions, so that the first failure is a simple one; then random ones of three kinds in turns, while the
   *   rest of the tree is gone through
   * - `exhaustive`: all schedules, depth first
   * - `preemptions`, `delays`: all schedules with 0 of them, then 1, and so on, up to `bound`
   * - `random`, `urw`, `pct`, `pos`: random schedules: uniform at each choice; uniform over schedules; few changes of priority; random priorities
   *   per operation
   * - `dpor`: one schedule of each kind that nobody can tell apart. It sees what threads do to the state, so it is an error if they use anything
   *   else that can change
   * - `stateful`: every state once, however many schedules lead there; for threads all of whose state can be seen, see docs/simulator.md. What the
   *   texts of hand-written generator functions use from around them is given as `helpers`
   * @default 'portfolio'
   */
  readonly strategy?: StrategyName;
  /** For `preemptions` and `delays`: how many at most. @default no limit */
  readonly bound?: number;
  /** For `pct`: how many orders have to be right for the bug, 1 or more. @default 3 */
  readonly depth?: number;
  /** For `stateful`: what the texts of threads use that is not their own, by name: generator functions for `yield*`, values such as `Point`. */
  readonly helpers?: Readonly<Record<string, unknown>>;
  /** How many schedules at most; with `stateful`, states. @default no limit */
  readonly maxSchedules?: number;
  /** Milliseconds, looked at before every schedule. @default 1000 */
  readonly maxMs?: number;
  /** Moves in one schedule; a longer one never ends. @default 10000 */
  readonly maxSteps?: number;
  /** For everything random: a whole number. @default 1 */
  readonly seed?: number;
  /** One schedule and no other: what a report calls its replay. */
  readonly schedule?: string;
}

/** The searches, as `SearchOptions.strategy` tells them apart. */
export type StrategyName = 'portfolio' | 'exhaustive' | 'preemptions' | 'delays' | 'random' | 'urw' | 'pct' | 'pos' | 'dpor' | 'stateful';

/** Threads, what they share, and what must hold. */
export interface Spec<S> {
  /** Whose rules say where a thread may be switched; generator functions say it themselves. @default 'cpython-3.13' */
  readonly dialect?: DialectName | Dialect;
  /** Makes what the threads share, anew for each schedule. Threads share nothing else. */
  readonly state: () => S;
  /** The threads by name. */
  readonly threads: Readonly<Record<string, ThreadBody<S>>>;
  /**
   * Functions in which nobody else runs, as in native ones. Needed for functions that have a text and cannot be seen into, since they use what is around
   * them; native functions, and the methods of this package's classes, are atomic anyway.
   */
  readonly atomic?: readonly ((...args: never[]) => unknown)[];
  /** What must hold whenever threads can be switched: gives `false` or throws if it does not. */
  readonly always?: (state: S) => unknown;
  /** What must hold when all threads have ended: gives `false` or throws if it does not. */
  readonly after?: (state: S) => unknown;
  /** Where to look, and how long. */
  readonly search?: SearchOptions;
}

/** The same under several dialects: each has its own verdict. */
export interface DialectsSpec<S> extends Omit<Spec<S>, 'dialect'> {
  /** Their names or records. */
  readonly dialects: readonly (DialectName | Dialect)[];
}

/** `n` threads that do the same: `{ t1, t2, … }`. */
export function times<S>(n: number, body: ThreadBody<S>, name = 't'): Record<string, ThreadBody<S>> {
  return Object.fromEntries(Array.from({ length: n }, (_, at) => [`${name}${at + 1}`, body]));
}
