/**
 * Laws 32 and 34: a lock that is free is taken without letting go of the Global Interpreter Lock, one that is not lets go of it once, a
 * release never does, and the Global Interpreter Lock is back afterwards.
 */
import { GlobalLock, ThreadPool } from 'gil';
import { Condition, Lock, RLock } from 'gil/threading';
import { expect, it } from 'vitest';

const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
};

it.each([
  ['Lock', () => new Lock()],
  ['RLock', () => new RLock()],
  ['Condition', () => new Condition()],
] as const)('%s', async (_, make) => {
  await using pool = new ThreadPool(1, { switchInterval: 1e6 });
  const lock = make();
  const drops = () => pool.lock.stats().drops.voluntary;
  await pool.submit(() => 0);
  const before = drops();
  const visit = (lock: Lock | RLock | Condition): boolean => {
    lock.acquireSync();
    const holds = GlobalLock.default.isHeldByCurrentThread();
    lock.release();
    return holds;
  };
  expect(await pool.submit(visit, lock)).toBe(true);
  expect(drops()).toBe(before);
  lock.acquireSync();
  const blocked = pool.submit(visit, lock);
  await until(() => drops() === before + 1);
  lock.release();
  expect(await blocked).toBe(true);
  expect(drops()).toBe(before + 1);
});
