/**
 * Three jobs under four approaches: twelve cells of one table, all run in turn. Every cell does the same sixteen pieces of its job, a
 * piece being one request, one computation, or one after the other.
 */
import pLimit from 'p-limit';
import { DEFAULT_DIALECT } from '../dialects/registry.js';
import { ProcessPool } from '../executors/process-pool.js';
import { ThreadPool } from '../executors/thread-pool.js';
import type { Context } from './experiment.js';
import { quietly } from './load.js';
import { calibrate, interleave, type Plan, type Rounds } from './measure.js';
import { openWeb } from './web.js';
import { fetchAndCompute, onEveryWorker } from './work.js';

/** Pieces of each job. */
export const PIECES = 16;
/** How long the server takes for a piece, in ms. */
export const WAIT = 60;
/** How long a core takes for a piece, in ms. */
const COMPUTE = 20;
/** Pieces under way at once, in threads and in async tasks alike. */
export const AT_ONCE = 8;

export const JOBS = ['io', 'cpu', 'mixed'] as const;
export const APPROACHES = ['threads', 'processes', 'async', 'combination'] as const;
export type Job = (typeof JOBS)[number];
export type Approach = (typeof APPROACHES)[number];
export type Cell = `${Job}:${Approach}`;

/** Runs all cells in turn until the ratios have settled. */
export async function race(processes: number, ratios: Plan<Cell>['ratios'], context: Context): Promise<Rounds<Cell>> {
  context.progress('starting a server, threads and processes');
  await using web = await openWeb(WAIT);
  await using threadPool = new ThreadPool(AT_ONCE, { dialect: DEFAULT_DIALECT });
  await using processPool = new ProcessPool(processes, { isolation: 'process', dialect: DEFAULT_DIALECT });
  const count = await calibrate(COMPUTE, 1_000_000, (amount) => threadPool.submit(fetchAndCompute, 0, amount));
  const pieces: Readonly<Record<Job, readonly [port: number, count: number]>> = {
    io: [web.port, 0],
    cpu: [0, count],
    mixed: [web.port, count],
  };
  for (const pool of [threadPool, processPool]) await onEveryWorker(pool, fetchAndCompute, ...pieces.mixed);
  await fetchAndCompute(...pieces.mixed);

  /** Waits as an async task, lets the processes compute. */
  const combine = async (port: number, amount: number): Promise<void> => {
    if (port !== 0) await fetchAndCompute(port, 0);
    if (amount !== 0) await processPool.submit(fetchAndCompute, 0, amount);
  };
  const limit = pLimit(AT_ONCE);
  const sides = {} as Record<Cell, () => Promise<unknown>>;
  for (const job of JOBS) {
    const all = (piece: (port: number, amount: number) => PromiseLike<unknown>) => (): Promise<unknown> =>
      Promise.all(Array.from({ length: PIECES }, () => piece(...pieces[job])));
    sides[`${job}:threads`] = all((...piece) => threadPool.submit(fetchAndCompute, ...piece));
    sides[`${job}:processes`] = all((...piece) => processPool.submit(fetchAndCompute, ...piece));
    sides[`${job}:async`] = all((...piece) => limit(fetchAndCompute, ...piece));
    sides[`${job}:combination`] = all((...piece) => limit(combine, ...piece));
  }
  return await interleave<Cell>(
    {
      sides,
      ratios,
      precision: 0.15,
      least: 2,
      most: 4,
      limit: 7000,
      patience: context.patience,
      onRound: (round) => context.progress(`12 runs in turn, round ${round}`),
    },
    quietly({ children: [processPool, web.pool] }),
  );
}
