/**
 * The search that is used when nobody asks for another: the simplest schedules first, since a bug that they show is easiest to understand; then
 * chance, which finds what lies deep, in turns with the searches that miss nothing. Turns go by schedules, never by time, so that the same
 * seed always does the same.
 */
import { type End, type Moment, NOTHING, type Proof, type Strategy } from '../strategy.js';
import { Exhaustive } from './exhaustive.js';
import { PriorityChanges } from './pct.js';
import { PartialOrderSampling } from './pos.js';
import { Preemptions } from './preemptions.js';
import { UniformRandomWalk } from './urw.js';

/** So many preemptions are tried before anything else. */
const FIRST_BOUND = 2;
/** So much that may take at most, in schedules and in moves: with 50 threads even those without a preemption never end. */
const FIRST_SCHEDULES = 1000;
const FIRST_MOVES = 50_000;

export class Portfolio implements Strategy {
  readonly #first = new Preemptions();
  readonly #turns: readonly Strategy[];
  #running: Strategy = this.#first;
  #schedules = 0;
  #moves = 0;
  #turn = 0;
  #stage: 'first' | 'turns' | 'over' = 'first';

  constructor(seed: number) {
    this.#turns = [
      new UniformRandomWalk(seed),
      new PriorityChanges(seed, 3),
      new PartialOrderSampling(seed),
      new Exhaustive(),
      this.#first,
    ];
  }

  /** The part that ran the last schedule, or runs this one. */
  get name(): string {
    return this.#running.name;
  }

  get asked(): 'at-choices' | 'at-every-move' {
    return this.#running.asked;
  }

  begin(threads: number): boolean {
    if (this.#stage === 'over') return false;
    if (this.#stage === 'turns') {
      this.#running = this.#turns[this.#turn]!;
      this.#turn = (this.#turn + 1) % this.#turns.length;
    }
    this.#schedules += 1;
    // Only the parts that miss nothing come to an end, and then there is nothing left for anybody.
    if (!this.#running.begin(threads)) {
      this.#stage = 'over';
      return false;
    }
    return true;
  }

  choose(moment: Moment): number {
    return this.#running.choose(moment);
  }

  spun(moment: Moment, thread: number, since: number, idle: number): void {
    this.#running.spun?.(moment, thread, since, idle);
  }

  end(moment: Moment, end: End): 'new' | 'again' {
    const result = this.#running.end(moment, end);
    this.#moves += moment.step;
    if (this.#stage === 'first' && (this.#schedules >= FIRST_SCHEDULES || this.#moves >= FIRST_MOVES || this.#isFirstDone))
      this.#stage = 'turns';
    return result;
  }

  get #isFirstDone(): boolean {
    const { proof } = this.#first;
    return proof.kind === 'bounded' && proof.bound >= FIRST_BOUND;
  }

  get proof(): Proof {
    let best: Proof = NOTHING;
    for (const { proof } of this.#turns) {
      if (proof.kind === 'complete') return proof;
      if (proof.kind === 'bounded') best = proof;
    }
    return best;
  }
}
