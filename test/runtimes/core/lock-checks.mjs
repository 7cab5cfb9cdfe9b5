/**
 * What the lock must do on every runtime. Each check runs in a process of its own, throws when something is not as it must be, and
 * leaves nothing behind that would keep the process alive.
 */
import assert from 'node:assert/strict';
import { GlobalLock } from 'gil';
import { open, start, untilOpen, words } from './threads.mjs';

/** A lock that a worker holds until gate 1 opens. */
async function heldElsewhere(options = {}) {
  const lock = new GlobalLock(options);
  const memory = words();
  const thread = start('holds', lock, memory);
  await untilOpen(memory, 0);
  return { lock, memory, thread };
}

async function finish({ memory, thread }) {
  open(memory, 1);
  assert.equal(await thread.answer, 'held it');
  await thread.gone;
}

export const lockChecks = {
  'take, release, misuse by one thread': async () => {
    const lock = new GlobalLock();
    const release = lock.acquireSync();
    assert.equal(lock.isHeldByCurrentThread(), true);
    assert.equal(lock.tryAcquire(), null);
    assert.throws(() => lock.acquireSync(), { code: 'ERR_GIL_ALREADY_HELD' });
    release();
    assert.equal(lock.isLocked(), false);
    assert.throws(() => lock.release(), { code: 'ERR_GIL_NOT_HELD' });
    assert.equal(await lock.runExclusive(() => lock.isLocked()), true);
    assert.equal(
      lock.runExclusiveSync(() => 7),
      7,
    );
  },

  'acquireSync waits for another thread': async () => {
    const lock = new GlobalLock();
    const memory = words();
    const { answer, gone } = start('holdsForAWhile', lock, memory);
    await untilOpen(memory, 0);
    assert.equal(lock.tryAcquire(), null);
    lock.acquireSync()();
    assert.equal(await answer, 'held it');
    await gone;
  },

  'acquireSync with a timeout gives null': async () => {
    const scene = await heldElsewhere();
    const began = performance.now();
    assert.equal(scene.lock.acquireSync({ timeout: 60 }), null);
    assert.ok(performance.now() - began >= 55, 'it gave up too early');
    assert.equal(scene.lock.stats().waiting, 0);
    await finish(scene);
  },

  'await acquire() waits for another thread': async () => {
    const scene = await heldElsewhere();
    const waiting = scene.lock.acquire();
    setTimeout(() => open(scene.memory, 1), 30);
    const release = await waiting;
    assert.equal(scene.lock.isHeldByCurrentThread(), true);
    release();
    await finish(scene);
  },

  'await acquire() with a timeout gives null': async () => {
    const scene = await heldElsewhere();
    assert.equal(await scene.lock.acquire({ timeout: 40 }), null);
    await finish(scene);
    assert.equal(scene.lock.stats().waiting, 0);
  },

  'a waiting acquire() keeps the process alive': async () => {
    const lock = new GlobalLock();
    const memory = words();
    const { worker } = start('holdsForAWhile', lock, memory);
    await untilOpen(memory, 0);
    worker.unref();
    (await lock.acquire())();
  },

  'cancel() and AbortSignal call a wait off': async () => {
    const scene = await heldElsewhere();
    const first = scene.lock.acquire();
    const second = scene.lock.acquire();
    setTimeout(() => scene.lock.cancel(), 10);
    await assert.rejects(first, { code: 'ERR_GIL_CANCELLED' });
    await assert.rejects(second, { code: 'ERR_GIL_CANCELLED' });
    const controller = new AbortController();
    const third = scene.lock.acquire({ signal: controller.signal });
    setTimeout(() => controller.abort(), 10);
    await assert.rejects(third, { code: 'ERR_GIL_CANCELLED' });
    assert.equal(scene.lock.stats().waiting, 0);
    await finish(scene);
    scene.lock.acquireSync()();
  },

  'exclusion: four workers that block, no update lost': async () => {
    const lock = new GlobalLock({ switchInterval: 0.5 });
    const memory = words();
    const threads = [1, 2, 3, 4].map(() => start('adds', lock, memory, { rounds: 500 }));
    await untilOpen(memory, 0, 4);
    open(memory, 1);
    assert.deepEqual(await Promise.all(threads.map(({ answer }) => answer)), ['added', 'added', 'added', 'added']);
    await Promise.all(threads.map(({ gone }) => gone));
    assert.equal(memory[3], 4 * 500 * 400);
    assert.equal(lock.isLocked(), false);
    assert.equal(lock.stats().waiting, 0);
  },

  'exclusion: event loops against blocking workers, no update lost': async () => {
    const lock = new GlobalLock({ switchInterval: 0.5 });
    const memory = words();
    const blocking = [1, 2].map(() => start('adds', lock, memory, { rounds: 300 }));
    const loops = [1, 2].map(() => start('addsAsync', lock, memory, { rounds: 300 }));
    await untilOpen(memory, 0, 4);
    open(memory, 1);
    for (let round = 0; round < 300; round += 1) {
      await lock.runExclusive(async () => {
        const seen = memory[3];
        await Promise.resolve();
        memory[3] = seen + 1;
      });
    }
    const threads = [...blocking, ...loops];
    await Promise.all(threads.map(({ answer }) => answer));
    await Promise.all(threads.map(({ gone }) => gone));
    assert.equal(memory[3], 2 * 300 * 400 + 3 * 300);
    assert.equal(lock.stats().waiting, 0);
  },

  'a waiter asks, and a checkpoint is a forced switch': async () => {
    const lock = new GlobalLock({ switchInterval: 1 });
    const memory = words();
    const release = lock.acquireSync();
    const { answer, gone } = start('wants', lock, memory);
    await untilOpen(memory, 0);
    while (lock.stats().requests === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    assert.equal(memory[2], 0);
    lock.checkpoint();
    assert.equal(memory[2], 1);
    assert.equal(lock.isHeldByCurrentThread(), true);
    assert.equal(lock.stats().drops.forced, 1);
    release();
    assert.equal(await answer, 'had it');
    await gone;
  },

  'releaseForIO lets others have it': async () => {
    const lock = new GlobalLock();
    const memory = words();
    const release = lock.acquireSync();
    const { answer, gone } = start('wants', lock, memory);
    await lock.releaseForIO(() => untilOpen(memory, 2));
    assert.equal(lock.isHeldByCurrentThread(), true);
    release();
    assert.equal(await answer, 'had it');
    await gone;
  },

  'a handle in a message opens the same lock': async () => {
    const lock = new GlobalLock({ name: 'sent' });
    const memory = words();
    const release = lock.acquireSync();
    const { answer, gone } = start('wants', lock, memory, {}, 'message');
    await untilOpen(memory, 0);
    assert.equal(memory[2], 0);
    release();
    assert.equal(await answer, 'had it');
    await gone;
  },

  'a worker that exits with the lock does not keep it': async () => {
    const lock = new GlobalLock();
    const { gone } = start('exitsHolding', lock, words());
    await gone;
    const release = await lock.acquire();
    assert.equal(release.abandoned, true);
    release();
    assert.equal(lock.stats().abandoned, 1);
  },

  'terminate() ends a worker that waits for the lock': async () => {
    const lock = new GlobalLock({ switchInterval: 1 });
    const memory = words();
    const release = lock.acquireSync();
    const { worker, gone } = start('wants', lock, memory);
    await untilOpen(memory, 0);
    while (lock.stats().requests === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    await worker.terminate();
    await gone;
    // Asked by a thread that is no more: the drop must still come back.
    lock.checkpoint();
    assert.equal(lock.isHeldByCurrentThread(), true);
    release();
  },
};
