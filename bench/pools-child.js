/**
 * One pool, one measure, in a process of its own: `node --expose-gc pools-child.js POOL MEASURE` prints a line of JSON.
 */
import { time } from './measure.js';
import { load } from './pools-subjects.js';

const WORKERS = 2;
const WARM_UP = 2000;
const ROUND_TRIPS = 10_000;
const TASKS = 100_000;

const rss = () => process.memoryUsage.rss() / 2 ** 20;
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** With a pause in the middle, after which all workers are there. */
async function warm({ run }) {
  for (let i = 0; i < WARM_UP; i += 100) {
    if (i === WARM_UP / 2) await pause(100);
    await Promise.all(Array.from({ length: 100 }, (_, n) => (n % 2 === 0 ? run('empty') : run('echo', n))));
  }
}

async function roundTrip({ run }) {
  const one = async (count) => {
    for (let i = 0; i < count; i += 1) await run('empty');
  };
  await one(WARM_UP);
  return ((await time(() => one(ROUND_TRIPS))) / ROUND_TRIPS) * 1000;
}

/** Tasks a second, and how much more memory the process has when all are queued and at most until all are done. */
async function throughput({ run }, task, argument) {
  globalThis.gc();
  const before = rss();
  let most = 0;
  const look = () => {
    most = Math.max(most, rss());
  };
  const start = performance.now();
  const kept = [];
  for (let i = 0; i < TASKS; i += 1) kept.push(run(task, argument));
  const queued = rss();
  most = queued;
  const looking = setInterval(look, 25);
  await Promise.all(kept);
  const milliseconds = performance.now() - start;
  look();
  clearInterval(looking);
  return { perSecond: (TASKS / milliseconds) * 1000, queued: queued - before, most: most - before };
}

/** Four tasks of 100 ms at once, as a multiple of half the time that they take one after another. */
async function makespan({ run }) {
  const fourAtOnce = (turns) => Promise.all([1, 2, 3, 4].map(() => run('burn', turns)));
  for (let i = 0; i < 10; i += 1) await fourAtOnce(1e6);
  const turns = Math.round((2e7 * 100) / (await time(() => run('burn', 2e7))));
  // Once for nothing: the engine compiles anew where a loop first does what it never did, such as to let its lock go.
  await fourAtOnce(turns);
  const oneByOne = await time(async () => {
    for (let i = 0; i < 4; i += 1) await run('burn', turns);
  });
  return (await time(() => fourAtOnce(turns))) / (oneByOne / 2);
}

/** Nanoseconds of one take and drop of a pool's lock, with nobody else there. */
async function lock({ pool }) {
  if (pool.lock === undefined) return null;
  const rounds = (count) => {
    for (let i = 0; i < count; i += 1) {
      pool.lock.acquireSync();
      pool.lock.release();
    }
  };
  rounds(1e5);
  return (await time(() => rounds(1e6))) / 1e6 / 1e-6;
}

async function cold(create) {
  return time(() => create(WORKERS).run('empty'));
}

const warmed = (measure) => async (create) => {
  const subject = create(WORKERS);
  await warm(subject);
  return measure(subject);
};

const MEASURES = {
  roundTrip: warmed(roundTrip),
  throughput: warmed((subject) => throughput(subject, 'empty')),
  argument: warmed((subject) => throughput(subject, 'echo', 42)),
  makespan: warmed(makespan),
  cold,
  lock: warmed(lock),
};

const [name, measure] = process.argv.slice(2);
console.log(JSON.stringify(await MEASURES[measure](await load(name))));
// Not every pool lets its process end, and not every one's own way to end it does end.
process.exit();
