/**
 * A random walk: of the threads that can go on, each is as likely as the others. Simple, and good where almost any schedule fails; but
 * schedules that end early are far likelier than others, which is what `urw.ts` is for.
 */
import { Random } from '../random.js';
import { type Moment, NOTHING, type Strategy } from '../strategy.js';

export class RandomWalk implements Strategy {
  readonly name = 'random';
  readonly asked = 'at-choices';
  readonly proof = NOTHING;
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = new Random(seed);
  }

  begin(): boolean {
    return true;
  }

  choose({ enabled, count }: Moment): number {
    return enabled[this.#random.below(count)]!;
  }

  end(): 'new' {
    return 'new';
  }
}
