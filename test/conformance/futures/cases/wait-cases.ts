/**
 * The cases of `wait` and `asCompleted`: WT, AC.
 */
import { asCompleted, type Future, wait } from 'gil';
import { expect } from 'vitest';
import { code, named, names, sets } from '../scene.js';
import { createFuture } from '../states.js';
import { fail, same } from '../tasks.js';
import { type Shows, withOnePool } from './cases.js';

/** What comes before the end or the error. */
async function drain<F>(futures: AsyncIterable<F>): Promise<{ seen: F[]; error?: unknown }> {
  const seen: F[] = [];
  try {
    for await (const future of futures) seen.push(future);
    return { seen };
  } catch (error) {
    return { seen, error };
  }
}

export const waitCases: Shows = {
  'WT-02': withOnePool(2, async (scene, pool) => {
    const gate = scene.gate();
    const blocked = scene.hold(pool, gate).future;
    const cancelled = createFuture('cancelled');
    const quick = pool.submit(same, 1);
    expect(named(await wait([cancelled, quick, blocked], { returnWhen: 'FIRST_COMPLETED' }))).toEqual(sets([quick], [cancelled, blocked]));
    gate.open();
    await blocked;
  }),

  'WT-03': withOnePool(1, async (scene, pool) => {
    const gate = scene.gate();
    const blocked = scene.hold(pool, gate).future;
    const done = [createFuture('notified'), createFuture('finished')];
    expect(named(await wait([...done, blocked], { returnWhen: 'FIRST_COMPLETED' }))).toEqual(sets(done, [blocked]));
    gate.open();
    await blocked;
  }),

  'WT-04': withOnePool(3, async (scene, pool) => {
    const [goOn, shut] = [scene.gate(), scene.gate()];
    const a = pool.submit(same, 1);
    const b = scene.hold(pool, goOn, 1, 'throw').future;
    const g = scene.hold(pool, shut).future;
    let ended = false;
    const waiting = wait([a, b, g], { returnWhen: 'FIRST_EXCEPTION' }).finally(() => {
      ended = true;
    });
    await a;
    await new Promise((resolve) => setImmediate(resolve));
    expect(ended).toBe(false);
    goOn.open();
    expect(named(await waiting)).toEqual(sets([a, b], [g]));
    shut.open();
    await g;
  }),

  'WT-05': withOnePool(2, async (scene, pool) => {
    const [goOn, shut] = [scene.gate(), scene.gate()];
    const failing = scene.hold(pool, goOn, 1, 'throw').future;
    const blocked = scene.hold(pool, shut).future;
    const [finished, cancelled, notified] = [createFuture('finished'), createFuture('cancelled'), createFuture('notified')];
    const waiting = wait([finished, cancelled, notified, failing, blocked], { returnWhen: 'FIRST_EXCEPTION' });
    goOn.open();
    expect(named(await waiting)).toEqual(sets([finished, notified, failing], [cancelled, blocked]));
    const failed = createFuture('failed');
    expect(named(await wait([failed, blocked], { returnWhen: 'FIRST_EXCEPTION' }))).toEqual(sets([failed], [blocked]));
    shut.open();
    await blocked;
  }),

  'WT-07': withOnePool(1, async (scene, pool) => {
    const gate = scene.gate();
    const blocked = scene.hold(pool, gate, 7);
    await blocked.begun;
    const done = [createFuture('notified'), createFuture('failed'), createFuture('finished')];
    expect(named(await wait([...done, blocked.future], { timeout: 2 }))).toEqual(sets(done, [blocked.future]));
    expect(blocked.future.running()).toBe(true);
    gate.open();
    expect(await blocked.future).toBe(7);
  }),

  'AC-01': withOnePool(2, async (_, pool) => {
    const submitted = [pool.submit(same, 1), pool.submit(fail, 'no')];
    const all: Future<unknown>[] = [createFuture('notified'), createFuture('failed'), createFuture('finished'), ...submitted];
    const { seen, error } = await drain(asCompleted(all));
    expect([seen.length, error]).toEqual([5, undefined]);
    expect(names(seen)).toEqual(names(all));
  }),

  'AC-02': withOnePool(2, async (scene, pool) => {
    const gate = scene.gate();
    const held = await scene.occupy(pool, gate);
    const done = [createFuture('failed'), createFuture('finished')];
    for (const timeout of [0, 2]) {
      const { seen, error } = await drain(asCompleted([held[0], ...done, held[1]], { timeout }));
      expect(names(seen)).toEqual(names(done));
      expect(error).toEqual(code('ERR_FUTURE_TIMEOUT'));
      expect((error as Error).message).toMatch('2 (of 4) futures unfinished');
    }
    expect(held.map((future) => future.state)).toEqual(['running', 'running']);
    gate.open();
    expect(await Promise.all(held)).toEqual([0, 1]);
  }),

  'AC-04': withOnePool(4, async (scene, pool) => {
    const gates = [0, 1, 2, 3].map(() => scene.gate());
    const futures = gates.map((gate, at) => scene.hold(pool, gate, at).future);
    gates[2].open();
    await futures[2];
    const order = drain(asCompleted(futures));
    for (const at of [3, 1, 0]) {
      gates[at].open();
      await futures[at];
    }
    expect((await order).seen.map((future) => future.resultNow())).toEqual([2, 3, 1, 0]);
  }),
};
