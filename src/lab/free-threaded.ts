/**
 * The eighth claim: free-threaded Python runs threads in parallel. The CPU task of the third claim without a lock, what one thread
 * pays for the change, and how to ask whether there is a lock: not as the article does.
 */
import { DEFAULT_DIALECT } from '../dialects/registry.js';
import { ThreadPool } from '../executors/thread-pool.js';
import type { Context, Experiment, Outcome } from './experiment.js';
import { aboutLoad, quietly, roundFigures } from './load.js';
import { calibrate, interleave } from './measure.js';
import { openProbe } from './probe.js';
import { times } from './units.js';
import { onEveryWorker, shares, sumOfSquares } from './work.js';

const THREADS = 4;
/** Several for each thread: whoever is done early goes on with the next. */
const PARTS = 16;
const SPEED_UP = 1.6;
const FREE = 'cpython-3.13t';

export const freeThreaded: Experiment = {
  name: 'free-threaded',
  claim: 'Free-threaded Python runs threads in parallel',
  question: 'What do four threads gain on the CPU-bound work without the lock, and what does a single thread pay?',
  article: 'no figure',
  cpython: '2 threads 1.5× on 2 cores (3.13.5t); one thread about 40 % slower in 3.13t, 5–10 % in 3.14t',
  expectation: `at least ${SPEED_UP}× with ${THREADS} threads on 2 cores, and isEnabled is false`,
  async run(context: Context): Promise<Outcome> {
    await using locked = new ThreadPool(1, { dialect: DEFAULT_DIALECT });
    await using one = new ThreadPool(1, { dialect: FREE });
    await using probe = await openProbe();
    await using four = new ThreadPool(THREADS, { dialect: FREE });
    context.progress('warming up');
    const count = await calibrate(160, 5_000_000, (amount) => one.submit(sumOfSquares, amount));
    const parts = shares(count, PARTS);
    await Promise.all([locked.submit(sumOfSquares, count), onEveryWorker(four, sumOfSquares, parts[0]!)]);
    const rounds = await interleave(
      {
        sides: {
          one: () => one.submit(sumOfSquares, count),
          four: () => four.map(sumOfSquares, parts).toArray(),
          locked: () => locked.submit(sumOfSquares, count),
        },
        ratios: [
          ['one', 'four'],
          ['one', 'locked'],
        ],
        limit: 4000,
        patience: context.patience,
        onRound: (round) => context.progress(`1 thread, 4 threads, 1 thread with the lock, round ${round}`),
      },
      quietly({ probe }),
    );
    const speedUp = rounds.ratio('one', 'four');
    const price = rounds.ratio('one', 'locked');
    const { isEnabled } = four.lock;
    return {
      holds: speedUp >= SPEED_UP && !isEnabled && locked.lock.isEnabled,
      live: `${THREADS} threads ${times(speedUp)}, isEnabled ${isEnabled}; one thread takes ${price.toFixed(2)}× the time it takes with the lock`,
      figures: {
        threads: THREADS,
        speedUp,
        isEnabled: String(isEnabled),
        singleThreadPrice: price,
        oneThreadMs: rounds.time('one'),
        fourThreadsMs: rounds.time('four'),
        oneThreadWithLockMs: rounds.time('locked'),
        ...roundFigures(rounds),
      },
      notes: [
        'The article asks hasattr(sys, "_enablelegacygcilavailable"): no Python ever had that name, so it says "not free-threaded" everywhere. ' +
          'The right check is getattr(sys, "_is_gil_enabled", lambda: True)(); here it is lock.isEnabled.',
        'JavaScript counts no references, so a single thread pays nothing here for doing without the lock; CPython pays with slower counts.',
        ...aboutLoad(rounds),
      ],
    };
  },
};
