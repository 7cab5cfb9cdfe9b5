/**
 * One schedule, given move by move. A move that cannot be made is left out: where a schedule was changed to make it simpler, others may be in the way
 * of nothing. At the end of the list the running thread goes on as long as it can, then the one with the lowest number; or all in turns.
 */
import { CUT, isPreemption, type Moment, NOTHING, type Strategy } from '../strategy.js';
import { nextInTurn, RUNNING_FIRST } from './tree.js';

/** Who goes on after all moves that are given. */
export type Then = 'running first' | 'in turns';

export class Replay implements Strategy {
  readonly name = 'replay';
  readonly asked = 'at-every-move';
  readonly proof = NOTHING;
  /** The first move that could not be made as it was given, or -1. */
  divergedAt = -1;
  /** How many preemptions it took. */
  preemptions = 0;
  readonly #trace: ArrayLike<number>;
  readonly #then: Then;
  #next = 0;
  #stage: 'new' | 'over' = 'new';

  constructor(trace: ArrayLike<number>, then: Then = 'running first') {
    this.#trace = trace;
    this.#then = then;
  }

  begin(): boolean {
    const isNew = this.#stage === 'new';
    this.#stage = 'over';
    return isNew;
  }

  choose(moment: Moment): number {
    let thread = -1;
    while (this.#next < this.#trace.length && thread < 0) {
      const wanted = this.#trace[this.#next]!;
      this.#next += 1;
      for (let at = 0; at < moment.count; at += 1) if (moment.enabled[at] === wanted) thread = wanted;
      if (thread < 0 && this.divergedAt < 0) this.divergedAt = moment.step;
    }
    if (thread < 0 && this.#then === 'in turns') return nextInTurn(moment);
    if (thread < 0) thread = RUNNING_FIRST.at(moment, 0);
    if (isPreemption(moment, thread)) this.preemptions += 1;
    return thread;
  }

  end(): 'new' {
    return 'new';
  }
}

/** One schedule, all of whose moves are given, up to its last move. */
export class Followed implements Strategy {
  readonly name = 'replay';
  readonly asked = 'at-every-move';
  readonly proof = NOTHING;
  readonly #trace: ArrayLike<number>;

  constructor(trace: ArrayLike<number>) {
    this.#trace = trace;
  }

  begin(): boolean {
    return true;
  }

  choose({ step }: Moment): number {
    return this.#trace[step] ?? CUT;
  }

  end(): 'new' {
    return 'new';
  }
}
