/**
 * Laws 26, 37 to 41: threads that begin and end, callbacks of their own, several locks, and no lock.
 */
import { GlobalLock } from 'gil';
import { expect } from 'vitest';
import { run } from '../process/program.js';
import { compute, visit } from './roles.js';
import { NEVER } from './stage.js';
import type { Proofs, Scene } from './suite.js';

export const life: Proofs<Scene> = {
  async 26({ stage }) {
    const interval = 5;
    for (let round = 0; round < 4; round += 1) {
      const scene = stage({ switchInterval: interval });
      const starter = scene.start(function* ({ take, io, release, open, gate, now }) {
        yield* take();
        open('go');
        const started = yield* io(function* () {
          // "I am here", as a thread says in its first lines, and then it computes.
          yield* gate('holding');
          return now();
        });
        const cost = now() - started;
        open('stop');
        yield* release();
        return cost;
      });
      await scene.opened('go');
      const started = scene.start(compute);
      expect(await starter.answer).toBeGreaterThanOrEqual(interval * 0.97);
      await started.answer;
      await scene.close();
    }
  },

  async 37({ driver, stage }) {
    if (driver === 'blocking') {
      const only = stage();
      const late = await only.solo(function* ({ take, look, release, cells }) {
        yield* take();
        const pending = (): void => {
          cells[0] = cells[0]! + 1;
        };
        setTimeout(pending, 0);
        setImmediate(pending);
        queueMicrotask(pending);
        process.nextTick(pending);
        for (let turn = 0; turn < 20; turn += 1) {
          for (let work = 0; work < 100_000; work += 1) Math.imul(work, work);
          yield* look(100);
        }
        const during = cells[0];
        yield* release();
        return during;
      });
      expect(late).toBe(0);
      await only.until(() => only.cells[0] === 4);
      return;
    }
    const { lock } = stage();
    const order: string[] = [];
    const release = await lock.acquire();
    const ran = [
      new Promise<void>((resolve) => setTimeout(resolve, 0)),
      new Promise<void>((resolve) => setImmediate(resolve)),
      Promise.resolve(),
    ].map((pending) => pending.then(() => order.push(lock.isHeldByCurrentThread() ? 'inside' : 'after')));
    for (let turn = 0; turn < 20; turn += 1) {
      for (let work = 0; work < 100_000; work += 1) Math.imul(work, work);
      lock.checkpoint(100);
    }
    order.push('end');
    release();
    await Promise.all(ran);
    expect(order).toEqual(['end', 'after', 'after', 'after']);
  },

  async 38({ driver, stage }) {
    const scene = stage({ switchInterval: NEVER });
    const holder = scene.start(function* ({ take, release, open, gate }) {
      yield* take();
      open('holding');
      yield* gate('go');
      yield* release();
      return 'let go';
    });
    await scene.opened('holding');
    const doomed = scene.start(visit);
    let settled = false;
    doomed.answer
      .then(() => {
        settled = true;
      })
      .catch(() => {});
    await scene.waiting(1);
    await doomed.end();
    scene.open('go');
    expect(await holder.answer).toBe('let go');
    // Everybody else goes on as if it had never been there.
    const next = scene.start(visit);
    await next.answer;
    expect(settled).toBe(false);
    expect(scene.log()).toEqual([3]);
    expect(scene.lock.isLocked()).toBe(false);

    // A thread that waits for good does not hold up the end of the process, if it was told not to.
    if (driver !== 'blocking') return;
    const { code, stdout } = await run(`
      import { Worker } from 'node:worker_threads';
      import { GlobalLock } from 'gil';
      const lock = new GlobalLock();
      lock.acquireSync();
      const program = "const { workerData } = require('node:worker_threads'); import('gil').then(({ GlobalLock }) => GlobalLock.from(workerData).acquireSync());";
      const daemon = new Worker(program, { eval: true, execArgv: [], workerData: lock.handle });
      daemon.on('exit', () => console.log('it ended by itself'));
      while (lock.stats().waits === 0) await new Promise((resolve) => setImmediate(resolve));
      daemon.unref();`);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  },

  async 39({ stage }) {
    // One that gives up.
    const patient = stage({ switchInterval: 1 });
    const looker = patient.start(function* ({ take, look, release, open, gate, holds }) {
      yield* take();
      open('holding');
      yield* gate('go');
      yield* look();
      const held = holds();
      yield* release();
      return held;
    });
    await patient.opened('holding');
    const hasty = patient.start(function* ({ take, input }) {
      return yield* take({ timeout: input });
    }, 30);
    expect(await hasty.answer).toBe(false);
    expect(patient.lock.stats().requests).toBeGreaterThanOrEqual(1);
    patient.open('go');
    // There is nobody left to hand it to: the look must come back all the same.
    expect(await looker.answer).toBe(true);
    expect(patient.lock.stats()).toMatchObject({ switches: 1, waiting: 0 });

    // One that dies, after it asked.
    for (const ending of ['look', 'io', 'release'] as const) {
      const scene = stage({ switchInterval: 1 });
      const holder = scene.start(function* ({ take, look, io, release, open, gate, holds, input }) {
        yield* take();
        open('holding');
        yield* gate('go');
        if (input === 'look') yield* look();
        if (input === 'io') yield* io(function* () {});
        const held = holds();
        yield* release();
        return held;
      }, ending);
      await scene.opened('holding');
      const doomed = scene.start(visit);
      await scene.asked();
      await doomed.end();
      scene.open('go');
      expect(await holder.answer).toBe(true);
      expect(scene.log()).toEqual([]);
    }

    // A release never waits, though somebody alive has asked: it has let go before anybody else could have taken over.
    const scene = stage({ switchInterval: 1 });
    const holder = scene.start(function* ({ take, release, open, gate, holds }) {
      yield* take();
      open('holding');
      yield* gate('go');
      yield* release();
      open('done');
      return holds();
    });
    await scene.opened('holding');
    const waiter = scene.start(visit);
    await scene.asked();
    scene.open('go');
    expect(await holder.answer).toBe(false);
    await waiter.answer;
    expect(scene.lock.stats().drops).toEqual({ forced: 0, voluntary: 0, final: 2 });
  },

  async 40({ stage }) {
    const [left, right] = [stage({ switchInterval: 1 }), stage({ switchInterval: NEVER })];
    const holder = left.start(function* ({ take, release, open, gate }) {
      yield* take();
      open('holding');
      yield* gate('go');
      yield* release();
    });
    await left.opened('holding');
    const waiter = left.start(visit);
    await left.asked();
    const visitors = [right.start(visit), right.start(visit)];
    await Promise.all(visitors.map(({ answer }) => answer));
    expect(right.lock.stats()).toMatchObject({ requests: 0, holds: 2, drops: { final: 2 } });
    expect(right.lock.holder()).toBeNull();
    expect(left.lock.isLocked()).toBe(true);
    right.lock.switchInterval = 7;
    expect(left.lock.switchInterval).toBe(1);
    left.open('go');
    await Promise.all([holder.answer, waiter.answer]);
  },

  async 41({ stage }) {
    const free = stage({ dialect: 'cpython-3.13t' });
    expect(free.lock.isEnabled).toBe(false);
    const actors = [1, 2].map(() =>
      free.start(function* ({ take, look, release, cells, gate, open }) {
        const taken = yield* take();
        // Both are inside at once, or neither ever leaves.
        if (Atomics.add(cells, 0, 1) === 1) open('inside');
        yield* gate('inside');
        yield* look(10);
        yield* release();
        return taken;
      }),
    );
    expect(await Promise.all(actors.map(({ answer }) => answer))).toEqual([true, true]);
    expect(free.lock.stats()).toMatchObject({ holds: 0, switches: 0, requests: 0, drops: { forced: 0, voluntary: 0, final: 0 } });
    // With a lock of the other dialect the same two would wait for each other: law 1.
    expect(new GlobalLock({ dialect: 'cpython-3.13' }).isEnabled).toBe(true);
  },
};
