/**
 * The cases of workers that die, are replaced or are ended: BR, WL, FK.
 */
import { expect } from 'vitest';
import { killable } from '../process-pool.js';
import { code } from '../scene.js';
import { crash, same, whoAmI } from '../tasks.js';
import { type Shows, withOnePool } from './cases.js';

const broken = code('ERR_POOL_BROKEN');

export const processCases: Shows = {
  'BR-01': async (scene) => {
    const { pool, kill } = await killable(scene);
    const finished = pool.submit(same, 1);
    await finished;
    const gate = scene.gate();
    const running = scene.hold(pool, gate);
    const queued = [pool.submit(same, 2), pool.submit(same, 3)];
    await running.begun;
    kill();
    for (const future of [running.future, ...queued]) await expect(future.result()).rejects.toEqual(broken);
    expect(finished.resultNow()).toBe(1);
    expect(() => pool.submit(same, 4)).toThrow(broken);
    await pool.shutdown();

    const other = scene.pool(1);
    const futures = [other.submit(crash), other.submit(same, 1)];
    for (const future of futures) await expect(future.result()).rejects.toMatchObject({ name: scene.column.broken });
    expect(() => other.submit(same, 4)).toThrow(broken);
    await other.shutdown();
  },

  'BR-02': withOnePool(1, async (_, pool) => {
    const unsendable = {
      get trap(): never {
        throw new RangeError('S');
      },
    };
    const future = pool.submit((given: object) => given, unsendable);
    const normal = pool.submit(same, 1);
    await expect(future.result()).rejects.toMatchObject({ code: 'ERR_TASK_CLONE', cause: { message: 'S' } });
    expect(await normal).toBe(1);
    expect(pool.broken).toBeNull();
  }),

  'BR-05': async (scene) => {
    const { future } = await scene.crashAfterShutdown(scene.pool(2));
    await expect(future.result()).rejects.toEqual(broken);
  },

  'WL-01': async (scene) => {
    for (const wrong of [0, 1.5]) expect(() => scene.pool(1, { maxTasksPerWorker: wrong })).toThrow(RangeError);
    expect(() => scene.pool(1, { maxTasksPerWorker: '3' as never })).toThrow(TypeError);
    const pool = scene.pool(1, { maxTasksPerWorker: 3 });
    const who: string[] = [];
    for (let at = 0; at < 4; at += 1) {
      who.push(await pool.submit(whoAmI));
      expect(pool.workerCount).toBeLessThanOrEqual(1);
    }
    expect([new Set(who.slice(0, 3)).size, who[3] === who[2]]).toEqual([1, false]);
    await pool.shutdown();
  },

  'FK-01': async (scene, turn) => {
    const end = turn % 2 === 0 ? 'killWorkers' : 'terminateWorkers';
    const used = scene.pool(1);
    const gate = scene.gate();
    const { future, begun } = scene.hold(used, gate);
    const reports: unknown[] = [];
    future.on('progress', (value) => reports.push(value));
    await begun;
    const [hasRun, fresh] = [scene.pool(1), scene.pool(1)];
    await hasRun.submit(same, 1);
    await Promise.all([used[end](), hasRun[end](), fresh[end]()]);
    gate.open();
    expect([used.workerCount, hasRun.workerCount, fresh.workerCount, reports]).toEqual([0, 0, 0, ['begun']]);
    await expect(future.result()).rejects.toEqual(broken);
    for (const pool of [used, hasRun]) expect(() => pool.submit(same, 1)).toThrow(code('ERR_POOL_SHUTDOWN'));
    await used[end]();
  },
};
