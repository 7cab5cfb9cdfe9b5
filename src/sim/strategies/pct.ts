/**
 * Probabilistic concurrency testing: threads have random priorities, the highest goes on, and at d-1 random moves the thread that would go on
 * falls to the bottom. A bug that needs d things to come in an order is found by each run with a chance of at least 1/(n·k^(d-1)) for n
 * threads and k moves. Burckhardt et al.: A Randomized Scheduler with Probabilistic Guarantees of Finding Bugs, ASPLOS 2010.
 */
import { Random } from '../random.js';
import { type End, type Moment, NOTHING, type Strategy } from '../strategy.js';

export class PriorityChanges implements Strategy {
  readonly name: string;
  readonly asked = 'at-choices';
  readonly proof = NOTHING;
  readonly #random: Random;
  /** The moves at which a priority falls; the one at place i to i. */
  readonly #changes: Int32Array;
  readonly #depth: number;
  #priorities = new Float64Array(0);
  /** The longest run so far: among so many moves the changes are drawn. */
  #longest = 0;
  #longestPassed = 0;
  /** The moves whose changes have been looked at. */
  #seen = 0;
  #lowest = 0;

  constructor(seed: number, depth: number) {
    this.name = `pct(${depth})`;
    this.#random = new Random(seed);
    this.#depth = depth;
    this.#changes = new Int32Array(depth - 1);
  }

  begin(threads: number): boolean {
    if (this.#priorities.length < threads) this.#priorities = new Float64Array(threads);
    const priorities = this.#priorities;
    for (let thread = 0; thread < threads; thread += 1) {
      const other = this.#random.below(thread + 1);
      priorities[thread] = priorities[other]!;
      priorities[other] = this.#depth + thread;
    }
    for (let at = 0; at < this.#changes.length; at += 1) this.#changes[at] = this.#longest === 0 ? -1 : this.#random.below(this.#longest);
    this.#seen = 0;
    this.#lowest = 0;
    return true;
  }

  choose(moment: Moment): number {
    const { step, trace, current } = moment;
    // Moves that were made without a choice have had their changes too.
    for (; this.#seen < step; this.#seen += 1) this.#change(this.#seen, trace[this.#seen]!);
    // Who runs for so long most likely spins, and waits for somebody who may not run because of it.
    if (this.#longestPassed > 0 && step > 2 * this.#longestPassed && current >= 0) this.#priorities[current] = --this.#lowest;
    if (this.#change(step, this.#first(moment))) this.#seen = step + 1;
    return this.#first(moment);
  }

  #first({ enabled, count }: Moment): number {
    let best = enabled[0]!;
    for (let at = 1; at < count; at += 1) {
      const thread = enabled[at]!;
      if (this.#priorities[thread]! > this.#priorities[best]!) best = thread;
    }
    return best;
  }

  #change(step: number, thread: number): boolean {
    let changed = false;
    for (let at = 0; at < this.#changes.length; at += 1) {
      if (this.#changes[at] !== step) continue;
      this.#priorities[thread] = at + 1;
      changed = true;
    }
    return changed;
  }

  end({ step }: Moment, end: End): 'new' {
    if (end === 'cut') return 'new';
    this.#longest = Math.max(this.#longest, step);
    if (end === 'passed') this.#longestPassed = Math.max(this.#longestPassed, step);
    return 'new';
  }
}
