/**
 * The first claim: under the GIL one thread at a time runs. Four workers count themselves in and out of a stretch of code in which no
 * thread can lose the lock; the same without a lock proves that the counter would notice.
 */
import type { DialectName } from '../dialects/registry.js';
import { ThreadPool } from '../executors/thread-pool.js';
import type { Context, Experiment, Outcome } from './experiment.js';
import { CLOCK } from './quiet.js';
import { grouped } from './units.js';
import { onEveryWorker } from './work.js';

const THREADS = 4;
const SWITCHES = 1000;
/** Far below the usual 5 ms, so that a thousand switches take well under a second. */
const INTERVAL = 0.1;
/** How long to wait for the switches, in ms, before the claim counts as unproved. */
const PATIENCE = 20_000;
/** How long the threads run without a lock, in ms. */
const CONTROL = 300;

/** The words that the threads share: how many are inside, and whether to stop. A task sees no constants, so there they are 0 and 1. */
const STOP = 1;

export const oneAtATime: Experiment = {
  name: 'one-at-a-time',
  claim: 'The GIL lets one thread run at a time',
  question: 'Do several threads ever run JavaScript at the same moment?',
  article: 'no figure',
  cpython: 'two busy threads alternate A, B, A, B: share 1.00 (3.9.18, 3.13.0)',
  expectation: `never more than 1 of ${THREADS} threads inside, over at least ${SWITCHES} switches; without the lock more than 1`,
  async run(context: Context): Promise<Outcome> {
    context.progress('with the lock');
    const locked = await crowd('cpython-3.13', (switches) => switches < SWITCHES, PATIENCE);
    context.progress('without a lock');
    const free = await crowd('cpython-3.13t', () => true, CONTROL);
    return {
      holds: locked.inside === 1 && locked.switches >= SWITCHES && free.inside > 1,
      live: `at most ${locked.inside} of ${THREADS} inside, over ${grouped(locked.switches)} switches at an interval of ${INTERVAL} ms; without the lock ${free.inside}`,
      figures: {
        threads: THREADS,
        switchIntervalMs: INTERVAL,
        mostInside: locked.inside,
        switches: locked.switches,
        visits: locked.visits,
        mostInsideWithoutLock: free.inside,
        visitsWithoutLock: free.visits,
      },
    };
  },
};

/** Lets the workers go in and out for as long as `goOn` says, and at most `limit` ms. */
async function crowd(dialect: DialectName, goOn: (switches: number) => boolean, limit: number) {
  await using pool = new ThreadPool(THREADS, { dialect, switchInterval: INTERVAL });
  const cells = new Int32Array(new SharedArrayBuffer(8));
  Atomics.store(cells, STOP, 1);
  await onEveryWorker(pool, visit, cells);
  Atomics.store(cells, STOP, 0);
  const begin = pool.lock.stats().switches;
  const visits = onEveryWorker(pool, visit, cells);
  const switches = (): number => pool.lock.stats().switches - begin;
  for (const end = CLOCK.now() + limit; CLOCK.now() < end && goOn(switches()); ) await CLOCK.pause(5);
  Atomics.store(cells, STOP, 1);
  const found = await visits;
  return {
    inside: Math.max(...found.map((each) => each.most)),
    visits: found.reduce((sum, each) => sum + each.count, 0),
    switches: switches(),
  };
}

/**
 * Goes in and out until told to stop. `inside` is made in the worker and so has no looks of its own: like a C function it runs to its
 * end holding the lock, and between its first and its last line nobody else may be in it. The loop around it looks at every turn.
 */
function visit(cells: Int32Array): { most: number; count: number } {
  const inside = new Function(
    'cells',
    `const seen = Atomics.add(cells, 0, 1) + 1;
     for (let i = 0; i < 100; i += 1) cells[0];
     Atomics.sub(cells, 0, 1);
     return seen;`,
  ) as (cells: Int32Array) => number;
  let most = 0;
  let count = 0;
  do {
    most = Math.max(most, inside(cells));
    count += 1;
  } while (Atomics.load(cells, 1) === 0);
  return { most, count };
}
