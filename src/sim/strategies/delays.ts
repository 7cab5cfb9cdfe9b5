/**
 * Iterative delay bounding: deviations from a round robin. With many threads there are far fewer of them than of preemptions, since even the
 * order in which threads begin is one. Emmi, Qadeer, Rakamarić: Delay-Bounded Scheduling, POPL 2011.
 */
import { Iterative } from './iterative.js';
import { ROUND_ROBIN } from './tree.js';

export class Delays extends Iterative {
  constructor(most = Number.POSITIVE_INFINITY) {
    super('delays', ROUND_ROBIN, most);
  }
}
