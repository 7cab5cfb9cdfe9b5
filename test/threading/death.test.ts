/**
 * A worker that ends with a lock in its hands: the lock is free again, and the next owner is told.
 */
import { ThreadPool } from 'gil';
import { Condition, Lock, RLock } from 'gil/threading';
import { expect, it } from 'vitest';

it.each([Lock, RLock])('%o', async (Kind) => {
  const pool = new ThreadPool(1, { switchInterval: 1 });
  const lock = new Kind();
  const words = new Int32Array(new SharedArrayBuffer(8));
  const dead = pool.submit(
    (lock: Lock | RLock, words: Int32Array) => {
      lock.acquireSync();
      if ('depth' in lock) lock.acquireSync();
      Atomics.store(words, 0, 1);
      while (Atomics.load(words, 1) === 0) Atomics.wait(words, 1, 0, 5);
      process.exit(3);
    },
    lock,
    words,
  );
  while (Atomics.load(words, 0) === 0) await new Promise((resolve) => setImmediate(resolve));
  expect(lock.tryAcquire()).toBe(null);
  const waiting = lock.acquire();
  Atomics.store(words, 1, 1);
  const release = await waiting;
  expect(release.abandoned).toBe(true);
  if ('depth' in lock) expect(lock.depth).toBe(1);
  release();
  expect(lock.locked()).toBe(false);
  const again = lock.acquireSync();
  expect(again.abandoned).toBe(false);
  again();
  await expect(dead.result()).rejects.toMatchObject({ code: 'ERR_POOL_BROKEN' });
  await pool.shutdown();
});

it("a condition's lock comes back from a dead notifier", async () => {
  const pool = new ThreadPool(1);
  const condition = new Condition(new Lock());
  const waiting = condition.runExclusive(() => condition.wait());
  const dead = pool.submit((condition: Condition) => {
    condition.acquireSync();
    condition.notify();
    process.exit(3);
  }, condition);
  expect(await waiting).toBe(true);
  await expect(dead.result()).rejects.toMatchObject({ code: 'ERR_POOL_BROKEN' });
  await pool.shutdown();
});
