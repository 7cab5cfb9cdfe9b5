/**
 * Two values have the same text exactly if nobody could tell them apart.
 */
import { describe, expect, it } from 'vitest';
import { encode } from '../../src/sim/canonical.js';

const shared = { n: 1 };
const cycle = (length: number): object => {
  const first: Record<string, unknown> = {};
  let last = first;
  for (let at = 1; at < length; at += 1) {
    const next = {};
    last['next'] = next;
    last = next;
  }
  last['next'] = first;
  return first;
};
const bare = (): object => Object.assign(Object.create(null) as object, { a: 1 });

const DIFFERENT: readonly unknown[] = [
  undefined,
  null,
  true,
  false,
  0,
  -0,
  1,
  -1,
  0.5,
  -1024,
  -1025,
  59_999,
  60_000,
  2 ** 31,
  2 ** 53,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  1n,
  '',
  '1',
  'ab',
  'n1;',
  [],
  [undefined],
  new Array(1),
  [1, 2],
  [[1], 2],
  [[1, 2]],
  ['a', 'b'],
  ['ab', ''],
  {},
  bare(),
  { a: 1 },
  { a: undefined },
  { a: 1, b: 2 },
  { b: 2, a: 1 },
  { a: { b: 2 } },
  { '1:a': 1 },
  new Map(),
  new Map([['a', 1]]),
  new Map([[{}, 1]]),
  new Map<unknown, unknown>([
    [1, 2],
    [3, 4],
  ]),
  new Map<unknown, unknown>([
    [3, 4],
    [1, 2],
  ]),
  new Set(),
  new Set([1, 2]),
  new Set([2, 1]),
  new Set([[1, 2]]),
  [shared, shared],
  [{ n: 1 }, { n: 1 }],
  [shared, { n: 1 }, shared],
  [shared, { n: 1 }, { n: 1 }],
  [{ n: 1 }, shared, shared],
  cycle(1),
  cycle(2),
  cycle(3),
];

describe('the text of a value', () => {
  it('is another for each that can be told apart', () => {
    const texts = DIFFERENT.map((value) => encode(value));
    expect(texts.filter((text, at) => texts.indexOf(text) !== at)).toEqual([]);
  });

  it('is the same for each that cannot', () => {
    for (const value of DIFFERENT)
      expect(encode(structuredClone(value))).toBe(
        encode(value === null || Object.getPrototypeOf(Object(value)) !== null ? value : { a: 1 }),
      );
    expect(encode(bare())).toBe(encode(bare()));
    expect(encode(cycle(3))).toBe(encode(cycle(3)));
  });

  it.each([
    ['a function', () => 1, 'a function'],
    ['a symbol', Symbol('s'), 'Symbol(s)'],
    ['a date', new Date(0), 'a Date'],
    ['an instance', new (class Account {})(), 'an Account'],
    ['something inside', { deep: [new Map([[1, /x/]])] }, 'a RegExp'],
    ['a getter', Object.defineProperty({}, 'g', { get: () => 1, enumerable: true }), 'with the getter or setter g'],
    ['a hidden property', Object.defineProperty({}, 'h', { value: 1 }), 'with the hidden property h'],
    ['a symbol as a key', { [Symbol('k')]: 1 }, 'with the key Symbol(k)'],
    ['an array with more than items', Object.assign([1], { '-1': 2 }), 'with the property -1 of its own'],
    ['a map with a property', Object.assign(new Map(), { k: 2 }), 'with the property k of its own'],
  ])('is refused for %s', (_, value, message) => {
    expect(() => encode(value)).toThrow(expect.objectContaining({ code: 'ERR_NOT_PLAIN', message: expect.stringContaining(message) }));
  });
});
