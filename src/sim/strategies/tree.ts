/**
 * The tree of all schedules, depth first: what every search shares that misses nothing. A branch is a choice between threads; what a branch
 * costs, and how much a schedule may cost, is what makes the searches differ.
 */
import { diverged, isSamePoint, tellEnabled, tellSet, tellStanding } from '../divergence.js';
import type { NondeterminismError } from '../errors.js';
import type { Moment } from '../strategy.js';
import type { SwitchPoint } from '../switch-point.js';

/** The order in which the threads of a moment are tried, and what each costs. */
export interface Order {
  /** The thread at a position, 0 first. */
  at(moment: Moment, position: number): number;
  /** What it costs to choose it. */
  cost(moment: Moment, position: number): number;
}

/** Keeps the running thread first, then by number. A preemption costs 1. */
export const RUNNING_FIRST: Order = {
  at({ enabled, count, current }, position) {
    const home = indexOf(enabled, count, current);
    if (home < 0) return enabled[position]!;
    if (position === 0) return current;
    return enabled[position <= home ? position - 1 : position]!;
  },
  cost({ enabled, count, current }, position) {
    return position > 0 && indexOf(enabled, count, current) >= 0 ? 1 : 0;
  },
};

/** Round robin from the running thread on; to pass over one costs 1 each. */
export const ROUND_ROBIN: Order = {
  at({ enabled, count, current }, position) {
    let home = 0;
    while (home < count && enabled[home]! < current) home += 1;
    return enabled[(home + position) % count]!;
  },
  cost: (_, position) => position,
};

/** Everybody in turns, a move each. */
export function nextInTurn({ enabled, count, current }: Moment): number {
  for (let at = 0; at < count; at += 1) if (enabled[at]! > current) return enabled[at]!;
  return enabled[0]!;
}

function indexOf(enabled: Int32Array, count: number, thread: number): number {
  for (let at = 0; at < count; at += 1) if (enabled[at] === thread) return at;
  return -1;
}

export class Tree {
  /** Whether a branch was left out because it cost too much. */
  pruned: 'nothing' | 'something' = 'nothing';
  /** What the last schedule cost. */
  spent = 0;
  readonly #order: Order;
  readonly #bound: number;
  /** Of each choice on the way to here: the branch taken, how many there are within the bound, when it was, and which threads could go on. */
  #taken = new Int32Array(256);
  #widths = new Int32Array(256);
  #steps = new Int32Array(256);
  #sets = new Int32Array(256);
  readonly #chosen: SwitchPoint[] = [];
  readonly #threads: number[] = [];
  #depth = 0;
  #length = 0;
  #stage: 'new' | 'begun' = 'new';

  constructor(order: Order, bound = Number.POSITIVE_INFINITY) {
    this.#order = order;
    this.#bound = bound;
  }

  /** Goes to the next schedule; `false`: there is none. */
  next(): boolean {
    this.#depth = 0;
    this.spent = 0;
    if (this.#stage === 'new') {
      this.#stage = 'begun';
      return true;
    }
    while (this.#length > 0) {
      const last = this.#length - 1;
      this.#taken[last]! += 1;
      if (this.#taken[last]! < this.#widths[last]!) return true;
      this.#length = last;
    }
    return false;
  }

  choose(moment: Moment): number {
    const depth = this.#depth;
    if (depth === this.#length) this.#grow(moment);
    else if (this.#sets[depth] !== moment.set || this.#steps[depth] !== moment.step) throw this.#diverged(depth, moment);
    const position = this.#taken[depth]!;
    const thread = this.#order.at(moment, position);
    if (position > 0) this.spent += this.#order.cost(moment, position);
    const point = moment.pending[thread];
    // On the way to the last choice everything must be as it was; that choice itself is a new one.
    if (depth === this.#length - 1) {
      this.#chosen[depth] = point;
      this.#threads[depth] = thread;
    } else if (!isSamePoint(this.#chosen[depth], point))
      throw diverged(moment.step + 1, tellStanding(moment, thread, this.#chosen[depth]), tellStanding(moment, thread));
    this.#depth = depth + 1;
    return thread;
  }

  /** After each schedule: whether it came as far as the choices that it was to make. */
  finish(moment: Moment): void {
    if (this.#depth < this.#length) throw this.#diverged(this.#depth, moment);
  }

  /** At a choice other threads can go on than the last time, or there is none at that step. */
  #diverged(depth: number, moment: Moment): NondeterminismError {
    const { step, trace, names, count } = moment;
    const expected = this.#steps[depth]!;
    if (step > expected) return diverged(expected + 1, tellSet(this.#sets[depth]!, moment), `nobody but ${names[trace[expected]!]}`);
    if (count === 0) {
      const thread = this.#threads[depth]!;
      return diverged(step + 1, tellStanding(moment, thread, this.#chosen[depth]), tellStanding(moment, thread));
    }
    return diverged(step + 1, step === expected ? tellSet(this.#sets[depth]!, moment) : 'one thread able to go on', tellEnabled(moment));
  }

  /** Leaves out what else could be chosen since a step, once a thread has made more than `idle` moves there. */
  close({ trace }: Moment, thread: number, since: number, idle: number): void {
    let [at, made] = [since, 0];
    for (let depth = 0; depth < this.#depth; depth += 1) {
      const step = this.#steps[depth]!;
      for (; at < step; at += 1) if (trace[at] === thread) made += 1;
      if (made > idle) this.#widths[depth] = Math.min(this.#widths[depth]!, this.#taken[depth]! + 1);
    }
  }

  #grow(moment: Moment): void {
    const depth = this.#length;
    if (depth === this.#taken.length) {
      this.#taken = longer(this.#taken);
      this.#widths = longer(this.#widths);
      this.#steps = longer(this.#steps);
      this.#sets = longer(this.#sets);
    }
    let width = moment.count;
    if (this.#bound !== Number.POSITIVE_INFINITY) {
      const left = this.#bound - this.spent;
      while (width > 1 && this.#order.cost(moment, width - 1) > left) width -= 1;
      if (width < moment.count) this.pruned = 'something';
    }
    this.#taken[depth] = 0;
    this.#widths[depth] = width;
    this.#steps[depth] = moment.step;
    this.#sets[depth] = moment.set;
    this.#length = depth + 1;
  }
}

function longer(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const copy = new Int32Array(array.length * 2);
  copy.set(array);
  return copy;
}
