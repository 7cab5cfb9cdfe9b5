/**
 * CPython Lib/test/test_concurrent_futures/test_thread_pool.py, and what test_process_pool.py and test_interpreter_pool.py have in common with it.
 */
import { availableParallelism } from 'node:os';
import { releaseForIO, report, ThreadPool } from 'gil';
import { expect } from 'vitest';
import { adapted, type Proofs } from './registry.js';
import { code, type Scene } from './scene.js';
import { pow, same } from './tasks.js';

/** As many workers as there may be and no more, while 15 times as many tasks wait. */
export async function saturation(scene: Scene): Promise<void> {
  const pool = scene.pool(4);
  const gate = scene.gate();
  const running = await scene.occupy(pool, gate);
  const queued = Array.from({ length: 15 * 4 - 4 }, (_, at) => scene.hold(pool, gate, at).future);
  await new Promise((resolve) => setImmediate(resolve));
  expect(pool.workerCount).toBe(4);
  gate.open();
  expect(await Promise.all([...running, ...queued])).toEqual([0, 1, 2, 3, ...queued.map((_, at) => at)]);
  expect(pool.workerCount).toBe(4);
  await pool.shutdown();
}

/** A worker that is idle is used before another is started. */
export async function idleReuse(scene: Scene): Promise<void> {
  const pool = scene.pool(5);
  expect(pool.workerCount).toBe(0);
  for (const [base, exponent] of [
    [21, 2],
    [6, 7],
    [3, 14],
  ] as const) {
    await pool.submit(pow, base, exponent);
  }
  expect(pool.workerCount).toBe(1);
}

export const threadPoolTests: Proofs = {
  test_map_submits_without_iteration: async (scene) => {
    const pool = scene.pool();
    const cells = new Int32Array(new SharedArrayBuffer(40));
    const record = (words: Int32Array, at: number) => Atomics.store(words, at, at + 1);
    pool.map(
      record,
      new Array(10).fill(cells),
      Array.from({ length: 10 }, (_, at) => at),
    );
    await pool.shutdown();
    expect([...cells]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  },

  test_default_workers: adapted('the number of CPUs is what Node says it is', async () => {
    const pool = new ThreadPool();
    expect(pool.maxWorkers).toBe(Math.min(32, availableParallelism() + 4));
  }),

  test_saturation: saturation,

  test_idle_thread_reuse: idleReuse,

  test_executor_map_current_future_cancel: async (scene) => {
    const pool = scene.pool(1);
    const words = new Int32Array(new SharedArrayBuffer(8));
    const logAndWait = (cells: Int32Array, _name: number) => {
      Atomics.add(cells, 1, 1);
      report('started');
      releaseForIO(() => Atomics.wait(cells, 0, 0));
      Atomics.add(cells, 1, 100);
    };
    const first = pool.submit(logAndWait, words, 1);
    await first.progress().next();
    const results = pool.mapWith({ timeout: 0 }, logAndWait, [words, words], [2, 3]);
    await expect(results.next()).rejects.toEqual(code('ERR_FUTURE_TIMEOUT'));
    Atomics.store(words, 0, 1);
    Atomics.notify(words, 0);
    await first;
    expect(await pool.submit(same, 7)).toBe(7);
    await pool.shutdown();
    expect(words[1]).toBe(101);
    expect(pool.stats().completed).toBe(2);
  },
};
