/**
 * CPython Lib/test/test_concurrent_futures/test_as_completed.py.
 */
import { asCompleted, type Future } from 'gil';
import { expect } from 'vitest';
import { collected } from './collect.js';
import { adapted, type Proofs } from './registry.js';
import { code, names } from './scene.js';
import { createFuture } from './states.js';
import { pow } from './tasks.js';

async function drain<F>(futures: AsyncIterable<F>): Promise<F[]> {
  const all: F[] = [];
  for await (const future of futures) all.push(future);
  return all;
}

export const asCompletedTests: Proofs = {
  test_no_timeout: async (scene) => {
    const pool = scene.pool();
    const submitted = [pool.submit(pow, 2, 21), pool.submit(pow, 7, 6)];
    const all = [createFuture('notified'), createFuture('failed'), createFuture('finished'), ...submitted];
    const completed = await drain(asCompleted(all));
    expect(completed.length).toBe(5);
    expect(names(completed)).toEqual(names(all));
  },

  test_future_times_out: async (scene) => {
    const pool = scene.pool();
    const gate = scene.gate();
    const done = [createFuture('notified'), createFuture('failed'), createFuture('finished')];
    for (const timeout of [0, 10]) {
      const held = scene.hold(pool, gate);
      const seen: unknown[] = [];
      const loop = async () => {
        for await (const future of asCompleted([...done, held.future], { timeout })) seen.push(future);
      };
      await expect(loop()).rejects.toEqual(code('ERR_FUTURE_TIMEOUT'));
      expect(names(seen)).toEqual(names(done));
      expect(held.future.done()).toBe(false);
    }
  },

  test_duplicate_futures: async (scene) => {
    const pool = scene.pool();
    const gate = scene.gate();
    const { future } = scene.hold(pool, gate);
    const completed = drain(asCompleted([future, future]));
    const fromGenerator = drain(
      asCompleted(
        (function* () {
          for (let i = 0; i < 3; i += 1) yield future;
        })(),
      ),
    );
    gate.open();
    expect([names(await completed), names(await fromGenerator)]).toEqual([names([future]), names([future])]);
  },

  test_free_reference_yielded_future: adapted('a WeakRef and a collection that the test asks for', async () => {
    let last: Future<number> | undefined = createFuture('pending');
    const two: Future<number>[] = [createFuture('notified'), createFuture('finished')];
    const completed = asCompleted([...two.splice(0), last]);
    const take = async (): Promise<WeakRef<object>> => new WeakRef((await completed.next()).value as object);
    await collected(await take());
    last.setResult(1);
    last = undefined;
    await collected(await take());
    await collected(await take());
    expect((await completed.next()).done).toBe(true);
  }),

  test_correct_timeout_exception_msg: async () => {
    const futures = [createFuture('notified'), createFuture('pending'), createFuture('running'), createFuture('finished')];
    await expect(drain(asCompleted(futures, { timeout: 0 }))).rejects.toThrow('2 (of 4) futures unfinished');
  },
};
