/**
 * Numbers that threads share: what is stored is what the others load, plain access loses what the dialect lets it lose, and misuse is told.
 */
import { type DialectName, InterpreterPool, ThreadPool } from 'gil';
import { SharedArray, SharedBigInt, SharedFloat, SharedInt, SharedObject } from 'gil/shared';
import { describe, expect, it } from 'vitest';

const code = (name: string) => expect.objectContaining({ code: name });

describe('on one thread', () => {
  it('keeps what each type can keep', () => {
    const int = new SharedInt(-3);
    int.value += 1;
    const big = new SharedBigInt(2n ** 40n);
    big.value *= 2n;
    const float = new SharedFloat();
    float.value += 0.5;
    expect([int.value, big.value, float.value]).toEqual([-2, 2n ** 41n, 0.5]);
    expect([int.atomicAdd(5), int.value, big.atomicAdd(1n), big.value - 2n ** 41n]).toEqual([-2, 3, 2n ** 41n, 1n]);
    expect([String(int), String(float), `${new SharedBigInt()}`]).toEqual(['<SharedInt 3>', '<SharedFloat 0.5>', '<SharedBigInt 0>']);
    expect(+int + Number(float)).toBe(3.5);
    int.value = 2 ** 31;
    expect(int.value).toBe(-(2 ** 31));
  });

  it('has arrays of every type, with indices from both ends', () => {
    const row = new SharedArray('uint8', [1, 2, 300]);
    row.set(0, row.at(-1));
    expect([row.length, ...row]).toEqual([3, 44, 2, 44]);
    expect(new SharedArray('bigint64', 2).at(1)).toBe(0n);
    expect(new SharedArray('float64', 1).values).toBeInstanceOf(Float64Array);
    expect(new SharedArray('int16', 0).length).toBe(0);
    expect(String(new SharedArray('int32', [1, 2]))).toBe('<SharedArray int32 [ 1, 2 ]>');
    expect(() => row.at(3)).toThrow(code('ERR_SHARED_INDEX'));
    expect(() => row.set(-4, 0)).toThrow(code('ERR_SHARED_INDEX'));
    expect(() => row.at(0.5)).toThrow(code('ERR_SHARED_INDEX'));
  });

  it('has records whose fields are properties, and no others', () => {
    const record = new SharedObject({ x: 1, y: 2 });
    record.x += record.y;
    expect([record.x, JSON.stringify(record), String(Object.keys(record))]).toEqual([3, '{"x":3,"y":2}', '']);
    const loose = record as unknown as Record<string, number>;
    expect(() => loose['z']).toThrow(code('ERR_SHARED_FIELD'));
    expect(() => {
      loose['z'] = 1;
    }).toThrow(/"z" was written.*its fields are: x, y/);
    expect('x' in record).toBe(true);
    expect('z' in record).toBe(false);
    expect(SharedObject.from(SharedObject.handleOf(record))).toBe(record);
  });

  it.each<[string, () => unknown, string]>([
    ['a name as integer', () => new SharedInt('3' as never), 'ERR_GIL_ARGUMENT'],
    ['a number as bigint', () => new SharedBigInt(3 as never), 'ERR_GIL_ARGUMENT'],
    ['a bigint as float', () => new SharedFloat(3n as never), 'ERR_GIL_ARGUMENT'],
    ['nothing as integer', () => new SharedInt(null as never), 'ERR_GIL_HANDLE'],
    ['a type that is none', () => new SharedArray('int' as never, 1), 'ERR_GIL_ARGUMENT'],
    ['a length below 0', () => new SharedArray('int8', -1), 'ERR_GIL_RANGE'],
    ['a length beyond 2 GiB', () => new SharedArray('float64', 2 ** 30), 'ERR_GIL_RANGE'],
    ['no length', () => new SharedArray('int8', null as never), 'ERR_GIL_ARGUMENT'],
    ['a field that is no number', () => new SharedObject({ x: '1' as never }), 'ERR_GIL_ARGUMENT'],
    ['a field with a name of every object', () => new SharedObject({ constructor: 1 }), 'ERR_GIL_ARGUMENT'],
    ['no fields', () => new SharedObject(null as never), 'ERR_GIL_ARGUMENT'],
    ['another handle', () => SharedInt.from(new SharedFloat().handle as never), 'ERR_GIL_HANDLE'],
    ['no handle', () => SharedArray.from({} as never), 'ERR_GIL_HANDLE'],
  ])('refuses %s', (_, misuse, expected) => {
    expect(misuse).toThrow(code(expected));
  });
});

/** One increment of each kind between gates: both threads have loaded before either stores. */
const race = (gate: SharedArray<'int32'>, me: number, int: SharedInt, { record }: { record: { n: number } }, [row]: [SharedArray]) => {
  const meet = (at: number) => {
    Atomics.add(gate.values, at, 1);
    while (Atomics.load(gate.values, at) < 2);
  };
  const [a, b, c] = [int.value, record.n, row.at(0)];
  meet(0);
  // One after the other.
  while (me === 1 && Atomics.load(gate.values, 1) === 0);
  int.value = a + 1;
  record.n = b + 1;
  row.set(0, c + 1);
  Atomics.add(gate.values, 1, 1);
};

describe.each([
  ['threads in parallel', () => new ThreadPool(2, { dialect: 'cpython-3.13t' })],
  ['interpreters', () => new InterpreterPool(2)],
])('on %s', (_, make) => {
  it('is the same memory in an argument, an object and an array, and plain access loses updates', async () => {
    await using pool = make();
    const [gate, int, record, row] = [
      new SharedArray('int32', 2),
      new SharedInt(),
      new SharedObject({ n: 0 }),
      new SharedArray('float64', [0]),
    ];
    await Promise.all([0, 1].map((me) => pool.submit(race, gate, me, int, { record }, [row])));
    expect([int.value, record.n, row.at(0)]).toEqual([1, 1, 1]);
  });

  it('gives back the object that was given, and one that a worker made', async () => {
    await using pool = make();
    const int = new SharedInt(1);
    expect(await pool.submit((given: SharedInt) => given, int)).toBe(int);
    const made = await pool.submit(() => new SharedObject({ n: 5 }));
    expect(made.n).toBe(5);
  });

  it('loses nothing by atomicAdd', async () => {
    await using pool = make();
    const int = new SharedInt();
    const add = (int: SharedInt) => {
      for (let i = 0; i < 20_000; i += 1) int.atomicAdd(1);
    };
    await Promise.all([pool.submit(add, int), pool.submit(add, int)]);
    expect(int.value).toBe(40_000);
  });
});

it.each<[DialectName, 'exact' | 'lost']>([
  ['cpython-3.9', 'lost'],
  ['cpython-3.13', 'exact'],
])('under %s, `value += 1` is %s', async (dialect, expected) => {
  await using pool = new ThreadPool(2, { dialect, switchInterval: 0.05 });
  const record = new SharedObject({ value: 0 });
  const add = (record: { value: number }) => {
    for (let i = 0; i < 50_000; i += 1) record.value += 1;
  };
  let rounds = 0;
  do {
    rounds += 1;
    await Promise.all([pool.submit(add, record), pool.submit(add, record)]);
  } while (expected === 'lost' && record.value === rounds * 100_000);
  expect(record.value === rounds * 100_000 ? 'exact' : 'lost').toBe(expected);
});
