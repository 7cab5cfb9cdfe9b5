/**
 * The tree of schedules in layers: first those that cost nothing, then those that cost 1, and so on. So the first failure that is found is one
 * of the simplest there are, and each finished layer is a proof.
 */
import { type Moment, NOTHING, type Proof, type Strategy } from '../strategy.js';
import { type Order, Tree } from './tree.js';

export class Iterative implements Strategy {
  readonly asked = 'at-choices';
  readonly #by: 'preemptions' | 'delays';
  readonly #order: Order;
  readonly #most: number;
  #bound = 0;
  #tree: Tree;
  /** Schedules within the bound: those of the finished layers, and those of this one so far. */
  #schedules = 0;
  proof: Proof = NOTHING;

  constructor(by: 'preemptions' | 'delays', order: Order, most: number) {
    this.#by = by;
    this.#order = order;
    this.#most = most;
    this.#tree = new Tree(order, 0);
  }

  get name(): string {
    return `${this.#by} ≤ ${this.#bound}`;
  }

  begin(): boolean {
    if (this.#tree.next()) return true;
    if (this.#tree.pruned === 'nothing') {
      this.proof = { kind: 'complete', schedules: this.#schedules };
      return false;
    }
    this.proof = { kind: 'bounded', by: this.#by, bound: this.#bound, schedules: this.#schedules };
    if (this.#bound === this.#most) return false;
    this.#bound += 1;
    this.#tree = new Tree(this.#order, this.#bound);
    return this.#tree.next();
  }

  choose(moment: Moment): number {
    return this.#tree.choose(moment);
  }

  /** A layer runs the cheaper schedules once more, on the way to its own: they are few beside those. */
  end(moment: Moment): 'new' | 'again' {
    this.#tree.finish(moment);
    if (this.#tree.spent < this.#bound) return 'again';
    this.#schedules += 1;
    return 'new';
  }

  spun(moment: Moment, thread: number, since: number, idle: number): void {
    this.#tree.close(moment, thread, since, idle);
  }
}
