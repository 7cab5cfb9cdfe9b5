/**
 * A uniform random walk: a thread is as likely as it has moves left, so that every schedule is as likely as any other, where threads do not
 * wait for each other. How many moves a thread makes is learnt from the runs so far. Zhao et al.: Selectively Uniform Concurrency Testing,
 * ASPLOS 2025.
 */
import { Random } from '../random.js';
import { type End, type Moment, NOTHING, type Strategy } from '../strategy.js';

export class UniformRandomWalk implements Strategy {
  readonly name = 'urw';
  readonly asked = 'at-choices';
  readonly proof = NOTHING;
  readonly #random: Random;
  /** How many moves each thread makes on average, and all of them together in those runs. */
  #means = new Float64Array(0);
  #totals = new Float64Array(0);
  #runs = 0;

  constructor(seed: number) {
    this.#random = new Random(seed);
  }

  begin(threads: number): boolean {
    if (this.#means.length < threads) {
      this.#means = new Float64Array(threads);
      this.#totals = new Float64Array(threads);
    }
    return true;
  }

  choose({ enabled, count, moves }: Moment): number {
    let all = 0;
    for (let at = 0; at < count; at += 1) all += this.#left(enabled[at]!, moves);
    let drawn = this.#random.upTo(all);
    for (let at = 0; at < count - 1; at += 1) {
      drawn -= this.#left(enabled[at]!, moves);
      if (drawn < 0) return enabled[at]!;
    }
    return enabled[count - 1]!;
  }

  /** A thread that makes more moves than usual, such as one that spins, weighs no more than one with a single move to make. */
  #left(thread: number, moves: Int32Array): number {
    return Math.max(1, this.#means[thread]! - moves[thread]!);
  }

  end({ moves, threads }: Moment, end: End): 'new' {
    if (end === 'cut') return 'new';
    this.#runs += 1;
    for (let thread = 0; thread < threads; thread += 1) {
      this.#totals[thread]! += moves[thread]!;
      this.#means[thread] = this.#totals[thread]! / this.#runs;
    }
    return 'new';
  }
}
