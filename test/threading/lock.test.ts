/**
 * `Lock` and `RLock` as their users see them: from one thread, from several, blocking and by promises; and what happens when an owner dies.
 */
import { currentTask, InterpreterPool, report, ThreadPool } from 'gil';
import { Lock, RLock } from 'gil/threading';
import { afterEach, describe, expect, it } from 'vitest';

const pools: InterpreterPool[] = [];
const make = (Pool: typeof InterpreterPool | typeof ThreadPool, workers: number): InterpreterPool => {
  const pool = new Pool(workers);
  pools.push(pool as InterpreterPool);
  return pool as InterpreterPool;
};
afterEach(async () => {
  for (const pool of pools.splice(0)) await pool.terminateWorkers();
});

const POOLS = [
  ['under one lock', ThreadPool],
  ['in parallel', InterpreterPool],
] as const;
const KINDS = [
  ['Lock', Lock],
  ['RLock', RLock],
] as const;

/** Takes and releases `rounds` times, with a look in the middle of what must not be interrupted. */
const increment = (lock: Lock | RLock, words: Int32Array, rounds: number) => {
  const read = (): number => words[0] as number;
  for (let i = 0; i < rounds; i++) {
    lock.acquireSync();
    const seen = read();
    words[0] = seen + 1;
    lock.release();
  }
};

describe.each(KINDS)('%s', (name, Kind) => {
  it('is taken, refused and let go', () => {
    const lock = new Kind();
    const release = lock.acquireSync();
    expect(lock.locked()).toBe(true);
    expect(release.abandoned).toBe(false);
    release();
    release();
    expect(lock.locked()).toBe(false);
    expect(() => lock.release()).toThrow(expect.objectContaining({ code: 'ERR_GIL_NOT_HELD' }));
  });

  it('is let go by `using`, and by a task that fails', async () => {
    const lock = new Kind({ name: 'mine' });
    {
      using _held = lock.acquireSync();
      expect(lock.locked()).toBe(true);
    }
    expect(() =>
      lock.runExclusiveSync(() => {
        throw new Error('inside');
      }),
    ).toThrow('inside');
    // Whoever lets go inside has nothing left to let go of afterwards.
    expect(lock.runExclusiveSync(() => lock.release())).toBeUndefined();
    await expect(lock.runExclusive(() => Promise.reject(new Error('later')))).rejects.toThrow('later');
    expect(lock.locked()).toBe(false);
    expect(String(lock)).toBe(`<${name} 'mine' free>`);
  });

  it.each(POOLS)('excludes threads %s', async (_, Pool) => {
    const pool = make(Pool, 3);
    const lock = new Kind();
    const words = new Int32Array(new SharedArrayBuffer(8));
    await Promise.all([1, 2, 3].map(() => pool.submit(increment, lock, words, 20_000)));
    expect(words[0]).toBe(60_000);
  });

  it.each(POOLS)('is the same lock inside arrays and objects, twice, and by hand, %s', async (_, Pool) => {
    const pool = make(Pool, 1);
    const lock = new Kind();
    const same = (parts: { list: Lock[] }, again: Lock) => [parts.list[0] === again, again.locked(), again.tryAcquire() === null];
    const release = lock.acquireSync();
    expect(await pool.submit(same, { list: [lock as Lock] }, lock as Lock)).toEqual([true, true, true]);
    release();
    expect(Kind.from(lock.handle as never)).toBe(lock);
    expect(() => Kind.from({ kind: 'gil/threading/other' } as never)).toThrow(expect.objectContaining({ code: 'ERR_GIL_HANDLE' }));
  });

  it.each(POOLS)('lets a worker wait in vain, by blocking and by a promise, %s', async (_, Pool) => {
    const pool = make(Pool, 1);
    const lock = new Kind();
    using _held = lock.acquireSync();
    const tryAll = async (lock: Lock) => [lock.acquireSync({ timeout: 5 }), await lock.acquire({ timeout: 5 }), lock.tryAcquire()];
    expect(await pool.submit(tryAll, lock as Lock)).toEqual([null, null, null]);
  });

  it('is waited for by a promise while a worker has it, and the loop goes on', async () => {
    const pool = make(InterpreterPool, 1);
    const lock = new Kind();
    const gate = new Int32Array(new SharedArrayBuffer(4));
    const hold = (lock: Lock, gate: Int32Array) => {
      lock.runExclusiveSync(() => {
        report('held');
        Atomics.wait(gate, 0, 0);
      });
    };
    const holding = pool.submit(hold, lock as Lock, gate);
    await holding.progress().next();
    const waiting = lock.acquire();
    const abort = new AbortController();
    const calledOff = lock.acquire({ signal: abort.signal });
    abort.abort(new Error('enough'));
    await expect(calledOff).rejects.toMatchObject({ code: 'ERR_GIL_CANCELLED', cause: { message: 'enough' } });
    Atomics.store(gate, 0, 1);
    Atomics.notify(gate, 0);
    (await waiting)();
    await holding;
    expect(lock.locked()).toBe(false);
  });

  it.each(POOLS)('is free again when its owner has ended, and says so once, %s', async (_, Pool) => {
    const pool = make(Pool, 1);
    const lock = new Kind();
    const die = (lock: Lock) => {
      lock.acquireSync();
      process.exit(3);
    };
    await expect(pool.submit(die, lock as Lock)).rejects.toMatchObject({ code: 'ERR_POOL_BROKEN' });
    const first = await lock.acquire();
    expect(first.abandoned).toBe(true);
    first();
    expect(lock.acquireSync().abandoned).toBe(false);
  });

  it.each(POOLS)('is free again when its owner was terminated in the midst of a loop, %s', async (_, Pool) => {
    const pool = make(Pool, 1);
    const lock = new Kind();
    const stay = (lock: Lock) => {
      lock.acquireSync();
      report('held');
      for (;;) currentTask();
    };
    const staying = pool.submit(stay, lock as Lock);
    await staying.progress().next();
    const waiting = lock.acquire();
    await pool.terminateWorkers();
    expect((await waiting).abandoned).toBe(true);
    await expect(staying).rejects.toMatchObject({ code: 'ERR_POOL_BROKEN' });
  });

  it.each([
    ['a timeout below 0', { timeout: -1 }, 'ERR_GIL_RANGE'],
    ['a timeout that is no number', { timeout: '5' }, 'ERR_GIL_ARGUMENT'],
    ['a signal that is none', { signal: {} }, 'ERR_GIL_ARGUMENT'],
    ['no object', 5, 'ERR_GIL_ARGUMENT'],
  ])('refuses %s', async (_, options, code) => {
    await expect(new Kind().acquire(options as never)).rejects.toMatchObject({ code });
  });
});

describe('Lock', () => {
  it('may be let go by another thread', async () => {
    const pool = make(InterpreterPool, 1);
    const lock = new Lock();
    lock.acquireSync();
    await pool.submit((lock: Lock) => lock.release(), lock);
    expect(lock.locked()).toBe(false);
  });

  it('excludes the tasks of one event loop from each other', async () => {
    const lock = new Lock();
    let inside = 0;
    const most: number[] = [];
    const task = async (): Promise<void> =>
      lock.runExclusive(async () => {
        inside += 1;
        most.push(inside);
        await Promise.resolve();
        inside -= 1;
      });
    await Promise.all(Array.from({ length: 20 }, task));
    expect(Math.max(...most)).toBe(1);
  });

  it('does not let go of the global lock when it is free, and does when it is not (law 32)', async () => {
    const pool = new ThreadPool(2);
    pools.push(pool as unknown as InterpreterPool);
    const lock = new Lock();
    const free = (lock: Lock) => {
      for (let i = 0; i < 100; i++) lock.runExclusiveSync(() => i);
    };
    const before = pool.lock.stats().drops.voluntary;
    await pool.submit(free, lock);
    expect(pool.lock.stats().drops.voluntary).toBe(before);
    lock.acquireSync();
    const waiting = pool.submit((lock: Lock) => {
      report('waits');
      lock.acquireSync()();
    }, lock);
    await waiting.progress().next();
    // Under one global lock this runs only because the other let go of it.
    expect(await pool.submit(() => 'meanwhile')).toBe('meanwhile');
    lock.release();
    await waiting;
    expect(pool.lock.stats().drops.voluntary).toBeGreaterThan(before);
  });
});

describe('RLock', () => {
  it('is taken again by its owner, and by nobody else', async () => {
    const pool = make(InterpreterPool, 1);
    const lock = new RLock();
    const look = (lock: RLock) => [lock.tryAcquire() !== null, lock.depth, lock.owner, lock.locked(), lock.isOwned()];
    lock.acquireSync();
    await lock.acquire();
    expect([lock.depth, lock.owner, lock.isOwned()]).toEqual([2, 0, true]);
    expect(await pool.submit(look, lock)).toEqual([false, 2, 0, true, false]);
    await expect(pool.submit((lock: RLock) => lock.release(), lock)).rejects.toMatchObject({ code: 'ERR_GIL_NOT_HELD' });
    lock.release();
    expect(lock.locked()).toBe(true);
    lock.release();
    expect(await pool.submit(look, lock)).toEqual([true, 1, expect.any(Number), true, true]);
  });
});
