/**
 * `Queue`, `LifoQueue`, `PriorityQueue` and `SimpleQueue`: what goes in comes out, in which order, who waits and who is told, on the main
 * thread and between workers; and what misuse is told.
 */
import { GlobalLock, InterpreterPool, ThreadPool } from 'gil';
import { LifoQueue, Lock, PriorityQueue, Queue, SimpleQueue } from 'gil/threading';
import { afterAll, describe, expect, it } from 'vitest';
import { STATE } from '../../src/lock/mutex.js';
import { createQueueMemory } from '../../src/threading/queue-core.js';
import { DISORDER, HELD, HOLE } from '../../src/threading/queue-layout.js';

const code = (name: string) => expect.objectContaining({ code: name });
const words = (): Int32Array => new Int32Array(new SharedArrayBuffer(64));
const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
};
const KINDS = [Queue, LifoQueue, PriorityQueue, SimpleQueue] as const;
type Any = Queue | LifoQueue | PriorityQueue | SimpleQueue;

const threads = new ThreadPool(3, { switchInterval: 1 });
const interpreters = new InterpreterPool(3);
afterAll(() => Promise.all([threads.shutdown(), interpreters.shutdown()]));

const ITEMS: readonly (readonly [string, unknown])[] = [
  ['numbers', [0, -0, 1.5, -1e308, Number.NaN, Number.POSITIVE_INFINITY]],
  ['what is no number', ['', 'text ✓ \ud800', 12n ** 40n, true, null, undefined]],
  ['what holds others', [{ a: [1, { b: new Map([[1, new Set(['x'])]]) }] }, new Date(5), /x/g, new Uint8Array([1, 2, 3])]],
  ['more than a block', ['x'.repeat(100_000), new Float64Array(20_000).fill(0.5)]],
];

describe.each([Queue, SimpleQueue])('%o', (Kind) => {
  it.each(ITEMS)('gives out %s as it got them, on one thread and from another', async (_, items) => {
    const queue = new Kind<unknown>();
    const list = items as unknown[];
    for (const item of list) queue.putSync(item);
    expect(list.map(() => queue.getSync())).toEqual(list);
    for (const item of list) await queue.put(item);
    const echo = (from: Any, to: Any, count: number): void => {
      for (let n = 0; n < count; n += 1) to.putSync(from.getSync());
    };
    const back = new Kind<unknown>();
    await interpreters.submit(echo, queue, back, list.length);
    for (const item of list) expect(await back.get()).toEqual(item);
    expect([queue.empty(), back.empty()]).toEqual([true, true]);
  });

  it('gives out a copy', () => {
    const queue = new Kind<{ n: number }>();
    const item = { n: 1 };
    queue.putSync(item);
    item.n = 2;
    expect(queue.getSync()).toEqual({ n: 1 });
  });
});

describe.each(KINDS)('%o', (Kind) => {
  it('is itself wherever it comes, in an array or an object too', async () => {
    const named = (Kind === SimpleQueue ? new SimpleQueue({ name: 'mine' }) : new Kind(0, { name: 'mine' } as never)) as Any;
    expect(Kind.from(structuredClone(named.handle))).toBe(named);
    const use = (queue: Any, [again]: Any[], { deep }: { deep: Any }): boolean => {
      queue.putSync(5);
      return queue === again && queue === deep;
    };
    expect(await threads.submit(use, named, [named], { deep: named })).toBe(true);
    expect(await interpreters.submit(use, named, [named], { deep: named })).toBe(true);
    expect([named.getSync(), named.tryGet(), named.tryGet()]).toEqual([5, 5, undefined]);
    expect(String(named)).toBe(`<${Kind.name} 'mine' 0 items>`);
  });
});

describe('order', () => {
  it('of a stack', () => {
    const queue = new LifoQueue<unknown>();
    for (const item of [1, 'two', { three: 3 }]) queue.putSync(item);
    expect([queue.getSync(), queue.getSync(), queue.getSync()]).toEqual([{ three: 3 }, 'two', 1]);
  });

  it('of a heap: numbers, bigints, strings, arrays; part by part; equals as they came', () => {
    const queue = new PriorityQueue<unknown>();
    const [first, second] = [{ first: true }, { second: true }];
    const numbers = [Number.NEGATIVE_INFINITY, -2.5, -1, 0, 1e-300, 7, 1e300];
    const bigints = [-(10n ** 30n), -256n, -255n, 0n, 255n, 256n, 10n ** 30n];
    const strings = ['', 'a', 'aa', 'b', 'é'];
    const arrays = [[], [1], [1, first], [1, second], [1, 'x'], [2, 0], ['a', 1], [[0]]];
    const sorted = [...numbers, ...bigints, ...strings, ...arrays];
    const equals = arrays.splice(2, 2);
    for (const item of [...arrays.reverse(), ...equals, ...bigints.reverse(), ...strings.reverse(), ...numbers.reverse()])
      queue.putSync(item);
    expect(Array.from(sorted, () => queue.getSync())).toEqual(sorted);
  });

  it('of a heap of many', () => {
    const queue = new PriorityQueue<number>();
    const dice = Array.from({ length: 3000 }, (_, n) => (n * 7919) % 3001);
    for (const n of dice) queue.putSync(n);
    expect(dice.map(() => queue.getSync())).toEqual([...dice].sort((a, b) => a - b));
  });

  it('of a ring that grows while it is used, and around its end', () => {
    const queue = new Queue<number>();
    let [next, expected] = [0, 0];
    for (let round = 0; round < 40; round += 1) {
      for (let n = 0; n < 90; n += 1) queue.putSync(next++);
      for (let n = 0; n < 50; n += 1) expect(queue.getSync()).toBe(expected++);
    }
    while (!queue.empty()) expect(queue.getSync()).toBe(expected++);
    expect(expected).toBe(next);
  });
});

describe('between threads', () => {
  const put = (queue: Any, from: number, to: number): void => {
    for (let n = from; n < to; n += 1) queue.putSync(n % 3 === 0 ? n : (`${n}` as never));
  };
  const get = (queue: Any): number => {
    let sum = 0;
    for (const item of queue) sum += Number(item);
    return sum;
  };
  it.each([
    ['threads', threads],
    ['interpreters', interpreters],
  ] as const)('of a pool of %s nothing is lost and nothing comes twice', async (_, pool) => {
    for (const queue of [new Queue(7), new LifoQueue(7), new SimpleQueue()]) {
      const gets = [pool.submit(get, queue), pool.submit(get, queue)];
      const mine = (async () => {
        let sum = 0;
        for await (const item of queue) sum += Number(item);
        return sum;
      })();
      const puts = pool.submit(put, queue, 0, 3000);
      for (let n = 3000; n < 3300; n += 1) await queue.put(n);
      await puts;
      queue.shutdown();
      const sums = await Promise.all([...gets, mine]);
      expect(sums.reduce((sum, n) => sum + n, 0)).toBe((3300 * 3299) / 2);
    }
  });

  it('a thread that waits lets go of the global lock, one that need not wait does not', async () => {
    await using pool = new ThreadPool(1, { switchInterval: 1e6 });
    const drops = () => pool.lock.stats().drops.voluntary;
    await pool.submit(() => 0);
    const queue = new Queue<number>(1);
    const before = drops();
    const visit = (queue: Queue<number>): boolean => {
      queue.putSync(1);
      const item = queue.getSync();
      queue.taskDone();
      queue.joinSync();
      queue.tryGet();
      queue.maxSize = 2;
      queue.maxSize = 1;
      return item === 1 && GlobalLock.default.isHeldByCurrentThread();
    };
    expect(await pool.submit(visit, queue)).toBe(true);
    expect(drops()).toBe(before);
    const got = pool.submit((queue: Queue<number>) => [queue.getSync(), GlobalLock.default.isHeldByCurrentThread()], queue);
    await until(() => drops() === before + 1);
    await queue.put(7);
    expect(await got).toEqual([7, true]);
    expect(drops()).toBe(before + 1);
  });
});

describe('waiting', () => {
  it('in a promise: timeouts and signals are errors of their own, and pass the turn on', async () => {
    const queue = new Queue<number>(1);
    await expect(queue.get({ timeout: 5 })).rejects.toEqual(code('ERR_QUEUE_EMPTY'));
    expect(() => queue.getSync({ timeout: 0 })).toThrow(code('ERR_QUEUE_EMPTY'));
    expect(() => queue.getSync({ timeout: 5 })).toThrow(code('ERR_QUEUE_EMPTY'));
    expect(queue.tryPut(1)).toBe(true);
    expect(queue.tryPut(2)).toBe(false);
    await expect(queue.put(2, { timeout: 5 })).rejects.toEqual(code('ERR_QUEUE_FULL'));
    expect(() => queue.putSync(2, { timeout: 0 })).toThrow(code('ERR_QUEUE_FULL'));
    expect(() => queue.putSync(2, { timeout: 5 })).toThrow(code('ERR_QUEUE_FULL'));
    await expect(queue.get({ signal: AbortSignal.abort('no') })).rejects.toMatchObject({ code: 'ERR_GIL_CANCELLED', cause: 'no' });
    expect(await queue.get()).toBe(1);
    const gone = new AbortController();
    const calledOff = queue.get({ signal: gone.signal });
    const next = queue.get();
    await new Promise((resolve) => setImmediate(resolve));
    gone.abort('enough');
    queue.putSync(3);
    await expect(calledOff).rejects.toMatchObject({ code: 'ERR_GIL_CANCELLED', cause: 'enough' });
    expect(await next).toBe(3);
    expect(await queue.join({ timeout: 5 })).toBe(false);
    await expect(queue.join({ signal: AbortSignal.abort() })).rejects.toEqual(code('ERR_GIL_CANCELLED'));
  });

  it('for room that a larger limit makes, and for all to be done', async () => {
    const queue = new Queue<number>(1);
    queue.putSync(1);
    const second = queue.put(2);
    await new Promise((resolve) => setImmediate(resolve));
    expect([queue.qsize(), queue.full()]).toEqual([1, true]);
    queue.maxSize = 2;
    await second;
    expect([queue.qsize(), queue.full(), queue.unfinishedTasks]).toEqual([2, true, 2]);
    const all = queue.join();
    const done = (queue: Queue): void => {
      queue.getSync();
      queue.taskDone();
    };
    await Promise.all([threads.submit(done, queue), threads.submit(done, queue)]);
    expect(await all).toBe(true);
    expect(queue.joinSync()).toBe(true);
    expect(() => queue.taskDone()).toThrow(code('ERR_QUEUE_TASK_DONE'));
  });
});

describe('shutdown', () => {
  it('wakes all who wait; what is inside still comes out', async () => {
    const queue = new Queue<number>(1);
    const take = (queue: Queue): string => {
      try {
        return String(queue.getSync());
      } catch (error) {
        return (error as { code: string }).code;
      }
    };
    const empty = [
      interpreters.submit(take, queue),
      threads.submit(take, queue),
      queue.get().catch((error: { code: string }) => error.code),
    ];
    await threads.submit(() => 0);
    queue.shutdown();
    expect(await Promise.all(empty)).toEqual(Array(3).fill('ERR_QUEUE_SHUT_DOWN'));
    expect([queue.isShutDown, String(queue)]).toEqual([true, "<Queue 'queue' 0 of 1 items, shut down>"]);
    const full = new Queue<number>(1);
    full.putSync(1);
    const late = full.put(2);
    full.shutdown();
    await expect(late).rejects.toEqual(code('ERR_QUEUE_SHUT_DOWN'));
    expect(() => full.tryPut(2)).toThrow(code('ERR_QUEUE_SHUT_DOWN'));
    expect([...full]).toEqual([1]);
    expect(() => full.tryGet()).toThrow(code('ERR_QUEUE_SHUT_DOWN'));
  });

  it('at once: what is inside is dropped and counts as done', async () => {
    const queue = new Queue<unknown>();
    for (const item of [1, 'two', 3]) queue.putSync(item);
    queue.getSync();
    queue.shutdown();
    queue.shutdown('immediate');
    queue.shutdown('drain');
    expect([queue.qsize(), queue.unfinishedTasks]).toEqual([0, 1]);
    expect(() => queue.getSync()).toThrow(code('ERR_QUEUE_SHUT_DOWN'));
    const all = queue.join();
    queue.taskDone();
    expect(await all).toBe(true);
  });
});

it('survives the death of threads that use it, wherever they are', async () => {
  const queue = new Queue<unknown>(4);
  const log = words();
  for (let round = 0; round < 2; round += 1) {
    const pool = new ThreadPool(2, { dialect: 'cpython-3.13t' });
    const work = (queue: Queue, log: Int32Array, dies: boolean): void => {
      for (let n = 0; ; n += 1) {
        queue.putSync(n % 2 === 0 ? n : `${n}`);
        queue.getSync();
        Atomics.add(log, 0, 1);
        if (dies && n === 300) process.exit(3);
      }
    };
    const seen = Atomics.load(log, 0);
    const dead = [pool.submit(work, queue, log, true), pool.submit(work, queue, log, false)];
    for (const each of dead) await expect(each.result()).rejects.toMatchObject({ code: 'ERR_POOL_BROKEN' });
    expect(Atomics.load(log, 0)).toBeGreaterThan(seen + 299);
    await pool.shutdown();
    // At worst each of the dead has left one item behind, or taken one along.
    while (queue.tryGet() !== undefined);
    queue.putSync('still');
    expect(await threads.submit((queue: Queue) => queue.getSync(), queue)).toBe('still');
  }
});

it('comes back from a thread that died inside', async () => {
  const queue = new Queue<string>();
  queue.putSync('left');
  const [lock, log] = [new Lock(), words()];
  const pool = new InterpreterPool(1);
  // As if it had been ended in the middle of a call: it is the owner of what protects the inside.
  const dead = pool.submit(
    (queue: Queue, lock: Lock, log: Int32Array, at: number) => {
      lock.acquireSync();
      new Int32Array(queue.handle.memory)[at] = new Int32Array(lock.handle.memory)[at] as number;
      Atomics.store(log, 0, 1);
      while (Atomics.load(log, 1) === 0) Atomics.wait(log, 1, 0, 5);
      process.exit(3);
    },
    queue,
    lock,
    log,
    STATE,
  );
  await until(() => Atomics.load(log, 0) === 1);
  Atomics.store(log, 1, 1);
  expect(await queue.get()).toBe('left');
  await expect(dead.result()).rejects.toMatchObject({ code: 'ERR_POOL_BROKEN' });
  await pool.shutdown();
});

it('puts a heap in order that a thread left in disorder', () => {
  const queue = new PriorityQueue<number>();
  const sorted = Array.from({ length: 50 }, (_, n) => n);
  for (const n of sorted) queue.putSync(n);
  const [cells, slots] = [new Int32Array(queue.handle.memory), new Float64Array(queue.handle.slots, 0, 50)];
  slots.reverse();
  // One item is in the hand of the dead; in its slot is a copy of another.
  cells.set(new Int32Array(new Float64Array([slots[20] as number]).buffer), HELD);
  slots[20] = slots[9] as number;
  cells[HOLE] = 21;
  cells[DISORDER] = 1;
  expect(sorted.map(() => queue.getSync())).toEqual(sorted);
});

describe('bad input', () => {
  it.each([
    ['no number of items', () => new Queue('3' as never), 'ERR_GIL_ARGUMENT'],
    ['an object for a number', () => new Queue({ maxSize: 3 } as never), 'ERR_GIL_ARGUMENT'],
    ['half an item', () => new Queue(1.5), 'ERR_GIL_RANGE'],
    ['too many items', () => new PriorityQueue(2 ** 31), 'ERR_GIL_RANGE'],
    ['a number of items that is none', () => new LifoQueue(Number.NaN), 'ERR_GIL_RANGE'],
    ['no options', () => new SimpleQueue(null as never), 'ERR_GIL_ARGUMENT'],
    ['a name that is none', () => new Queue(0, { name: 5 as never }), 'ERR_GIL_ARGUMENT'],
    ['too few bytes', () => new Queue(0, { maxBytes: 5 }), 'ERR_GIL_RANGE'],
    ['bytes that are no number', () => new SimpleQueue({ maxBytes: '5' as never }), 'ERR_GIL_ARGUMENT'],
    ['a handle of something else', () => Queue.from(new Lock().handle as never), 'ERR_GIL_HANDLE'],
    ['a handle of another queue', () => Queue.from(new LifoQueue().handle), 'ERR_GIL_HANDLE'],
    ['half a handle', () => Queue.from({ ...new Queue().handle, slots: undefined as never }), 'ERR_GIL_HANDLE'],
    ['a negative timeout', () => new Queue().putSync(1, { timeout: -1 }), 'ERR_GIL_RANGE'],
    ['a negative timeout to get', () => new Queue().getSync({ timeout: -1 }), 'ERR_GIL_RANGE'],
    ['a timeout that is none', () => new Queue().getSync({ timeout: 'x' as never }), 'ERR_GIL_ARGUMENT'],
    ['a way to shut down that is none', () => new Queue().shutdown(true as never), 'ERR_GIL_ARGUMENT'],
    ['a function', () => new Queue().putSync(() => 0), 'ERR_TASK_CLONE'],
    ['a lock', () => new Queue().putSync({ deep: [new Lock()] }), 'ERR_TASK_CLONE'],
    ['shared memory', () => new Queue().putSync(new SharedArrayBuffer(4)), 'ERR_TASK_CLONE'],
    ['a lock in a map', () => new Queue().putSync(new Map([[1, new Set([new Lock()])]])), 'ERR_TASK_CLONE'],
    ['a view of shared memory', () => new Queue().putSync([new Int32Array(new SharedArrayBuffer(4))]), 'ERR_TASK_CLONE'],
    ['what has no order', () => new PriorityQueue().putSync({}), 'ERR_GIL_ARGUMENT'],
    ['a number without order', () => new PriorityQueue().putSync(Number.NaN), 'ERR_GIL_ARGUMENT'],
  ])('%s', (_, misuse, expected) => {
    expect(misuse).toThrow(code(expected));
  });

  it('comes as a rejection where a promise is expected', async () => {
    const queue = new Queue<unknown>();
    await expect(queue.put(() => 0)).rejects.toEqual(code('ERR_TASK_CLONE'));
    await expect(queue.put(1, { signal: 5 as never })).rejects.toEqual(code('ERR_GIL_ARGUMENT'));
    await expect(queue.get({ timeout: -1 })).rejects.toEqual(code('ERR_GIL_RANGE'));
    expect(() => {
      queue.maxSize = 0.5;
    }).toThrow(code('ERR_GIL_RANGE'));
  });

  it('memory exhausted is an error, and the queue goes on', () => {
    const slots = new SharedArrayBuffer(4096, { maxByteLength: 8192 });
    const queue = Queue.from<unknown>({ ...createQueueMemory('gil/threading/queue', 'small', 8192), slots });
    const big = 'x'.repeat(1000);
    let held = 0;
    const fill = (item: unknown): void => {
      for (; held < 5000; held += 1) queue.putSync(item);
    };
    expect(() => fill(big)).toThrow(code('ERR_QUEUE_MEMORY'));
    expect(held).toBe(4);
    expect(() => fill(1)).toThrow(code('ERR_QUEUE_MEMORY'));
    expect([held, queue.qsize()]).toEqual([1024, 1024]);
    for (let n = 0; n < 4; n += 1) expect(queue.getSync()).toBe(big);
    queue.putSync(big);
    // A block that was freed is used again for what is smaller, when nothing else is left.
    expect(queue.tryGet()).toBe(1);
    queue.putSync('small');
    for (; queue.qsize() > 2; ) expect(queue.getSync()).toBe(1);
    expect(queue.getSync()).toBe(big);
  });
});
