/**
 * CPython Lib/test/test_concurrent_futures/executor.py: the tests of `map` with a buffer size.
 */
import { expect } from 'vitest';
import { adapted, type Proofs } from './registry.js';
import { pow, same } from './tasks.js';

/** 0, 1, 2, …, and how many of them were asked for. */
export function* count(taken: { number: number } = { number: 0 }): Generator<number> {
  for (let next = 0; ; next += 1) {
    taken.number += 1;
    yield next;
  }
}

const SIZES = [1, 2, 4, 6, null, undefined];

const text = (each: number) => String(each);

export const mapBufferTests: Proofs = {
  test_map_buffersize_type_validation: adapted('2.0 is a whole number in JavaScript: 2.5 and NaN in its place', (scene) => {
    const pool = scene.pool();
    for (const bufferSize of ['foo', 2.5, Number.NaN]) {
      const map = () => pool.mapWith({ bufferSize: bufferSize as number }, same, [1]);
      expect(map).toThrow(TypeError);
      expect(map).toThrow(/bufferSize must be an integer or null/);
    }
    expect(pool.stats().submitted).toBe(0);
  }),

  test_map_buffersize_value_validation: (scene) => {
    const pool = scene.pool();
    for (const bufferSize of [0, -1]) {
      const map = () => pool.mapWith({ bufferSize }, same, [1]);
      expect(map).toThrow(RangeError);
      expect(map).toThrow(/bufferSize must be null or > 0/);
    }
    expect(pool.stats().submitted).toBe(0);
  },

  test_map_buffersize: async (scene) => {
    const pool = scene.pool();
    const numbers = [0, 1, 2, 3];
    for (const bufferSize of SIZES) {
      expect(await pool.mapWith({ bufferSize }, text, numbers).toArray(), `${bufferSize}`).toEqual(['0', '1', '2', '3']);
    }
  },

  test_map_buffersize_on_multiple_iterables: async (scene) => {
    const pool = scene.pool();
    const numbers = [0, 1, 2, 3];
    for (const bufferSize of SIZES) {
      expect(await pool.mapWith({ bufferSize }, pow, numbers, numbers).toArray(), `${bufferSize}`).toEqual([1, 1, 4, 27]);
    }
  },

  test_map_buffersize_on_infinite_iterable: async (scene) => {
    const results = scene.pool().mapWith({ bufferSize: 2 }, text, count());
    for (const expected of ['0', '1', '2']) expect((await results.next()).value).toBe(expected);
    await results.return();
  },

  test_map_buffersize_on_multiple_infinite_iterables: async (scene) => {
    const results = scene.pool().mapWith({ bufferSize: 2 }, pow, count(), count());
    for (const expected of [1, 1, 4]) expect((await results.next()).value).toBe(expected);
    await results.return();
  },

  test_map_buffersize_on_empty_iterable: async (scene) => {
    const results = scene.pool().mapWith({ bufferSize: 2 }, text, []);
    expect(await results.next()).toEqual({ done: true, value: undefined });
  },

  test_map_buffersize_without_iterable: async (scene) => {
    const pool = scene.pool();
    const results = pool.mapWith({ bufferSize: 2 }, () => 1);
    expect(await results.next()).toEqual({ done: true, value: undefined });
    expect(pool.stats().submitted).toBe(0);
  },

  test_map_buffersize_when_buffer_is_full: async (scene) => {
    const pool = scene.pool();
    const numbers = [0, 1, 2, 3][Symbol.iterator]();
    const results = pool.mapWith({ bufferSize: 2 }, text, numbers);
    await pool.shutdown();
    expect(pool.stats().completed).toBe(2);
    expect(numbers.next().value).toBe(2);
    expect((await results.next()).value).toBe('0');
  },
};
