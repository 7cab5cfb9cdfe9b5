/**
 * Iterative preemption bounding: first all schedules in which nobody loses the processor against its will, then those in which it happens
 * once, and so on. Most bugs need one or two. Musuvathi, Qadeer: Iterative Context Bounding, PLDI 2007.
 */
import { Iterative } from './iterative.js';
import { RUNNING_FIRST } from './tree.js';

export class Preemptions extends Iterative {
  constructor(most = Number.POSITIVE_INFINITY) {
    super('preemptions', RUNNING_FIRST, most);
  }
}
