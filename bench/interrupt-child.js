/**
 * One measure under one preemption, in a process of its own: once its interrupter runs, the engine's inspector knows all threads of a
 * process. `fork` it with MEASURE PREEMPTION INTERVAL; each message asks for one measurement, and is answered by it.
 */
import { Worker } from 'node:worker_threads';
import { GlobalLock, ThreadPool } from 'gil';
import { time } from './measure.js';

const [measure, preemption, interval] = process.argv.slice(2);
const switchInterval = Number(interval);
const [READY, STOP, ROUND, DONE] = [0, 1, 2, 3];
const THREADS = 3;
const WARM_UP = 400;
/** Turns of the loop that a thread does for a round: about 200 ms, and all together about 600. */
const TURNS = 4e7;
const TASKS = 20_000;
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function start(count, data) {
  const words = new Int32Array(new SharedArrayBuffer(64));
  const workers = Array.from(
    { length: count },
    () => new Worker(new URL('./interrupt-worker.js', import.meta.url), { workerData: { ...data, words } }),
  );
  const ended = Promise.all(workers.map((worker) => new Promise((resolve, reject) => worker.once('error', reject).once('exit', resolve))));
  await reached(words, READY, count);
  return { words, ended };
}

async function reached(words, word, wanted) {
  for (let seen = Atomics.load(words, word); seen < wanted; seen = Atomics.load(words, word)) {
    await Atomics.waitAsync(words, word, seen, 50).value;
  }
}

/** Three threads that never let go by themselves: switches a second, and milliseconds from each request to another's take. */
async function endless() {
  const lock = new GlobalLock({ switchInterval, preemption, trace: { capacity: 100_000 } });
  const { words, ended } = await start(THREADS, { handle: lock.handle });
  await pause(WARM_UP);
  const before = lock.stats();
  const begin = performance.now();
  await pause(Math.max(1000, switchInterval * 60));
  const { switches, interrupts } = lock.stats();
  const perSecond = (switches - before.switches) / ((performance.now() - begin) / 1000);
  Atomics.store(words, STOP, 1);
  await ended;
  const waits = [];
  let request;
  for (const event of lock.events()) {
    if (event.switchNumber < before.switches || event.switchNumber > switches) continue;
    // A waiter may ask again: the first one counts.
    if (event.type === 'request' && request?.switchNumber !== event.switchNumber) request = event;
    if (event.type !== 'take' || request === undefined || event.ident === request.holder) continue;
    waits.push(event.time - request.time);
    request = undefined;
  }
  return { perSecond, waits, inNative: interrupts.inNative - before.interrupts.inNative };
}

/** Milliseconds in which so many threads of one lock do their pieces. */
async function pieces(count) {
  const lock = new GlobalLock({ switchInterval, preemption });
  const { words } = await start(count, { handle: lock.handle, turns: TURNS });
  let round = 0;
  const once = () =>
    time(async () => {
      Atomics.store(words, DONE, 0);
      Atomics.store(words, ROUND, ++round);
      Atomics.notify(words, ROUND);
      await reached(words, DONE, count);
    });
  await once();
  return once;
}

/** Milliseconds for many short tasks of a pool. */
async function tasks() {
  const pool = new ThreadPool(2, { dialect: 'cpython-3.13', preemption });
  const next = (n) => n + 1;
  const once = () =>
    time(async () => {
      for (let i = 0; i < TASKS; i += 100) await Promise.all(Array.from({ length: 100 }, (_, n) => pool.submit(next, n)));
    });
  for (let i = 0; i < 4; i += 1) await once();
  return once;
}

/** Milliseconds from a pool's creation to its first result, the first pool of the process. */
const cold = () => time(() => new ThreadPool(2, { dialect: 'cpython-3.13', preemption }).submit(() => 1));

const MEASURES = { endless: () => endless, alone: () => pieces(1), shared: () => pieces(THREADS), tasks, cold: () => cold };

const once = await MEASURES[measure]();
process.on('message', async () => process.send(await once()));
process.on('disconnect', () => process.exit());
process.send('ready');
