/**
 * `Local`: each thread has its own properties, a worker that runs many threads has new ones for each, one of a pool keeps its own.
 */
import { inspect } from 'node:util';
import { GlobalLock, InterpreterPool } from 'gil';
import { Local, Lock, Thread } from 'gil/threading';
import { expect, it } from 'vitest';

const code = (name: string) => expect.objectContaining({ code: name });
const memory = () => new Int32Array(new SharedArrayBuffer(64));

it('has properties of this thread, like any object', () => {
  const local = new Local<{ x?: number; y?: string }>();
  local.x = 1;
  local.y = 'two';
  expect([local.x, local.y, 'x' in local, Object.keys(local)]).toEqual([1, 'two', true, ['x', 'y']]);
  delete local.x;
  expect([local.x, 'x' in local]).toEqual([undefined, false]);
  expect({ ...local }).toEqual({ y: 'two' });
  expect(inspect(local)).toBe("<Local { y: 'two' }>");
  expect(local).toBeInstanceOf(Local);
});

it('begins in each thread with a copy of what it was made with', async () => {
  const words = memory();
  const local = new Local({ list: [1], count: 0 });
  local.list.push(2);
  local.count = 7;
  const look = (local: { list: number[]; count: number }, words: Int32Array) => {
    words[0] = local.list.length;
    words[1] = local.count;
    local.list.push(3, 4, 5);
  };
  const thread = new Thread({ target: look, args: [local, words] });
  thread.start();
  await thread.join();
  expect([words[0], words[1], local.list.length]).toEqual([1, 0, 2]);
});

it('is empty for the next thread in the same worker', () => {
  const words = memory();
  const lock = new GlobalLock();
  const local = new Local<{ left?: string }>();
  const leave = (local: { left?: string }, words: Int32Array) => {
    if (local.left !== undefined) Atomics.add(words, 0, 1);
    local.left = 'behind';
    if (local.left === 'behind') Atomics.add(words, 1, 1);
  };
  const workers = new Set<number | null>();
  for (let n = 0; n < 5; n += 1) {
    const thread = new Thread({ target: leave, args: [local, words], lock });
    thread.start();
    thread.joinSync();
    workers.add(thread.threadId);
  }
  expect([words[0], words[1], workers.size, local.left]).toEqual([0, 5, 1, undefined]);
});

it('keeps what a worker of a pool has written, which is one thread', async () => {
  await using pool = new InterpreterPool(1);
  const local = new Local({ count: 0 });
  const count = (local: { count: number }) => {
    local.count += 1;
    return local.count;
  };
  expect(await pool.map(count, [local, local, local]).toArray()).toEqual([1, 2, 3]);
  expect(local.count).toBe(0);
});

it('has the methods of a subclass where it was made; elsewhere it is a plain one, at the same place', async () => {
  class Counter extends Local<{ count: number }> {
    step(): number {
      this.count += 1;
      return this.count;
    }
  }
  const counter = new Counter({ count: 10 });
  expect([counter.step(), counter.step(), counter.count]).toEqual([11, 12, 12]);
  expect(counter).toBeInstanceOf(Counter);
  await using pool = new InterpreterPool(1);
  expect(await pool.submit((counter: { count: number }) => counter.count, counter)).toBe(10);
  expect(Local.from(Local.handleOf(counter))).toBe(counter);
});

it('refuses what cannot be copied, and handles of something else', () => {
  expect(() => new Local(1 as never)).toThrow(code('ERR_GIL_ARGUMENT'));
  expect(() => new Local(null as never)).toThrow(code('ERR_GIL_ARGUMENT'));
  expect(() => new Local({ f: () => {} })).toThrow(code('ERR_TASK_CLONE'));
  expect(() => Local.from(new Lock().handle as never)).toThrow(code('ERR_GIL_HANDLE'));
});
