/**
 * Queues between threads: what goes in comes out as it was, in order, once; who waits sleeps without the global lock, is not forgotten, and
 * is told when there is nothing to wait for any more.
 */
import { GlobalLock, InterpreterPool, ThreadPool } from 'gil';
import { LifoQueue, Lock, PriorityQueue, Queue, SimpleQueue } from 'gil/threading';
import { describe, expect, it } from 'vitest';
import { STATE } from '../../src/lock/mutex.js';
import { DISORDER, HELD, HOLE } from '../../src/threading/queue-layout.js';

const code = (name: string) => expect.objectContaining({ code: name });
const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
};

const VALUES: readonly unknown[] = [
  0,
  -0,
  1.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  2n ** 70n,
  '',
  'text with ü, 🙂 and \0',
  null,
  undefined,
  true,
  [1, [2, { three: 3 }]],
  new Date(5),
  new Map([['key', new Set([1])]]),
  new Uint8Array([1, 2, 3]),
  'x'.repeat(5000),
];

describe.each([
  ['Queue', () => new Queue()],
  ['LifoQueue', () => new LifoQueue()],
  ['SimpleQueue', () => new SimpleQueue()],
] as const)('%s', (name, make) => {
  it('gives back what structured clone would, while it grows, empties and grows again', () => {
    const queue = make();
    for (let round = 0; round < 2; round += 1) {
      const put = Array.from({ length: 80 }, () => VALUES).flat();
      for (const value of put) queue.putSync(value);
      expect(queue.qsize()).toBe(put.length);
      const got = put.map(() => queue.getSync());
      // Negative zero and NaN, too.
      expect(name === 'LifoQueue' ? got.reverse() : got).toStrictEqual(put);
      expect(queue.empty()).toBe(true);
    }
  });

  it('is the same queue in an argument, an array and an object, and comes back as itself', async () => {
    await using pool = new InterpreterPool(1);
    const queue = make();
    const put = (one: typeof queue, [two]: (typeof queue)[], { three }: { three: typeof queue }) => {
      one.putSync('one');
      two!.putSync(2);
      three.putSync({ three: 3 });
      return three;
    };
    expect(await pool.submit(put, queue, [queue], { three: queue })).toBe(queue);
    expect([queue.getSync(), queue.getSync(), queue.getSync()].sort()).toEqual([2, { three: 3 }, 'one'].sort());
  });
});

describe('PriorityQueue', () => {
  it('gives out the smallest first, and equals in the order they came', () => {
    const queue = new PriorityQueue<unknown>();
    const items = [
      3,
      'b',
      [2, 'second'],
      -1.5,
      2n ** 65n,
      'a',
      [2, 'first'],
      [1, { task: 'no order' }],
      -(2n ** 65n),
      'ab',
      [1],
      3,
      0,
      -0,
      '',
    ];
    for (const item of items) queue.putSync(item);
    const got = items.map(() => queue.getSync());
    expect(got).toEqual([
      -1.5,
      0,
      -0,
      3,
      3,
      -(2n ** 65n),
      2n ** 65n,
      '',
      'a',
      'ab',
      'b',
      [1],
      [1, { task: 'no order' }],
      [2, 'first'],
      [2, 'second'],
    ]);
    for (let i = 0; i < 100; i += 1) queue.putSync([i % 3, { i }]);
    const order = Array.from({ length: 100 }, () => (queue.getSync() as [number, { i: number }])[1].i);
    const expected = [0, 1, 2].flatMap((priority) => Array.from({ length: 100 }, (_, i) => i).filter((i) => i % 3 === priority));
    expect(order).toEqual(expected);
  });

  it('sorts thousands of numbers', () => {
    const queue = new PriorityQueue<number>();
    const numbers = Array.from({ length: 3000 }, (_, i) => Math.imul(i, 0x9e3779b1) / 7);
    for (const number of numbers) queue.putSync(number);
    expect(numbers.map(() => queue.getSync())).toEqual([...numbers].sort((a, b) => a - b));
  });

  it.each([[{}], [null], [Number.NaN], [true], [undefined]])('refuses %o, which has no order', (item) => {
    expect(() => new PriorityQueue<unknown>().putSync(item)).toThrow(code('ERR_GIL_ARGUMENT'));
  });
});

describe('misuse', () => {
  it.each<[string, () => unknown, string]>([
    ['a function as item', () => new Queue().putSync(() => 1), 'ERR_TASK_CLONE'],
    ['a lock as item', () => new Queue().putSync([new Lock()]), 'ERR_TASK_CLONE'],
    ['a size that is none', () => new Queue('3' as never), 'ERR_GIL_ARGUMENT'],
    ['half an item', () => new Queue(0.5), 'ERR_GIL_RANGE'],
    ['a timeout below 0', () => new Queue().getSync({ timeout: -1 }), 'ERR_GIL_RANGE'],
    ['a way to shut down that is none', () => new Queue().shutdown('now' as never), 'ERR_GIL_ARGUMENT'],
    ['too few bytes', () => new Queue(0, { maxBytes: 5 }), 'ERR_GIL_RANGE'],
    ['bytes that are no number', () => new SimpleQueue({ maxBytes: '5' as never }), 'ERR_GIL_ARGUMENT'],
    ['more done than there was', () => new Queue().taskDone(), 'ERR_QUEUE_TASK_DONE'],
    ['another handle', () => Queue.from(new LifoQueue().handle), 'ERR_GIL_HANDLE'],
  ])('refuses %s', (_, misuse, expected) => {
    expect(misuse).toThrow(code(expected));
  });

  it('says in time that a queue is full or empty', async () => {
    const queue = new Queue<number>(1);
    await expect(queue.get({ timeout: 1 })).rejects.toThrow(/expected an item in the queue 'queue' in time/);
    queue.putSync(1);
    expect(() => queue.putSync(2, { timeout: 1 })).toThrow(code('ERR_QUEUE_FULL'));
    const reason = new Error('enough');
    await expect(queue.put(2, { signal: AbortSignal.abort(reason) })).rejects.toMatchObject({ code: 'ERR_GIL_CANCELLED', cause: reason });
    const controller = new AbortController();
    const waiting = queue.put(2, { signal: controller.signal });
    controller.abort(reason);
    await expect(waiting).rejects.toMatchObject({ code: 'ERR_GIL_CANCELLED', cause: reason });
    expect(queue.qsize()).toBe(1);
  });

  it('says when memory is exhausted, and goes on without the item', () => {
    const queue = new Queue<string>(0, { maxBytes: 65_536 });
    const text = 'x'.repeat(2000);
    let put = 0;
    expect(() => {
      for (; put < 100; put += 1) queue.putSync(text);
    }).toThrow(code('ERR_QUEUE_MEMORY'));
    expect([put, queue.qsize(), queue.unfinishedTasks]).toEqual([16, 16, 16]);
    expect(() => queue.putSync('small')).toThrow(/expected room for 30 more bytes .* 65536 bytes at most/);
    queue.putSync(5 as never);
    expect(queue.getSync()).toBe(text);
    queue.putSync('small');
    expect(Array.from({ length: 17 }, () => queue.getSync()).slice(-2)).toEqual([5, 'small']);
  });
});

describe.each([
  ['one lock', () => new ThreadPool(4, { switchInterval: 1 })],
  ['threads in parallel', () => new ThreadPool(4, { dialect: 'cpython-3.13t' })],
  ['interpreters', () => new InterpreterPool(4)],
] as const)('on %s', (_, make) => {
  it('every item arrives once, whoever waits how', async () => {
    await using pool = make();
    const queue = new Queue<number | { n: number }>(5);
    const produce = (queue: Queue<number | { n: number }>, from: number, count: number) => {
      for (let i = from; i < from + count; i += 1) queue.putSync(i % 10 === 0 ? { n: i } : i);
    };
    const consume = (queue: Queue<number | { n: number }>) => {
      let [sum, count] = [0, 0];
      for (const item of queue) {
        sum += typeof item === 'number' ? item : item.n;
        count += 1;
        queue.taskDone();
      }
      return [sum, count] as const;
    };
    const consumers = [pool.submit(consume, queue), pool.submit(consume, queue)];
    const producers = [pool.submit(produce, queue, 0, 500), pool.submit(produce, queue, 500, 500)];
    const here = (async () => {
      let [sum, count] = [0, 0];
      for await (const item of queue) {
        sum += typeof item === 'number' ? item : item.n;
        count += 1;
        queue.taskDone();
      }
      return [sum, count] as const;
    })();
    for (let i = 1000; i < 1100; i += 1) await queue.put(i);
    await Promise.all(producers);
    expect(await queue.join()).toBe(true);
    queue.shutdown();
    const ends = await Promise.all([...consumers, here]);
    const [sum, count] = [0, 1].map((at) => ends.reduce((total, each) => total + each[at as 0 | 1], 0));
    expect([sum, count]).toEqual([(1100 * 1099) / 2, 1100]);
  });
});

it('lets go of the global lock while it waits, and only then (law 32)', async () => {
  await using pool = new ThreadPool(1, { switchInterval: 1e6 });
  const queue = new Queue<number>(1);
  const drops = () => pool.lock.stats().drops.voluntary;
  await pool.submit(() => 0);
  const before = drops();
  const pass = (queue: Queue<number>) => {
    queue.putSync(1);
    queue.getSync();
    queue.taskDone();
    queue.joinSync();
    return GlobalLock.default.isHeldByCurrentThread();
  };
  expect(await pool.submit(pass, queue)).toBe(true);
  expect(drops()).toBe(before);
  const waits = pool.submit((queue: Queue<number>) => [queue.getSync(), GlobalLock.default.isHeldByCurrentThread()], queue);
  await until(() => drops() === before + 1);
  queue.putSync(5);
  expect(await waits).toEqual([5, true]);
});

it('goes on after a thread has died that waited, or had just taken out an item', async () => {
  const pool = new ThreadPool(2, { dialect: 'cpython-3.13t', onWorkerDeath: 'replace' });
  const queue = new Queue<number>();
  const words = new Int32Array(new SharedArrayBuffer(8));
  const dies = (queue: Queue<number>, words: Int32Array) => {
    Atomics.add(words, 0, 1);
    queue.getSync();
    process.exit(3);
  };
  const dead = [pool.submit(dies, queue, words), pool.submit(dies, queue, words)];
  await until(() => words[0] === 2);
  queue.putSync(1);
  queue.putSync(2);
  for (const each of dead) await expect(each.result()).rejects.toMatchObject({ code: 'ERR_WORKER_DIED' });
  const get = (queue: Queue<number>) => queue.getSync();
  const got = pool.submit(get, queue);
  queue.putSync(3);
  expect(await got).toBe(3);
  await pool.shutdown();
});

it('is found in order by whoever comes after a thread that died in the midst of ordering it', () => {
  const queue = new PriorityQueue<number>();
  for (const item of [5, 3, 8, 1, 9, 2]) queue.putSync(item);
  // It had the mutex and the smallest item in its hand, and the place of that was another one's copy already.
  const words = new Int32Array(queue.handle.memory);
  const slots = new Int32Array(queue.handle.slots);
  words[STATE] = 999;
  words[DISORDER] = 1;
  words[HELD] = slots[0]!;
  words[HELD + 1] = slots[1]!;
  words[HOLE] = 1;
  slots[0] = slots[2]!;
  slots[1] = slots[3]!;
  (queue as unknown as { bury(thread: number): void }).bury(999);
  expect([1, 2, 3, 4, 5, 6].map(() => queue.getSync())).toEqual([1, 2, 3, 5, 8, 9]);
});
