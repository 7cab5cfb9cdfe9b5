/**
 * What a pool counts and times: how many calls became what, how long they waited and how long they ran.
 */
import { createHistogram, type Histogram } from '../host/histogram.js';
import type { Times } from '../runtime/messages.js';

/** How a set of times is spread, in milliseconds. */
export interface Spread {
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly stddev: number;
  readonly p50: number;
  readonly p90: number;
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

  finished(submittedAt: number, [began, ended]: Times, outcome: 'value' | 'error' | 'stopped'): void {
    if (outcome === 'value') this.completed += 1;
    else this.failed += 1;
    if (ended === 0) return;
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
