/**
 * CPython Lib/test/test_concurrent_futures/executor.py: what every executor does, but for the buffer of `map`, see `map-buffer.ts`.
 */
import { wait } from 'gil';
import { expect } from 'vitest';
import { collected } from './collect.js';
import { mapBufferTests } from './map-buffer.js';
import { adapted, type Proofs } from './registry.js';
import { code, outcome } from './scene.js';
import { pow, same } from './tasks.js';

const END = { done: true, value: undefined };
const value = (each: unknown) => ({ done: false, value: each });

export const executorTests: Proofs = {
  ...mapBufferTests,

  test_submit: async (scene) => {
    expect(await scene.pool().submit(pow, 2, 8).result()).toBe(256);
  },

  test_submit_keyword: adapted(
    'no keyword arguments: an object as last argument comes through, whatever its keys are called',
    async (scene) => {
      const pool = scene.pool();
      const capture = (...args: unknown[]) => args;
      const words = { self: 2, fn: 3, timeout: 4, signal: 5, priority: 6 };
      expect(await pool.submit(capture, 1, words)).toEqual([1, words]);
      expect(await pool.submitWith({}, capture, 1, words)).toEqual([1, words]);
      expect(() => (pool.submit as (task?: unknown) => unknown).call(pool)).toThrow(TypeError);
      expect(() => pool.submit({ arg: 1 } as never)).toThrow(TypeError);
      expect(pool.stats().submitted).toBe(2);
    },
  ),

  test_map: async (scene) => {
    const pool = scene.pool();
    const numbers = Array.from({ length: 10 }, (_, at) => at);
    const expected = numbers.map((each) => pow(each, each));
    expect(await pool.map(pow, numbers, numbers).toArray()).toEqual(expected);
    expect(await pool.mapWith({ chunkSize: 3 }, pow, numbers, numbers).toArray()).toEqual(expected);
  },

  test_map_exception: adapted("onError 'stop' is CPython 3.9 to 3.15, 'continue' 3.16; both are tested", async (scene) => {
    const pool = scene.pool();
    const quotient = (a: number, b: number) => {
      if (b === 0) throw new RangeError('division by zero');
      return Math.floor(a / b);
    };
    const dividends = [1, 1, 1, 1];
    const divisors = [2, 3, 0, 5];
    const stopping = pool.map(quotient, dividends, divisors);
    expect(await stopping.next()).toEqual(value(0));
    expect(await stopping.next()).toEqual(value(0));
    await expect(stopping.next()).rejects.toThrow('division by zero');
    expect([await stopping.next(), await stopping.next()]).toEqual([END, END]);
    for (const chunkSize of [1, 3]) {
      const going = pool.mapWith({ onError: 'continue', chunkSize }, quotient, dividends, divisors);
      expect([await going.next(), await going.next()]).toEqual([value(0), value(0)]);
      await expect(going.next()).rejects.toThrow('division by zero');
      expect([await going.next(), await going.next(), await going.next()]).toEqual([value(0), END, END]);
    }
  }),

  test_map_timeout_from_callable: adapted("with onError 'continue', as it is CPython 3.16", async (scene) => {
    const raise = (at: number) => {
      if (at !== 1) return at;
      throw Object.assign(new Error('my own'), { name: 'TimeoutError', code: 'ERR_FUTURE_TIMEOUT' });
    };
    const results = scene.pool().mapWith({ timeout: 60_000, onError: 'continue' }, raise, [0, 1, 2]);
    expect(await results.next()).toEqual(value(0));
    await expect(results.next()).rejects.toThrow('my own');
    expect([await results.next(), await results.next()]).toEqual([value(2), END]);
  }),

  test_map_timeout: async (scene) => {
    const pool = scene.pool(3);
    const gate = scene.gate();
    const warm = await scene.occupy(pool, gate);
    gate.open();
    await Promise.all(warm);
    const never = (each: number): unknown => (each === 6 ? new Promise(() => {}) : each);
    const results = pool.mapWith({ timeout: 50 }, never, [0, 0, 6]);
    // Results that are there are given, also after the deadline; a busy machine may be too slow to have them there.
    const first = await outcome(results.next());
    if ('value' in first) {
      expect(first.value).toEqual(value(0));
      const second = await outcome(results.next());
      if ('value' in second) {
        expect(second.value).toEqual(value(0));
        await expect(results.next()).rejects.toEqual(code('ERR_FUTURE_TIMEOUT'));
      } else expect(second.error).toEqual(code('ERR_FUTURE_TIMEOUT'));
    } else expect(first.error).toEqual(code('ERR_FUTURE_TIMEOUT'));
    expect([await results.next(), await results.next()]).toEqual([END, END]);
  },

  test_map_close: async (scene) => {
    const results = scene.pool().map(same, [0, 1, 2]);
    expect(await results.next()).toEqual(value(0));
    expect(await results.return()).toEqual(END);
    expect(await results.next()).toEqual(END);
  },

  test_shutdown_race_issue12456: async (scene) => {
    const pool = scene.pool(2);
    const results = pool.map(same, [1, 1, 1, 1, 1, 1, 1, 1]);
    await pool.shutdown();
    expect(await results.toArray()).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
  },

  test_no_stale_references: adapted('a WeakRef and a collection that the test asks for', async (scene) => {
    const pool = scene.pool(1);
    const submit = async (): Promise<WeakRef<object>> => {
      const argument = { bytes: new Uint8Array(8) };
      await pool.submit((given: object) => Object.keys(given).length, argument);
      return new WeakRef(argument);
    };
    await collected(await submit());
  }),

  test_max_workers_negative: (scene) => {
    for (const workers of [0, -1]) {
      expect(() => scene.pool(workers)).toThrow(RangeError);
      expect(() => scene.pool(workers)).toThrow(/maxWorkers must be .*greater than 0/);
    }
  },

  test_free_reference: adapted('a WeakRef and a collection that the test asks for', async (scene) => {
    const pool = scene.pool(1);
    const results = pool.map((at: number) => ({ at }), [0, 1, 2]);
    const take = async (): Promise<WeakRef<object>> => {
      const { value: taken } = await results.next();
      return new WeakRef(taken as object);
    };
    for (let at = 0; at < 3; at += 1) await collected(await take());
    expect(await results.next()).toEqual(END);
  }),

  test_swallows_falsey_exceptions: async (scene) => {
    const pool = scene.pool();
    const gate = scene.gate();
    const held = scene.hold(pool, gate);
    const raise = (thrown: unknown) => {
      throw thrown;
    };
    for (const thrown of [undefined, null, 0, '', false, Number.NaN, 0n]) {
      const future = pool.submit(raise, thrown);
      expect(await outcome(future.result())).toEqual({ error: thrown });
      expect(await future.exception()).not.toBeNull();
      expect(await outcome(pool.map(raise, [thrown]).next())).toEqual({ error: thrown });
      const { done } = await wait([held.future, pool.submit(raise, thrown)], { returnWhen: 'FIRST_EXCEPTION' });
      expect([done.size, done.has(held.future as never)]).toEqual([1, false]);
    }
    gate.open();
    expect(await held.future).toBe(0);
  },
};
