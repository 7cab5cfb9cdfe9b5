/**
 * CPython's `test_queue.py` on the workers of two kinds of pool: each of its tests that has a meaning here, and the table of what passed.
 */
import type { Executor } from 'gil';
import { Barrier, Event, LifoQueue, PriorityQueue, Queue, SimpleQueue } from 'gil/threading';
import { expect } from 'vitest';
import { code, createTable, until } from './registry.js';

const { tests, notApplicable } = createTable();
notApplicable({
  'SimpleQueue references': 'an item is a copy, nobody refers to it',
  'SimpleQueue is_default': 'there is one implementation',
});

type Any = Queue | SimpleQueue;
/** A call of a queue's method. */
type Move = readonly [method: string, ...args: unknown[]];

const [EMPTY, FULL, SHUT, TOO_OFTEN] = ['ERR_QUEUE_EMPTY', 'ERR_QUEUE_FULL', 'ERR_QUEUE_SHUT_DOWN', 'ERR_QUEUE_TASK_DONE'];
const SIZE = 5;

/** Makes the moves one after the other; says what each gave: its value, `done`, or the code of its error. Counted before it begins. */
const play = (queue: Any, log: Int32Array, moves: readonly Move[]): unknown[] => {
  Atomics.add(log, 0, 1);
  return moves.map(([method, ...args]) => {
    try {
      return (queue as unknown as Record<string, (...args: unknown[]) => unknown>)[method]?.(...args) ?? 'done';
    } catch (error) {
      return (error as { code: string }).code;
    }
  });
};
const here = (queue: Any, ...moves: Move[]): unknown[] => play(queue, new Int32Array(1), moves);

/** Each list of moves on a thread of its own, and what is done here once all have begun. */
const meanwhile = async (pool: Executor, log: Int32Array, queue: Any, lists: readonly Move[][], trigger: () => void) => {
  const begun = Atomics.load(log, 0) + lists.length;
  const plays = lists.map((moves) => pool.submit(play, queue, log, moves));
  await until(() => Atomics.load(log, 0) === begun);
  trigger();
  return await Promise.all(plays);
};

for (const [group, Kind, order] of [
  ['Queue', Queue, [111, 333, 222]],
  ['LifoQueue', LifoQueue, [222, 333, 111]],
  ['PriorityQueue', PriorityQueue, [111, 222, 333]],
] as const) {
  const work = (queue: Queue<number>): number => {
    for (let sum = 0; ; ) {
      const n = queue.getSync();
      queue.taskDone();
      if (n < 0) return sum;
      sum += n;
    }
  };
  const manyThreads = (mode: 'drain' | 'immediate') => async (pool: Executor) => {
    const queue = new Kind<[number, string]>();
    const [each, half] = [1000, 500];
    const joiners = mode === 'immediate' ? 1 : 0;
    const barrier = new Barrier(3 + 2 + joiners);
    const shut = new Event();
    const write = (queue: Queue, barrier: Barrier, shut: Event, each: number, half: number): string => {
      for (let i = 0; i < half >> 1; i += 1) queue.putSync([i, 'LOYD']);
      barrier.waitSync();
      try {
        for (let i = half >> 1; i < each; i += 1) {
          queue.putSync([i, 'YDLO']);
          if (i === half) shut.set();
        }
        return 'wrote all';
      } catch (error) {
        return (error as { code: string }).code;
      }
    };
    const read = (queue: Queue, barrier: Barrier): string => {
      queue.getSync();
      queue.taskDone();
      barrier.waitSync();
      for (;;) {
        try {
          queue.getSync({ timeout: 0 });
          queue.taskDone();
        } catch (error) {
          if ((error as { code: string }).code !== 'ERR_QUEUE_EMPTY') return (error as { code: string }).code;
        }
      }
    };
    const join = (queue: Queue, barrier: Barrier): boolean => {
      barrier.waitSync();
      return queue.joinSync();
    };
    const close = (queue: Queue, shut: Event, mode: 'drain' | 'immediate'): boolean => {
      shut.waitSync();
      queue.shutdown(mode);
      return queue.qsize() === 0;
    };
    const writers = [1, 2, 3].map(() => pool.submit(write, queue, barrier, shut, each, half));
    const readers = [1, 2].map(() => pool.submit(read, queue, barrier));
    const joins = Array.from({ length: joiners }, () => pool.submit(join, queue, barrier));
    const closed = pool.submit(close, queue, shut, mode);
    for (const outcome of await Promise.all(writers)) expect(['wrote all', SHUT]).toContain(outcome);
    expect(await Promise.all(readers)).toEqual(Array(2).fill(SHUT));
    expect(await Promise.all(joins)).toEqual(Array(joiners).fill(true));
    if (mode === 'immediate') expect(await closed).toBe(true);
    expect([queue.empty(), queue.unfinishedTasks]).toEqual([true, 0]);
  };
  const oneThread = (mode: 'drain' | 'immediate') => () => {
    const queue = new Kind<string>(2);
    here(queue, ['putSync', 'L'], ['tryPut', 'O'], ['shutdown', mode]);
    expect(here(queue, ['putSync', 'E'], ['tryPut', 'W'])).toEqual([SHUT, SHUT]);
    if (mode === 'immediate') {
      expect(here(queue, ['getSync'], ['tryGet'], ['taskDone'], ['joinSync'])).toEqual([SHUT, SHUT, TOO_OFTEN, true]);
      return;
    }
    const [first, one, second, two, all] = here(queue, ['getSync'], ['taskDone'], ['getSync'], ['taskDone'], ['joinSync']);
    expect([[first, second].sort(), one, two, all]).toEqual([['L', 'O'], 'done', 'done', true]);
    expect(here(queue, ['getSync'], ['tryGet'], ['getSync', { timeout: 1000 }])).toEqual([SHUT, SHUT, SHUT]);
  };
  const pair = (): Queue<string> => {
    const queue = new Kind<string>(2);
    here(queue, ['putSync', 'Y'], ['putSync', 'D']);
    return queue;
  };
  const putWhileShut = (mode: 'drain' | 'immediate') => async (pool: Executor, log: Int32Array) => {
    const queue = pair();
    const puts = await meanwhile(pool, log, queue, [[['putSync', 'E']], [['putSync', 'W']]], () => queue.shutdown(mode));
    expect(puts).toEqual([[SHUT], [SHUT]]);
  };
  const putAndJoin = (mode: 'drain' | 'immediate') => async (pool: Executor, log: Int32Array) => {
    const queue = new Kind<string>(1);
    queue.putSync('Y');
    const outcome = await meanwhile(pool, log, queue, [[['putSync', 'E']], [['joinSync']]], () => {
      expect(queue.unfinishedTasks).toBe(1);
      queue.shutdown(mode);
      if (mode === 'immediate') expect(here(queue, ['tryGet'])).toEqual([SHUT]);
      else expect(here(queue, ['getSync'], ['taskDone'])).toEqual(['Y', 'done']);
    });
    expect(outcome).toEqual([[SHUT], [true]]);
  };

  tests(group, {
    queue_task_done: () => expect(() => new Kind().taskDone()).toThrow(code(TOO_OFTEN as string)),
    queue_join: async (pool) => {
      const queue = new Kind<number>();
      for (let round = 0; round < 2; round += 1) {
        const workers = [pool.submit(work, queue), pool.submit(work, queue)];
        for (let n = 0; n < 100; n += 1) queue.putSync(n);
        expect(await queue.join()).toBe(true);
        here(queue, ['putSync', -1], ['putSync', -1]);
        expect(await queue.join()).toBe(true);
        expect((await Promise.all(workers)).reduce((sum, n) => sum + n, 0)).toBe(4950);
      }
      expect(here(queue, ['taskDone'])).toEqual([TOO_OFTEN]);
    },
    basic: async (pool, log) => {
      const queue = new Kind<number>(SIZE);
      for (let round = 0; round < 2; round += 1) {
        expect([queue.qsize(), queue.empty(), queue.full()]).toEqual([0, true, false]);
        here(queue, ['putSync', 111], ['putSync', 333], ['putSync', 222]);
        expect(here(queue, ['getSync'], ['getSync'], ['getSync'])).toEqual(order);
        for (let n = 0; n < SIZE - 1; n += 1) queue.putSync(n);
        expect([queue.qsize(), queue.full()]).toEqual([SIZE - 1, false]);
        queue.putSync(10);
        expect([queue.empty(), queue.full()]).toEqual([false, true]);
        expect(here(queue, ['tryPut', 30], ['putSync', 30, { timeout: 0 }], ['putSync', 30, { timeout: 10 }])).toEqual([false, FULL, FULL]);
        for (const put of [
          ['putSync', 30],
          ['putSync', 30, { timeout: 10_000 }],
        ] as const) {
          expect(await meanwhile(pool, log, queue, [[put]], () => queue.getSync())).toEqual([['done']]);
        }
        for (let n = 0; n < SIZE; n += 1) queue.getSync();
        expect(queue.qsize()).toBe(0);
        expect(here(queue, ['tryGet'], ['getSync', { timeout: 0 }], ['getSync', { timeout: 10 }])).toEqual(['done', EMPTY, EMPTY]);
        for (const get of [['getSync'], ['getSync', { timeout: 10_000 }]] as const) {
          expect(await meanwhile(pool, log, queue, [[get]], () => queue.putSync(7))).toEqual([[7]]);
        }
      }
    },
    negative_timeout_raises_exception: () => {
      expect(here(new Kind(SIZE), ['putSync', 1, { timeout: -1 }], ['getSync', { timeout: -1 }])).toEqual([
        'ERR_GIL_RANGE',
        'ERR_GIL_RANGE',
      ]);
    },
    nowait: () => {
      const queue = new Kind<number>(SIZE);
      for (let n = 0; n < SIZE; n += 1) expect(queue.tryPut(1)).toBe(true);
      expect(queue.tryPut(1)).toBe(false);
      for (let n = 0; n < SIZE; n += 1) expect(queue.tryGet()).toBe(1);
      expect(queue.tryGet()).toBe(undefined);
    },
    shrinking_queue: () => {
      const queue = new Kind<number>(3);
      here(queue, ['putSync', 1], ['putSync', 2], ['putSync', 3]);
      expect([queue.tryPut(4), queue.qsize()]).toEqual([false, 3]);
      queue.maxSize = 2;
      expect(queue.tryPut(4)).toBe(false);
    },
    shutdown_empty: () => expect(here(new Kind(), ['shutdown'], ['putSync', 'data'], ['getSync'])).toEqual(['done', SHUT, SHUT]),
    shutdown_nonempty: () => {
      expect(here(new Kind(), ['putSync', 'data'], ['shutdown'], ['getSync'], ['getSync'])).toEqual(['done', 'done', 'data', SHUT]);
    },
    shutdown_immediate: () => {
      expect(here(new Kind(), ['putSync', 'data'], ['shutdown', 'immediate'], ['getSync'])).toEqual(['done', 'done', SHUT]);
    },
    shutdown_allowed_transitions: () => {
      const queue = new Kind();
      const seen = [queue.isShutDown];
      for (const mode of ['drain', 'immediate', 'drain'] as const) {
        queue.shutdown(mode);
        seen.push(queue.isShutDown);
      }
      expect(seen).toEqual([false, true, true, true]);
    },
    shutdown_all_methods_in_one_thread: oneThread('drain'),
    shutdown_immediate_all_methods_in_one_thread: oneThread('immediate'),
    'shutdown_all_methods_in_many_threads (adapted: 3,000 items)': manyThreads('drain'),
    'shutdown_immediate_all_methods_in_many_threads (adapted: 3,000 items)': manyThreads('immediate'),
    shutdown_get: async (pool, log) => {
      const queue = pair();
      const gets = await meanwhile(pool, log, queue, [[['getSync']], [['getSync']], [['getSync']]], () => queue.shutdown());
      expect(gets.flat().sort()).toEqual(['D', SHUT, 'Y']);
    },
    shutdown_immediate_get: async (pool, log) => {
      const queue = pair();
      queue.shutdown('immediate');
      expect(await meanwhile(pool, log, queue, [[['getSync']], [['getSync']]], () => {})).toEqual([[SHUT], [SHUT]]);
    },
    shutdown_put: putWhileShut('drain'),
    shutdown_immediate_put: putWhileShut('immediate'),
    shutdown_join: async (pool, log) => {
      const queue = new Kind<string>();
      queue.putSync('Y');
      const outcome = await meanwhile(pool, log, queue, [[['joinSync']], [['joinSync']]], () => {
        queue.shutdown();
        void pool.submit(play, queue, log, [['getSync'], ['taskDone']]);
      });
      expect(outcome).toEqual([[true], [true]]);
    },
    shutdown_immediate_join: async (pool, log) => {
      const queue = new Kind<string>();
      queue.putSync('Y');
      const joins = await meanwhile(pool, log, queue, [[['joinSync']], [['joinSync']]], () => queue.shutdown('immediate'));
      expect(joins).toEqual([[true], [true]]);
    },
    shutdown_put_join: putAndJoin('drain'),
    shutdown_immediate_put_join: putAndJoin('immediate'),
    shutdown_get_task_done_join: async (pool, log) => {
      const queue = pair();
      expect(queue.unfinishedTasks).toBe(queue.qsize());
      const dealWith: Move[] = [['getSync'], ['taskDone']];
      const lists: Move[][] = [dealWith, dealWith, [['joinSync']], [['joinSync']]];
      const [one, other, ...joins] = await meanwhile(pool, log, queue, lists, () => queue.shutdown());
      expect([one, other].flat().sort()).toEqual(['D', 'Y', 'done', 'done']);
      expect(joins).toEqual([[true], [true]]);
    },
    shutdown_pending_get: async (pool, log) => {
      const queue = new Kind();
      expect(await meanwhile(pool, log, queue, [[['getSync']]], () => queue.shutdown())).toEqual([[SHUT]]);
    },
    'failing_queue (adapted: what fails is to copy the item)': async (pool, log) => {
      const queue = new Kind<unknown>(SIZE);
      for (let n = 0; n < SIZE - 1; n += 1) queue.putSync(n);
      const oops = [1, () => 0];
      expect(here(queue, ['tryPut', oops], ['putSync', oops, { timeout: 100 }])).toEqual(['ERR_TASK_CLONE', 'ERR_TASK_CLONE']);
      queue.putSync(9);
      await expect(queue.put(oops)).rejects.toEqual(code('ERR_TASK_CLONE'));
      expect([queue.full(), queue.unfinishedTasks]).toEqual([true, SIZE]);
      expect(await meanwhile(pool, log, queue, [[['putSync', 10]]], () => queue.getSync())).toEqual([['done']]);
      for (let n = 0; n < SIZE; n += 1) queue.getSync();
      expect(queue.empty()).toBe(true);
    },
  });
}

const feed = (queue: SimpleQueue<number | null>, from: number, to: number): void => {
  for (let n = from; n < to; n += 1) queue.putSync(n);
  queue.putSync(null);
};
const consume = (queue: SimpleQueue<number | null>): number[] => {
  const results: number[] = [];
  for (let item = queue.getSync(); item !== null; item = queue.getSync()) results.push(item);
  return results;
};
const consumeAtOnce = (queue: SimpleQueue<number | null>): number[] => {
  for (const results: number[] = []; ; ) {
    const item = queue.tryGet();
    if (item === null) return results;
    if (item !== undefined) results.push(item);
  }
};
const consumeInTime = (queue: SimpleQueue<number | null>): number[] => {
  for (const results: number[] = []; ; ) {
    try {
      const item = queue.getSync({ timeout: 0.01 });
      if (item === null) return results;
      results.push(item);
    } catch (error) {
      if ((error as { code: string }).code !== 'ERR_QUEUE_EMPTY') throw error;
    }
  }
};
const many = (consumer: typeof consume, total: number) => async (pool: Executor) => {
  const queue = new SimpleQueue<number | null>();
  const each = total / 3;
  const feeders = [0, 1, 2].map((n) => pool.submit(feed, queue, n * each, (n + 1) * each));
  const consumers = [0, 1, 2].map(() => pool.submit(consumer, queue));
  await Promise.all(feeders);
  expect((await Promise.all(consumers)).flat().sort((a, b) => a - b)).toEqual(Array.from({ length: total }, (_, n) => n));
  expect([queue.empty(), queue.qsize()]).toEqual([true, 0]);
};

tests('SimpleQueue', {
  basic: () => {
    const queue = new SimpleQueue<number>();
    expect([queue.empty(), queue.qsize()]).toEqual([true, 0]);
    here(queue, ['putSync', 1], ['putSync', 2], ['tryPut', 3], ['putSync', 4]);
    expect([queue.empty(), queue.qsize()]).toEqual([false, 4]);
    expect(here(queue, ['getSync'], ['tryGet'], ['getSync', { timeout: 0 }], ['getSync', { timeout: 100 }])).toEqual([1, 2, 3, 4]);
    expect(here(queue, ['tryGet'], ['getSync', { timeout: 0 }], ['getSync', { timeout: 1 }])).toEqual(['done', EMPTY, EMPTY]);
    expect([queue.empty(), queue.qsize()]).toEqual([true, 0]);
  },
  negative_timeout_raises_exception: () => {
    const queue = new SimpleQueue<number>();
    expect(here(queue, ['putSync', 1], ['getSync', { timeout: -1 }])).toEqual(['done', 'ERR_GIL_RANGE']);
  },
  order: async (pool) => {
    const queue = new SimpleQueue<number | null>();
    const [, results] = await Promise.all([pool.submit(feed, queue, 0, 100), pool.submit(consume, queue)]);
    expect(results).toEqual(Array.from({ length: 100 }, (_, n) => n));
  },
  'many_threads (adapted: 3 and 3)': many(consume, 9000),
  'many_threads_nonblock (adapted: 3 and 3)': many(consumeAtOnce, 9000),
  'many_threads_timeout (adapted: 3 and 3)': many(consumeInTime, 900),
  'reentrancy (adapted: from a getter of the item, not from a finaliser)': () => {
    const queue = new SimpleQueue<unknown>();
    const item = {
      get inner(): string {
        queue.putSync('inside');
        return 'x';
      },
    };
    queue.putSync(item);
    const found = Array.from({ length: queue.qsize() }, () => queue.getSync());
    expect(found.at(-1)).toEqual({ inner: 'x' });
    expect(found.slice(0, -1).every((each) => each === 'inside')).toBe(true);
    expect(found.length).toBeGreaterThan(1);
  },
});
