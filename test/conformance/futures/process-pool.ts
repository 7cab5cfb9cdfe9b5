/**
 * CPython Lib/test/test_concurrent_futures/test_process_pool.py, but for workers that live for a few tasks, see `worker-lifetime.ts`.
 */
import { inspect } from 'node:util';
import { Worker } from 'node:worker_threads';
import type { Executor, PoolOptions } from 'gil';
import { expect } from 'vitest';
import { adapted, type Proofs } from './registry.js';
import { code, type Scene } from './scene.js';
import { fail, pow, same, whoAmI } from './tasks.js';
import { idleReuse, saturation } from './thread-pool.js';
import { workerLifetimeTests } from './worker-lifetime.js';

/** A pool of one worker that has run a task, and how to kill that worker from outside. */
export async function killable(scene: Scene): Promise<{ pool: Executor; kill: () => void }> {
  if (scene.column.memory === 'separate') {
    const pool = scene.pool(1);
    const pid = Number((await pool.submit(whoAmI)).split(' ')[0]);
    return { pool, kill: () => process.kill(pid, 'SIGKILL') };
  }
  const started: Worker[] = [];
  const createWorker: NonNullable<PoolOptions['createWorker']> = (url, options) => {
    const worker = new Worker(url, options);
    started.push(worker);
    return worker;
  };
  const pool = scene.pool(1, { createWorker });
  await pool.submit(whoAmI);
  return { pool, kill: () => void started[0].terminate() };
}

type Force = 'terminateWorkers' | 'killWorkers';
const FORCES: readonly Force[] = ['terminateWorkers', 'killWorkers'];

/** CPython has these once for each of the two operations. */
const forEachForce = (test: (scene: Scene, force: Force) => Promise<void>) => async (scene: Scene) => {
  for (const force of FORCES) await test(scene, force);
};

async function stops(scene: Scene, force: Force): Promise<void> {
  const pool = scene.pool(1);
  const [running] = await scene.occupy(pool, scene.gate());
  const queued = pool.submit(same, 1);
  await pool[force]();
  expect(await running.exception()).toMatchObject({ name: scene.column.broken });
  expect([queued.cancelled(), pool.workerCount]).toEqual([true, 0]);
  expect(() => pool.submit(same, 1)).toThrow();
}

const broken = code('ERR_POOL_BROKEN');

export const processPoolTests: Proofs = {
  ...workerLifetimeTests,

  test_killed_child: async (scene) => {
    const { pool, kill } = await killable(scene);
    kill();
    const futures = [pool.submit(() => new Promise(() => {})), pool.submit(pow, 2, 3)];
    for (const future of futures)
      await expect(future.result()).rejects.toMatchObject({ code: 'ERR_POOL_BROKEN', name: scene.column.broken });
    expect(() => pool.submit(pow, 2, 8)).toThrow(broken);
  },

  test_broken_process_pool_traceback: async (scene) => {
    const pool = scene.pool();
    const exiting = scene.hold(pool, scene.gate());
    const futures = [exiting.future, pool.submit(() => process.exit(1)), pool.submit(() => new Promise(() => {}))];
    const errors = await Promise.all(futures.map((future) => future.exception()));
    for (const error of errors) expect(error).toEqual(broken);
    expect(new Set(errors).size).toBe(3);
  },

  test_map_chunksize: async (scene) => {
    const pool = scene.pool();
    const numbers = Array.from({ length: 40 }, (_, at) => at);
    const expected = numbers.map((each) => pow(each, each));
    for (const chunkSize of [6, 40, 50]) {
      expect(await pool.mapWith({ chunkSize }, pow, numbers, numbers).toArray()).toEqual(expected);
    }
    expect(() => pool.mapWith({ chunkSize: -1 }, pow, numbers, numbers)).toThrow(RangeError);
    expect(() => pool.mapWith({ chunkSize: -1 }, pow, numbers, numbers)).toThrow('chunksize must be >= 1.');
  },

  test_traceback: adapted('the remote lines are in the stack, not in a cause', async (scene) => {
    const raise = () => {
      throw Object.assign(new RangeError('123'), { detail: [1, 2] }); // some comment
    };
    const error = (await scene.pool(1).submit(raise).exception()) as RangeError & { detail: unknown };
    expect(error).toBeInstanceOf(RangeError);
    expect(error).toMatchObject({ message: '123', detail: [1, 2] });
    expect(inspect(error)).toMatch(/RangeError: 123\n\s+at raise \(gil-task:raise:\d+/);
  }),

  test_traceback_when_child_process_terminates_abruptly: async (scene) => {
    const pool = scene.pool(1);
    const error = await pool.submit(() => process.exit(99)).exception();
    expect(error).toMatchObject({
      code: 'ERR_POOL_BROKEN',
      message: expect.stringMatching(/ended with exit code 99/),
      cause: {
        code: 'ERR_WORKER_DIED',
        exitCode: 99,
        message: expect.stringMatching(/^(worker thread|process) \d+.* ended with exit code 99/),
      },
    });
  },

  test_ressources_gced_in_workers: adapted('a WeakRef in the worker and a collection that the test asks for', async (scene) => {
    const pool = scene.pool(1);
    const keep = (argument: object) => {
      Reflect.set(globalThis, 'reference', new WeakRef(argument));
      return Object.keys(argument).length;
    };
    const isGone = async () => {
      process.getBuiltinModule('node:v8').setFlagsFromString('--expose-gc');
      const collect = process.getBuiltinModule('node:vm').runInNewContext('gc') as () => void;
      const reference = Reflect.get(globalThis, 'reference') as WeakRef<object>;
      for (let done = 0; done < 200 && reference.deref() !== undefined; done += 1) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        collect();
      }
      return reference.deref() === undefined;
    };
    expect(await pool.submit(keep, { bytes: new Uint8Array(8) })).toBe(1);
    expect(await pool.submit(isGone)).toBe(true);
  }),

  test_saturation: saturation,
  test_idle_process_reuse_one: idleReuse,

  test_idle_process_reuse_multiple: async (scene) => {
    const pool = scene.pool(5);
    await pool.submit(pow, 12, 7);
    await pool.submit(pow, 33, 25 % 7);
    const third = pool.submit(pow, 25, 2);
    const fourth = pool.submit(pow, 18, 2);
    expect([await third, await fourth]).toEqual([625, 324]);
    expect(pool.workerCount).toBeLessThanOrEqual(3);
  },

  test_python_finalization_error: adapted(
    'a factory of workers that fails takes the place of a thread that cannot be started',
    async (scene) => {
      const cannot = () => {
        throw new Error("can't create new thread at interpreter shutdown");
      };
      const pool = scene.pool(1, { createWorker: cannot });
      const error = await pool.submit(same, 1).exception();
      expect(error).toMatchObject({ name: scene.column.broken, cause: { cause: { message: expect.stringMatching(/can't create/) } } });
    },
    { 'Process/process': 'there is no factory of child processes that a test could replace' },
  ),

  test_terminate_workers: adapted('what it does, not what it calls', (scene) => stops(scene, 'terminateWorkers')),
  test_kill_workers: adapted('what it does, not what it calls', (scene) => stops(scene, 'killWorkers')),

  test_force_shutdown_workers: forEachForce(async (scene, force) => {
    const pool = scene.pool(1);
    const gate = scene.gate();
    const { future, begun } = scene.hold(pool, gate);
    await begun;
    expect(pool.workerCount).toBe(1);
    await pool[force]();
    expect(pool.workerCount).toBe(0);
    gate.open();
    expect(await future.exception()).toMatchObject({ name: scene.column.broken });
  }),

  test_force_shutdown_workers_dead_workers: forEachForce(async (scene, force) => {
    const pool = scene.pool(2);
    await expect(pool.submit(() => process.exit(1)).result()).rejects.toEqual(broken);
    await pool[force]();
    await pool[force]();
    expect(() => pool.submit(fail, 'no')).toThrow(broken);
  }),

  test_force_shutdown_workers_not_started_yet: forEachForce(async (scene, force) => {
    let made = 0;
    const counting = {
      createWorker: (): never => {
        made += 1;
        throw new Error('nothing is to be started');
      },
    };
    const pool = scene.pool(2, counting);
    await pool[force]();
    expect([made, pool.workerCount, pool.broken]).toEqual([0, 0, null]);
  }),

  test_force_shutdown_workers_stops_pool: forEachForce(async (scene, force) => {
    const pool = scene.pool(1);
    await pool.submit(same, 1);
    await pool[force]();
    expect(() => pool.submit(same, 1)).toThrow(code('ERR_POOL_SHUTDOWN'));
  }),
};
