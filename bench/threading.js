/**
 * `gil/threading` beside the least that a lock does and beside its peers, all in one run, each in turn: alone on one thread, and
 * between two. A ratio is that of the times, so less is better.
 */
import { Worker } from 'node:worker_threads';
import { Lock } from 'gil/threading';
import { median, ratio, time } from './measure.js';
import { KINDS, present, SUBJECTS } from './threading-subjects.js';
import { COUNTS, ENDED, GATE, INSIDE, NEVER, READY, STOP, WORDS } from './threading-words.js';

const REPETITIONS = 9;
const ROUNDS = 300_000;
const MILLISECONDS = 60;
/** A function that lets go once has to be made each time. */
const REACH = { 'acquireSync + its releaser': 2 };
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
    rows.push({ name: `Lock alone: ${name} ÷ CAS + store`, ...(await ratio({ base, subject, unit: ROUNDS })), reach: REACH[name] ?? 1.5 });
  }
  return rows;
}

function nothing() {}

/** How to measure nanoseconds from one use to the next, and how evenly the uses are spread, while one or two threads, of its own, are at it. */
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
      const counts = [...words.subarray(COUNTS, COUNTS + threads)];
      const uses = counts.reduce((sum, count) => sum + count);
      if (words[INSIDE] !== uses) throw new Error(`${name}: a ${kind} that lost ${uses - words[INSIDE]} of ${uses}`);
      return { nanoseconds: (milliseconds / uses) * 1e6, evenness: Math.min(...counts) / Math.max(...counts) };
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

/** Every subject of a kind in turn, many times: its figures, the ratios, and a line of the table. */
async function beside(kind, subjects, threads) {
  const measured = [];
  for (const subject of subjects) measured.push({ name: subject.name, samples: [], ...(await prepare(subject, kind, threads)) });
  for (let i = -2; i < REPETITIONS; i += 1) {
    for (const { samples, sample } of measured) {
      const figures = await sample();
      if (i >= 0) samples.push(figures);
    }
  }
  for (const { end } of measured) await end();
  for (const each of measured) each.middle = median(each.samples.map(({ nanoseconds }) => nanoseconds));
  const [own, ...peers] = measured;
  const show = (nanoseconds) => `${nanoseconds.toFixed(1)} ns`;
  const rows = peers.map((peer) => ({
    name: `${kind} ${WHERE[threads]} ÷ ${peer.name}`,
    ratio: Number(median(own.samples.map(({ nanoseconds }, i) => nanoseconds / peer.samples[i].nanoseconds)).toFixed(3)),
    reach: 1,
    base: show(peer.middle),
    subject: show(own.middle),
  }));
  if (kind === 'Queue' && threads === 2) {
    const ratio = Number((own.middle / 1000).toFixed(3));
    rows.push({
      name: 'Queue between two threads ÷ a million items a second',
      ratio,
      reach: 1,
      base: '1000.0 ns',
      subject: show(own.middle),
    });
  }
  const evenness = ({ samples }) =>
    threads === 2 && kind !== 'Queue' ? ` (${median(samples.map((each) => each.evenness)).toFixed(2)})` : '';
  const cells = measured.map((each) => [each.name, `${show(each.middle)}${evenness(each)}`]);
  return { rows, line: { what: `${kind} ${WHERE[threads]}`, ...Object.fromEntries(cells) } };
}

const REMARK = `Nanoseconds from one use to the next; in brackets the uses of the thread that had fewer ÷ those of the other.`;

export async function run() {
  const rows = await againstCas();
  const table = [];
  for (const kind of Object.keys(KINDS)) {
    const subjects = await present(kind);
    const here = subjects.map(({ name }) => name);
    const others = SUBJECTS.filter((name) => !here.includes(name));
    const absent = Object.fromEntries(
      others.map((name) => [name, KINDS[kind].some((each) => each.name === name) ? 'not here' : 'has none']),
    );
    for (const threads of here.includes('gil') ? [1, 2] : []) {
      const { rows: own, line } = await beside(kind, subjects, threads);
      rows.push(...own);
      const cells = { ...line, ...absent };
      table.push({ what: cells.what, ...Object.fromEntries(SUBJECTS.map((name) => [name, cells[name]])) });
    }
    if (!here.includes('gil')) table.push({ what: kind, gil: 'not here' });
  }
  return { rows, table, remark: REMARK };
}
