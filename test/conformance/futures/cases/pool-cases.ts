/**
 * The cases of whole pools: shutdown (SH), workers (WK), initializers (IN).
 */
import { currentThread, type Executor, releaseForIO, report } from 'gil';
import { expect } from 'vitest';
import { initialized } from '../modules.js';
import { code } from '../scene.js';
import { program } from '../shutdown.js';
import { abs, same, whoAmI } from '../tasks.js';
import type { Shows } from './cases.js';

const NUMBERS = [-5, -4, -3, -2, -1, 0, 1, 2, 3, 4];
const ABSOLUTES = [5, 4, 3, 2, 1, 0, 1, 2, 3, 4];

/** What `initialized` is in a module, without one. */
const globals = {
  initialize: (value: string) => {
    const [calls] = (Reflect.get(globalThis, 'initializations') as [number] | undefined) ?? [0];
    Reflect.set(globalThis, 'initializations', [calls + 1, value]);
  },
  getInitializations: () => Reflect.get(globalThis, 'initializations') as [number, string],
};

export const poolCases: Shows = {
  'SH-02': async (scene) => {
    const pool = scene.pool(2);
    const futures = Array.from({ length: 50 }, (_, at) => pool.submit(same, at));
    await pool.shutdown();
    expect(futures.map((future) => future.resultNow())).toEqual(futures.map((_, at) => at));
  },

  'SH-04': async (scene) => {
    const pool = scene.pool(1);
    const gate = scene.gate();
    const futures = [0, 1, 2].map((at) => scene.hold(pool, gate, at).future);
    await pool.shutdown({ wait: false });
    expect(futures.map((future) => future.done())).toEqual([false, false, false]);
    expect(() => pool.submit(same, 1)).toThrow(code('ERR_POOL_SHUTDOWN'));
    gate.open();
    expect(await Promise.all(futures)).toEqual([0, 1, 2]);
    while (pool.workerCount > 0) await new Promise((resolve) => setTimeout(resolve, 1));
  },

  'SH-05': async (scene) => {
    const error = new RangeError('E');
    const seen: { pool?: Executor; futures?: { done(): boolean }[] } = {};
    {
      await using pool = scene.pool(1);
      seen.pool = pool;
      expect(await pool.map(abs, NUMBERS).toArray()).toEqual(ABSOLUTES);
    }
    expect(seen.pool?.workerCount).toBe(0);
    const failing = async () => {
      await using pool = scene.pool(1);
      seen.pool = pool;
      seen.futures = [pool.submit(same, 1), pool.submit(same, 2)];
      throw error;
    };
    await expect(failing()).rejects.toBe(error);
    expect(seen.futures?.map((future) => future.done())).toEqual([true, true]);
    expect(seen.pool?.workerCount).toBe(0);
  },

  // A second is twenty milliseconds here: what counts is that the program is at its end before the task is.
  'SH-07': async ({ column }) => {
    expect(await program(column, "pool.submit(sleepAndPrint, 20, 'apple');")).toEqual({ code: 0, stdout: 'apple\n', stderr: '' });
  },

  'WK-02': {
    shared: (outer) => {
      const pool = outer.pool(2);
      return async (scene) => {
        const gate = scene.gate();
        const running = await scene.occupy(pool, gate);
        const queued = Array.from({ length: 13 * 2 }, (_, at) => scene.hold(pool, gate, at).future);
        await new Promise((resolve) => setImmediate(resolve));
        expect(pool.workerCount).toBe(2);
        // A child that has been sent a task counts as running it, and it is sent one at a time.
        expect([...running, ...queued].filter((future) => future.running()).length).toBe(2);
        gate.open();
        expect(await Promise.all([...running, ...queued])).toEqual([0, 1, ...queued.map((_, at) => at)]);
        expect(pool.workerCount).toBe(2);
      };
    },
  },

  'WK-03': async (scene) => {
    const pool = scene.pool(5);
    expect(pool.workerCount).toBe(0);
    const who = [await pool.submit(whoAmI), await pool.submit(whoAmI), await pool.submit(whoAmI)];
    expect([pool.workerCount, new Set(who).size]).toEqual([1, 1]);
    await pool.shutdown();
  },

  'WK-04': {
    shared: (outer) => {
      const tell = (cells: Int32Array) => {
        report('begun');
        releaseForIO(() => Atomics.wait(cells, 0, 0));
        return currentThread()?.name;
      };
      const pools = [outer.pool(5, { threadNamePrefix: 'SpecialPool' }), outer.pool(5), outer.pool(5)];
      const { className } = outer.column;
      return async () => {
        const prefixes: Set<string | undefined>[] = [];
        for (const pool of pools) {
          const words = new Int32Array(new SharedArrayBuffer(4));
          const futures = Array.from({ length: 5 }, () => pool.submit(tell, words));
          await Promise.all(futures.map((future) => future.progress().next()));
          Atomics.store(words, 0, 1);
          Atomics.notify(words, 0);
          const names = (await Promise.all(futures)).sort();
          const [prefix] = names[0]?.split('_') ?? [];
          expect(names).toEqual([0, 1, 2, 3, 4].map((at) => `${prefix}_${at}`));
          prefixes.push(new Set([prefix]));
        }
        const [special, first, second] = prefixes.map((each) => [...each][0]);
        expect(special).toBe('SpecialPool');
        for (const name of [first, second]) expect(name).toMatch(new RegExp(`^${className}-\\d+$`));
        expect(first).not.toBe(second);
      };
    },
  },

  'IN-01': async (scene, turn) => {
    // What is initialized is a module on every tenth turn and the worker's globals on the others: a module is loaded through hooks, which
    // start threads of their own in Node 20, and the cases are not about those.
    const { initialize, getInitializations } = turn % 10 === 0 ? initialized : globals;
    const pool = scene.pool(2, { initializer: initialize, initArgs: ['here'] });
    const gate = scene.gate();
    const held = await scene.occupy(pool, gate);
    gate.open();
    await Promise.all(held);
    expect(pool.workerCount).toBe(2);
    const seen = await Promise.all([0, 1, 2, 3].map(() => pool.submit(getInitializations)));
    for (const each of seen) expect(each).toEqual([1, 'here']);
  },
};
