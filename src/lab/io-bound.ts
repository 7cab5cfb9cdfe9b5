/**
 * The fourth claim: threads do make I/O-bound work faster, because a thread lets go of the lock while it waits. Thirty GETs from a
 * server that answers after 115 ms: one after another, by 8 and by 30 threads, and by 8 and 30 async tasks beside them.
 */
import pLimit from 'p-limit';
import { DEFAULT_DIALECT } from '../dialects/registry.js';
import { ThreadPool } from '../executors/thread-pool.js';
import type { Context, Experiment, Outcome } from './experiment.js';
import { aboutLoad, quietly, roundFigures } from './load.js';
import { interleave } from './measure.js';
import { seconds, times } from './units.js';
import { DELAY, get, openWeb } from './web.js';
import { onEveryWorker } from './work.js';

const REQUESTS = 30;
/** The slow side runs a third of its requests per round, so that a round is short and the sides stay close together in time. */
const THIRD = REQUESTS / 3;
/** GETs that every thread has done before anything is timed. */
const WARM = 3;
const WITH_8 = 6.6;
const WITH_30 = 20;

export const ioBound: Experiment = {
  name: 'io-bound',
  claim: 'Threads do help I/O-bound work',
  question: `How much faster are ${REQUESTS} GETs of ${DELAY} ms with 8 threads, and with 30?`,
  article: '3.45 s → 0.52 s: 6.6×',
  cpython: '3.50 s → 0.49 s with 8: 7.1×, 0.13 s with 30: 27× (3.13.0); 7.3× and 22× (3.9.18)',
  expectation: `at least ${WITH_8}× with 8 threads and ${WITH_30}× with 30`,
  async run(context: Context): Promise<Outcome> {
    await using web = await openWeb(DELAY);
    await using one = new ThreadPool(1, { dialect: DEFAULT_DIALECT });
    await using eight = new ThreadPool(8, { dialect: DEFAULT_DIALECT });
    await using thirty = new ThreadPool(REQUESTS, { dialect: DEFAULT_DIALECT });
    context.progress('starting 39 threads and a server');
    for (let i = 0; i < WARM; i += 1) await Promise.all([one, eight, thirty].map((pool) => onEveryWorker(pool, get, web.port)));
    const ports = Array.from({ length: REQUESTS }, () => web.port);
    const limited = (concurrency: number) => {
      const limit = pLimit(concurrency);
      return () => Promise.all(ports.map((port) => limit(get, port)));
    };
    const rounds = await interleave(
      {
        sides: {
          third: () => one.map(get, ports.slice(0, THIRD)).toArray(),
          threads8: () => eight.map(get, ports).toArray(),
          threads30: () => thirty.map(get, ports).toArray(),
          async8: limited(8),
          async30: limited(REQUESTS),
        },
        ratios: [
          ['third', 'threads8'],
          ['third', 'threads30'],
        ],
        precision: 0.1,
        least: 3,
        most: 6,
        limit: 8000,
        patience: context.patience,
        onRound: (round) => context.progress(`one after another, 8, 30, async, round ${round}`),
      },
      quietly({ children: [web.pool] }),
    );
    const speedUp = (side: 'threads8' | 'threads30' | 'async8' | 'async30'): number => 3 * rounds.ratio('third', side);
    const sequential = 3 * rounds.time('third');
    return {
      holds: speedUp('threads8') >= WITH_8 && speedUp('threads30') >= WITH_30,
      live:
        `${seconds(sequential)} → ${seconds(rounds.time('threads8'))} with 8: ${times(speedUp('threads8'))}, ${seconds(rounds.time('threads30'))} ` +
        `with 30: ${times(speedUp('threads30'))}; async ${times(speedUp('async8'))} and ${times(speedUp('async30'))}`,
      figures: {
        requests: REQUESTS,
        delayMs: DELAY,
        sequentialMs: sequential,
        threads8Ms: rounds.time('threads8'),
        threads30Ms: rounds.time('threads30'),
        async8Ms: rounds.time('async8'),
        async30Ms: rounds.time('async30'),
        speedUpThreads8: speedUp('threads8'),
        speedUpThreads30: speedUp('threads30'),
        speedUpAsync8: speedUp('async8'),
        speedUpAsync30: speedUp('async30'),
        ...roundFigures(rounds),
      },
      notes: aboutLoad(rounds),
    };
  },
};
