/**
 * The third claim: threads do not make CPU-bound work faster. The article's Σ i·i, the same total work on one and on four threads of
 * one lock at the usual switch interval.
 */
import { DEFAULT_DIALECT } from '../dialects/registry.js';
import { ThreadPool } from '../executors/thread-pool.js';
import type { Context, Experiment, Outcome } from './experiment.js';
import { aboutLoad, quietly, roundFigures } from './load.js';
import { calibrate, interleave } from './measure.js';
import { grouped } from './units.js';
import { onEveryWorker, shares, sumOfSquares } from './work.js';

const THREADS = 4;
/** Milliseconds per side: many short rounds say more on a restless machine than a few long ones. Eight switches each. */
const SIDE = 45;
const LEAST = 0.95;
const MOST = 1.1;
const SWITCHES = 100;

export const cpuBound: Experiment = {
  name: 'cpu-bound',
  claim: 'Threads do not help CPU-bound work',
  question: 'Does Σ i·i, split over four threads, take less time than on one?',
  article: '4 threads 1.23 s, 1 thread 1.15 s: 1.07',
  cpython: '4 threads / 1 thread: 0.98 (3.9.18), 1.20 (3.11.7), 0.98 (3.13.0)',
  expectation: `4 threads / 1 thread between ${LEAST} and ${MOST.toFixed(2)}, over at least ${SWITCHES} switches`,
  async run(context: Context): Promise<Outcome> {
    // One pool for both sides, so that one thread and four run the very same compiled code.
    await using pool = new ThreadPool(THREADS, { dialect: DEFAULT_DIALECT });
    context.progress('warming up');
    const count = await calibrate(SIDE, 5_000_000, (amount) => pool.submit(sumOfSquares, amount));
    const parts = shares(count, THREADS);
    for (let i = 0; i < 5; i += 1) await onEveryWorker(pool, sumOfSquares, parts[0]!);
    let switches = 0;
    const four = async (): Promise<void> => {
      const before = pool.lock.stats().switches;
      await pool.map(sumOfSquares, parts).toArray();
      switches += pool.lock.stats().switches - before;
    };
    const rounds = await interleave(
      {
        sides: { one: () => pool.submit(sumOfSquares, count), four },
        ratios: [['four', 'one']],
        precision: 0.015,
        least: 40,
        most: 120,
        limit: 8000,
        patience: context.patience,
        onRound: (round) => context.progress(`1 thread, 4 threads, round ${round}`),
      },
      quietly(),
    );
    const ratio = rounds.ratio('four', 'one');
    return {
      holds: ratio >= LEAST && ratio <= MOST && switches >= SWITCHES,
      live: `4 threads ${grouped(rounds.time('four'))} ms, 1 thread ${grouped(rounds.time('one'))} ms: ${ratio.toFixed(2)}, over ${grouped(switches)} switches`,
      figures: {
        threads: THREADS,
        ratio,
        oneThreadMs: rounds.time('one'),
        fourThreadsMs: rounds.time('four'),
        switches,
        switchIntervalMs: pool.lock.switchInterval,
        ...roundFigures(rounds),
      },
      notes: aboutLoad(rounds),
    };
  },
};
