/**
 * Whether there are two cores for two threads at this moment. The system's own account does not tell: two virtual cores may be the two
 * halves of one real core, now and then, and then even strangers to each other slow each other down.
 */
import { ThreadPool } from '../executors/thread-pool.js';
import { now } from '../host/clock.js';
import { calibrate } from './measure.js';
import { onEveryWorker } from './work.js';

/** How long a look at the cores takes, in ms, first for one thread and then for both. */
const LOOK = 4;

/** Two threads without a lock that are there to be compared with one. */
export interface Probe extends AsyncDisposable {
  /** How much faster two threads are than one right now: nearly 2 when both have a core of their own. */
  cores(): Promise<number>;
}

/** Starts the two threads and lets them get warm. */
export async function openProbe(): Promise<Probe> {
  const pool = new ThreadPool(2, { dialect: 'cpython-3.13t', threadNamePrefix: 'probe' });
  const turns = await calibrate(LOOK, 1_000_000, (count) => pool.submit(keepCoreBusy, count));
  for (let i = 0; i < 5; i += 1) await onEveryWorker(pool, keepCoreBusy, turns);
  return {
    async cores() {
      const begin = now();
      await pool.submit(keepCoreBusy, turns);
      const between = now();
      await onEveryWorker(pool, keepCoreBusy, turns);
      return (2 * (between - begin)) / (now() - between);
    },
    [Symbol.asyncDispose]: () => pool.shutdown(),
  };
}

/** Independent sums, so that the core has something to do in every cycle: whoever shares it will notice. */
function keepCoreBusy(turns: number): number {
  let a = 1;
  let b = 2;
  let c = 3;
  let d = 4;
  let e = 5;
  let f = 6;
  for (let i = 0; i < turns; i += 1) {
    a = (a + i) | 0;
    b = (b ^ i) | 0;
    c = (c + 3) | 0;
    d = (d ^ a) | 0;
    e = (e + b) | 0;
    f = (f + c) | 0;
  }
  return a + b + c + d + e + f;
}
