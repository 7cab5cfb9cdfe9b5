/**
 * CPython Lib/test/test_concurrent_futures/test_wait.py. A task that is to fail or end at a moment waits at a gate of its own.
 */
import { wait } from 'gil';
import { expect } from 'vitest';
import { adapted, type Proofs } from './registry.js';
import { named, sets } from './scene.js';
import { createFuture } from './states.js';
import { pow } from './tasks.js';

export const waitTests: Proofs = {
  test_20369: async (scene) => {
    const future = scene.pool().submit(pow, 1, 2);
    expect(named(await wait([future, future]))).toEqual(sets([future], []));
  },

  test_first_completed: async (scene) => {
    const pool = scene.pool();
    const [quick, slow] = [scene.gate(), scene.gate()];
    const first = scene.hold(pool, quick).future;
    const second = scene.hold(pool, slow).future;
    const cancelled = createFuture('cancelled');
    const waiting = wait([cancelled, first, second], { returnWhen: 'FIRST_COMPLETED' });
    quick.open();
    expect(named(await waiting)).toEqual(sets([first], [cancelled, second]));
  },

  test_first_completed_some_already_completed: async (scene) => {
    const held = scene.hold(scene.pool(), scene.gate()).future;
    const done = [createFuture('notified'), createFuture('finished')];
    expect(named(await wait([...done, held], { returnWhen: 'FIRST_COMPLETED' }))).toEqual(sets(done, [held]));
  },

  test_first_exception: async (scene) => {
    const pool = scene.pool(3);
    const [goOn, never] = [scene.gate(), scene.gate()];
    const first = pool.submit(pow, 2, 21);
    const second = scene.hold(pool, goOn, 1, 'throw').future;
    const third = scene.hold(pool, never).future;
    const waiting = wait([first, second, third], { returnWhen: 'FIRST_EXCEPTION' });
    await first;
    goOn.open();
    expect(named(await waiting)).toEqual(sets([first, second], [third]));
  },

  test_first_exception_some_already_complete: async (scene) => {
    const pool = scene.pool();
    const [goOn, never] = [scene.gate(), scene.gate()];
    const failing = scene.hold(pool, goOn, 1, 'throw').future;
    const held = scene.hold(pool, never).future;
    const [finished, cancelled, notified] = [createFuture('finished'), createFuture('cancelled'), createFuture('notified')];
    const waiting = wait([finished, cancelled, notified, failing, held], { returnWhen: 'FIRST_EXCEPTION' });
    goOn.open();
    expect(named(await waiting)).toEqual(sets([finished, notified, failing], [cancelled, held]));
  },

  test_first_exception_one_already_failed: async (scene) => {
    const held = scene.hold(scene.pool(), scene.gate()).future;
    const failed = createFuture('failed');
    expect(named(await wait([failed, held], { returnWhen: 'FIRST_EXCEPTION' }))).toEqual(sets([failed], [held]));
  },

  test_all_completed: async (scene) => {
    const pool = scene.pool();
    const goOn = scene.gate();
    const futures = [pool.submit(pow, 2, 2), scene.hold(pool, goOn, 1, 'throw').future];
    const done = [createFuture('notified'), createFuture('failed'), createFuture('finished')];
    const waiting = wait([...done, ...futures], { returnWhen: 'ALL_COMPLETED' });
    goOn.open();
    expect(named(await waiting)).toEqual(sets([...done, ...futures], []));
  },

  test_timeout: async (scene) => {
    const pool = scene.pool();
    const quick = pool.submit(pow, 6, 7);
    await quick;
    const held = scene.hold(pool, scene.gate()).future;
    const done = [createFuture('notified'), createFuture('failed'), createFuture('finished'), quick];
    expect(named(await wait([...done, held], { timeout: 20 }))).toEqual(sets(done, [held]));
  },

  'ThreadPoolWaitTests.test_pending_calls_race': adapted('the switch interval is the smallest that the lock knows', async (scene) => {
    const pool = scene.pool(8, { switchInterval: 0.001 });
    const gate = scene.gate();
    const futures = Array.from({ length: 100 }, (_, at) => scene.hold(pool, gate, at).future);
    const waiting = wait(futures);
    gate.open();
    expect((await waiting).done.size).toBe(100);
  }),
};
