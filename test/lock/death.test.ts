/**
 * Nobody waits for the dead: a thread ends, is terminated or exits with the lock in its hands, or while it waits for it.
 */
import { GlobalLock, ThreadPool } from 'gil';
import { describe, expect, it } from 'vitest';
import { open, sharedWords, startThread, untilOpen } from './threads.js';

describe('a thread that ends by itself while it holds the lock', () => {
  it.each([
    [
      'by process.exit',
      ({ lock }: { lock: GlobalLock }) => {
        lock.acquireSync();
        process.exit(3);
      },
    ],
    [
      'by an uncaught error',
      ({ lock }: { lock: GlobalLock }) => {
        lock.acquireSync();
        setImmediate(() => {
          throw new Error('nobody catches this');
        });
        return new Promise(() => {});
      },
    ],
  ])('%s leaves it to the next one, who is told', async (_, body) => {
    const lock = new GlobalLock();
    const { gone } = startThread(lock, sharedWords(), 0, body);
    await gone;
    const release = await lock.acquire();
    expect(release.abandoned).toBe(true);
    release();
    const next = await lock.acquire();
    expect(next.abandoned).toBe(false);
    next();
    expect(lock.stats()).toMatchObject({ abandoned: 1, waiting: 0 });
  });
});

describe('a thread that is ended from outside while it holds the lock', () => {
  it('gives it back though no pool watches over it, and whoever blocks another thread is told', async () => {
    const lock = new GlobalLock();
    const words = sharedWords();
    const { worker } = startThread(lock, words, 0, ({ lock, open, gate }) => {
      lock.acquireSync();
      open(0);
      gate(9);
    });
    await untilOpen(words, 0);
    const waiting = startThread(lock, words, 1, ({ lock, open }) => {
      open(1);
      const release = lock.acquireSync();
      release();
      return release.abandoned;
    });
    await untilOpen(words, 1);
    await worker.terminate();
    // Before anybody else hears of the exit the lock is there already: for this thread or for the other, whoever is first.
    const mine = lock.tryAcquire();
    mine?.();
    expect([mine?.abandoned, await waiting.answer]).toContain(true);
    expect(lock.stats().abandoned).toBe(1);
  });

  it('takes the threads with it that it had started', async () => {
    const lock = new GlobalLock();
    const words = sharedWords();
    const { worker } = startThread(lock, words, 0, async ({ lock, words }) => {
      const { Worker } = process.getBuiltinModule('node:worker_threads');
      const program = `
        const { workerData: { handle, words } } = require('node:worker_threads');
        import('gil').then(({ GlobalLock }) => {
          GlobalLock.from(handle).acquireSync();
          Atomics.store(words, 0, 1);
          Atomics.wait(words, 9, 0);
        });`;
      new Worker(program, { eval: true, workerData: { handle: lock.handle, words } });
      return new Promise(() => {});
    });
    await untilOpen(words, 0);
    expect(lock.isLocked()).toBe(true);
    await worker.terminate();
    expect((await lock.acquire()).abandoned).toBe(true);
  });

  it.each([
    ['runs out of memory', 1],
    ['exits', 0],
  ])('is found out by its parent, which blocks and cannot hear of it: it %s', async (_, how) => {
    const lock = new GlobalLock({ switchInterval: 5 });
    const words = sharedWords();
    words[3] = how;
    const { worker, gone } = startThread(lock, words, 0, ({ lock, words, open, gate }) => {
      lock.acquireSync();
      open(0);
      gate(1);
      // The farewell of a thread that exits would give the lock back: this is about one that says none.
      if (words[3] === 0) process.removeAllListeners('exit');
      if (words[3] === 0) process.exit();
      // Where others could see it: an optimiser may leave out what nobody can ever see.
      const hoard: unknown[] = [];
      Reflect.set(globalThis, 'hoard', hoard);
      for (;;) hoard.push('x'.repeat(1000).split(''));
    });
    worker.on('error', () => {});
    await untilOpen(words, 0);
    open(words, 1);
    // Blocks this thread: no event of the worker can arrive.
    const release = lock.acquireSync();
    expect(release.abandoned).toBe(true);
    release();
    await gone;
    expect(lock.stats()).toMatchObject({ abandoned: 1, waiting: 0 });
  });
});

describe('a worker of a pool that dies while it holds a lock', () => {
  it('wakes an acquire that is waiting for it, on the event loop', async () => {
    const lock = new GlobalLock();
    const words = sharedWords();
    const pool = new ThreadPool(1, { switchInterval: 5 });
    const dead = pool.submit(
      (lock: GlobalLock, words: Int32Array) => {
        lock.acquireSync();
        Atomics.store(words, 0, 1);
        while (Atomics.load(words, 1) === 0) Atomics.wait(words, 1, 0, 5);
        process.exit(9);
      },
      lock,
      words,
    );
    await untilOpen(words, 0);
    const waiting = lock.acquire();
    Atomics.store(words, 1, 1);
    const release = await waiting;
    expect(release.abandoned).toBe(true);
    release();
    await expect(dead.result()).rejects.toMatchObject({ code: 'ERR_POOL_BROKEN', cause: { code: 'ERR_WORKER_DIED', exitCode: 9 } });
    await pool.shutdown();
    expect(pool.lock.isLocked()).toBe(false);
    expect(pool.lock.stats().abandoned).toBe(1);
  });
});

describe('a thread that dies while it waits', () => {
  it('does not keep a forced dropper waiting for it (law 39)', async () => {
    const lock = new GlobalLock({ switchInterval: 1 });
    const words = sharedWords();
    const release = lock.acquireSync();
    const { worker, gone } = startThread(lock, words, 0, ({ lock, open }) => {
      open(0);
      lock.acquireSync();
    });
    await untilOpen(words, 0);
    while (lock.stats().requests === 0) await new Promise((resolve) => setImmediate(resolve));
    await worker.terminate();
    await gone;
    // Asked by a thread that is no more, and whose parent knows nothing of locks: the drop must still come back.
    lock.checkpoint();
    expect(lock.isHeldByCurrentThread()).toBe(true);
    release();
  });
});
