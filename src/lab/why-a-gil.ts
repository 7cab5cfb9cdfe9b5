/**
 * The second claim: the GIL exists because of reference counts. Four workers raise one shared count and lower it again by plain
 * read, add, write; without a lock counts are lost, with it none. Atomic counts would be right without a lock, at a price.
 */
import type { DialectName } from '../dialects/registry.js';
import { ThreadPool } from '../executors/thread-pool.js';
import type { Context, Experiment, Outcome } from './experiment.js';
import { aboutLoad, quietly, roundFigures } from './load.js';
import { calibrate, interleave } from './measure.js';
import { millions } from './units.js';
import { onEveryWorker } from './work.js';

const THREADS = 4;
/** Below the usual 5 ms: more switches, so more chances to lose a count, in the same time. */
const INTERVAL = 1;
/** How often each thread raises the count, and lowers it again. */
const CHANGES = 10_000_000;

export const whyAGil: Experiment = {
  name: 'why-a-gil',
  claim: 'The GIL exists because reference counts must not be lost',
  question: 'What becomes of a plain count that four threads raise and lower?',
  article: 'no figure',
  cpython: '4 threads, 800 000 times `o.x += 1`: 0 lost (3.13.0), up to 486 328 lost with the GIL off (3.13.5t)',
  expectation: 'counts lost without the lock, none with it, over at least 20 switches',
  async run(context: Context): Promise<Outcome> {
    context.progress('counting under the lock');
    const locked = await countUpAndDown('cpython-3.13');
    context.progress('counting without a lock');
    const free = await countUpAndDown('cpython-3.13t');
    const price = await atomicPrice(context);
    const ratio = price.ratio('atomic', 'plain');
    const total = 2 * THREADS * CHANGES;
    return {
      holds: locked.lost === 0 && locked.switches >= 20 && free.lost > 0,
      live: `of ${millions(total)} changes lost: ${locked.lost} with the lock, ${millions(free.lost)} without; an atomic change takes ${ratio.toFixed(1)}× the time`,
      figures: {
        threads: THREADS,
        changes: total,
        switchIntervalMs: INTERVAL,
        lostWithLock: locked.lost,
        switchesWithLock: locked.switches,
        lostWithoutLock: free.lost,
        lostIncrefsWithoutLock: free.increfs,
        lostDecrefsWithoutLock: free.decrefs,
        atomicOverPlain: ratio,
        ...roundFigures(price),
      },
      notes: ['A lost incref frees an object that is still in use; a lost decref keeps it for ever.', ...aboutLoad(price)],
    };
  },
};

/** First every thread raises, then every thread lowers: so what is lost in one direction cannot make up for the other. */
async function countUpAndDown(dialect: DialectName) {
  await using pool = new ThreadPool(THREADS, { dialect, switchInterval: INTERVAL });
  const count = new Int32Array(new SharedArrayBuffer(4));
  await onEveryWorker(pool, raise, count, 1000);
  await onEveryWorker(pool, lower, count, 1000);
  count[0] = 0;
  const begin = pool.lock.stats().switches;
  await onEveryWorker(pool, raise, count, CHANGES);
  const top = count[0];
  await onEveryWorker(pool, lower, count, CHANGES);
  const increfs = THREADS * CHANGES - top;
  const decrefs = THREADS * CHANGES - (top - count[0]);
  return { increfs, decrefs, lost: increfs + decrefs, switches: pool.lock.stats().switches - begin };
}

/** One thread, no lock and no looks: what an atomic change costs against a plain one. */
async function atomicPrice(context: Context) {
  await using pool = new ThreadPool(1, { dialect: 'cpython-3.13t' });
  const count = new Int32Array(new SharedArrayBuffer(4));
  const changes = await calibrate(40, 1_000_000, (amount) => pool.submit(raise, count, amount));
  await pool.submit(raiseAtomically, count, changes);
  return await interleave(
    {
      sides: { plain: () => pool.submit(raise, count, changes), atomic: () => pool.submit(raiseAtomically, count, changes) },
      ratios: [['atomic', 'plain']],
      least: 5,
      limit: 1500,
      onRound: (round) => context.progress(`what atomic counts would cost, round ${round}`),
    },
    quietly(),
  );
}

function raise(count: Int32Array, times: number): void {
  for (let i = 0; i < times; i += 1) count[0]! += 1;
}

function lower(count: Int32Array, times: number): void {
  for (let i = 0; i < times; i += 1) count[0]! -= 1;
}

function raiseAtomically(count: Int32Array, times: number): void {
  for (let i = 0; i < times; i += 1) Atomics.add(count, 0, 1);
}
