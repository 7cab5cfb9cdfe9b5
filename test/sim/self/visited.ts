/**
 * A search that goes on from no state twice. What a thread will do depends on the memory and on what it has been told, and both are in a
 * state's number: so two ways to one state go on alike, and one of them is enough. Complete, or for all schedules with so
 * many preemptions.
 */

import { type Order, ROUND_ROBIN, RUNNING_FIRST } from '../../../src/sim/strategies/tree.js';
import { CUT, type Moment, NOTHING, type Proof, type Strategy } from '../../../src/sim/strategy.js';
import { world } from '../../../src/sim/world.js';
import { Step } from '../../../src/steps/step.js';

/** The number of the state that a schedule has come to; who sleeps, in the order in which they fell asleep, and since when. */
export type Key = (moment: Moment, sleepers: readonly number[], sinceWhen: readonly number[]) => number;

/** What a bound is on. `deviations`: from the running thread going on, and from the next one in turn where it cannot; for many threads. */
export type Costs = 'preemptions' | 'deviations';

const ORDERS: Readonly<Record<Costs, Order>> = {
  preemptions: RUNNING_FIRST,
  deviations: { at: ROUND_ROBIN.at, cost: (_, position) => (position > 0 ? 1 : 0) },
};

export class Visited implements Strategy {
  readonly name = 'visited';
  readonly asked = 'at-every-move';
  proof: Proof = NOTHING;
  /** How many runs, to their ends or to a state that was known. */
  runs = 0;
  readonly #keyOf: Key;
  readonly #bound: number;
  readonly #order: Order;
  /** Of each state how many preemptions were left when it was gone on from. */
  readonly #seen = new Map<number, number>();
  readonly #taken: number[] = [];
  readonly #widths: number[] = [];
  #depth = 0;
  #spent = 0;
  #pruned: 'nothing' | 'something' = 'nothing';
  /** When each thread moved last. */
  readonly #lastMove: number[] = [];
  readonly #sinceWhen: number[] = [];

  constructor(keyOf: Key, bound = Number.POSITIVE_INFINITY, costs: Costs = 'preemptions') {
    this.#keyOf = keyOf;
    this.#bound = bound;
    this.#order = ORDERS[costs];
  }

  get states(): number {
    return this.#seen.size;
  }

  begin(threads: number): boolean {
    this.#depth = 0;
    this.#spent = 0;
    this.#lastMove.length = 0;
    for (let thread = 0; thread < threads; thread += 1) this.#lastMove.push(-1);
    this.runs += 1;
    if (this.runs === 1) return true;
    while (this.#taken.length > 0) {
      const last = this.#taken.length - 1;
      this.#taken[last]! += 1;
      if (this.#taken[last]! < this.#widths[last]!) return true;
      this.#taken.length = last;
      this.#widths.length = last;
    }
    this.runs -= 1;
    this.proof =
      this.#pruned === 'nothing'
        ? { kind: 'complete', schedules: this.runs }
        : { kind: 'bounded', by: 'preemptions', bound: this.#bound, schedules: this.runs };
    return false;
  }

  choose(moment: Moment): number {
    const thread = moment.count === 1 ? moment.enabled[0]! : this.#pick(moment);
    if (thread === CUT) return CUT;
    this.#lastMove[thread] = moment.step;
    this.#sinceWhen[thread] = world.clock;
    return thread;
  }

  end(): 'new' {
    return 'new';
  }

  #pick(moment: Moment): number {
    const depth = this.#depth;
    if (depth === this.#taken.length && this.#grow(moment) === 'known') return CUT;
    this.#depth = depth + 1;
    const position = this.#taken[depth]!;
    if (position >= moment.count) throw new Error(`the same schedule did not do the same twice, at move ${moment.step + 1}`);
    if (position > 0) this.#spent += this.#order.cost(moment, position);
    return this.#order.at(moment, position);
  }

  #grow(moment: Moment): 'known' | 'new' {
    const left = this.#bound - this.#spent;
    const sleepers = this.#sleepers(moment);
    // Whom it costs nothing to go on with is part of the state only if that matters.
    const key = this.#keyOf(moment, this.#bound === Number.POSITIVE_INFINITY ? sleepers : [...sleepers, moment.current], this.#sinceWhen);
    const before = this.#seen.get(key);
    if (before !== undefined && before >= left) return 'known';
    this.#seen.set(key, left);
    let width = moment.count;
    while (width > 1 && this.#order.cost(moment, width - 1) > left) width -= 1;
    if (width < moment.count) this.#pruned = 'something';
    this.#taken.push(0);
    this.#widths.push(width);
    return 'new';
  }

  #sleepers(moment: Moment): number[] {
    const sleepers: number[] = [];
    for (let thread = 0; thread < moment.threads; thread += 1) {
      const point = moment.pending[thread];
      if (!(point instanceof Step) || point.operation !== 'wait') continue;
      let enabled = false;
      for (let at = 0; at < moment.count; at += 1) if (moment.enabled[at] === thread) enabled = true;
      if (!enabled) sleepers.push(thread);
    }
    return sleepers.sort((one, other) => this.#lastMove[one]! - this.#lastMove[other]!);
  }
}
