/**
 * Laws 24, 25, 32 to 36: letting go around work that needs no lock, and what it costs to come back.
 */
import { GlobalLock, sleep, ThreadPool } from 'gil';
import { expect, onTestFinished } from 'vitest';
import { compute } from './roles.js';
import { NEVER } from './stage.js';
import type { Proofs, Scene } from './suite.js';

/** A pool of one lock; gone when the test is over. */
function openPool(threads: number, lock = new GlobalLock({ switchInterval: NEVER })): ThreadPool {
  const pool = new ThreadPool(threads, { lock });
  onTestFinished(() => pool.shutdown({ cancelFutures: true }));
  return pool;
}

export const io: Proofs<Scene> = {
  async 24({ stage }) {
    const interval = 5;
    for (let round = 0; round < 4; round += 1) {
      const scene = stage({ switchInterval: interval });
      const reader = scene.start(function* ({ take, io, release, open, gate, now }) {
        yield* take();
        const done = yield* io(function* () {
          open('arrived');
          // When the I/O is done, the other one is in the midst of its computation.
          yield* gate('holding');
          return now();
        });
        const cost = now() - done;
        open('stop');
        yield* release();
        return cost;
      });
      await scene.opened('arrived');
      const computer = scene.start(compute);
      // The reader asks after an interval at the earliest, and the other one never lets go unasked.
      expect(await reader.answer).toBeGreaterThanOrEqual(interval * 0.97);
      await computer.answer;
      await scene.close();
    }
  },

  async 25({ stage }) {
    const scene = stage({ switchInterval: NEVER });
    const worker = scene.start(function* ({ take, io, release, open, gate, stats }) {
      yield* take();
      open('holding');
      yield* gate('go');
      let kept = 0;
      for (let round = 0; round < 10_000 && kept === 0; round += 1) {
        const before = stats();
        yield* io(function* () {});
        const after = stats();
        // The same waiter was there before and after, and nobody has had the lock in between.
        if (before.waiting > 0 && after.waiting > 0 && after.waits === before.waits && after.switches === before.switches) kept += 1;
      }
      yield* release();
      open('stop');
      return kept;
    });
    await scene.opened('holding');
    const rival = scene.start(function* ({ take, release, isOpen }) {
      while (!isOpen('stop')) {
        yield* take();
        yield* release();
      }
    });
    await scene.waiting(1);
    scene.open('go');
    // May, not must: no share is asserted.
    expect(await worker.answer).toBe(1);
    await rival.answer;
  },

  async 32({ driver }) {
    const pool = openPool(1);
    const inner = new GlobalLock({ switchInterval: NEVER, name: 'inner' });
    const counts = new Int32Array(new SharedArrayBuffer(16));
    if (driver === 'async') {
      // A thread of an event loop: while it awaits, it does not hold the lock it lives under.
      const free = await pool.submit(
        async (gil: GlobalLock, inner: GlobalLock) => {
          (await inner.acquire())();
          return gil.isHeldByCurrentThread();
        },
        pool.lock,
        inner,
      );
      expect(free).toBe(true);
      const held = await inner.acquire();
      const waiting = pool.submit(
        async (gil: GlobalLock, inner: GlobalLock, counts: Int32Array) => {
          counts[0] = 1;
          const release = await inner.acquire();
          release();
          return gil.isHeldByCurrentThread();
        },
        pool.lock,
        inner,
        counts,
      );
      const turn = () => new Promise((resolve) => setImmediate(resolve));
      while (counts[0] === 0 || inner.stats().waits === 0 || pool.lock.isLocked()) await turn();
      held();
      expect(await waiting).toBe(true);
      return;
    }
    const program = (gil: GlobalLock, inner: GlobalLock) => {
      const let_go = () => gil.stats().drops.voluntary;
      const before = let_go();
      const release = inner.acquireSync();
      const acquired = let_go();
      release();
      return { acquire: acquired - before, release: let_go() - acquired };
    };
    expect(await pool.submit(program, pool.lock, inner)).toEqual({ acquire: 0, release: 0 });
    const held = inner.acquireSync();
    const contended = pool.submit(program, pool.lock, inner);
    while (inner.stats().waits === 0) await new Promise((resolve) => setImmediate(resolve));
    // While it waits for the other lock, anybody may have this one.
    expect(pool.lock.isLocked()).toBe(false);
    held();
    expect(await contended).toEqual({ acquire: 1, release: 0 });
  },

  async 33({ driver }) {
    if (driver === 'blocking') {
      const pool = openPool(1);
      const program = (lock: GlobalLock) => {
        const before = lock.stats().drops.voluntary;
        sleep(0);
        return [lock.stats().drops.voluntary - before, lock.isHeldByCurrentThread()];
      };
      expect(await pool.submit(program, pool.lock)).toEqual([1, true]);
      return;
    }
    const lock = GlobalLock.default;
    const release = await lock.acquire();
    try {
      const before = lock.stats().drops.voluntary;
      if (driver === 'async') await lock.releaseForIO(() => new Promise((resolve) => setTimeout(resolve, 0)));
      else sleep(0);
      expect([lock.stats().drops.voluntary - before, lock.isHeldByCurrentThread()]).toEqual([1, true]);
    } finally {
      release();
    }
  },

  async 34({ stage }) {
    const only = stage();
    const seen = await only.solo(function* ({ take, io, release, refusal, nothing, holds }) {
      yield* take();
      const held: unknown[] = [];
      held.push(
        yield* io(function* () {
          yield* nothing();
          return holds();
        }),
      );
      held.push(holds());
      const code = yield* refusal(
        io(function* () {
          yield* nothing();
          throw Object.assign(new Error('in the midst of it'), { code: 'EIO' });
        }),
      );
      held.push(code, holds());
      yield* release();
      return held;
    });
    expect(seen).toEqual([false, true, 'EIO', true]);

    // And where somebody else has it at that moment: the error arrives once the lock is back.
    const scene = stage({ switchInterval: NEVER });
    const failing = scene.start(function* ({ take, io, release, refusal, open, gate, holds, log }) {
      yield* take();
      const code = yield* refusal(
        io(function* () {
          open('inside');
          yield* gate('holding');
          throw Object.assign(new Error('in the midst of it'), { code: 'EIO' });
        }),
      );
      log(1);
      const held = holds();
      yield* release();
      return [code, held];
    });
    await scene.opened('inside');
    const other = scene.start(function* ({ take, release, open, gate, log }) {
      yield* take();
      open('holding');
      yield* gate('go');
      log(2);
      yield* release();
    });
    await scene.opened('holding');
    await scene.waiting(1);
    scene.open('go');
    expect(await failing.answer).toEqual(['EIO', true]);
    await other.answer;
    expect(scene.log()).toEqual([2, 1]);
  },

  async 35({ stage }) {
    const only = stage();
    const seen = await only.solo(function* ({ take, io, release, refusal, holds, stats }) {
      const outside = yield* refusal(io(function* () {}));
      yield* take();
      const inner = yield* io(() => refusal(io(function* () {})));
      const held = holds();
      yield* release();
      return [outside, inner, held, stats().drops.voluntary];
    });
    expect(seen).toEqual(['ERR_GIL_NOT_HELD', 'ERR_GIL_NOT_HELD', true, 1]);
  },

  async 36({ stage }) {
    const scene = stage({ switchInterval: 1 });
    const holder = scene.start(function* ({ take, io, look, release, open, gate, log, logged, stats }) {
      yield* take();
      open('holding');
      yield* gate('go');
      const asked = stats().requests;
      // One native call, and a JavaScript function that the transform has not seen: each runs to its end.
      const sorted = Array.from({ length: 50_000 }, (_, i) => (i * 7919) % 50_000).sort((a, b) => a - b);
      const sum = (function plain() {
        let total = 0;
        for (const each of sorted) total += each;
        return total;
      })();
      const during = logged();
      log(1);
      // What opens it is a blocking section of its own.
      const inside = yield* io(function* () {
        yield* gate('done');
        return logged();
      });
      yield* look();
      yield* release();
      return [asked >= 1, sum, during, inside];
    });
    await scene.opened('holding');
    const rival = scene.start(function* ({ take, release, log, open }) {
      yield* take();
      log(2);
      open('done');
      yield* release();
    });
    await scene.asked();
    scene.open('go');
    expect(await holder.answer).toEqual([true, (50_000 * 49_999) / 2, 0, 2]);
    await rival.answer;
    expect(scene.log()).toEqual([1, 2]);
  },
};
