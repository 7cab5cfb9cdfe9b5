/**
 * A lesson: a lock makes `counter += 1` whole. Two threads raise one counter under the rules of Python 3.9, which may switch between the
 * load and the store: first as it is, until counts are lost, then with a `Lock` around it.
 */
import { ThreadPool } from '../executors/thread-pool.js';
import { SharedInt } from '../shared/scalars.js';
import { Lock } from '../threading/lock.js';
import type { Context, Experiment, Outcome } from './experiment.js';
import { CLOCK } from './quiet.js';
import { grouped, times } from './units.js';
import { onEveryWorker } from './work.js';

const THREADS = 2;
/** Far below the usual 5 ms: more switches in the same time. */
const INTERVAL = 0.1;
/** How often a thread raises the counter in a round. */
const RAISES = 1_000_000;
const RAISES_WITH_LOCK = 200_000;
/** A thread that is switched away so often, and never between load and store, is no luck: about every third switch would be there. */
const SWITCHES = 30;
/** How long to go on with rounds, in ms. */
const PATIENCE = 5000;

export const fixedByLock: Experiment = {
  name: 'fixed-by-lock',
  claim: 'A lock around `counter += 1` keeps every count',
  question: 'Two threads lose counts under the rules of Python 3.9; do they still when each holds a Lock for it?',
  article: 'no figure',
  cpython: '2 threads, 400 000 times `o.v += 1`: 169 909 lost (3.9.18); with a Lock none (3.9.18, 3.13.0)',
  expectation: `counts are lost without the lock; none with it, over at least ${SWITCHES} forced switches`,
  async run(context: Context): Promise<Outcome> {
    await using pool = new ThreadPool(THREADS, { dialect: 'cpython-3.9', switchInterval: INTERVAL });
    const [counter, lock] = [new SharedInt(), new Lock({ name: 'counter' })];

    /** Rounds for as long as `goOn` says: what was lost, and what it took. */
    const count = async (raises: number, round: () => Promise<unknown>, goOn: (lost: number, switches: number) => boolean) => {
      await round();
      counter.value = 0;
      const [begin, before] = [CLOCK.now(), pool.lock.stats().drops.forced];
      const found = { lost: 0, raises: 0, switches: 0, microseconds: 0 };
      while (goOn(found.lost, found.switches) && CLOCK.now() - begin < PATIENCE) {
        await round();
        found.raises += THREADS * raises;
        found.lost = found.raises - counter.value;
        found.switches = pool.lock.stats().drops.forced - before;
      }
      return { ...found, microseconds: ((CLOCK.now() - begin) * 1000) / found.raises };
    };

    context.progress('counting without a lock');
    const bare = await count(
      RAISES,
      () => onEveryWorker(pool, raise, counter, RAISES),
      (lost) => lost === 0,
    );
    context.progress('counting with a lock');
    const locked = await count(
      RAISES_WITH_LOCK,
      () => onEveryWorker(pool, raiseLocked, counter, lock, RAISES_WITH_LOCK),
      (_, switches) => switches < SWITCHES,
    );
    return {
      holds: bare.lost > 0 && locked.lost === 0 && locked.switches >= SWITCHES,
      live: `lost ${grouped(bare.lost)} of ${grouped(bare.raises)} counts without, ${locked.lost} of ${grouped(locked.raises)} with a lock, over ${grouped(locked.switches)} forced switches`,
      figures: {
        threads: THREADS,
        switchIntervalMs: INTERVAL,
        raises: bare.raises,
        lost: bare.lost,
        raisesWithLock: locked.raises,
        lostWithLock: locked.lost,
        forcedSwitchesWithLock: locked.switches,
        microseconds: bare.microseconds,
        microsecondsWithLock: locked.microseconds,
      },
      notes: [
        `With the lock a count took ${times(locked.microseconds / bare.microseconds)} the time: it takes and drops the lock each time.`,
      ],
    };
  },
};

function raise(counter: SharedInt, raises: number): void {
  for (let i = 0; i < raises; i += 1) counter.value += 1;
}

function raiseLocked(counter: SharedInt, lock: Lock, raises: number): void {
  for (let i = 0; i < raises; i += 1) {
    lock.acquireSync();
    counter.value += 1;
    lock.release();
  }
}
