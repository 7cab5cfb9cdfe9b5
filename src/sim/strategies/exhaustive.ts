/**
 * All schedules, depth first. When it ends, everything has been seen.
 */
import { type Moment, NOTHING, type Proof, type Strategy } from '../strategy.js';
import { RUNNING_FIRST, Tree } from './tree.js';

export class Exhaustive implements Strategy {
  readonly name = 'exhaustive';
  readonly asked = 'at-choices';
  readonly #tree = new Tree(RUNNING_FIRST);
  proof: Proof = NOTHING;
  #schedules = 0;

  begin(): boolean {
    if (this.#tree.next()) return true;
    this.proof = { kind: 'complete', schedules: this.#schedules };
    return false;
  }

  choose(moment: Moment): number {
    return this.#tree.choose(moment);
  }

  end(moment: Moment): 'new' {
    this.#tree.finish(moment);
    this.#schedules += 1;
    return 'new';
  }

  spun(moment: Moment, thread: number, since: number, idle: number): void {
    this.#tree.close(moment, thread, since, idle);
  }
}
