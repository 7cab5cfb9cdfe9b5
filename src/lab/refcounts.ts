/**
 * Counting references in three ways, with the lock and without: what each loses, and what each costs. Threads keep taking a reference to one
 * object and giving it back.
 */
import type { DialectName } from '../dialects/registry.js';
import { ThreadPool } from '../executors/thread-pool.js';
import { type Counting, RefCounted } from '../shared/refcounted.js';
import type { Context, Experiment, Outcome } from './experiment.js';
import { aboutLoad, quietly, roundFigures } from './load.js';
import { calibrate, interleave } from './measure.js';
import { millions } from './units.js';
import { onEveryWorker } from './work.js';

const THREADS = 4;
/** How often each thread takes a reference and gives it back. */
const PAIRS = 200_000;
/** Below the usual 5 ms: more switches in the same time. */
const INTERVAL = 1;
/** Without the lock, threads may by chance not meet: it is tried again so often. */
const TRIES = 20;

export const refcounts: Experiment = {
  name: 'refcounts',
  claim: 'Plain reference counts need the lock; without it they have to be atomic or biased',
  question: 'Which way of counting stays right, with the lock and without, and what does it cost?',
  article: 'no figure',
  cpython: 'plain counts up to 3.14, biased ones in 3.13t and 3.14t (PEP 703)',
  expectation:
    'plain counts right with the lock and wrong without; atomic and biased ones right without; biased ones cheaper than atomic ones for their maker',
  async run(context: Context): Promise<Outcome> {
    context.progress('counting in three ways, with the lock and without');
    await using locked = new ThreadPool(THREADS, { dialect: 'cpython-3.13', switchInterval: INTERVAL });
    await using free = new ThreadPool(THREADS, { dialect: 'cpython-3.13t' });
    const before = locked.lock.stats().switches;
    const withLock = await countOn(locked, 'plain');
    const switches = locked.lock.stats().switches - before;
    let without = await countOn(free, 'plain');
    for (let tries = 1; without === 'right' && tries < TRIES; tries += 1) without = await countOn(free, 'plain');
    const atomic = await countOn(free, 'atomic');
    const biased = await countOn(free, 'biased');
    const price = await priceOf(context, 'cpython-3.13t');
    const cheaper = price.ratio('atomic', 'biased');
    return {
      holds: withLock === 'right' && switches > 0 && without !== 'right' && atomic === 'right' && biased === 'right' && cheaper > 1,
      live: `plain: ${withLock} with the lock, ${without} without; atomic ${atomic}, biased ${biased}; to its maker an atomic count costs ${cheaper.toFixed(1)}× a biased one`,
      figures: {
        threads: THREADS,
        changes: 2 * THREADS * PAIRS,
        switchesWithLock: switches,
        plainWithLock: withLock,
        plainWithoutLock: without,
        atomicWithoutLock: atomic,
        biasedWithoutLock: biased,
        atomicOverPlain: price.ratio('atomic', 'plain'),
        biasedOverPlain: price.ratio('biased', 'plain'),
        biasedElsewhereOverAtomic: price.ratio('elsewhere', 'atomic'),
        ...roundFigures(price),
      },
      notes: [
        `Each of ${THREADS} threads took and gave back ${millions(PAIRS)} references. What was lost shows as a use after free, a count below zero, or references that nobody has: a leak.`,
        'A biased count is plain for the thread that made the object, and atomic for all others.',
        ...aboutLoad(price),
      ],
    };
  },
};

/** What became of an object that every thread of the pool had a reference to, and took and gave back more. */
async function countOn(pool: ThreadPool, counting: Counting): Promise<'right' | 'a leak' | 'a use after free or a negative count'> {
  const object = new RefCounted({ counting });
  for (let i = 0; i < THREADS; i += 1) object.incref();
  const ends = await Promise.allSettled(Array.from({ length: THREADS }, () => pool.submit(takeAndGive, object, PAIRS)));
  if (ends.some(({ status }) => status === 'rejected')) return 'a use after free or a negative count';
  for (let i = 0; i < THREADS; i += 1) if (!object.isFreed) object.decref();
  // The maker's own is left.
  if (object.isFreed) return 'a use after free or a negative count';
  return object.count === 1 ? 'right' : 'a leak';
}

/** One thread: its own object, counted in three ways, and one that another thread made. */
async function priceOf(context: Context, dialect: DialectName) {
  await using pool = new ThreadPool(1, { dialect });
  await onEveryWorker(pool, takeAndGiveOwn, 'biased', 1000);
  const pairs = await calibrate(20, 100_000, (amount) => pool.submit(takeAndGiveOwn, 'biased', amount));
  const own = (counting: Counting) => () => pool.submit(takeAndGiveOwn, counting, pairs);
  return await interleave(
    {
      sides: {
        plain: own('plain'),
        atomic: own('atomic'),
        biased: own('biased'),
        elsewhere: () => pool.submit(takeAndGive, new RefCounted(), pairs),
      },
      ratios: [['atomic', 'biased']],
      least: 5,
      limit: 1500,
      onRound: (round) => context.progress(`what each way costs, round ${round}`),
    },
    quietly(),
  );
}

function takeAndGive(object: RefCounted, times: number): void {
  for (let i = 0; i < times; i += 1) {
    object.incref();
    object.decref();
  }
}

function takeAndGiveOwn(counting: Counting, times: number): void {
  const object = new RefCounted({ counting });
  for (let i = 0; i < times; i += 1) {
    object.incref();
    object.decref();
  }
}
