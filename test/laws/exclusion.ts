/**
 * Laws 1 to 6, 19: one holder at a time, misuse is an error, a free lock is anybody's, and nobody is forgotten.
 */
import { expect } from 'vitest';
import { NEVER } from './stage.js';
import type { Proofs, Scene } from './suite.js';

export const exclusion: Proofs<Scene> = {
  async 1({ stage }) {
    const scene = stage({ switchInterval: 0.5 });
    const actors = [1, 2, 3].map(() =>
      scene.start(function* ({ take, look, release, cells }) {
        let wrong = 0;
        for (let round = 0; round < 40; round += 1) {
          yield* take();
          for (let turn = 0; turn < 10; turn += 1) {
            if (Atomics.add(cells, 0, 1) !== 0) wrong += 1;
            for (let work = 0; work < 500; work += 1) cells[1] = cells[1]! + 1;
            Atomics.sub(cells, 0, 1);
            yield* look();
          }
          yield* release();
        }
        return wrong;
      }),
    );
    expect(await Promise.all(actors.map(({ answer }) => answer))).toEqual([0, 0, 0]);
    // Read, add, write: had two been inside, some would be lost.
    expect(scene.cells[1]).toBe(3 * 40 * 10 * 500);
    expect(scene.lock.isLocked()).toBe(false);
  },

  async 2({ stage }) {
    const free = stage();
    expect(await free.solo(({ refusal, release }) => refusal(release()))).toBe('ERR_GIL_NOT_HELD');
    expect(free.lock.stats()).toMatchObject({ holds: 0, drops: { final: 0 } });

    // Nor while somebody else has it: a thread that is no holder, whichever it is, is refused.
    const held = stage({ switchInterval: NEVER });
    const holder = held.start(function* ({ take, open, gate, release, holds }) {
      yield* take();
      open('holding');
      yield* gate('go');
      const still = holds();
      yield* release();
      return still;
    });
    await held.opened('holding');
    if (!held.lock.isHeldByCurrentThread())
      expect(() => held.lock.release()).toThrow(expect.objectContaining({ code: 'ERR_GIL_NOT_HELD' }));
    held.open('go');
    expect(await holder.answer).toBe(true);
  },

  async 3({ driver, stage }) {
    const only = stage();
    const seen = await only.solo(function* ({ take, takeSync, tryTake, refusal, holds, release }) {
      yield* take();
      const codes = [yield* refusal(takeSync()), yield* tryTake(), holds()];
      yield* release();
      return codes;
    });
    expect(seen).toEqual(['ERR_GIL_ALREADY_HELD', false, true]);
    expect(only.lock.stats()).toMatchObject({ holds: 1, drops: { final: 1 } });
    if (driver === 'blocking') return;
    // A second acquire of one event loop is no re-entry: it is another task, and waits for its turn.
    const { lock } = stage();
    const release = await lock.acquire();
    const order: string[] = [];
    const other = lock.runExclusive(() => order.push('other'));
    await new Promise((resolve) => setImmediate(resolve));
    order.push('first');
    release();
    await other;
    expect(order).toEqual(['first', 'other']);
  },

  async 4({ stage }) {
    const only = stage();
    const seen = await only.solo(function* ({ take, release, releaseAgain, refusal, holds, stats }) {
      yield* take();
      yield* releaseAgain();
      const afterFirst = holds();
      yield* releaseAgain();
      yield* take();
      yield* releaseAgain();
      const during = holds();
      yield* release();
      return [afterFirst, during, holds(), stats().switches, yield* refusal(release())];
    });
    expect(seen).toEqual([false, true, false, 1, 'ERR_GIL_NOT_HELD']);
  },

  async 5({ stage }) {
    // Were a free lock not had at once, this would last for the interval: longer than any test may.
    const free = stage({ switchInterval: NEVER });
    for (let visitor = 1; visitor <= 3; visitor += 1) {
      const { answer } = free.start(function* ({ take, release }) {
        const taken = yield* take();
        yield* release();
        return taken;
      });
      expect(await answer).toBe(true);
    }
    // Each was another thread than the last holder, and none had to wait or to ask.
    expect(free.lock.stats()).toMatchObject({ holds: 3, switches: 3, waits: 0, requests: 0, drops: { forced: 0 } });
  },

  async 6({ stage }) {
    const scene = stage({ switchInterval: NEVER });
    const barger = scene.start(function* ({ take, tryTake, release, open, isOpen, gate, stats }) {
      yield* take();
      open('holding');
      yield* gate('go');
      let rounds = 0;
      let won = 0;
      // The waiter is woken by each release, and is on its way when this thread comes again.
      while (won === 0 && rounds < 10_000 && !isOpen('done')) {
        rounds += 1;
        const before = stats();
        yield* release();
        if (!(yield* tryTake())) {
          yield* take();
          continue;
        }
        const after = stats();
        // The same waiter was there before and after.
        if (before.waiting > 0 && after.waiting > 0 && before.waits === after.waits) won += 1;
      }
      yield* release();
      return won;
    });
    await scene.opened('holding');
    const waiter = scene.start(function* ({ take, release, isOpen }) {
      // It must come again, as it may win every time but one.
      while (!isOpen('stop')) {
        yield* take();
        yield* release();
      }
      return 'got through';
    });
    await scene.waiting(1);
    scene.open('go');
    expect(await barger.answer).toBe(1);
    scene.open('stop');
    // Ahead is not instead: nobody is forgotten. That it is not first come first served is all there is to assert.
    expect(await waiter.answer).toBe('got through');
  },

  async 19({ stage }) {
    const scene = stage({ switchInterval: NEVER });
    const first = scene.start(function* ({ take, release, open, gate }) {
      yield* take();
      open('holding');
      yield* gate('go');
      yield* release();
    });
    await scene.opened('holding');
    // Nobody asks and nobody looks: only a release can wake them. In any order.
    const waiters = [1, 2, 3, 4].map(() =>
      scene.start(function* ({ take, release, log, number }) {
        for (let round = 0; round < 50; round += 1) {
          yield* take();
          if (round === 0) log(number);
          yield* release();
        }
        return number;
      }),
    );
    await scene.waiting(4);
    scene.open('go');
    await first.answer;
    const numbers = await Promise.all(waiters.map(({ answer }) => answer));
    expect(scene.log().sort()).toEqual(numbers);
    expect(scene.lock.stats()).toMatchObject({ holds: 201, waiting: 0, requests: 0, drops: { final: 201 } });
  },
};
