/**
 * What a pool counts and times: how many calls became what, how long they waited and how long they ran.
 */
import { createHistogram, type Histogram } from '../host/histogram.js';

/** How a set of times is spread, in milliseconds. */
export interface Spread {
  /** How many there are. */
  readonly count: number;
  /** The shortest. */
  readonly min: number;
  /** The longest. */
  readonly max: number;
  /** Their mean. */
  readonly mean: number;
  /** Their standard deviation. */
  readonly stddev: number;
  /** Half of them are not longer. */
  readonly p50: number;
  /** Nine of ten are not longer. */
  readonly p90: number;
  /** 99 of a hundred are not longer. */
  readonly p99: number;
}

/** What a pool has done so far. */
export interface PoolStats {
  /** How many workers there are. */
  readonly workers: number;
  /** How many of them have nothing to do. */
  readonly idle: number;
  /** How many calls wait that no worker has been offered. */
  readonly waiting: number;
  /** How many calls it was given; a chunk is one. */
  readonly submitted: number;
  /** How many gave a result. */
  readonly completed: number;
  /** How many ended with an error. */
  readonly failed: number;
  /** From the submit until a worker began the call. */
  readonly waitTime: Spread;
  /** From there until it was over. */
  readonly runTime: Spread;
}

const NANOSECONDS = 1e6;

/** The counts of one pool. */
export class Tally {
  submitted = 0;
  completed = 0;
  failed = 0;
  readonly #waits = createHistogram();
  readonly #runs = createHistogram();

  /** How long a call waited and ran. */
  ran(submittedAt: number, began: number, ended: number): void {
    this.#waits.record(recordable((began - submittedAt) * NANOSECONDS));
    this.#runs.record(recordable((ended - began) * NANOSECONDS));
  }

  get waitTime(): Spread {
    return spread(this.#waits);
  }

  get runTime(): Spread {
    return spread(this.#runs);
  }
}

/** A histogram takes whole numbers from 1. */
function recordable(value: number): number {
  return Math.min(Math.max(Math.round(value), 1), Number.MAX_SAFE_INTEGER);
}

function spread(times: Histogram): Spread {
  const { count } = times;
  const ms = (value: number): number => (count === 0 ? 0 : value / NANOSECONDS);
  return {
    count,
    min: ms(times.min),
    max: ms(times.max),
    mean: ms(times.mean),
    stddev: ms(times.stddev),
    p50: ms(times.percentile(50)),
    p90: ms(times.percentile(90)),
    p99: ms(times.percentile(99)),
  };
}
