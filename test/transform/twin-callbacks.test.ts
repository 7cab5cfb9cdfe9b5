/**
 * Native functions that call back: their twins do to an object what the natives do, access by access, and can be switched in the callback.
 */
// @ts-nocheck The programs are JavaScript as it is met, which no type describes.
// biome-ignore-all lint: what is odd here is what it is about
import { describe, expect, it } from 'vitest';
import { dialects } from '../../src/dialects/registry.js';
import { logged, same } from './twin-logs.js';

type List = number[] & Record<string, unknown>;
type Program = (o: { list: List; log: string[] }) => unknown;

const PROGRAMS: Record<string, Program> = {
  forEach: ({ list, log }) => list.forEach((x, at, all) => log.push(`${x} ${at} ${all === list}`)),
  'forEach with this': ({ list, log }) =>
    list.forEach(
      function (this: { n: number }, x) {
        log.push(`${this.n + x}`);
      },
      { n: 5 },
    ),
  map: ({ list }) => list.map((x) => x * 2),
  filter: ({ list }) => list.filter((x) => x > 1),
  some: ({ list }) => list.some((x) => x === 3),
  every: ({ list }) => list.every((x) => x < 2),
  find: ({ list }) => [list.find((x) => x === 2), list.find((x) => x === 9), list.find((x) => x === undefined)],
  findIndex: ({ list }) => [list.findIndex((x) => x === 2), list.findIndex(() => false), list.findIndex((x) => x === undefined)],
  findLast: ({ list }) => list.findLast((x) => x === 1),
  findLastIndex: ({ list }) => list.findLastIndex((x) => x === undefined),
  reduce: ({ list }) => [list.reduce((a, b) => a + b), list.reduce((a, b, at) => a + b * at, 10)],
  reduceRight: ({ list }) => [list.reduceRight((a, b) => a - b), list.reduceRight((a, b, at) => a + b * at, 10)],
  flatMap: ({ list }) => list.flatMap((x, at) => (x > 1 ? [x, , [at]] : x)),
  'flatMap of logged items': ({ list }) => list.flatMap(() => list),
  'a list that grows': ({ list, log }) => list.forEach((x) => (log.length < 40 ? list.push(x) : 0)),
  'a list that shrinks': ({ list }) => list.map((x) => ((list.length = 2), x)),
  'an object like a list': ({ log }) => Array.prototype.map.call({ length: '2', 0: 'a', 1: 'b' }, (x: unknown) => log.push(String(x))),
  'a length that is none': () => Array.prototype.map.call({ length: -3, 0: 'a' }, (x: unknown) => x),
  'a string': () => Array.prototype.map.call('héllo', (x: unknown) => `${String(x)}.`),
  'nothing to reduce': () => ([] as number[]).reduce((a, b) => a + b),
  'no callback': ({ list }) => list.map(undefined as never),
  'no list': () => Array.prototype.forEach.call(undefined, (x: unknown) => x),
  'a callback that throws': ({ list }) =>
    list.map((x) => {
      if (x > 1) throw new RangeError(`at ${x}`);
      return x;
    }),
  'a class of lists': () => {
    class Bag extends Array<number> {
      static override get [Symbol.species]() {
        return Bag;
      }
    }
    const made = (Bag.of as (...items: number[]) => Bag)(1, 2, 3);
    const mapped = made.map((x) => x + 1);
    return [mapped instanceof Bag, mapped.length, made.filter((x) => x > 1).length];
  },
  'a native callback': ({ list }) => list.map(String),
  'maps and sets': ({ log }) => {
    const [map, set] = [
      new Map<unknown, number>([
        ['a', 1],
        ['b', 2],
      ]),
      new Set(['x', 'y']),
    ];
    map.forEach((value, key, all) => {
      log.push(`${String(key)} ${value} ${all === map}`);
      if (key === 'a') map.delete('b');
      if (map.size < 3) map.set(`${String(key)}+`, value + 1);
    });
    set.forEach(function (this: unknown, value, key) {
      log.push(value, key, String(this));
      set.delete(value);
      if (log.length < 30) set.add(value);
    }, 'self');
    return [...map, ...set];
  },
  'no map': () => Map.prototype.forEach.call([] as never, () => {}),
  'Array.from': ({ list }) => [
    Array.from(list, (x, at) => x + at),
    Array.from('ab', (x) => `${x}!`),
    Array.from({ length: 3 }, (_, at) => at * 2),
    Array.from(
      new Set([1, 2]),
      function (this: number, x) {
        return x + Number(this);
      },
      5,
    ),
  ],
  'Array.from of a class': () => {
    function Made(this: { length: number }, length?: number) {
      this.length = length ?? -1;
    }
    return Object.keys(Array.from.call(Made as never, [1, 2] as never, (x: number) => x) as object);
  },
  'Array.from with what throws': ({ log }) =>
    Array.from(
      {
        [Symbol.iterator]: () => ({
          next: () => ({ done: false, value: 1 }),
          return: () => {
            log.push('closed');
            return {};
          },
        }),
      } as Iterable<number>,
      () => {
        throw new RangeError('no');
      },
    ),
  'calls by call, apply and bind': ({ log }) => {
    function add(this: { n: number }, ...more: number[]) {
      this.n += more.length;
      log.push(more.join());
      return this.n;
    }
    const o = { n: 1 };
    const bound = add.bind(o, 1, 2);
    return [
      add.call(o),
      add.call(o, 1, 2),
      add.apply(o, [1, 2, 3]),
      add.apply(o, undefined as never),
      Reflect.apply(add, o, [7]),
      bound(3),
      bound.name,
      bound.length,
      [4, 5].map(bound),
    ];
  },
};
const make = (log: string[]) => {
  const list = [1, 2, , 3] as List;
  return { list: logged('list', list, log), log };
};

describe.each(['cpython-3.9', 'cpython-3.13'] as const)('under %s', (name) => {
  it.each(Object.entries(PROGRAMS))('%s does the same in the same order', (_, program) => {
    same(program as never, make, dialects[name]);
  });
});

it('callbacks are switched inside, and still the native function is in the report', () => {
  const program: Program = ({ list, log }) => list.forEach((x) => log.push(`${x}`));
  const { sites, natives } = same(program as never, make, dialects['cpython-3.13']);
  expect(sites).toEqual(['program entry', ...new Array(3).fill('program entry'), 'program after']);
  expect(natives).toEqual(['forEach', 'push']);
});

it('what is called back atomically is named', () => {
  const program: Program = ({ list }) => [
    [...list].sort((a, b) => b - a),
    [...list].sort(),
    JSON.stringify({ n: 1 }, (_, value) => value),
    'abc'.replace(/b/, () => 'x'),
  ];
  expect(same(program as never, make, dialects['cpython-3.13']).natives).toEqual([
    'sort (with a callback)',
    'sort',
    'stringify (with a callback)',
    'replace (with a callback)',
  ]);
});
