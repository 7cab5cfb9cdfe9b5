/**
 * `node test/chaos/run.js [--seconds 60] [--seed 1] [--dialect cpython-3.13] [--preemption interrupt]`: threads fight for one lock and are killed at random
 * moments, in every way there is. Says how many died, how many of them with the lock in their hands, and exits with 1 if two threads
 * ever held it at once, if the lock was ever lost, or if nobody got on for ten seconds.
 */
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { GlobalLock } from 'gil';
import { alone, DOOMED, enter, leave, PROGRESS, random, STOP, VIOLATIONS, WORDS } from './words.js';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    dialect: { type: 'string', default: 'cpython-3.13' },
    threads: { type: 'string', default: '4' },
    preemption: { type: 'string', default: 'checkpoint' },
  },
});
const draw = random(Number(values.seed));
const lock = new GlobalLock({ dialect: values.dialect, switchInterval: 1, preemption: values.preemption });
const words = new Int32Array(new SharedArrayBuffer(WORDS * 4));
const lockWords = new Int32Array(lock.handle.memory);
const isInterrupting = values.preemption === 'interrupt' || values.preemption === 'both';
const alive = new Set();
const deaths = { terminate: 0, exit: 0, error: 0, memory: 0 };

function start() {
  const fate = ['exit', 'error', 'terminate', 'terminate', 'terminate', 'terminate', 'memory'][draw(7)];
  const worker = new Worker(new URL(isInterrupting ? './interrupted.js' : './fighter.js', import.meta.url), {
    workerData: { handle: lock.handle, words, seed: draw(2 ** 31), fate, patience: 20 + draw(300) },
    resourceLimits: { maxOldGenerationSizeMb: 24 },
    stderr: true,
  });
  const number = worker.threadId;
  alive.add(worker);
  worker.on('error', () => {});
  worker.once('exit', () => {
    alive.delete(worker);
    if (words[STOP] !== 0) return;
    deaths[fate] += 1;
    start();
  });
  if (fate !== 'terminate') return;
  setTimeout(
    () => {
      if (words[STOP] !== 0) return;
      // Said beforehand: from here on its name may be found where it died.
      Atomics.store(words, DOOMED + number, 1);
      void worker.terminate();
    },
    60 + draw(300) + draw(100) / 100,
  );
}

/** This thread's own part: waits without blocking, gives up now and then, blocks now and then. */
async function contend() {
  while (words[STOP] === 0) {
    const hold = draw(4) === 0 ? lock.acquireSync({ timeout: 50 }) : await lock.acquire({ timeout: draw(20) });
    if (hold === null) continue;
    if (isInterrupting) alone(words, lockWords, 0);
    else enter(words, 0);
    if (draw(2) === 0) await new Promise((resolve) => setImmediate(resolve));
    if (isInterrupting) alone(words, lockWords, 0);
    else leave(words, 0);
    hold();
    await new Promise((resolve) => setTimeout(resolve, draw(5)));
  }
}

let hangs = 0;
let before = 0;
const watchdog = setInterval(() => {
  const progress = Atomics.load(words, PROGRESS);
  if (progress === before) {
    hangs += 1;
    console.error('nobody got on for ten seconds:', lock.toString(), lock.stats());
    process.exit(1);
  }
  before = progress;
}, 10_000);

for (let i = 0; i < Number(values.threads); i += 1) start();
const contending = contend();
await new Promise((resolve) => setTimeout(resolve, Number(values.seconds) * 1000));
Atomics.store(words, STOP, 1);
await contending;
while (alive.size > 0) await new Promise((resolve) => setTimeout(resolve, 10));
clearInterval(watchdog);

const { holds, abandoned, waiting, switches, threads, interrupts } = lock.stats();
const violations = Atomics.load(words, VIOLATIONS);
const lost = lock.isLocked() || threads !== 1;
console.log(
  JSON.stringify({
    dialect: values.dialect,
    preemption: values.preemption,
    interrupts: interrupts.drops,
    inNative: interrupts.inNative,
    seconds: Number(values.seconds),
    seed: Number(values.seed),
    deaths,
    abandoned,
    holds,
    switches,
    violations,
    hangs,
    lost: lost && { lock: lock.toString(), holder: lock.holder(), threads: lock.stats().perThread },
    // Threads that died between counting themselves in and saying so: the count of waiters stays too high by them, which costs a look.
    miscounted: waiting,
  }),
);
process.exitCode = violations > 0 || lost ? 1 : 0;
