/**
 * Partial order sampling: every operation that is due has a random priority, the highest is done, and those that race with it draw again. So
 * schedules that nobody can tell apart share their chance instead of adding theirs up. Yuan, Yang, Gu: Partial Order Aware Concurrency
 * Sampling, CAV 2018. It is worth as much as the threads announce: where nobody says what comes next, everything races.
 */
import { Step } from '../../steps/step.js';
import { Random } from '../random.js';
import { type Moment, NOTHING, type Strategy } from '../strategy.js';
import type { SwitchPoint } from '../switch-point.js';

export class PartialOrderSampling implements Strategy {
  readonly name = 'pos';
  /** It has to see every operation that is done. */
  readonly asked = 'at-every-move';
  readonly proof = NOTHING;
  readonly #random: Random;
  #priorities = new Float64Array(0);
  #last: SwitchPoint;

  constructor(seed: number) {
    this.#random = new Random(seed);
  }

  begin(threads: number): boolean {
    if (this.#priorities.length < threads) this.#priorities = new Float64Array(threads);
    for (let thread = 0; thread < threads; thread += 1) this.#priorities[thread] = this.#random.next();
    return true;
  }

  choose({ enabled, count, current, pending, threads }: Moment): number {
    const priorities = this.#priorities;
    if (current >= 0) {
      for (let thread = 0; thread < threads; thread += 1)
        if (thread === current || isRace(this.#last, pending[thread])) priorities[thread] = this.#random.next();
    }
    let best = enabled[0]!;
    for (let at = 1; at < count; at += 1) if (priorities[enabled[at]!]! > priorities[best]!) best = enabled[at]!;
    this.#last = pending[best];
    return best;
  }

  end(): 'new' {
    return 'new';
  }
}

/** Whether the order of two operations may matter. */
function isRace(one: SwitchPoint, other: SwitchPoint): boolean {
  if (typeof one !== 'object' || typeof other !== 'object') return true;
  if (one instanceof Step || other instanceof Step) {
    if (!(one instanceof Step && other instanceof Step)) return false;
    return one.words === other.words && one.index === other.index && !(one.operation === 'load' && other.operation === 'load');
  }
  return one.target === other.target && !(one.announcement === 'read' && other.announcement === 'read');
}
