/**
 * Counts of references: right in every way that is to be right, on every kind of thread; and what is wrong is told when it happens.
 */
import { InterpreterPool, ThreadPool } from 'gil';
import { RefCounted, SharedArray } from 'gil/shared';
import { describe, expect, it, vi } from 'vitest';
import { LOCAL, QUEUED, SHARED, STATES } from '../../src/shared/refcount-text.js';

const code = (name: string) => expect.objectContaining({ code: name });

describe.each(['plain', 'atomic', 'biased'] as const)('%s', (counting) => {
  it('frees with the last reference, once, and then refuses every use', () => {
    const page = new RefCounted({ counting, name: 'page' });
    const dealloc = vi.fn();
    page.dealloc = dealloc;
    expect([page.incref(), page.count]).toEqual([page, 2]);
    {
      using _mine = page.incref();
      expect(String(page)).toBe(`<RefCounted 'page' ${counting}, 3 references>`);
    }
    expect([page.decref(), page.isFreed, page.count]).toEqual(['alive', false, 1]);
    expect(() => page.assertFreed()).toThrow(/'page': a leak: .* got 1 that was not/);
    expect([page.decref(), page.isFreed, String(page)]).toEqual(['freed', true, `<RefCounted 'page' ${counting}, freed>`]);
    page.assertFreed();
    expect(() => page.incref()).toThrow(/'page': a use after free: .* in incref; it was freed by the main thread/);
    expect(() => page.decref()).toThrow(code('ERR_REFCOUNT'));
    expect(dealloc).toHaveBeenCalledTimes(1);
  });
});

const mix = (page: RefCounted, rounds: number) => {
  for (let i = 0; i < rounds; i += 1) {
    page.incref();
    page.incref();
    page.decref();
    page.decref();
  }
  // The reference that was counted for this thread.
  return page.decref();
};

describe.each([
  ['plain', 'one lock', () => new ThreadPool(3, { dialect: 'cpython-2.7' })],
  ['atomic', 'threads in parallel', () => new ThreadPool(3, { dialect: 'cpython-3.13t' })],
  ['biased', 'threads in parallel', () => new ThreadPool(3, { dialect: 'cpython-3.13t' })],
  ['biased', 'interpreters', () => new InterpreterPool(3)],
] as const)('%s on %s', (counting, _, make) => {
  it('is right to the last reference', async () => {
    await using pool = make();
    const page = new RefCounted({ counting });
    for (let i = 0; i < 3; i += 1) page.incref();
    const tasks = [1, 2, 3].map(() => pool.submit(mix, page, 5000));
    // The maker counts, too, where it may: under no lock it must not count plainly.
    if (counting !== 'plain') for (let i = 0; i < 5000; i += 1) page.incref().decref();
    const ends = await Promise.all(tasks);
    expect([...ends, page.count]).toEqual(['alive', 'alive', 'alive', 1]);
    expect(page.decref()).toBe('freed');
  });
});

it('counts plainly, two threads in parallel lose a reference, and the use after free is told', async () => {
  await using pool = new ThreadPool(2, { dialect: 'cpython-3.13t' });
  const wrong = async () => {
    const page = new RefCounted({ counting: 'plain' });
    page.incref();
    const gate = new SharedArray('int32', 1);
    const mix = (page: RefCounted, gate: SharedArray<'int32'>) => {
      Atomics.add(gate.values, 0, 1);
      while (Atomics.load(gate.values, 0) < 2);
      for (let i = 0; i < 20_000; i += 1) page.incref().decref();
    };
    const ends = await Promise.allSettled([pool.submit(mix, page, gate), pool.submit(mix, page, gate)]);
    const codes = ends.map((end) => (end.status === 'rejected' ? (end.reason as { code: string }).code : 'right'));
    return codes.includes('ERR_REFCOUNT') || page.count !== 2;
  };
  while (!(await wrong()));
});

it('biased: what the owner had counted is given back by another thread, and merged when the owner looks', async () => {
  await using pool = new ThreadPool(1, { dialect: 'cpython-3.13t' });
  const page = new RefCounted();
  page.incref();
  const words = new Int32Array(page.handle.memory);
  expect(await pool.submit((page: RefCounted) => [page.decref(), page.decref()], page)).toEqual(['alive', 'alive']);
  expect([words[SHARED]! & STATES, words[LOCAL]]).toEqual([QUEUED, 2]);
  const dealloc = vi.fn();
  page.dealloc = dealloc;
  expect([page.isFreed, dealloc.mock.calls.length]).toEqual([true, 1]);
});

it('biased: a dead owner keeps nobody from freeing', async () => {
  const pool = new ThreadPool(1, { dialect: 'cpython-3.13t' });
  const page = await pool.submit(() => new RefCounted());
  page.incref();
  await pool.shutdown();
  expect(page.count).toBe(2);
  expect([page.decref(), page.decref()]).toEqual(['alive', 'freed']);
});

it.each<[string, () => unknown, string]>([
  ['another way of counting', () => new RefCounted({ counting: 'fast' as never }), 'ERR_GIL_ARGUMENT'],
  ['a name that is none', () => new RefCounted({ name: 3 as never }), 'ERR_GIL_ARGUMENT'],
  ['another handle', () => RefCounted.from({} as never), 'ERR_GIL_HANDLE'],
])('refuses %s', (_, misuse, expected) => {
  expect(misuse).toThrow(code(expected));
});
