/**
 * Every lock side by side in one run, each in turn, several times: alone, with two and four threads on an empty section, and from
 * hand to hand. No ratio to reach: a table to read.
 */
import { Worker } from 'node:worker_threads';
import { asyncMutex, installed, SHARED } from './locks.js';
import { betweenTwo, median, time } from './measure.js';

const REPETITIONS = 5;
const ALONE = 200_000;
const MILLISECONDS = 300;

async function alone({ create, open }) {
  const { lock, unlock } = await open(create());
  const rounds = () => {
    for (let i = 0; i < ALONE; i += 1) {
      lock();
      unlock();
    }
  };
  return ((await time(rounds)) / ALONE) * 1e6;
}

async function aloneAsync() {
  const mutex = asyncMutex.create();
  const rounds = async () => {
    for (let i = 0; i < ALONE / 20; i += 1) (await mutex.acquire())();
  };
  return ((await time(rounds)) / (ALONE / 20)) * 1e6;
}

async function together({ name, create }, threads) {
  const memory = create();
  const words = new Int32Array(new SharedArrayBuffer(256));
  const workers = Array.from(
    { length: threads },
    (_, me) => new Worker(new URL('./contention-worker.js', import.meta.url), { workerData: { name, memory, words, me } }),
  );
  const gone = Promise.all(workers.map((worker) => new Promise((resolve, reject) => worker.once('error', reject).once('exit', resolve))));
  while (Atomics.load(words, 0) < threads) await new Promise((resolve) => setTimeout(resolve, 1));
  Atomics.store(words, 0, -1);
  Atomics.notify(words, 0);
  await new Promise((resolve) => setTimeout(resolve, MILLISECONDS));
  Atomics.store(words, 1, 1);
  await gone;
  const results = Array.from({ length: threads }, (_, me) => [words[8 + me * 2], words[9 + me * 2]]);
  return {
    perSecond: (results.reduce((sum, [count]) => sum + count, 0) / MILLISECONDS) * 1000,
    longest: Math.max(...results.map(([, longest]) => longest)),
    least: Math.min(...results.map(([count]) => count)) / Math.max(1, Math.max(...results.map(([count]) => count))),
  };
}

function handOff({ name, create }) {
  return betweenTwo('./hand-off-worker.js', { how: name, handle: create(), rounds: 1500, warmUp: 0.5 });
}

export async function run() {
  const locks = await installed();
  const measured = new Map(locks.map(({ name }) => [name, { alone: [], two: [], four: [], handOff: [] }]));
  const asynchronous = [];
  for (let i = 0; i < REPETITIONS; i += 1) {
    asynchronous.push(await aloneAsync());
    for (const lock of locks) {
      const figures = measured.get(lock.name);
      figures.alone.push(await alone(lock));
      figures.two.push(await together(lock, 2));
      figures.four.push(await together(lock, 4));
      figures.handOff.push(await handOff(lock));
    }
  }
  const of = (values, pick) => median(values.map(pick));
  const rows = locks.map(({ name }) => {
    const { alone, two, four, handOff } = measured.get(name);
    return {
      lock: name,
      'alone, ns': Math.round(of(alone, Number)),
      '2 threads, M/s': (of(two, ({ perSecond }) => perSecond) / 1e6).toFixed(2),
      'longest run (2)': of(two, ({ longest }) => longest),
      'least ÷ most (2)': of(two, ({ least }) => least).toFixed(2),
      '4 threads, M/s': (of(four, ({ perSecond }) => perSecond) / 1e6).toFixed(2),
      'longest run (4)': of(four, ({ longest }) => longest),
      'least ÷ most (4)': of(four, ({ least }) => least).toFixed(2),
      'hand-off, µs': median(handOff).toFixed(1),
    };
  });
  rows.push({ lock: asyncMutex.name, 'alone, ns': Math.round(median(asynchronous)) });
  const missing = SHARED.filter((each) => !locks.includes(each)).map(({ name }) => name);
  return { table: rows, remark: missing.length > 0 ? `not installed: ${missing.join(', ')}` : '' };
}
