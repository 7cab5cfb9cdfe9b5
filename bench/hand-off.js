/**
 * From the moment one worker lets go until another, which sleeps, has it: through the lock, and through nothing but wait and notify.
 */
import { Worker } from 'node:worker_threads';
import { GlobalLock } from 'gil';
import { median } from './measure.js';

const ROUNDS = 600;
const REPETITIONS = 7;

async function gaps(how) {
  const lock = new GlobalLock();
  const words = new Int32Array(new SharedArrayBuffer(128));
  const stamps = new BigInt64Array(new SharedArrayBuffer(ROUNDS * 8));
  const sides = [0, 1].map((side) => {
    const workerData = { how, side, rounds: ROUNDS, words, stamps, handle: how === 'gil' ? lock.handle : undefined };
    return new Worker(new URL('./hand-off-worker.js', import.meta.url), { workerData });
  });
  await Promise.all(sides.map((side) => new Promise((resolve, reject) => side.once('error', reject).once('exit', resolve))));
  // The first tenth is warm-up.
  return median([...stamps.subarray(ROUNDS / 10)].map(Number)) / 1000;
}

export async function run() {
  const bare = [];
  const locked = [];
  for (let i = 0; i < REPETITIONS; i += 1) {
    bare.push(await gaps('bare'));
    locked.push(await gaps('gil'));
  }
  const microseconds = (values) => `${median(values).toFixed(1)} µs`;
  const ratio = Number(median(locked.map((gap, i) => gap / bare[i])).toFixed(3));
  return [{ name: 'hand-off: lock ÷ bare wait/notify', ratio, base: microseconds(bare), subject: microseconds(locked), reach: 1.5 }];
}
