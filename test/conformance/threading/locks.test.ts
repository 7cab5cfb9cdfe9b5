/**
 * CPython's `lock_tests.py` on the workers of two kinds of pool: each of its tests that has a meaning here, and the table of what passed.
 */
import { Barrier, BoundedSemaphore, Condition, Event, Lock, RLock, Semaphore } from 'gil/threading';
import { expect } from 'vitest';
import { bunch, COME, code, createTable, PASSED, until } from './registry.js';

const { tests } = createTable();

const visit = (lock: Lock | RLock | Condition, log: Int32Array): void => {
  Atomics.add(log, 0, 1);
  const release = lock.acquireSync();
  Atomics.add(log, 1, 1);
  release();
};
const tries = (lock: Lock | RLock | Condition | Semaphore): boolean => lock.tryAcquire() !== null;

for (const [group, make] of [
  ['Lock', () => new Lock()],
  ['RLock', () => new RLock()],
  ['Condition as RLock', () => new Condition()],
] as const) {
  tests(group, {
    constructor: () => expect(make().locked()).toBe(false),
    'constructor_noargs (adapted: a name only)': () => {
      const wrong = { name: 1 as never };
      const create = () => (group === 'Lock' ? new Lock(wrong) : group === 'RLock' ? new RLock(wrong) : new Condition(wrong as never));
      expect(create).toThrow(code('ERR_GIL_ARGUMENT'));
    },
    'repr, locked_repr (adapted: no addresses)': () => {
      const lock = make();
      expect(String(lock)).toMatch(/^<\w+ '\w+' .*free>+$/);
      lock.acquireSync();
      expect(String(lock)).toMatch(/by thread 0/);
    },
    acquire_release: () => {
      const lock = make();
      for (let n = 0; n < 2; n += 1) {
        lock.acquireSync();
        lock.release();
      }
      expect(lock.locked()).toBe(false);
    },
    try_acquire: () => {
      const lock = make();
      expect(lock.tryAcquire()).not.toBe(null);
      lock.release();
    },
    try_acquire_contended: async (pool) => {
      const lock = make();
      lock.acquireSync();
      expect(await pool.submit(tries, lock)).toBe(false);
      lock.release();
    },
    acquire_contended: async (pool, log) => {
      const lock = make();
      lock.acquireSync();
      const visits = bunch(pool, 5, visit, lock, log);
      await until(() => log[COME] === 5);
      expect(log[PASSED]).toBe(0);
      lock.release();
      await visits;
      expect(log[PASSED]).toBe(5);
    },
    with: async () => {
      const lock = make();
      expect(() =>
        lock.runExclusiveSync(() => {
          throw new RangeError('inside');
        }),
      ).toThrow('inside');
      await expect(lock.runExclusive(() => Promise.reject(new RangeError('later')))).rejects.toThrow('later');
      expect(lock.locked()).toBe(false);
    },
    timeout: async (pool) => {
      const lock = make();
      expect(() => lock.acquireSync({ timeout: -1 })).toThrow(code('ERR_GIL_RANGE'));
      lock.acquireSync({ timeout: 1e9 });
      const waited = await pool.submit((lock: Lock | RLock | Condition) => {
        const start = performance.now();
        return [lock.acquireSync({ timeout: 30 }), performance.now() - start] as const;
      }, lock);
      expect(waited[0]).toBe(null);
      expect(waited[1]).toBeGreaterThanOrEqual(18);
      lock.release();
    },
  });
}

tests('Lock', {
  reacquire: async (pool, log) => {
    const lock = new Lock();
    const twice = pool.submit(
      (lock: Lock, log: Int32Array) => {
        lock.acquireSync();
        Atomics.store(log, 0, 1);
        lock.acquireSync();
        return true;
      },
      lock,
      log,
    );
    await until(() => log[COME] === 1);
    lock.release();
    expect(await twice).toBe(true);
  },
  different_thread: async (pool) => {
    const lock = new Lock();
    lock.acquireSync();
    await pool.submit((lock: Lock) => lock.release(), lock);
    expect(lock.locked()).toBe(false);
  },
  state_after_timeout: async (pool) => {
    const lock = new Lock();
    lock.acquireSync();
    expect(await pool.submit((lock: Lock) => lock.acquireSync({ timeout: 5 }), lock)).toBe(null);
    lock.release();
    expect(lock.locked()).toBe(false);
    expect(lock.tryAcquire()).not.toBe(null);
  },
});

tests('RLock', {
  reacquire: () => {
    const lock = new RLock();
    for (let n = 0; n < 3; n += 1) lock.acquireSync();
    expect(lock.depth).toBe(3);
    for (let n = 0; n < 3; n += 1) lock.release();
    expect(lock.locked()).toBe(false);
  },
  release_unacquired: () => {
    const lock = new RLock();
    expect(() => lock.release()).toThrow(code('ERR_GIL_NOT_HELD'));
  },
  different_thread: async (pool) => {
    const lock = new RLock();
    lock.acquireSync();
    await expect(pool.submit((lock: RLock) => lock.release(), lock).result()).rejects.toEqual(code('ERR_GIL_NOT_HELD'));
    lock.release();
  },
  'locked, locked_with_2threads': async (pool) => {
    const lock = new RLock();
    expect(lock.locked()).toBe(false);
    lock.acquireSync();
    expect(await pool.submit((lock: RLock) => [lock.locked(), lock.isOwned()], lock)).toEqual([true, false]);
    lock.release();
  },
  'repr_count, recursion_count, _is_owned, release_save_unacquired (adapted: owner, depth, isOwned)': () => {
    const lock = new RLock();
    expect([lock.owner, lock.depth, lock.isOwned()]).toEqual([null, 0, false]);
    lock.acquireSync();
    lock.acquireSync();
    expect([lock.owner, lock.depth, lock.isOwned()]).toEqual([0, 2, true]);
    expect(String(lock)).toMatch(/depth 2>/);
  },
});

tests('Event', {
  is_set: () => {
    const event = new Event();
    const seen = [event.isSet()];
    for (const change of ['set', 'set', 'clear', 'clear'] as const) {
      event[change]();
      seen.push(event.isSet());
    }
    expect(seen).toEqual([false, true, true, false, false]);
  },
  notify: async (pool, log) => {
    const event = new Event();
    const waits = bunch(
      pool,
      5,
      (event: Event, log: Int32Array) => {
        Atomics.add(log, 0, 1);
        return [event.waitSync(), event.waitSync()];
      },
      event,
      log,
    );
    await until(() => log[COME] === 5);
    event.set();
    expect((await waits).flat()).toEqual(Array(10).fill(true));
  },
  timeout: async (pool) => {
    const event = new Event();
    const poll = (event: Event) => [event.waitSync({ timeout: 0 }), event.waitSync({ timeout: 20 })];
    expect(await pool.submit(poll, event)).toEqual([false, false]);
    event.set();
    expect(await pool.submit(poll, event)).toEqual([true, true]);
  },
  set_and_clear: async (pool, log) => {
    const event = new Event();
    // In the worker a promise waits, so that it has begun to wait when the word is written.
    const waits = bunch(
      pool,
      5,
      (event: Event, log: Int32Array) => {
        const waiting = event.wait();
        Atomics.add(log, 0, 1);
        return waiting;
      },
      event,
      log,
    );
    await until(() => log[COME] === 5);
    event.set();
    event.clear();
    expect(await waits).toEqual(Array(5).fill(true));
  },
  'repr (adapted: no addresses)': () => expect(String(new Event())).toBe("<Event 'event' unset>"),
});

tests('Condition', {
  acquire: () => {
    const condition = new Condition();
    condition.acquireSync();
    condition.acquireSync();
    condition.release();
    condition.release();
    const lock = new Lock();
    const wrapped = new Condition(lock);
    wrapped.acquireSync();
    expect(lock.tryAcquire()).toBe(null);
    wrapped.release();
    expect(lock.locked()).toBe(false);
  },
  'unacquired_wait, unacquired_notify': async () => {
    const condition = new Condition();
    expect(() => condition.waitSync()).toThrow(code('ERR_GIL_NOT_HELD'));
    await expect(condition.wait()).rejects.toEqual(code('ERR_GIL_NOT_HELD'));
    expect(() => condition.notify()).toThrow(code('ERR_GIL_NOT_HELD'));
  },
  notify: async (pool, log) => {
    const condition = new Condition();
    const waits = bunch(
      pool,
      10,
      (condition: Condition, log: Int32Array) => {
        condition.acquireSync();
        // Under the lock: who is counted waits before anybody can notify.
        Atomics.add(log, 0, 1);
        const result = condition.waitSync();
        Atomics.add(log, 1, 1);
        condition.release();
        return result;
      },
      condition,
      log,
    );
    await until(() => log[COME] === 10);
    const passed: number[] = [];
    for (const [n, expected] of [
      [3, 3],
      [5, 8],
    ] as const) {
      condition.runExclusiveSync(() => condition.notify(n));
      await until(() => Atomics.load(log, PASSED) >= expected);
      passed.push(Atomics.load(log, PASSED));
    }
    condition.runExclusiveSync(() => condition.notifyAll());
    expect(await waits).toEqual(Array(10).fill(true));
    expect([...passed, log[PASSED]]).toEqual([3, 8, 10]);
  },
  timeout: async (pool) => {
    const condition = new Condition();
    const wait = (condition: Condition) => condition.runExclusiveSync(() => condition.waitSync({ timeout: 20 }));
    expect(await bunch(pool, 5, wait, condition)).toEqual(Array(5).fill(false));
  },
  waitfor: async (pool, log) => {
    const condition = new Condition();
    const four = pool.submit(
      (condition: Condition, log: Int32Array) => condition.runExclusiveSync(() => condition.waitForSync(() => Atomics.load(log, 2) === 4)),
      condition,
      log,
    );
    for (let n = 0; n < 4; n += 1) {
      condition.runExclusiveSync(() => {
        Atomics.add(log, 2, 1);
        condition.notify();
      });
    }
    expect(await four).toBe(true);
  },
  waitfor_timeout: async (pool, log) => {
    const condition = new Condition();
    const never = pool.submit(
      (condition: Condition, log: Int32Array) =>
        condition.runExclusiveSync(() => condition.waitForSync(() => Atomics.load(log, 2) === 4, { timeout: 40 })),
      condition,
      log,
    );
    condition.runExclusiveSync(() => condition.notify());
    expect(await never).toBe(false);
  },
});

for (const Kind of [Semaphore, BoundedSemaphore]) {
  const group = Kind === Semaphore ? 'Semaphore' : 'BoundedSemaphore';
  tests(group, {
    constructor: () => {
      expect(() => new Kind(-1)).toThrow(code('ERR_GIL_RANGE'));
      expect(new Kind(0).value).toBe(0);
    },
    'acquire, multirelease': () => {
      const semaphore = new Kind(2);
      semaphore.acquireSync();
      semaphore.acquireSync();
      semaphore.release(2);
      expect(semaphore.value).toBe(2);
    },
    'acquire_contended (7 permits, 10 threads)': async (pool, log) => {
      const semaphore = new Kind(7);
      semaphore.acquireSync();
      const visits = bunch(
        pool,
        10,
        (semaphore: Semaphore, log: Int32Array) => {
          semaphore.acquireSync();
          Atomics.add(log, 1, 1);
          semaphore.acquireSync();
          Atomics.add(log, 1, 1);
        },
        semaphore,
        log,
      );
      let passed = 6;
      await until(() => log[PASSED] === passed);
      for (const count of [6, 1, 7]) {
        if (Kind === BoundedSemaphore && count > 7) break;
        semaphore.release(count);
        passed += count;
        await until(() => Atomics.load(log, PASSED) === passed);
        expect(semaphore.value).toBe(0);
      }
      while (Atomics.load(log, PASSED) < 20) {
        if (semaphore.value === 0) semaphore.release();
        await new Promise((resolve) => setImmediate(resolve));
      }
      await visits;
    },
    try_acquire: () => {
      const semaphore = new Kind(1);
      expect([semaphore.tryAcquire() === null, semaphore.tryAcquire() === null]).toEqual([false, true]);
    },
    try_acquire_contended: async (pool) => {
      const semaphore = new Kind(4);
      semaphore.acquireSync();
      expect((await bunch(pool, 10, tries, semaphore)).filter(Boolean).length).toBe(3);
    },
    acquire_timeout: async (pool) => {
      const semaphore = new Kind(0);
      expect(await pool.submit((semaphore: Semaphore) => semaphore.acquireSync({ timeout: 10 }), semaphore)).toBe(null);
    },
    'default_value, with': () => {
      const semaphore = new Kind();
      expect(semaphore.runExclusiveSync(() => semaphore.value)).toBe(0);
      expect(semaphore.value).toBe(1);
    },
    release_unacquired: () => {
      const semaphore = new Kind(1);
      if (Kind === BoundedSemaphore) expect(() => semaphore.release()).toThrow(code('ERR_SEMAPHORE_RELEASE'));
      else semaphore.release();
      expect(semaphore.value).toBe(Kind === BoundedSemaphore ? 1 : 2);
    },
    'repr (adapted: no addresses)': () => expect(String(new Kind(3))).toMatch(Kind === Semaphore ? /value=3>/ : /value=3\/3>/),
  });
}

const arrive = (barrier: Barrier): number | string => {
  try {
    return barrier.waitSync();
  } catch (error) {
    return (error as { code: string }).code;
  }
};
const BROKEN = 'ERR_BARRIER_BROKEN';

tests('Barrier', {
  constructor: () => {
    expect(() => new Barrier(0)).toThrow(code('ERR_GIL_RANGE'));
    expect(() => new Barrier(-1)).toThrow(code('ERR_GIL_RANGE'));
  },
  'barrier, barrier_10, wait_return': async (pool) => {
    const barrier = new Barrier(5);
    const places = await bunch(pool, 5, (barrier: Barrier) => Array.from({ length: 10 }, () => barrier.waitSync()), barrier);
    for (let n = 0; n < 10; n += 1) expect(places.map((each) => each[n]).sort()).toEqual([0, 1, 2, 3, 4]);
  },
  action: async (pool) => {
    let acted = 0;
    const barrier = new Barrier(5, { action: () => (acted += 1) });
    const others = bunch(pool, 4, arrive, barrier);
    await until(() => barrier.nWaiting === 4);
    expect(barrier.waitSync()).toBe(4);
    await others;
    expect(acted).toBe(1);
  },
  abort: async (pool) => {
    const barrier = new Barrier(5);
    const others = bunch(pool, 4, arrive, barrier);
    await until(() => barrier.nWaiting === 4);
    barrier.abort();
    expect(await others).toEqual(Array(4).fill(BROKEN));
    expect(barrier.broken).toBe(true);
  },
  'reset, abort_and_reset': async (pool) => {
    const barrier = new Barrier(5);
    const others = bunch(pool, 4, arrive, barrier);
    await until(() => barrier.nWaiting === 4);
    barrier.reset();
    expect(await others).toEqual(Array(4).fill(BROKEN));
    barrier.abort();
    expect(arrive(barrier)).toBe(BROKEN);
    barrier.reset();
    expect((await bunch(pool, 5, arrive, barrier)).sort()).toEqual([0, 1, 2, 3, 4]);
  },
  'timeout, default_timeout': async (pool) => {
    const barrier = new Barrier(5, { timeout: 30 });
    expect(await bunch(pool, 4, arrive, barrier)).toEqual(Array(4).fill(BROKEN));
  },
  single_thread: async (pool) => expect(await bunch(pool, 2, arrive, new Barrier(1))).toEqual([0, 0]),
  'repr (adapted: no addresses)': () => expect(String(new Barrier(3))).toBe("<Barrier 'barrier' 0/3 waiting>"),
});
