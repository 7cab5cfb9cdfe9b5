/**
 * How a ratio is taken: both sides in turn, many times, in one run; the median of the pairs' ratios. A machine that is busy for a
 * while slows both sides of a pair.
 */

import { Worker } from 'node:worker_threads';

/**
 * Two workers of `file` that hand something to and fro: microseconds from one's letting go to the other's having it, the middle one of
 * what comes after the first `warmUp` part of the rounds.
 */
export async function betweenTwo(file, { rounds, warmUp, ...data }) {
  const words = new Int32Array(new SharedArrayBuffer(128));
  const stamps = new BigInt64Array(new SharedArrayBuffer(rounds * 8));
  const sides = [0, 1].map((side) => new Worker(new URL(file, import.meta.url), { workerData: { ...data, side, rounds, words, stamps } }));
  await Promise.all(sides.map((side) => new Promise((resolve, reject) => side.once('error', reject).once('exit', resolve))));
  return median([...stamps.subarray(rounds * warmUp)].map(Number)) / 1000;
}

/** The middle one. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Milliseconds that `task` takes. */
export async function time(task) {
  const start = performance.now();
  await task();
  return performance.now() - start;
}

/** `subject ÷ base`, from `pairs` pairs after a warm-up; `unit` is how many operations one call of
 * either does, if one operation's time is of interest. */
export async function ratio({ base, subject, pairs = 21, unit }) {
  for (let i = 0; i < 3; i += 1) {
    await base();
    await subject();
  }
  const ratios = [];
  const times = { base: [], subject: [] };
  for (let i = 0; i < pairs; i += 1) {
    const baseTime = await time(base);
    const subjectTime = await time(subject);
    ratios.push(subjectTime / baseTime);
    times.base.push(baseTime);
    times.subject.push(subjectTime);
  }
  const show = (values) => (unit ? `${((median(values) / unit) * 1e6).toFixed(1)} ns` : `${median(values).toFixed(2)} ms`);
  return { ratio: Number(median(ratios).toFixed(3)), base: show(times.base), subject: show(times.subject) };
}
