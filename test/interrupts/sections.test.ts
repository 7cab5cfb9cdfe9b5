/**
 * Threads are interrupted all the time while they use what this package shares between threads. Not in the midst of its own protocols: nobody
 * waits for ever, and nothing is lost.
 */
import { GlobalLock, ThreadPool } from 'gil';
import { SharedList, SharedObject } from 'gil/shared';
import { Condition, Lock, Queue, Semaphore } from 'gil/threading';
import { expect, it } from 'vitest';

it('shared data and primitives are as they should be', async () => {
  const lock = new GlobalLock({ switchInterval: 0.2 });
  await using pool = new ThreadPool(4, { lock, preemption: 'interrupt' });
  const shared = { list: new SharedList(), object: new SharedObject({ n: 0 }), queue: new Queue<number>(3) };
  const locks = { lock: new Lock(), condition: new Condition(), semaphore: new Semaphore(2) };
  const cells = new Int32Array(new SharedArrayBuffer(16));
  const work = (
    { list, object, queue }: typeof shared,
    { lock, condition, semaphore }: typeof locks,
    cells: Int32Array,
    own: number,
    times: number,
  ): number => {
    let sum = 0;
    for (let i = 0; i < times; i += 1) {
      lock.runExclusiveSync(() => {
        cells[0]! += 1;
      });
      list.append(i);
      if (own % 2 === 0) queue.putSync(i);
      else sum += queue.getSync();
      semaphore.runExclusiveSync(() => object.n);
      condition.runExclusiveSync(() => condition.notifyAll());
    }
    return sum;
  };
  const TIMES = 300;
  const sums = await Promise.all([0, 1, 2, 3].map((own) => pool.submit(work, shared, locks, cells, own, TIMES)));
  expect(cells[0]).toBe(4 * TIMES);
  expect(shared.list.length).toBe(4 * TIMES);
  expect(sums.reduce((sum, each) => sum + each)).toBe(TIMES * (TIMES - 1));
  expect(lock.isLocked()).toBe(false);
});
