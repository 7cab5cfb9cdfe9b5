/**
 * CPython Lib/test/test_concurrent_futures/test_process_pool.py: workers that are replaced after so many tasks, and replacements that fail.
 */
import { Worker } from 'node:worker_threads';
import { expect } from 'vitest';
import { adapted, type Proofs } from './registry.js';
import { code, type Scene } from './scene.js';
import { same, whoAmI } from './tasks.js';

/** Lets one worker be started, and no other: by a factory that fails, or by a program for child processes that is not there. */
async function startingOne(scene: Scene, test: (options: object, forbid: () => void) => Promise<void>): Promise<void> {
  if (scene.column.memory === 'separate') {
    const { execPath } = process;
    const forbid = () => {
      process.execPath = '/nowhere/node';
    };
    await test({}, forbid).finally(() => {
      process.execPath = execPath;
    });
    return;
  }
  let allowed = true;
  const createWorker: (...args: ConstructorParameters<typeof Worker>) => Worker = (url, options) => {
    if (!allowed) throw new Error('no more workers');
    return new Worker(url, options);
  };
  await test({ createWorker }, () => {
    allowed = false;
  });
}

export const workerLifetimeTests: Proofs = {
  test_max_tasks_per_child: async (scene) => {
    const pool = scene.pool(1, { maxTasksPerWorker: 3 });
    const who: string[] = [];
    for (let i = 0; i < 4; i += 1) {
      who.push(await pool.submit(whoAmI));
      expect(pool.workerCount).toBeLessThanOrEqual(1);
    }
    expect(new Set(who.slice(0, 3)).size).toBe(1);
    expect(who[3]).not.toBe(who[2]);
    await pool.shutdown();
  },

  test_max_tasks_per_child_pending_tasks_gh115634: async (scene) => {
    for (const [maxTasksPerWorker, workers, tasks] of [
      [1, 2, 6],
      [2, 2, 8],
    ]) {
      const pool = scene.pool(workers, { maxTasksPerWorker });
      const futures = Array.from({ length: tasks }, (_, at) => pool.submit(same, at));
      expect(await Promise.all(futures)).toEqual(futures.map((_, at) => at));
      await pool.shutdown();
    }
  },

  test_shutdown_no_wait_max_tasks_gh119592: adapted('the half without garbage collection: what remains is done', async (scene) => {
    const pool = scene.pool(1, { maxTasksPerWorker: 1 });
    const gate = scene.gate();
    const futures = [0, 1, 2, 3].map((at) => scene.hold(pool, gate, at).future);
    await pool.shutdown({ wait: false });
    gate.open();
    expect(await Promise.all(futures)).toEqual([0, 1, 2, 3]);
    await pool.shutdown();
    expect(pool.workerCount).toBe(0);
  }),

  test_force_shutdown_during_max_tasks_worker_exit: async (scene) => {
    const pool = scene.pool(1, { maxTasksPerWorker: 1 });
    const gate = scene.gate();
    const { future, begun } = scene.hold(pool, gate, 1);
    const queued = [pool.submit(same, 2), pool.submit(same, 3)];
    await begun;
    // The worker is on its way out when its only task has its result.
    const ending = new Promise<void>((resolve) => future.addDoneCallback(() => resolve(pool.terminateWorkers())));
    gate.open();
    await ending;
    expect([await future, pool.workerCount]).toEqual([1, 0]);
    for (const each of queued) expect(each.done()).toBe(true);
    for (const each of queued) await expect(each.result()).rejects.toMatchObject({ code: expect.stringMatching(/CANCELLED|BROKEN/) });
    expect(() => pool.submit(same, 4)).toThrow(code('ERR_POOL_SHUTDOWN'));
  },

  test_failed_worker_replacement_breaks_pool: (scene) =>
    startingOne(scene, async (options, forbid) => {
      const pool = scene.pool(1, { maxTasksPerWorker: 1, ...options });
      const gate = scene.gate();
      const { future, begun } = scene.hold(pool, gate, 1);
      const queued = [pool.submit(same, 2), pool.submit(same, 3)];
      await begun;
      forbid();
      gate.open();
      expect(await future).toBe(1);
      for (const each of queued) {
        await expect(each.result()).rejects.toMatchObject({
          name: scene.column.broken,
          message: expect.stringMatching(/could not be started/),
        });
      }
      expect(() => pool.submit(same, 4)).toThrow(code('ERR_POOL_BROKEN'));
      await pool.shutdown();
    }),

  test_max_tasks_early_shutdown: async (scene) => {
    const pool = scene.pool(3, { maxTasksPerWorker: 1 });
    const futures = Array.from({ length: 6 }, (_, at) => pool.submit(same, at));
    await pool.shutdown();
    expect(futures.map((future) => future.resultNow())).toEqual([0, 1, 2, 3, 4, 5]);
  },
};
