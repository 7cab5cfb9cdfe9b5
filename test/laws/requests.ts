/**
 * Laws 7, 10 to 12, 23, 27: when a holder is asked, what a look does about it, and the interval that decides.
 */
import { GlobalLock } from 'gil';
import { expect } from 'vitest';
import { isAsked, sleepAsync } from './contender.js';
import { stay, untilTicks, visit } from './roles.js';
import { NEVER } from './stage.js';
import type { Proofs, Scene } from './suite.js';

export const requests: Proofs<Scene> = {
  async 7({ driver, stage }) {
    const scene = stage({ switchInterval: NEVER });
    const holder = scene.start(function* ({ take, look, release, open, gate, holds }) {
      yield* take();
      open('holding');
      yield* gate('go');
      yield* look(100_000);
      const still = holds();
      yield* release();
      return still;
    });
    await scene.opened('holding');
    const waiter = scene.start(visit);
    await scene.waiting(1);
    expect(isAsked(scene.lock, await holder.ident)).toBe(false);
    scene.open('go');
    expect(await holder.answer).toBe(true);
    await waiter.answer;
    expect(scene.lock.stats()).toMatchObject({ requests: 0, switches: 2, drops: { forced: 0 } });
    if (driver !== 'async') return;
    // Timers of an event loop may be early by a millisecond, which can be the whole of an interval: a wait must not be.
    const sleeps: number[] = [];
    for (let turn = 0; turn < 200; turn += 1) sleeps.push(await sleepAsync(1));
    expect(Math.min(...sleeps)).toBeGreaterThanOrEqual(0.97);
  },

  async 8({ stage }) {
    const interval = 60;
    // A round counts if the hand-over is early enough, while both wait in their first interval, and goes to the one it is meant for: on a busy machine few do.
    let counted = 0;
    for (let round = 0; counted === 0 && round < 150; round += 1) {
      const scene = stage({ switchInterval: interval });
      const holder = scene.start(function* ({ take, release, open, gate, now, stats }) {
        yield* take();
        open('holding');
        yield* gate('go');
        const asked = stats().requests;
        const at = now();
        yield* release();
        return { asked, at };
      });
      await scene.opened('holding');
      // First come is first woken here, so the second one sleeps through the hand-over.
      const next = scene.start(stay);
      await scene.waiting(1);
      const sleeper = scene.start(visit);
      await scene.waiting(2);
      await untilTicks(stage, 1, interval / 3);
      scene.open('go');
      const { asked, at } = await holder.answer;
      await scene.until(() => scene.lock.stats().requests > 0 || scene.log().length > 0);
      const later = Number(process.hrtime.bigint()) / 1e6 - at;
      const handedOver = scene.log().length === 0;
      scene.open('stop');
      await Promise.all([next.answer, sleeper.answer]);
      await scene.close();
      if (asked > 0 || !handedOver) continue;
      counted += 1;
      // Its first interval ends a third before this, and asks nobody: the lock is another's by then.
      expect(later).toBeGreaterThanOrEqual(interval * 0.97);
    }
    expect(counted).toBe(1);
  },

  async 9({ stage }) {
    const interval = 40;
    const scene = stage({ switchInterval: interval });
    const holder = scene.start(stay);
    await scene.opened('inside');
    const begin = performance.now();
    const waiter = scene.start(visit);
    await scene.waiting(1);
    // It has counted itself in, and is asleep long before this.
    await untilTicks(stage, 1, interval / 4);
    scene.lock.switchInterval = 0.5;
    await scene.asked();
    expect(performance.now() - begin).toBeGreaterThanOrEqual(interval * 0.97);
    // From now on by the new one: it asks twenty times before another lock’s waiter has ten times by the old one.
    const before = scene.lock.stats().requests;
    const ticks = await untilTicks(stage, 10, interval, () => scene.lock.stats().requests >= before + 20);
    expect(ticks).toBeLessThan(10);
    scene.open('stop');
    await Promise.all([holder.answer, waiter.answer]);
  },

  async 10({ stage }) {
    const scene = stage({ switchInterval: 1 });
    const holder = scene.start(function* ({ take, look, release, open, gate }) {
      yield* take();
      open('holding');
      yield* gate('go');
      yield* look();
      yield* release();
    });
    await scene.opened('holding');
    const next = scene.start(function* ({ take, release, open, gate }) {
      yield* take();
      open('inside');
      yield* gate('stop');
      yield* release();
    });
    await scene.asked();
    const [first, second] = [await holder.ident, await next.ident];
    expect([isAsked(scene.lock, first), isAsked(scene.lock, second)]).toEqual([true, false]);
    // Whoever waits from now on never asks: what is in a breaker after the switch would be left over from before.
    scene.lock.switchInterval = NEVER;
    scene.open('go');
    await scene.opened('inside');
    expect(scene.lock.holder()?.ident).toBe(second);
    expect([isAsked(scene.lock, first), isAsked(scene.lock, second)]).toEqual([false, false]);
    scene.open('stop');
    await Promise.all([holder.answer, next.answer]);
    expect(scene.lock.stats().drops.forced).toBe(1);
  },

  async 11({ stage }) {
    const scene = stage({ switchInterval: 1 });
    const holder = scene.start(function* ({ take, look, release, open, gate, log, logged }) {
      yield* take();
      open('holding');
      yield* gate('go');
      const before = logged();
      log(1);
      yield* look();
      log(1);
      yield* release();
      return before;
    });
    await scene.opened('holding');
    const rival = scene.start(visit);
    // It asks once per interval: so many intervals have passed in which the holder did not look.
    await scene.asked(50);
    expect(scene.lock.stats()).toMatchObject({ switches: 1, drops: { forced: 0 } });
    scene.open('go');
    expect(await holder.answer).toBe(0);
    await rival.answer;
    // The first look after all that is where it happens.
    expect(scene.log()).toEqual([1, 2, 1]);
  },

  async 12({ stage }) {
    const only = stage({ switchInterval: 1 });
    const seen = await only.solo(function* ({ take, look, release, holds, stats }) {
      yield* look(100);
      const before = [holds(), stats().holds];
      yield* take();
      yield* look(50_000);
      const after = [holds(), stats().holds, stats().switches];
      yield* release();
      return [before, after];
    });
    expect(seen).toEqual([
      [false, 0],
      [true, 1, 1],
    ]);
    expect(only.lock.stats().drops).toEqual({ forced: 0, voluntary: 0, final: 1 });
  },

  async 23({ stage }) {
    for (const switchInterval of [0.001, 1, NEVER]) {
      const only = stage({ switchInterval });
      await only.solo(function* ({ take, look, io, release }) {
        yield* take();
        for (let round = 0; round < 20; round += 1) {
          yield* look(500);
          yield* io(function* () {});
        }
        yield* release();
      });
      expect(only.lock.stats()).toMatchObject({ requests: 0, waits: 0, switches: 1, drops: { forced: 0, voluntary: 20, final: 1 } });
    }
  },

  27({ stage }) {
    expect(new GlobalLock().switchInterval).toBe(5);
    const { lock } = stage();
    for (const [set, get] of [
      [0.001, 0.001],
      [0.0015, 0.001],
      // Below a microsecond it reads back 0, and acts as one.
      [0.0001, 0],
      [0.01, 0.01],
      [50, 50],
      [3000, 3000],
    ] as const) {
      lock.switchInterval = set;
      expect(lock.switchInterval).toBe(get);
      expect(GlobalLock.from({ ...lock.handle }).switchInterval).toBe(get);
    }
    for (const bad of [0, -1, -0.001, Number.NaN, Number.POSITIVE_INFINITY, '5', null, undefined, true]) {
      expect(() => Object.assign(lock, { switchInterval: bad })).toThrow(expect.objectContaining({ code: 'ERR_GIL_SWITCH_INTERVAL' }));
      expect(lock.switchInterval).toBe(3000);
    }
  },
};
