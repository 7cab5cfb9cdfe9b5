/**
 * CPython Lib/test/test_concurrent_futures/test_interpreter_pool.py.
 */

import { threadId } from 'node:worker_threads';
import { currentThread, GlobalLock, InterpreterPool, releaseForIO, report } from 'gil';
import { expect } from 'vitest';
import { undecodable } from '../../executors/undecodable.js';
import { INITIALIZED_URL, initialized } from './modules.js';
import { adapted, type Proofs } from './registry.js';
import { code, log, outcome, type Scene } from './scene.js';
import { fail, hold, pow, same, whoAmI } from './tasks.js';
import { idleReuse, saturation } from './thread-pool.js';

/** An object whose method needs the object. */
class Spam {
  readonly value = 'not shareable';
  run(): string {
    return this.value;
  }
}

/** Tasks that wait for a permit each, in memory that all share, all get through, whoever runs them. */
async function blocking(scene: Scene, workers: number): Promise<void> {
  const pool = scene.pool(workers);
  const permits = new Int32Array(new SharedArrayBuffer(4));
  const take = (words: Int32Array, at: number): number => {
    report('begun');
    for (;;) {
      const left = Atomics.load(words, 0);
      if (left > 0 && Atomics.compareExchange(words, 0, left, left - 1) === left) return at;
      if (left === 0) releaseForIO(() => Atomics.wait(words, 0, 0));
    }
  };
  const futures = Array.from({ length: 10 }, (_, at) => pool.submit(take, permits, at));
  await futures[0].progress().next();
  for (let given = 0; given < 10; given += 1) {
    Atomics.add(permits, 0, 1);
    Atomics.notify(permits, 0);
  }
  expect(await Promise.all(futures)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(pool.workerCount).toBeLessThanOrEqual(workers);
  await pool.shutdown();
}

const REFUSED = 'it cannot be sent as text, which is said at the call; the pool lives';

export const interpreterPoolTests: Proofs = {
  test_init_func: async (scene) => {
    const initializer = (value: string) => {
      Reflect.set(globalThis, 'spam', value);
    };
    const pool = scene.pool(1, { initializer, initArgs: ['initialized'] });
    expect(await pool.submit(() => Reflect.get(globalThis, 'spam'))).toBe('initialized');
    expect(Reflect.get(globalThis, 'spam')).toBeUndefined();
  },

  test_init_with___main___global: async (scene) => {
    const main = (await import(INITIALIZED_URL.href)) as { status: string };
    const pool = scene.pool(1, { initializer: initialized.initialize, initArgs: ['initialized'] });
    expect(await pool.submit(initialized.getStatus)).toBe('initialized');
    expect(main.status).toBe('uninitialized');
  },

  test_init_closure: adapted('a closure as initializer is refused when the pool is made, by the name of its variable', (scene) => {
    const spam = { count: 0 };
    const initializer = () => {
      spam.count += 1;
    };
    expect(() => scene.pool(1, { initializer })).toThrow(expect.objectContaining({ code: 'ERR_TASK_FREE_VARIABLE', variable: 'spam' }));
  }),

  test_init_instance_method: adapted('a method that needs its object is refused when the pool is made', (scene) => {
    expect(() => scene.pool(1, { initializer: new Spam().run })).toThrow(code('ERR_TASK_FUNCTION'));
  }),

  test_init_exception_in_func: async (scene) => {
    const errors = log();
    const pool = scene.pool(1, { initializer: fail, initArgs: ['spam'] as never });
    const error = await pool.submit(same, 1).exception();
    expect(error).toMatchObject({ name: 'BrokenInterpreterPoolError', cause: { name: 'RangeError', message: 'spam' } });
    expect((error as { cause: Error }).cause.stack).toMatch(/gil-task:fail/);
    expect(errors.join()).toMatch(/Exception in initializer:.*RangeError: spam/);
  },

  test_submit_closure: adapted(REFUSED, async (scene) => {
    const pool = scene.pool(1);
    const spam = 1;
    expect(() => pool.submit(() => spam)).toThrow(expect.objectContaining({ code: 'ERR_TASK_FREE_VARIABLE', variable: 'spam' }));
    expect(await pool.submit(same, 1)).toBe(1);
  }),

  test_submit_local_instance: adapted(REFUSED, async (scene) => {
    const pool = scene.pool(1);
    expect(() => pool.submit(new Spam() as never)).toThrow(code('ERR_TASK_FUNCTION'));
    expect(await pool.submit(same, 1)).toBe(1);
  }),

  test_submit_instance_method: adapted(REFUSED, async (scene) => {
    const pool = scene.pool(1);
    expect(() => pool.submit(new Spam().run)).toThrow(code('ERR_TASK_FUNCTION'));
    expect(await pool.submit(same, 1)).toBe(1);
  }),

  test_submit_func_globals: async (scene) => {
    const pool = scene.pool(1);
    await pool.submit(initialized.initialize, "the module's own");
    const ofThread = () => {
      const scope = globalThis as { status?: string };
      return typeof scope.status;
    };
    expect(await pool.submit(initialized.getStatus)).toBe("the module's own");
    expect(await pool.submit(ofThread)).toBe('undefined');
  },

  test_submit_exception_in_func: adapted('the remote failure is in the stack, not in a cause', async (scene) => {
    const error = (await scene.pool(1).submit(fail, 'spam').exception()) as Error;
    expect(error).toBeInstanceOf(RangeError);
    expect(error.message).toBe('spam');
    expect(error.stack).toMatch(/^RangeError: spam\n\s+at fail \(gil-task:fail:\d+/);
  }),

  test_saturation: saturation,
  test_blocking: (scene) => blocking(scene, 10),
  test_blocking_with_limited_workers: (scene) => blocking(scene, 4),
  test_idle_thread_reuse: idleReuse,

  test_pickle_errors_propagate: adapted(
    'two ways: what is no lock though it is marked as one, and what structured clone sends and cannot make out',
    async (scene) => {
      const pool = scene.pool(1);
      const bad = { 'gil/token': { spam: 1 } };
      const future = pool.submit((..._args: unknown[]) => 1, new GlobalLock(), bad);
      await expect(future.result()).rejects.toMatchObject({ code: 'ERR_GIL_HANDLE' });
      expect(await pool.submit(same, 1)).toBe(1);
      const lost = await pool.submit((..._args: unknown[]) => 1, undecodable()).exception();
      expect(lost).toMatchObject({ code: 'ERR_TASK_CLONE', cause: expect.any(Error) });
      expect(await pool.submit(same, 2)).toBe(2);
    },
  ),

  test_thread_name_prefix: async (scene) => {
    const name = await scene.pool(1).submit(() => currentThread()?.name);
    expect(name).toMatch(/^InterpreterPool-\d+_0$/);
  },

  test_thread_name_prefix_with_thread_get_name: adapted(
    'the name that currentThread() tells: Node 20 has no name of the operating system',
    async (scene) => {
      const pool = scene.pool(2, { threadNamePrefix: 'spam' });
      expect(await pool.submit(() => currentThread()?.name)).toBe('spam_0');
    },
  ),

  'AsyncioTest.test_run_in_executor': async (scene) => {
    const pool = scene.pool(1);
    expect(await pool.submit(pow, 2, 8)).toBe(256);
    const there = await pool.submit(whoAmI);
    expect(there).toMatch(new RegExp(`^${process.pid} \\d+$`));
    expect(there).not.toBe(`${process.pid} ${threadId}`);
  },

  'AsyncioTest.test_run_in_executor_cancel': adapted(
    'the wait is given up by a signal; the late result reaches the future only',
    async (scene) => {
      const pool = new InterpreterPool(1);
      const gate = scene.gate();
      const future = pool.submit(hold, gate.token, 1);
      await future.progress().next();
      const abort = new AbortController();
      const waiting = outcome(future.result({ signal: abort.signal }));
      abort.abort('closed');
      expect(await waiting).toEqual({ error: 'closed' });
      const calls: unknown[] = [];
      future.addDoneCallback((done) => calls.push(done.resultNow()));
      const down = pool.shutdown();
      expect(calls).toEqual([]);
      gate.open();
      await down;
      expect([calls, pool.workerCount]).toEqual([[1], 0]);
    },
  ),
};
