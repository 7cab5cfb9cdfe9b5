/**
 * `gil/threading` beside the least that a lock does and beside its peers, all in one run, each in turn: alone on one thread, and
 * between two. A ratio is that of the times, so less is better.
 */
import { Worker } from 'node:worker_threads';
import { Lock } from 'gil/threading';
import { median, ratio, time } from './measure.js';
import { KINDS, present } from './threading-subjects.js';
import { COUNTS, ENDED, GATE, INSIDE, NEVER, READY, STOP, WORDS } from './threading-words.js';

const REPETITIONS = 9;
const ROUNDS = 300_000;
const MILLISECONDS = 60;
const WHERE = { 1: 'on one thread', 2: 'between two threads' };

/** The lock against one compare-and-swap and one store. */
async function againstCas() {
  const lock = new Lock();
  const words = new Int32Array(new SharedArrayBuffer(64));
  const base = () => {
    for (let i = 0; i < ROUNDS; i += 1) {
      Atomics.compareExchange(words, 0, 0, 1);
      Atomics.store(words, 0, 0);
    }
  };
  const ways = {
    'acquireSync + release': () => {
      for (let i = 0; i < ROUNDS; i += 1) {
        lock.acquireSync();
        lock.release();
      }
    },
    'tryAcquire + release': () => {
      for (let i = 0; i < ROUNDS; i += 1) {
        lock.tryAcquire();
        lock.release();
      }
    },
    'acquireSync + its releaser': () => {
      for (let i = 0; i < ROUNDS; i += 1) lock.acquireSync()();
    },
    runExclusiveSync: () => {
      for (let i = 0; i < ROUNDS; i += 1) lock.runExclusiveSync(nothing);
    },
  };
  const rows = [];
  for (const [name, subject] of Object.entries(ways)) {
    rows.push({ name: `Lock alone: ${name} ÷ CAS + store`, ...(await ratio({ base, subject, unit: ROUNDS })), reach: 1.5 });
  }
  return rows;
}

function nothing() {}

/** How to measure nanoseconds from one use to the next while one or two threads, of its own, are at it. */
async function prepare({ name, create }, kind, threads) {
  const handle = await create();
  const words = new Int32Array(new SharedArrayBuffer(WORDS * 4));
  const workers = Array.from(
    { length: threads },
    (_, me) => new Worker(new URL('./threading-worker.js', import.meta.url), { workerData: { kind, name, handle, words, threads, me } }),
  );
  const ended = Promise.all(workers.map((worker) => new Promise((resolve, reject) => worker.once('error', reject).once('exit', resolve))));
  ended.catch(() => {});
  const reached = async (index, value) => {
    while (Atomics.load(words, index) < value) await Promise.race([ended, sleep(1)]);
  };
  const open = (round) => {
    Atomics.store(words, GATE, round);
    Atomics.notify(words, GATE);
  };
  await reached(READY, threads);
  return {
    async sample() {
      words.fill(0, STOP);
      open(words[GATE] + 1);
      const milliseconds = await time(() => sleep(MILLISECONDS));
      Atomics.store(words, STOP, 1);
      await reached(ENDED, threads);
      const uses = words.subarray(COUNTS).reduce((sum, count) => sum + count);
      if (words[INSIDE] !== uses) throw new Error(`${name}: a ${kind} that lost ${uses - words[INSIDE]} of ${uses}`);
      return (milliseconds / uses) * 1e6;
    },
    async end() {
      open(NEVER);
      await ended;
    },
  };
}

function sleep(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Every subject of a kind in turn, many times. */
async function beside(kind, subjects, threads) {
  const measured = [];
  for (const subject of subjects) measured.push({ name: subject.name, times: [], ...(await prepare(subject, kind, threads)) });
  for (let i = -2; i < REPETITIONS; i += 1) {
    for (const { times, sample } of measured) {
      const nanoseconds = await sample();
      if (i >= 0) times.push(nanoseconds);
    }
  }
  for (const { end } of measured) await end();
  const [own, ...peers] = measured;
  const show = ({ times }) => `${median(times).toFixed(1)} ns`;
  return peers.map((peer) => ({
    name: `${kind} ${WHERE[threads]} ÷ ${peer.name}`,
    ratio: Number(median(own.times.map((each, i) => each / peer.times[i])).toFixed(3)),
    reach: 1,
    base: show(peer),
    subject: show(own),
  }));
}

export async function run() {
  const rows = await againstCas();
  const missing = [];
  for (const kind of Object.keys(KINDS)) {
    const subjects = await present(kind);
    for (const threads of subjects.length > 0 ? [1, 2] : []) rows.push(...(await beside(kind, subjects, threads)));
    missing.push(...KINDS[kind].filter((each) => !subjects.includes(each)).map(({ name }) => `${kind} of ${name}`));
  }
  return { rows, remark: missing.length > 0 ? `not here: ${missing.join(', ')}` : '' };
}
