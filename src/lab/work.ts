/**
 * The work that the experiments hand to pools: the article's CPU-bound loop, and pieces of it. Tasks are sent by value, so each uses
 * its arguments and globals only.
 */
import type { Executor } from '../executors/executor.js';
import type { Runnable } from '../executors/prepare.js';

/** The article's CPU-bound task: Σ i·i. */
export function sumOfSquares(count: number): number {
  let total = 0;
  for (let i = 0; i < count; i += 1) total += i * i;
  return total;
}

/** A piece of a mixed job: one GET unless `port` is 0, then Σ i·i up to `count`. */
export async function fetchAndCompute(port: number, count: number): Promise<number> {
  if (port !== 0) {
    const http = process.getBuiltinModule('node:http');
    await new Promise<void>((resolve, reject) => {
      const request = http.get({ host: '127.0.0.1', port, agent: false }, (response) => {
        response.resume();
        response.on('end', resolve);
      });
      request.on('error', reject);
    });
  }
  let total = 0;
  for (let i = 0; i < count; i += 1) total += i * i;
  return total;
}

/** `parts` equal shares of `amount`. */
export function shares(amount: number, parts: number): number[] {
  return Array.from({ length: parts }, () => Math.round(amount / parts));
}

/** About equal shares of `amount`, no two the same: so that a result in the wrong place is noticed. */
export function unequalShares(amount: number, parts: number): number[] {
  return shares(amount, parts).map((share, index) => share + index);
}

/** Has every worker of a pool run the task once, at the same time: started, compiled, warm. */
export function onEveryWorker<Args extends readonly unknown[], R>(
  pool: Executor,
  task: Runnable<Args, R>,
  ...args: Args
): Promise<Awaited<R>[]> {
  return Promise.all(Array.from({ length: pool.maxWorkers }, () => pool.submit(task, ...args).result()));
}
