/**
 * One schedule, given move by move. Where the thread to be moved cannot go on, or the list is at its end, the running thread goes on as long as it
 * can, then the one with the lowest number.
 */
import { CUT, type Moment, NOTHING, type Strategy } from '../strategy.js';
import { RUNNING_FIRST } from './tree.js';

export class Replay implements Strategy {
  readonly name = 'replay';
  readonly asked = 'at-every-move';
  readonly proof = NOTHING;
  /** The first move that could not be made as it was given, or -1. */
  divergedAt = -1;
  readonly #trace: ArrayLike<number>;
  #stage: 'new' | 'over' = 'new';

  constructor(trace: ArrayLike<number>) {
    this.#trace = trace;
  }

  begin(): boolean {
    const isNew = this.#stage === 'new';
    this.#stage = 'over';
    return isNew;
  }

  choose(moment: Moment): number {
    const wanted = this.#trace[moment.step];
    for (let at = 0; at < moment.count; at += 1) if (moment.enabled[at] === wanted) return wanted!;
    if (wanted !== undefined && this.divergedAt < 0) this.divergedAt = moment.step;
    return RUNNING_FIRST.at(moment, 0);
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
