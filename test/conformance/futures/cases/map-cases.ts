/**
 * The cases of submitting and of `map`: SU, MP.
 */
import { wait } from 'gil';
import { expect } from 'vitest';
import { count } from '../map-buffer.js';
import { code, names, outcome } from '../scene.js';
import { fail, hold, pow, same } from '../tasks.js';
import { type Shows, withOnePool } from './cases.js';

const END = { done: true, value: undefined };
const value = (each: unknown) => ({ done: false, value: each });
const text = (each: number) => String(each);
const echo = (...args: unknown[]) => args;

export const mapCases: Shows = {
  'SU-02': withOnePool(1, async (_, pool) => {
    const words = { self: 2, fn: 3, args: 4, timeout: 5 };
    expect(await pool.submit(echo, 1, words)).toEqual([1, words]);
    const { submitted } = pool.stats();
    expect(() => (pool.submit as (task?: unknown) => unknown).call(pool)).toThrow(TypeError);
    expect(pool.stats().submitted).toBe(submitted);
  }),

  'SU-03': withOnePool(1, async (_, pool) => {
    const future = pool.submit(fail, 'M');
    const read = async () => [(await outcome(future.result())) as { error: Error }, { error: (await future.exception()) as Error }];
    const errors = [...(await read()), ...(await read())].map(({ error }) => error);
    expect(errors[0]).toBeInstanceOf(RangeError);
    expect(errors[0].message).toBe('M');
    for (const error of errors) expect(error).toBe(errors[0]);
    expect(pool.broken).toBeNull();
    expect(await pool.submit(same, 1)).toBe(1);
  }),

  'SU-04': withOnePool(2, async (scene, pool) => {
    const raise = (thrown: unknown) => {
      throw thrown;
    };
    const gate = scene.gate();
    const held = scene.hold(pool, gate);
    for (const thrown of [undefined, null, 0, '']) {
      const future = pool.submit(raise, thrown);
      const { done } = await wait([held.future, future], { returnWhen: 'FIRST_EXCEPTION' });
      expect(names(done)).toEqual(names([future]));
      expect(await outcome(future.result())).toEqual({ error: thrown });
    }
    gate.open();
    await held.future;
  }),

  'MP-01': withOnePool(2, async (_, pool) => {
    const numbers = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
    const expected = numbers.map((each) => pow(each, each));
    expect(await pool.map(pow, numbers, numbers).toArray()).toEqual(expected);
    expect(await pool.mapWith({ chunkSize: 3 }, pow, numbers, numbers).toArray()).toEqual(expected);
    expect(await pool.map(pow, numbers, [2, 2, 2]).toArray()).toEqual([0, 1, 4]);
  }),

  'MP-03': withOnePool(1, async (scene, pool) => {
    // The profile of 3.9 to 3.15: what had not begun when the failure was read is cancelled. The fourth call waits until then.
    const [open, shut] = [scene.gate(), scene.gate()];
    open.open();
    const before = pool.stats();
    const gates = [open, open, open, shut, open, open].map(({ token }) => token);
    const ends: ('return' | 'throw')[] = ['return', 'return', 'throw', 'return', 'return', 'return'];
    const stopping = pool.map(hold, gates, [0, 1, 2, 3, 4, 5], ends);
    expect([await stopping.next(), await stopping.next()]).toEqual([value(0), value(1)]);
    await expect(stopping.next()).rejects.toThrow('thrown 2');
    expect(await stopping.next()).toEqual(END);
    shut.open();
    expect(await pool.submit(same, 7)).toBe(7);
    // Three values and this one, and the fourth if it had begun; never the fifth and the sixth.
    const completed = pool.stats().completed - before.completed;
    expect(completed).toBeGreaterThanOrEqual(3);
    expect(completed).toBeLessThanOrEqual(4);

    // The profile of 3.16: nothing is cancelled.
    const late = scene.gate();
    const lateGates = [open, open, open, late, open, open].map(({ token }) => token);
    const going = pool.mapWith({ onError: 'continue' }, hold, lateGates, [0, 1, 2, 3, 4, 5], ends);
    expect([await going.next(), await going.next()]).toEqual([value(0), value(1)]);
    await expect(going.next()).rejects.toThrow('thrown 2');
    late.open();
    expect([await going.next(), await going.next(), await going.next(), await going.next()]).toEqual([value(3), value(4), value(5), END]);
  }),

  'MP-04': withOnePool(3, async (scene, pool) => {
    const [open, shut] = [scene.gate(), scene.gate()];
    open.open();
    const T = 20;
    const called = performance.now();
    const results = pool.mapWith({ timeout: T }, hold, [open.token, open.token, shut.token], [0, 1, 2]);
    // The quick ones are there within the time, or not: a busy machine may take longer than that to start its workers.
    let ended = await outcome(results.next());
    for (let at = 0; at < 2 && 'value' in ended; at += 1) {
      expect(ended.value).toEqual(value(at));
      ended = await outcome(results.next());
    }
    expect(ended).toEqual({ error: code('ERR_FUTURE_TIMEOUT') });
    // Timers may be a millisecond early.
    expect(performance.now() - called).toBeGreaterThan(T - 2);
    expect([await results.next(), await results.next()]).toEqual([END, END]);
    shut.open();
    // What is there already is given, however late it is asked for.
    const late = pool.mapWith({ timeout: 1 }, same, [5]);
    while (pool.queueSize > 0 || pool.idleCount < pool.workerCount) await new Promise((resolve) => setTimeout(resolve, 1));
    await new Promise((resolve) => setTimeout(resolve, 3));
    expect(await late.next()).toEqual(value(5));
  }),

  'MP-07': withOnePool(2, async ({ column }, pool) => {
    const numbers = Array.from({ length: 40 }, (_, at) => at);
    for (const chunkSize of [6, 40, 50]) expect(await pool.mapWith({ chunkSize }, same, numbers).toArray()).toEqual(numbers);
    for (const chunkSize of [-1, 0]) {
      const map = () => pool.mapWith({ chunkSize }, same, []);
      // A pool of interpreters is a pool of threads in this: it takes any chunk size and makes nothing of it.
      if (column.letter === 'P') expect(map).toThrow(RangeError);
      else expect(map).not.toThrow();
    }
  }),

  'MP-08': withOnePool(1, (_, pool) => {
    const map = (bufferSize: unknown) => () => pool.mapWith({ bufferSize: bufferSize as number }, same, [1]);
    for (const wrong of ['foo', 2.5]) {
      expect(map(wrong)).toThrow(TypeError);
      expect(map(wrong)).toThrow('must be an integer or null');
    }
    for (const wrong of [0, -1]) {
      expect(map(wrong)).toThrow(RangeError);
      expect(map(wrong)).toThrow('must be null or > 0');
    }
    expect(pool.stats().submitted).toBe(0);
  }),

  'MP-09': withOnePool(2, async (_, pool) => {
    const taken = { number: 0 };
    const results = pool.mapWith({ bufferSize: 2 }, text, count(taken));
    for (const [at, expected] of ['0', '1', '2'].entries()) {
      expect(await results.next()).toEqual(value(expected));
      expect(taken.number).toBeLessThanOrEqual(2 + at + 1);
    }
    await results.return();
  }),

  'MP-10': async (scene) => {
    const pool = scene.pool(1);
    const input = [0, 1, 2, 3][Symbol.iterator]();
    pool.mapWith({ bufferSize: 2 }, text, input);
    await pool.shutdown();
    expect(input.next()).toEqual({ done: false, value: 2 });
  },
};
