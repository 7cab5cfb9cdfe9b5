/**
 * CPython's tests of `Pool` as one suite, run for each isolation. Tests are written anew after what CPython's assert; where those sleep, these
 * have a gate.
 */
import { currentThread, Pool } from 'gil';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { atGate, makeGate } from './gate.js';
import { METHODS } from './methods.js';

export type Isolation = 'worker' | 'process';

/** What a method's test is given. */
export interface Scene {
  /** A pool of four that all methods share. */
  readonly pool: Pool;
  /** A pool of its own, terminated when the test is over. */
  make(processes: number, options?: { maxTasksPerChild?: number }): Pool;
}

const code = (name: string) => expect.objectContaining({ code: name });
const square = (x: number) => x * x;
const product = (a: number, b: number) => a * b;
const range = (end: number, start = 0): number[] => Array.from({ length: end - start }, (_, i) => i + start);
const squares = (end: number) => range(end).map(square);
const pairs = (end: number) => range(end).map((i) => [i, end - 1 - i] as [number, number]);
const products = (end: number) => pairs(end).map(([a, b]) => a * b);
const endless = () => new Promise<never>(() => {});

function* failingInputs(total: number, when: number): Iterable<number> {
  for (let i = 0; i < total; i += 1) {
    if (i === when) throw new SyntaxError('say when');
    yield i;
  }
}

const PROOFS: Readonly<Record<string, (scene: Scene) => Promise<void>>> = {
  async apply({ pool }) {
    expect(await pool.apply(square, 5)).toBe(25);
    expect(await pool.apply((x?: number) => x, undefined)).toBe(undefined);
  },

  async map({ pool }) {
    expect(await pool.map(square, range(10))).toEqual(squares(10));
    expect(await pool.map(square, range(100), { chunkSize: 20 })).toEqual(squares(100));
  },

  async starmap({ pool }) {
    expect(await pool.starmap(product, pairs(10))).toEqual(products(10));
    expect(await pool.starmap(product, pairs(100), { chunkSize: 20 })).toEqual(products(100));
  },

  async starmap_async({ pool }) {
    expect(await pool.starmapAsync(product, pairs(100)).get()).toEqual(products(100));
  },

  async map_async({ pool }) {
    expect(await pool.mapAsync(square, range(10)).get()).toEqual(squares(10));
  },

  async map_async_callbacks({ pool }) {
    const calls: unknown[] = [];
    const toNumber = (text: string) => {
      if (Number.isNaN(Number(text))) throw new TypeError(text);
      return Number(text);
    };
    const callbacks = { callback: (value: unknown) => calls.push(value), errorCallback: (error: unknown) => calls.push(error) };
    expect(await pool.mapAsync(toNumber, ['1'], callbacks).wait()).toBe(true);
    expect(calls).toEqual([[1]]);
    expect(await pool.mapAsync(toNumber, ['a'], callbacks).wait()).toBe(true);
    expect(calls).toEqual([[1], new TypeError('a')]);
  },

  async map_unplicklable({ pool }) {
    const bad = (() => 1) as unknown as number;
    await expect(pool.map(square, Array(10).fill(bad))).rejects.toEqual(code('ERR_TASK_CLONE'));
    expect(await pool.map(square, [2])).toEqual([4]);
  },

  async map_chunksize({ pool }) {
    expect(await pool.mapAsync(square, [], { chunkSize: 1 }).get({ timeout: 0 })).toEqual([]);
  },

  async map_handle_iterable_exception({ pool }) {
    await expect(pool.map(square, failingInputs(1, 0), { chunkSize: 1 })).rejects.toThrow('say when');
    await expect(pool.map(square, failingInputs(20, 3), { chunkSize: 1 })).rejects.toThrow('say when');
    const immediate: Iterable<number> = {
      [Symbol.iterator]() {
        throw new SyntaxError('say at once');
      },
    };
    for (const _ of range(2)) await expect(pool.map(square, immediate)).rejects.toThrow('say at once');
    expect(await pool.map(square, [3])).toEqual([9]);
  },

  async async({ pool }) {
    const gate = makeGate();
    const result = pool.applyAsync(atGate<number>, [gate.path, 49]);
    const got = result.get();
    expect(await result.wait({ timeout: 1 })).toBe(false);
    expect(result.ready()).toBe(false);
    expect(() => result.successful()).toThrow(code('ERR_FUTURE_STATE'));
    gate.open();
    expect(await got).toBe(49);
    expect([result.ready(), result.successful()]).toEqual([true, true]);
  },

  async async_timeout({ pool }) {
    const gate = makeGate();
    const result = pool.applyAsync(atGate<number>, [gate.path, 36]);
    await expect(result.get({ timeout: 1 })).rejects.toEqual(code('ERR_FUTURE_TIMEOUT'));
    gate.open();
    expect(await result.get()).toBe(36);
  },

  async imap({ pool }) {
    expect(await pool.imap(square, range(10)).toArray()).toEqual(squares(10));
    const steps = pool.imap(square, range(10));
    for (const i of range(10)) expect(await steps.next()).toEqual({ done: false, value: i * i });
    expect(await steps.next()).toEqual({ done: true, value: undefined });
    const chunked = pool.imap(square, range(1000), { chunkSize: 100 });
    for (const i of range(1000)) expect(await chunked.next()).toEqual({ done: false, value: i * i });
    expect(await chunked.next()).toEqual({ done: true, value: undefined });
  },

  async imap_handle_iterable_exception({ pool }) {
    const first = pool.imap(square, failingInputs(1, 0), { chunkSize: 1 });
    await expect(first.next()).rejects.toThrow('say when');
    const third = pool.imap(square, failingInputs(10, 3), { chunkSize: 1 });
    for (const i of range(3)) expect((await third.next()).value).toBe(i * i);
    await expect(third.next()).rejects.toThrow('say when');
    expect((await third.next()).done).toBe(true);
    // At the start of a chunk, and within one: what was in that chunk is lost.
    for (const [chunkSize, given] of [
      [2, 6],
      [4, 4],
    ] as const) {
      const chunked = pool.imap(square, failingInputs(20, 7), { chunkSize });
      for (const i of range(given)) expect((await chunked.next()).value).toBe(i * i);
      await expect(chunked.next()).rejects.toThrow('say when');
    }
  },

  async imap_unordered({ pool }) {
    const sorted = (values: number[]) => values.sort((a, b) => a - b);
    expect(sorted(await pool.imapUnordered(square, range(10)).toArray())).toEqual(squares(10));
    expect(sorted(await pool.imapUnordered(square, range(1000), { chunkSize: 100 }).toArray())).toEqual(squares(1000));
  },

  async imap_unordered_handle_iterable_exception({ pool }) {
    await expect(pool.imapUnordered(square, failingInputs(1, 0)).next()).rejects.toThrow('say when');
    for (const [chunkSize, given] of [
      [1, 7],
      [2, 6],
    ] as const) {
      const steps = pool.imapUnordered(square, failingInputs(10, 7), { chunkSize });
      const values: number[] = [];
      const errors: unknown[] = [];
      for (let done = false; !done; ) {
        const step = await steps.next().catch((error: unknown) => void errors.push(error));
        if (step?.done) done = true;
        else if (step) values.push(step.value as number);
      }
      expect(values.sort((a, b) => a - b)).toEqual(squares(given));
      expect(errors).toEqual([new SyntaxError('say when')]);
    }
  },

  async make_pool({ make }) {
    for (const bad of [-1, 0]) {
      expect(() => make(bad)).toThrow(RangeError);
      expect(() => make(bad)).toThrow(/Number of processes must be at least 1/);
    }
    const pool = make(3);
    const gate = makeGate();
    const results = range(6).map((i) => pool.applyAsync(atGate<number>, [gate.path, i]));
    expect([pool.processes, pool.workerCount]).toEqual([3, 3]);
    gate.open();
    pool.close();
    await pool.join();
    expect(results.map((result) => result.resultNow())).toEqual(range(6));
    expect(pool.workerCount).toBe(0);
  },

  async terminate({ make }) {
    const pool = make(3);
    const result = pool.mapAsync(endless, range(10_000), { chunkSize: 1 });
    await pool.terminate();
    await pool.join();
    expect(pool.workerCount).toBe(0);
    expect(result.ready()).toBe(true);
    await expect(result).rejects.toBeInstanceOf(Error);
  },

  async empty_iterable({ make }) {
    const pool = make(1);
    expect(await pool.map(square, [])).toEqual([]);
    expect(await pool.imap(square, []).toArray()).toEqual([]);
    expect(await pool.imapUnordered(square, []).toArray()).toEqual([]);
    expect(await pool.mapAsync(square, []).get()).toEqual([]);
    pool.close();
    await pool.join();
    expect(pool.workerCount).toBe(0);
  },

  async context({ make }) {
    const pool = make(2);
    {
      await using inside = pool;
      expect(await inside.mapAsync(square, range(10)).get()).toEqual(squares(10));
    }
    await pool.join();
    expect(() => pool.mapAsync(square, range(10))).toThrow(/Pool not running/);
  },

  async traceback({ pool }) {
    const raising = () => {
      throw new RangeError('123');
    };
    const result = pool.applyAsync(raising);
    const error = (await result.exception()) as Error;
    expect(error).toMatchObject({ name: 'RangeError', message: '123' });
    expect(error.stack).toMatch(/RangeError: 123\n +at raising \(gil-task:raising:\d+/);
    expect(error.stack).toMatch(/at a call that was submitted to (worker thread|process) \d+.*suite\.ts/s);
    // What the inputs throw happened here.
    const own = (await pool
      .imap(square, failingInputs(1, 0))
      .next()
      .catch((error: unknown) => error)) as Error;
    expect(own.stack).not.toMatch(/submitted to/);
  },

  async wrapped_exception({ make }) {
    const error = await make(1)
      .apply(() => {
        throw new URIError('foo');
      })
      .catch((error: unknown) => error);
    expect(error).toBeInstanceOf(URIError);
    expect(error).toMatchObject({ message: 'foo' });
    expect((error as Error).cause).toBeUndefined();
  },

  async map_no_failfast({ make }) {
    const pool = make(2);
    const gate = makeGate();
    const told: unknown[] = [];
    const result = pool.starmapAsync(
      atGate<number | string>,
      [
        [gate.path, 1],
        [null, 'early'],
      ],
      { chunkSize: 1, errorCallback: (error) => told.push(error) },
    );
    // The worker that failed is the one that has time for this: when it is back, so is the failure.
    expect(await pool.apply(square, 2)).toBe(4);
    expect([result.ready(), told]).toEqual([false, []]);
    gate.open();
    await expect(result).rejects.toThrow('early');
    expect(told).toEqual([new RangeError('early')]);
  },

  async enter({ make }) {
    const pool = make(1);
    {
      await using _ = pool;
    }
    await pool.join();
    for (const use of [() => pool.applyAsync(square, [1]), () => pool.imap(square, []), () => pool.imapUnordered(square, [])])
      expect(use).toThrow(code('ERR_POOL_SHUTDOWN'));
    for (const used of [pool.apply(square, 1), pool.map(square, []), pool.starmap(product, [])])
      await expect(used).rejects.toThrow(/Pool not running/);
  },

  async async_error_callback({ make }) {
    const errors: unknown[] = [];
    const result = make(2).applyAsync(
      () => {
        throw new ReferenceError('key');
      },
      [],
      { callback: () => errors.push('not this one'), errorCallback: (error) => errors.push(error) },
    );
    await expect(result.get()).rejects.toThrow(ReferenceError);
    expect(errors).toEqual([expect.any(ReferenceError)]);
    expect([result.ready(), result.successful()]).toEqual([true, false]);
  },

  async unpickleable_result({ make }) {
    const pool = make(1);
    const name = await pool.apply(() => currentThread()?.name);
    for (const _ of range(5)) {
      const errors: unknown[] = [];
      const result = pool.applyAsync(() => () => 42, [], { errorCallback: (error) => errors.push(error) });
      await expect(result.get()).rejects.toEqual(code('ERR_TASK_CLONE'));
      expect(errors).toEqual([code('ERR_TASK_CLONE')]);
    }
    expect(await pool.apply(() => currentThread()?.name)).toBe(name);
  },

  async pool_worker_lifetime({ make }) {
    const pool = make(3, { maxTasksPerChild: 10 });
    const where = (x: number) => [x * x, currentThread()?.name] as const;
    const results = await Promise.all(range(100).map((i) => pool.applyAsync(where, [i])));
    expect(results.map(([value]) => value)).toEqual(squares(100));
    const counts = new Map<unknown, number>();
    for (const [, name] of results) counts.set(name, (counts.get(name) ?? 0) + 1);
    expect(Math.max(...counts.values())).toBeLessThanOrEqual(10);
    expect(counts.size).toBeGreaterThanOrEqual(10);
    expect(pool.workerCount).toBeLessThanOrEqual(3);
    // The end of a generation does not end the pool.
    expect(await pool.map(square, range(50))).toEqual(squares(50));
    pool.close();
    await pool.join();
  },

  async pool_worker_lifetime_early_close({ make }) {
    const pool = make(3, { maxTasksPerChild: 1 });
    const results = range(6).map((i) => pool.applyAsync(square, [i]));
    pool.close();
    await pool.join();
    expect(results.map((result) => result.resultNow())).toEqual(squares(6));
  },

  async pool_maxtasksperchild_invalid({ make }) {
    for (const bad of [0, -1, 0.5]) expect(() => make(3, { maxTasksPerChild: bad })).toThrow(code('ERR_GIL_RANGE'));
    expect(() => make(3, { maxTasksPerChild: '12' as unknown as number })).toThrow(code('ERR_GIL_ARGUMENT'));
    expect(() => make(3, { maxTasksPerChild: 0 })).toThrow(/maxTasksPerChild must be a whole number greater than 0; got 0/);
  },
};

/** The names of the methods that are run. */
export const PROVED: readonly string[] = Object.keys(PROOFS);

/** All methods that have a meaning here. */
export function poolSuite(isolation: Isolation): void {
  describe(`Pool with isolation '${isolation}'`, () => {
    let shared: Pool | undefined;
    afterAll(() => shared?.terminate());
    const scene: Scene = {
      get pool() {
        shared ??= new Pool(4, { isolation });
        return shared;
      },
      make(processes, options = {}) {
        const made = new Pool(processes, { ...options, isolation });
        onTestFinished(() => made.terminate());
        return made;
      },
    };
    for (const { name, says, verdict } of METHODS) {
      const proof = PROOFS[name];
      if (proof === undefined || verdict === 'no') continue;
      it(`test_${name}: ${says}`, async ({ task }) => {
        task.meta.method = { name, isolation };
        await proof(scene);
      });
    }
  });
}
