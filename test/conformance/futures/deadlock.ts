/**
 * CPython Lib/test/test_concurrent_futures/test_deadlock.py: whatever goes wrong in a worker, on the way there or on the way back, there is an
 * error and no waiting for ever. CPython's pickle is structured clone here, and the code that it runs is in modules and getters.
 */
import type { Executor } from 'gil';
import { expect } from 'vitest';
import { undecodable } from '../../executors/undecodable.js';
import { crashesOnLoad, exitsOnLoad } from './modules.js';
import { adapted, type Proofs } from './registry.js';
import { code, type Scene } from './scene.js';
import { crash, fail, same } from './tasks.js';

const broken = code('ERR_POOL_BROKEN');

/** An argument whose getter fails while it is cloned. */
const unsendable = {
  get trap(): never {
    throw new RangeError('no pickle');
  },
};

/** The pool is broken by what is submitted, which fails like all that comes after it. */
async function breaks(scene: Scene, submit: (pool: Executor) => PromiseLike<unknown>): Promise<void> {
  const pool = scene.pool(2);
  const lost = submit(pool);
  await expect(lost).rejects.toMatchObject({ code: 'ERR_POOL_BROKEN', name: scene.column.broken });
  expect(() => pool.submit(same, 1)).toThrow(broken);
  await pool.shutdown();
  expect(pool.workerCount).toBe(0);
}

/** Only what is submitted fails. */
async function failsAlone(scene: Scene, submit: (pool: Executor) => PromiseLike<unknown>, error: unknown): Promise<void> {
  const pool = scene.pool(2);
  await expect(submit(pool)).rejects.toEqual(error);
  expect(await pool.submit(same, 1)).toBe(1);
  expect(pool.broken).toBeNull();
  await pool.shutdown();
}

const SIGNALS = 'a child process dies of a signal; a worker thread exits: nothing else takes it alone';
const GETTER = 'a getter of the result runs while it is cloned';

export const deadlockTests: Proofs = {
  test_error_at_task_pickle: (scene) =>
    failsAlone(
      scene,
      (pool) => pool.submit((given: object) => given, unsendable),
      expect.objectContaining({ code: 'ERR_TASK_CLONE', cause: expect.objectContaining({ message: 'no pickle' }) }),
    ),

  test_exit_at_task_unpickle: adapted("the task's module exits while it is loaded", (scene) =>
    breaks(scene, (pool) => pool.submit(exitsOnLoad)),
  ),

  test_error_at_task_unpickle: adapted('fails alone: what it is for is known here; CPython breaks the pool', (scene) => {
    const { signal } = new AbortController();
    const bad = { 'gil/token': { spam: 1 } };
    const submit = (pool: Executor) => pool.submitWith({ signal }, (..._args: unknown[]) => 1, signal, bad);
    return failsAlone(scene, submit, code('ERR_GIL_HANDLE'));
  }),

  test_crash_at_task_unpickle: adapted(SIGNALS, (scene) => breaks(scene, (pool) => pool.submit(crashesOnLoad))),

  test_crash_during_func_exec_on_worker: adapted(SIGNALS, (scene) => breaks(scene, (pool) => pool.submit(crash))),

  test_exit_during_func_exec_on_worker: adapted('process.exit() is no exception: it ends the worker, and so breaks the pool', (scene) =>
    breaks(scene, (pool) => pool.submit(() => process.exit(1))),
  ),

  test_error_during_func_exec_on_worker: (scene) =>
    failsAlone(scene, (pool) => pool.submit(fail, 'in the task'), expect.objectContaining({ name: 'RangeError', message: 'in the task' })),

  test_crash_during_result_pickle_on_worker: adapted(`${GETTER}. ${SIGNALS}`, (scene) =>
    breaks(scene, (pool) =>
      pool.submit(() => ({
        get trap() {
          const { isMainThread } = process.getBuiltinModule('node:worker_threads');
          if (isMainThread) process.kill(process.pid, 'SIGKILL');
          return process.exit(9);
        },
      })),
    ),
  ),

  test_exit_during_result_pickle_on_worker: adapted(`${GETTER}; process.exit() ends the worker, and so breaks the pool`, (scene) =>
    breaks(scene, (pool) =>
      pool.submit(() => ({
        get trap() {
          return process.exit(1);
        },
      })),
    ),
  ),

  test_error_during_result_pickle_on_worker: (scene) =>
    failsAlone(
      scene,
      (pool) =>
        pool.submit(() => ({
          get trap(): never {
            throw new RangeError('no pickle');
          },
        })),
      expect.objectContaining({ code: 'ERR_TASK_CLONE', cause: expect.objectContaining({ message: 'no pickle' }) }),
    ),

  test_error_during_result_unpickle_in_result_handler: adapted(
    'a blob of a class that is nowhere',
    (scene) => breaks(scene, (pool) => pool.submit(undecodable)),
    { 'Process/process': 'what the channel of a child process can write it can read' },
  ),

  test_shutdown_deadlock: async (scene) => {
    const { future } = await scene.crashAfterShutdown(scene.pool(2));
    await expect(future).rejects.toEqual(broken);
  },

  test_shutdown_deadlock_pickle: async (scene) => {
    const pool = scene.pool(2);
    expect(await pool.submit(same, 1)).toBe(1);
    const future = pool.submit((given: object) => given, unsendable);
    await pool.shutdown({ wait: false });
    await expect(future).rejects.toEqual(code('ERR_TASK_CLONE'));
    await pool.shutdown();
    expect(pool.workerCount).toBe(0);
  },

  test_crash_big_data: async (scene) => {
    const pool = scene.pool(2);
    const data = 'a'.repeat(2 ** 20);
    const die = (text: string): string => {
      if (text.length > 0) process.exit(1);
      return text;
    };
    const futures = Array.from({ length: 10 }, () => pool.submit(die, data));
    for (const future of futures) await expect(future).rejects.toEqual(broken);
    await pool.shutdown();
  },

  test_gh105829_should_not_deadlock_if_wakeup_pipe_full: adapted('more submits in one turn than any buffer holds', async (scene) => {
    const pool = scene.pool(1);
    const futures = Array.from({ length: 5000 }, (_, at) => pool.submit(same, at));
    const results = await Promise.all(futures);
    expect(results.every((result, at) => result === at)).toBe(true);
    await pool.shutdown();
  }),
};
