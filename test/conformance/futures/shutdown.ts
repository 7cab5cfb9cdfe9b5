/**
 * CPython Lib/test/test_concurrent_futures/test_shutdown.py. What a whole program does is tried by a program of its own.
 */
import { currentThread, type Executor, releaseForIO, report } from 'gil';
import { expect } from 'vitest';
import { type Ended, run } from '../../process/program.js';
import type { Column } from './columns.js';
import { adapted, type Proofs } from './registry.js';
import { code, type Scene } from './scene.js';
import { abs, fail, same } from './tasks.js';

const PROGRAM = 'a program of its own; the task waits for a timer of a few milliseconds';

/** Runs a program that has a pool, and a task that prints after a while. */
export function program(column: Column, text: string): Promise<Ended> {
  const task = 'const sleepAndPrint = (ms, text) => { sleep(ms); console.log(text); };';
  return run(`import { InterpreterPool, ProcessPool, sleep, ThreadPool } from 'gil'; ${task} const pool = ${column.text(5)}; ${text}`);
}

const printed = (stdout: string): Ended => ({ code: 0, stdout, stderr: '' });

/** Three tasks that wait have three workers; all of them end. */
async function terminate(scene: Scene): Promise<void> {
  const pool = scene.pool(5);
  const gate = scene.gate();
  const held = [0, 1, 2].map((at) => scene.hold(pool, gate, at));
  await Promise.all(held.map(({ begun }) => begun));
  expect(pool.workerCount).toBe(3);
  const down = pool.shutdown();
  gate.open();
  await down;
  expect(pool.workerCount).toBe(0);
  expect(held.map(({ future }) => future.resultNow())).toEqual([0, 1, 2]);
}

const NUMBERS = [-5, -4, -3, -2, -1, 0, 1, 2, 3, 4];
const ABSOLUTES = [5, 4, 3, 2, 1, 0, 1, 2, 3, 4];

async function contextManager(scene: Scene): Promise<void> {
  const used: Executor[] = [];
  {
    await using pool = scene.pool(5);
    used.push(pool);
    expect(await pool.map(abs, NUMBERS).toArray()).toEqual(ABSOLUTES);
  }
  expect(used[0].workerCount).toBe(0);
  expect(() => used[0].submit(same, 1)).toThrow(code('ERR_POOL_SHUTDOWN'));
}

async function noWait(scene: Scene): Promise<void> {
  const pool = scene.pool(5);
  const results = pool.map(abs, NUMBERS);
  await pool.shutdown({ wait: false });
  expect(pool.workerCount).toBeGreaterThan(0);
  expect(await results.toArray()).toEqual(ABSOLUTES);
  await pool.shutdown();
  expect(pool.workerCount).toBe(0);
}

/** A worker may take one task only, one task fails, and the pool is shut down while it is replaced. */
async function replacedAndShut(scene: Scene, workers: number): Promise<void> {
  const pool = scene.pool(workers, { maxTasksPerWorker: 1 });
  const good = [pool.submit(same, 1), pool.submit(same, 2)];
  const bad = pool.submit(fail, 'gh_132969');
  const more = [pool.submit(same, 3), pool.submit(same, 4)];
  await expect(bad.result()).rejects.toThrow('gh_132969');
  await pool.shutdown({ wait: false });
  expect(await Promise.all([...good, ...more])).toEqual([1, 2, 3, 4]);
  await pool.shutdown();
}

/** The names of five workers that are all busy. */
async function names(pool: Executor): Promise<(string | undefined)[]> {
  const words = new Int32Array(new SharedArrayBuffer(4));
  const tell = (cells: Int32Array) => {
    report('begun');
    releaseForIO(() => Atomics.wait(cells, 0, 0));
    return currentThread()?.name;
  };
  const futures = Array.from({ length: 5 }, () => pool.submit(tell, words));
  await Promise.all(futures.map((future) => future.progress().next()));
  Atomics.store(words, 0, 1);
  Atomics.notify(words, 0);
  return Promise.all(futures);
}

export const shutdownTests: Proofs = {
  test_run_after_shutdown: async (scene) => {
    const pool = scene.pool();
    const down = pool.shutdown();
    expect(() => pool.submit(same, 1)).toThrow(code('ERR_POOL_SHUTDOWN'));
    expect(() => pool.submit(same, 1)).toThrow('cannot schedule new futures after shutdown');
    await down;
  },

  test_interpreter_shutdown: adapted(PROGRAM, async ({ column }) => {
    expect(await program(column, "pool.submit(sleepAndPrint, 20, 'apple');")).toEqual(printed('apple\n'));
  }),

  test_submit_after_interpreter_shutdown: adapted("in process.on('exit') in place of atexit", async ({ column }) => {
    const text = `
      process.on('exit', () => {
        try {
          pool.submit(() => 1);
        } catch ({ code, message }) {
          console.log(code, message);
        }
      });
      pool.submit(sleepAndPrint, 1, 'apple');`;
    const { stdout, ...rest } = await program(column, text);
    expect(rest).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^apple\nERR_POOL_SHUTDOWN cannot schedule new futures after interpreter shutdown/);
  }),

  test_hang_issue12364: async (scene) => {
    const pool = scene.pool(5);
    const futures = Array.from({ length: 50 }, (_, at) => pool.submit(same, at));
    await pool.shutdown();
    expect(futures.map((future) => future.resultNow())).toEqual(futures.map((_, at) => at));
  },

  test_cancel_futures: async (scene) => {
    const pool = scene.pool(5);
    const gate = scene.gate();
    const running = await scene.occupy(pool, gate);
    const queued = Array.from({ length: 45 }, (_, at) => pool.submit(same, at));
    const down = pool.shutdown({ cancelFutures: true });
    gate.open();
    await down;
    expect(running.map((future) => future.resultNow())).toEqual([0, 1, 2, 3, 4]);
    expect(queued.filter((future) => future.cancelled()).length).toBe(45);
  },

  test_hang_gh83386: adapted(PROGRAM, async ({ column }) => {
    const text = "pool.submit(sleepAndPrint, 20, 'apple'); pool.shutdown({ wait: false });";
    expect(await program(column, text)).toEqual(printed('apple\n'));
  }),

  test_hang_gh94440: async (scene) => {
    const pool = scene.pool(1);
    const gate = scene.gate();
    const [running] = await scene.occupy(pool, gate);
    const future = pool.submit(same, 1);
    expect(future.cancel()).toBe(true);
    const down = pool.shutdown();
    gate.open();
    await down;
    expect([running.resultNow(), future.cancelled()]).toEqual([0, true]);
  },

  'ThreadPoolShutdownTest.test_threads_terminate': terminate,
  'ThreadPoolShutdownTest.test_context_manager_shutdown': contextManager,
  'ThreadPoolShutdownTest.test_shutdown_no_wait': noWait,

  'ThreadPoolShutdownTest.test_thread_names_assigned': async (scene) => {
    const found = await names(scene.pool(5, { threadNamePrefix: 'SpecialPool' }));
    expect(found.sort()).toEqual([0, 1, 2, 3, 4].map((at) => `SpecialPool_${at}`));
  },

  'ThreadPoolShutdownTest.test_thread_names_default': adapted('named after the class here: ThreadPool-N_i', async (scene) => {
    const [first, second] = [await names(scene.pool(5)), await names(scene.pool(5))];
    for (const found of [first, second]) for (const name of found) expect(name).toMatch(/^ThreadPool-\d+_[0-4]$/);
    const prefix = (found: (string | undefined)[]) => new Set(found.map((name) => name?.split('_')[0]));
    expect([prefix(first).size, prefix(second).size, new Set([...prefix(first), ...prefix(second)]).size]).toEqual([1, 1, 2]);
  }),

  'ThreadPoolShutdownTest.test_cancel_futures_wait_false': adapted(PROGRAM, async ({ column }) => {
    const text = "pool.submit(sleepAndPrint, 20, 'apple'); pool.shutdown({ wait: false, cancelFutures: true });";
    const { stdout, ...rest } = await program(column, text);
    expect(rest).toEqual({ code: 0, stderr: '' });
    expect(['', 'apple\n']).toContain(stdout);
  }),

  'ProcessPoolShutdownTest.test_processes_terminate': terminate,
  'ProcessPoolShutdownTest.test_context_manager_shutdown': contextManager,
  'ProcessPoolShutdownTest.test_shutdown_no_wait': noWait,
  'ProcessPoolShutdownTest.test_shutdown_gh_132969_case_1': (scene) => replacedAndShut(scene, 2),
  'ProcessPoolShutdownTest.test_shutdown_gh_132969_case_2': (scene) => replacedAndShut(scene, 4),
};
