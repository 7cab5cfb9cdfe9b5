/**
 * `SharedList` and `SharedDict` against JavaScript's own, and on many threads at once: every method is one operation, whatever the dialect.
 */
import { InterpreterPool, ThreadPool } from 'gil';
import { SharedArray, SharedDict, SharedList } from 'gil/shared';
import { describe, expect, it } from 'vitest';
import { ABANDONED, STATE } from '../../src/lock/mutex.js';

const code = (name: string) => expect.objectContaining({ code: name });

/** A random number below `limit`, the same ones in every run. */
function dice(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

describe('SharedList', () => {
  it('does what an array does, through thousands of random operations', () => {
    for (let seed = 1; seed <= 3; seed += 1) {
      const random = dice(seed);
      const list = new SharedList();
      const model: number[] = [];
      const at = () => random(model.length * 2) - model.length;
      const operations: (() => void)[] = [
        () => expect(list.append(model.length)).toBe(model.push(model.length) && undefined),
        () => {
          const more = Array.from({ length: random(50) }, () => random(9));
          list.extend(more);
          model.push(...more);
        },
        () => {
          if (model.length === 0) return;
          const index = at();
          expect(list.pop(index)).toBe(model.splice(index, 1)[0]);
        },
        () => {
          const index = at();
          list.insert(index, 7);
          model.splice(index, 0, 7);
        },
        () => {
          if (model.length === 0) return;
          const index = at();
          list.set(index, list.at(index) + 0.5);
          const place = index < 0 ? index + model.length : index;
          model[place] = model[place]! + 0.5;
        },
        () => {
          const index = model.indexOf(7);
          expect(list.remove(7)).toBe(index !== -1);
          if (index !== -1) model.splice(index, 1);
        },
      ];
      for (let i = 0; i < 3000; i += 1) operations[random(operations.length)]!();
      expect(list.toArray()).toEqual(model);
      expect([...list]).toEqual(model);
      expect([list.length, list.indexOf(7), list.includes(0.5)]).toEqual([model.length, model.indexOf(7), model.includes(0.5)]);
      list.clear();
      expect([...list]).toEqual([]);
    }
  });

  it('grows to what it may be, and says when it cannot', () => {
    const list = new SharedList([1], { maxLength: 200 });
    list.extend(Array.from({ length: 198 }, (_, i) => i));
    expect(() => list.extend([1, 2])).toThrow(/expected at most 200 elements, got 201/);
    list.append(9);
    expect(() => list.append(10)).toThrow(code('ERR_SHARED_MEMORY'));
    expect([list.length, list.at(-1), list.pop()]).toEqual([200, 9, 9]);
    list.append(11);
    expect(new SharedList([], { maxLength: 1 }).length).toBe(0);
  });

  it.each<[string, () => unknown, string]>([
    ['an index beyond', () => new SharedList([1]).at(1), 'ERR_SHARED_INDEX'],
    ['storing beyond', () => new SharedList([1]).set(1, 1), 'ERR_SHARED_INDEX'],
    ['an index that is none', () => new SharedList([1]).at('0' as never), 'ERR_SHARED_INDEX'],
    ['pop from an empty list', () => new SharedList().pop(), 'ERR_SHARED_INDEX'],
    ['a name as element', () => new SharedList().append('a' as never), 'ERR_GIL_ARGUMENT'],
    ['names as elements', () => new SharedList(['a'] as never), 'ERR_GIL_ARGUMENT'],
    ['no elements', () => new SharedList(3 as never), 'ERR_GIL_ARGUMENT'],
    ['no options', () => new SharedList([], 3 as never), 'ERR_GIL_ARGUMENT'],
    ['a length of 0 at most', () => new SharedList([], { maxLength: 0 }), 'ERR_GIL_RANGE'],
    ['a broken index to insert at', () => new SharedList().insert(0.5, 1), 'ERR_GIL_ARGUMENT'],
    ['another handle', () => SharedList.from(new SharedDict().handle as never), 'ERR_GIL_HANDLE'],
  ])('refuses %s', (_, misuse, expected) => {
    expect(misuse).toThrow(code(expected));
  });
});

describe('SharedDict', () => {
  it('does what a Map does, through thousands of random operations that fill and empty it', () => {
    for (let seed = 1; seed <= 3; seed += 1) {
      const random = dice(seed);
      const dict = new SharedDict({}, { maxSize: 400 });
      const again = SharedDict.from({ ...dict.handle });
      expect(again).toBe(dict);
      const model = new Map<string | number, number>();
      const key = () => [random(300), `k${random(300)}`, 'ü'.repeat(random(40)), random(100) / 7][random(4)]!;
      for (let i = 0; i < 4000; i += 1) {
        const k = key();
        const fill = i % 2000 < 1200 ? 3 : 1;
        if (random(4) < fill && (model.size < 400 || model.has(k))) {
          model.set(k, i);
          dict.set(k, i);
        } else {
          expect(dict.get(k)).toBe(model.get(k));
          expect(dict.delete(k)).toBe(model.delete(k));
        }
        if (i % 500 === 0) expect([...dict]).toEqual([...model]);
      }
      expect([...dict]).toEqual([...model]);
      expect([dict.size, [...dict.keys()], [...dict.values()]]).toEqual([model.size, [...model.keys()], [...model.values()]]);
      dict.clear();
      expect([dict.size, dict.get(1), [...dict]]).toEqual([0, undefined, []]);
    }
  });

  it('tells keys apart as a Map does', () => {
    const dict = new SharedDict([
      ['1', 1],
      [1, 2],
      [-0, 3],
      [Number.NaN, 4],
      ['', 5],
    ]);
    expect(['1', 1, 0, Number.NaN, '', 'x'].map((key) => dict.get(key))).toEqual([1, 2, 3, 4, 5, undefined]);
    expect(String(new SharedDict({ a: 1 }))).toBe("<SharedDict { 'a' => 1 }>");
    expect([dict.setDefault('a', 1), dict.setDefault('a', 2), dict.pop('a'), dict.pop('a'), dict.has('a')]).toEqual([
      1,
      1,
      1,
      undefined,
      false,
    ]);
  });

  it('has room for what it may have, again and again', () => {
    const dict = new SharedDict({}, { maxSize: 5 });
    for (let i = 0; i < 100; i += 1) {
      dict.set(i, i);
      if (i >= 4) dict.delete(i - 4);
    }
    expect([...dict.keys()]).toEqual([96, 97, 98, 99]);
    dict.set('one more', 1);
    expect(() => dict.set('too many', 1)).toThrow(/expected at most 5 keys/);
    expect(() => dict.set('too many', 1)).toThrow(code('ERR_SHARED_MEMORY'));
    dict.set('one more', 2);
    expect(dict.get('one more')).toBe(2);
    const long = new SharedDict({}, { maxSize: 10 });
    const names = Array.from({ length: 10 }, (_, i) => `${i}`.repeat(250));
    expect(() => names.map((name) => long.set(name, 1))).toThrow(/names of at most 640 bytes/);
    long.delete(names[0]!);
    long.set(names[3]!, 3);
    expect([...long.values()]).toEqual([1, 3]);
  });

  it('is found whole by whoever comes after a thread that died in the midst of an operation', () => {
    const dict = new SharedDict({ a: 1, b: 2 });
    const words = new Int32Array(dict.handle.memory);
    // A thread died within a section, when an entry was there and the index was not.
    new Int32Array(dict.handle.table.index).fill(0);
    words[STATE] = 999;
    (dict as unknown as { bury(thread: number): void }).bury(999);
    expect(words[ABANDONED]).toBe(999);
    dict.set('c', 3);
    expect([...dict, dict.get('b')]).toEqual([['a', 1], ['b', 2], ['c', 3], 2]);
  });

  it.each<[string, () => unknown, string]>([
    ['an object as key', () => new SharedDict().get({} as never), 'ERR_SHARED_KEY'],
    ['half a character as key', () => new SharedDict().set('\ud800', 1), 'ERR_SHARED_KEY'],
    ['a key that is too long', () => new SharedDict().set('x'.repeat(256), 1), 'ERR_SHARED_KEY'],
    ['a key of few characters that is too long', () => new SharedDict().set('€'.repeat(86), 1), 'ERR_SHARED_KEY'],
    ['a name as value', () => new SharedDict().set('x', '1' as never), 'ERR_GIL_ARGUMENT'],
    ['a name as default', () => new SharedDict().setDefault('x', '1' as never), 'ERR_GIL_ARGUMENT'],
    ['no content', () => new SharedDict(3 as never), 'ERR_GIL_ARGUMENT'],
    ['no options', () => new SharedDict({}, 3 as never), 'ERR_GIL_ARGUMENT'],
    ['a size of half a key', () => new SharedDict({}, { maxSize: 0.5 }), 'ERR_GIL_RANGE'],
    ['another handle', () => SharedDict.from(new SharedList().handle as never), 'ERR_GIL_HANDLE'],
  ])('refuses %s', (_, misuse, expected) => {
    expect(misuse).toThrow(code(expected));
  });

  it('takes keys of up to 255 bytes', () => {
    const dict = new SharedDict();
    dict.set('x'.repeat(255), 1).set('€'.repeat(85), 2);
    expect([dict.get('x'.repeat(255)), dict.get('€'.repeat(85))]).toEqual([1, 2]);
  });
});

const ROUNDS = 1500;

/** Appends, pops what it appended or another did, and stores under names that the others use, too. */
const mix = (
  me: number,
  rounds: number,
  list: SharedList,
  { dict, first }: { dict: SharedDict; first: SharedDict },
  popped: SharedArray,
) => {
  let [sum, won] = [0, 0];
  for (let i = 0; i < rounds; i += 1) {
    list.append(i);
    if (i % 3 === 0) sum += list.pop();
    dict.set(`${me}.${i}`, i).set(me * rounds + i, i);
    if (i % 2 === 0) dict.delete(`${me}.${i}`);
    if (first.setDefault(`round ${i}`, me) === me) won += 1;
  }
  popped.set(me, sum);
  return won;
};

describe.each([
  ['threads in parallel', () => new ThreadPool(3, { dialect: 'cpython-3.13t' })],
  ['threads that look everywhere', () => new ThreadPool(3, { dialect: 'cpython-2.7' })],
  ['interpreters', () => new InterpreterPool(3)],
])('on %s', (_, make) => {
  it('loses nothing while all grow, delete and take out at once', async () => {
    await using pool = make();
    const [list, dict, first, popped] = [new SharedList(), new SharedDict(), new SharedDict(), new SharedArray('float64', 3)];
    const won = await Promise.all([0, 1, 2].map((me) => pool.submit(mix, me, ROUNDS, list, { dict, first }, popped)));
    const all = 3 * ((ROUNDS * (ROUNDS - 1)) / 2);
    const taken = Math.ceil(ROUNDS / 3);
    expect(list.length).toBe(3 * (ROUNDS - taken));
    const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0);
    expect(sum(list) + sum(popped)).toBe(all);
    expect(dict.size).toBe(3 * (ROUNDS + ROUNDS / 2));
    expect(sum(dict.values())).toBe(all + 3 * sum(Array.from({ length: ROUNDS / 2 }, (_, i) => i * 2 + 1)));
    // Each round was won by just one.
    expect([sum(won), first.size]).toEqual([ROUNDS, ROUNDS]);
  });
});
