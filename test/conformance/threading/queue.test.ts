/**
 * CPython's `test_queue.py` on the workers of two kinds of pool: the tests that all queues share for each of the three, those of
 * `SimpleQueue`, and the table of what passed.
 */
import { sleep } from 'gil';
import { LifoQueue, PriorityQueue, Queue, SimpleQueue } from 'gil/threading';
import { expect } from 'vitest';
import { bunch, COME, code, createTable, type Proof, until } from './registry.js';

const { tests, notApplicable } = createTable();

const EMPTY = code('ERR_QUEUE_EMPTY');
const FULL = code('ERR_QUEUE_FULL');
const SHUT_DOWN = code('ERR_QUEUE_SHUT_DOWN');
const SIZE = 5;

type AnyQueue = Queue<number>;

/** What a call came to: its value, or the code of its error. */
const outcomeOf = (call: () => unknown): unknown => {
  try {
    return call() ?? 'done';
  } catch (error) {
    return (error as { code: string }).code;
  }
};
/** The same on a worker, which says that it has come before it waits. */
const putThere = (queue: AnyQueue, item: number, log: Int32Array): string => {
  Atomics.add(log, 0, 1);
  try {
    queue.putSync(item);
    return 'done';
  } catch (error) {
    return (error as { code: string }).code;
  }
};
const getThere = (queue: AnyQueue, log: Int32Array): number | string => {
  Atomics.add(log, 0, 1);
  try {
    return queue.getSync();
  } catch (error) {
    return (error as { code: string }).code;
  }
};
const joinThere = (queue: AnyQueue, log: Int32Array): boolean => {
  Atomics.add(log, 0, 1);
  return queue.joinSync();
};

/** Every method of a queue that is shut down; a join ends when what was taken is done. */
const allMethods =
  (mode: 'drain' | 'immediate') =>
  (make: (size: number) => AnyQueue): unknown => {
    const queue = make(2);
    queue.putSync(1);
    queue.shutdown(mode);
    const calls = [
      () => queue.putSync(2),
      () => queue.tryPut(2),
      () => queue.getSync(),
      () => queue.tryGet(),
      () => queue.getSync({ timeout: 0 }),
    ];
    const first = calls.map(outcomeOf);
    if (mode === 'drain') {
      expect(first).toEqual(['ERR_QUEUE_SHUT_DOWN', 'ERR_QUEUE_SHUT_DOWN', 1, 'ERR_QUEUE_SHUT_DOWN', 'ERR_QUEUE_SHUT_DOWN']);
      queue.taskDone();
    } else expect(new Set(first)).toEqual(new Set(['ERR_QUEUE_SHUT_DOWN']));
    return expect([queue.joinSync(), queue.isShutDown, queue.qsize()]).toEqual([true, true, 0]);
  };

/** Workers that put, take out and declare done while it is shut down: all of them end, and so does a join. */
const manyThreads =
  (mode: 'drain' | 'immediate') =>
  (make: (size: number) => AnyQueue): Proof =>
  async (pool, log) => {
    const queue = make(SIZE);
    const work = (queue: AnyQueue, log: Int32Array) => {
      Atomics.add(log, 0, 1);
      for (let i = 0; ; i += 1) {
        try {
          queue.putSync(i);
          queue.getSync();
          queue.taskDone();
        } catch (error) {
          return (error as { code: string }).code;
        }
      }
    };
    const workers = bunch(pool, 6, work, queue, log);
    await until(() => log[COME] === 6);
    queue.shutdown(mode);
    // A thread that took what another one had put may end before that is declared done: in CPython, too.
    const ends = await workers;
    expect(ends.every((end) => end === 'ERR_QUEUE_SHUT_DOWN' || end === 'ERR_QUEUE_TASK_DONE')).toBe(true);
    for (;;) {
      const item = outcomeOf(() => queue.tryGet());
      if (typeof item !== 'number') break;
    }
    while (queue.unfinishedTasks > 0) queue.taskDone();
    expect(queue.joinSync()).toBe(true);
  };

/** Threads that wait in vain are told. */
const waitersAreTold =
  (mode: 'drain' | 'immediate', how: 'get' | 'put') =>
  (make: (size: number) => AnyQueue): Proof =>
  async (pool, log) => {
    const queue = make(1);
    if (how === 'put') queue.putSync(0);
    const waiters = how === 'put' ? bunch(pool, 3, putThere, queue, 1, log) : bunch(pool, 3, getThere, queue, log);
    await until(() => log[COME] === 3);
    queue.shutdown(mode);
    expect(await waiters).toEqual(Array(3).fill('ERR_QUEUE_SHUT_DOWN'));
  };

for (const [group, create] of [
  ['Queue', (size) => new Queue<number>(size)],
  ['LifoQueue', (size) => new LifoQueue<number>(size)],
  ['PriorityQueue', (size) => new PriorityQueue<number>(size)],
] as const satisfies readonly (readonly [string, (size: number) => AnyQueue])[]) {
  const on = (proof: (make: (size: number) => AnyQueue) => Proof | unknown): Proof => {
    return (pool, log) => {
      const result = proof(create);
      return typeof result === 'function' ? (result as Proof)(pool, log) : result;
    };
  };
  tests(group, {
    task_done: () => {
      const queue = create(0);
      expect(() => queue.taskDone()).toThrow(code('ERR_QUEUE_TASK_DONE'));
    },
    join: async (pool) => {
      const queue = create(0);
      const consume = (queue: AnyQueue) => {
        let sum = 0;
        for (;;) {
          const item = queue.getSync();
          if (item < 0) {
            queue.taskDone();
            return sum;
          }
          sum += item;
          queue.taskDone();
        }
      };
      const consumers = bunch(pool, 2, consume, queue);
      for (let i = 0; i < 100; i += 1) queue.putSync(i);
      expect(await queue.join()).toBe(true);
      for (let i = 0; i < 2; i += 1) queue.putSync(-1);
      expect(queue.joinSync()).toBe(true);
      expect((await consumers).reduce((sum, each) => sum + each)).toBe(4950);
    },
    basic: async (pool, log) => {
      const queue = create(SIZE);
      expect([queue.qsize(), queue.empty(), queue.full()]).toEqual([0, true, false]);
      for (const item of [111, 333, 222]) queue.putSync(item);
      const order = { Queue: [111, 333, 222], LifoQueue: [222, 333, 111], PriorityQueue: [111, 222, 333] }[group];
      expect([queue.getSync(), queue.getSync(), queue.getSync()]).toEqual(order);
      for (let i = 1; i < SIZE; i += 1) queue.putSync(i);
      expect([queue.empty(), queue.full()]).toEqual([false, false]);
      queue.putSync(SIZE);
      expect(queue.full()).toBe(true);
      expect(queue.tryPut(9)).toBe(false);
      expect(() => queue.putSync(9, { timeout: 10 })).toThrow(FULL);
      await expect(queue.put(9, { timeout: 10 })).rejects.toThrow(FULL);
      // A blocked put goes on when an item is taken out.
      const put = pool.submit(putThere, queue, 9, log);
      await until(() => log[COME] === 1);
      queue.getSync();
      expect(await put).toBe('done');
      for (let i = 0; i < SIZE; i += 1) queue.getSync();
      expect(queue.empty()).toBe(true);
      expect(queue.tryGet()).toBe(undefined);
      expect(() => queue.getSync({ timeout: 10 })).toThrow(EMPTY);
      await expect(queue.get({ timeout: 10 })).rejects.toThrow(EMPTY);
      // A blocked get goes on when an item is put in.
      const got = pool.submit(getThere, queue, log);
      await until(() => log[COME] === 2);
      queue.putSync(7);
      expect(await got).toBe(7);
    },
    negative_timeout_raises_exception: () => {
      const queue = create(1);
      expect(() => queue.putSync(1, { timeout: -1 })).toThrow(code('ERR_GIL_RANGE'));
      expect(() => queue.getSync({ timeout: -1 })).toThrow(code('ERR_GIL_RANGE'));
    },
    'nowait (adapted: a value, not an exception)': () => {
      const queue = create(1);
      expect([queue.tryPut(1), queue.tryPut(2), queue.tryGet(), queue.tryGet()]).toEqual([true, false, 1, undefined]);
    },
    shrinking_queue: () => {
      const queue = create(3);
      for (const item of [1, 2, 3]) queue.putSync(item);
      expect(queue.tryPut(4)).toBe(false);
      queue.maxSize = 2;
      queue.getSync();
      expect([queue.tryPut(4), queue.full()]).toEqual([false, true]);
    },
    'failing_queue (adapted: an item that cannot be sent)': () => {
      const queue = create(1);
      expect(() => queue.putSync((() => 1) as never)).toThrow();
      expect([queue.qsize(), queue.unfinishedTasks]).toEqual([0, 0]);
      queue.putSync(1);
      expect(queue.getSync()).toBe(1);
    },
    shutdown_empty: () => {
      const queue = create(0);
      queue.shutdown();
      expect(() => queue.putSync(1)).toThrow(SHUT_DOWN);
      expect(() => queue.getSync()).toThrow(SHUT_DOWN);
    },
    shutdown_nonempty: () => {
      const queue = create(0);
      queue.putSync(1);
      queue.shutdown();
      expect(queue.getSync()).toBe(1);
      expect(() => queue.getSync()).toThrow(SHUT_DOWN);
    },
    shutdown_immediate: () => {
      const queue = create(0);
      queue.putSync(1);
      queue.shutdown('immediate');
      expect(() => queue.getSync()).toThrow(SHUT_DOWN);
    },
    shutdown_allowed_transitions: () => {
      const queue = create(0);
      queue.putSync(1);
      queue.shutdown();
      queue.shutdown('immediate');
      expect([queue.qsize(), queue.isShutDown]).toEqual([0, true]);
      queue.shutdown();
      expect(() => queue.tryGet()).toThrow(SHUT_DOWN);
    },
    shutdown_all_methods_in_one_thread: on(allMethods('drain')),
    shutdown_immediate_all_methods_in_one_thread: on(allMethods('immediate')),
    shutdown_all_methods_in_many_threads: on(manyThreads('drain')),
    shutdown_immediate_all_methods_in_many_threads: on(manyThreads('immediate')),
    shutdown_get: on(waitersAreTold('drain', 'get')),
    shutdown_immediate_get: on(waitersAreTold('immediate', 'get')),
    shutdown_put: on(waitersAreTold('drain', 'put')),
    shutdown_immediate_put: on(waitersAreTold('immediate', 'put')),
    shutdown_join: async (pool, log) => {
      const queue = create(0);
      queue.putSync(1);
      const joined = bunch(pool, 2, joinThere, queue, log);
      await until(() => log[COME] === 2);
      queue.shutdown();
      expect(queue.joinSync({ timeout: 5 })).toBe(false);
      queue.getSync();
      queue.taskDone();
      expect(await joined).toEqual([true, true]);
    },
    shutdown_immediate_join: async (pool, log) => {
      const queue = create(0);
      queue.putSync(1);
      const joined = bunch(pool, 2, joinThere, queue, log);
      await until(() => log[COME] === 2);
      queue.shutdown('immediate');
      expect(await joined).toEqual([true, true]);
    },
    'shutdown_put_join, shutdown_immediate_put_join': async (pool, log) => {
      const queue = create(1);
      queue.putSync(1);
      const put = pool.submit(putThere, queue, 2, log);
      const joined = pool.submit(joinThere, queue, log);
      await until(() => log[COME] === 2);
      queue.shutdown();
      expect(await put).toBe('ERR_QUEUE_SHUT_DOWN');
      queue.shutdown('immediate');
      expect(await joined).toBe(true);
    },
    'shutdown_get_task_done_join, shutdown_immediate_get_task_done_join': async (pool, log) => {
      const queue = create(0);
      queue.putSync(1);
      queue.putSync(2);
      queue.getSync();
      const joined = pool.submit(joinThere, queue, log);
      await until(() => log[COME] === 1);
      queue.shutdown('immediate');
      expect(queue.unfinishedTasks).toBe(1);
      queue.taskDone();
      expect(await joined).toBe(true);
      expect(() => queue.taskDone()).toThrow(code('ERR_QUEUE_TASK_DONE'));
    },
    'shutdown_pending_get (adapted: a promise that waits)': async () => {
      const queue = create(0);
      const got = queue.get();
      queue.shutdown();
      await expect(got).rejects.toThrow(SHUT_DOWN);
    },
  });
}

/** Every thread puts its share and takes out as much: each item is taken out just once. */
const feedAndConsume = (queue: SimpleQueue<number>, me: number, count: number, how: 'block' | 'try' | 'timeout'): number[] => {
  const taken: number[] = [];
  for (let i = 0; i < count; i += 1) {
    queue.putSync(me * count + i);
    if (how === 'block') taken.push(queue.getSync());
    else if (how === 'try') {
      let item = queue.tryGet();
      while (item === undefined) {
        sleep(0);
        item = queue.tryGet();
      }
      taken.push(item);
    } else {
      for (let item: number | undefined; item === undefined; ) {
        try {
          item = queue.getSync({ timeout: 1 });
          taken.push(item);
        } catch (error) {
          if ((error as { code: string }).code !== 'ERR_QUEUE_EMPTY') throw error;
        }
      }
    }
  }
  return taken;
};
const manyTakers =
  (how: 'block' | 'try' | 'timeout'): Proof =>
  async (pool) => {
    const queue = new SimpleQueue<number>();
    const [threads, count] = [6, 100];
    const taken = await Promise.all(Array.from({ length: threads }, (_, me) => pool.submit(feedAndConsume, queue, me, count, how)));
    expect(taken.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: threads * count }, (_, i) => i));
    expect(queue.empty()).toBe(true);
  };

tests('SimpleQueue', {
  basic: () => {
    const queue = new SimpleQueue<number | string>();
    expect([queue.empty(), queue.qsize()]).toEqual([true, 0]);
    queue.putSync(1);
    queue.putSync('two', { timeout: 0 });
    expect([queue.empty(), queue.qsize(), queue.getSync(), queue.tryGet(), queue.tryGet()]).toEqual([false, 2, 1, 'two', undefined]);
    expect(() => queue.getSync({ timeout: 0 })).toThrow(EMPTY);
    expect(() => queue.getSync({ timeout: 10 })).toThrow(EMPTY);
  },
  negative_timeout_raises_exception: () => {
    expect(() => new SimpleQueue().getSync({ timeout: -1 })).toThrow(code('ERR_GIL_RANGE'));
  },
  order: async (pool) => {
    const queue = new SimpleQueue<number>();
    const consume = (queue: SimpleQueue<number>) => [...queue];
    const consumer = pool.submit(consume, queue);
    for (let i = 0; i < 500; i += 1) queue.putSync(i);
    queue.shutdown();
    expect(await consumer).toEqual(Array.from({ length: 500 }, (_, i) => i));
  },
  many_threads: manyTakers('block'),
  many_threads_nonblock: manyTakers('try'),
  many_threads_timeout: manyTakers('timeout'),
  'reentrancy (adapted: several tasks of one event loop)': async () => {
    const queue = new SimpleQueue<number>();
    const gets = [queue.get(), queue.get(), queue.get()];
    await Promise.all([3, 1, 2].map((item) => queue.put(item)));
    expect((await Promise.all(gets)).sort()).toEqual([1, 2, 3]);
  },
});

notApplicable({ 'SimpleQueue references': 'what is put in is copied: nobody else refers to it' });
