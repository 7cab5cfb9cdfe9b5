/**
 * What the pools must do on every runtime: tasks by value and by reference, errors, the end of a worker, the end of the process.
 */
import assert from 'node:assert/strict';
import { GlobalLock, ProcessPool, sleep, ThreadPool, tasks } from 'gil';
import { untilOpen, words } from './threads.mjs';

const { double, ownText, spinUntil, openGate } = tasks(new URL('./work.mjs', import.meta.url));

const square = (x) => x * x;

async function submitsAndMaps(pool) {
  assert.equal(await pool.submit(square, 12), 144);
  assert.deepEqual(await pool.map(square, [1, 2, 3, 4, 5]).toArray(), [1, 4, 9, 16, 25]);
  const failing = pool.submit(() => {
    throw new RangeError('on purpose');
  });
  await assert.rejects(failing.result(), { name: 'RangeError', message: 'on purpose' });
  await pool.shutdown();
}

export const poolChecks = {
  'ThreadPool: submit, map, errors, shutdown': () => submitsAndMaps(new ThreadPool(2)),
  'ProcessPool of worker threads': () => submitsAndMaps(new ProcessPool(2)),
  'ProcessPool of child processes': () => submitsAndMaps(new ProcessPool(2, { isolation: 'process' })),

  'ThreadPool: looks in a task by value share the lock': async () => {
    const lock = new GlobalLock({ switchInterval: 1 });
    const memory = words();
    const pool = new ThreadPool(2, { lock });
    const spinning = pool.submit((cells) => {
      let turns = 0;
      Atomics.store(cells, 1, 1);
      while (Atomics.load(cells, 0) === 0) turns += 1;
      return turns;
    }, memory);
    await untilOpen(memory, 1);
    await pool.submit((cells) => Atomics.store(cells, 0, 1), memory);
    assert.ok((await spinning) > 0);
    assert.ok(lock.stats().drops.forced > 0);
    await pool.shutdown();
  },

  'ThreadPool: a lock among the arguments, sleep lets go': async () => {
    const pool = new ThreadPool(2);
    const lock = new GlobalLock();
    const names = await pool
      .map(
        (given) => {
          sleep(5);
          return given.runExclusiveSync(() => given.isHeldByCurrentThread());
        },
        [lock, lock, lock],
      )
      .toArray();
    assert.deepEqual(names, [true, true, true]);
    await pool.shutdown();
  },

  'tasks(url): a task by reference': async () => {
    const pool = new ThreadPool(1);
    assert.equal(await pool.submit(double, 21), 42);
    await pool.shutdown();
  },

  'tasks(url): a CommonJS module that requires JSON': async () => {
    const pool = new ThreadPool(1);
    assert.equal(await pool.submit(tasks(new URL('./old.cjs', import.meta.url)).scaled, 14), 42);
    await pool.shutdown();
  },

  'tasks(url): its module gets looks': async () => {
    const pool = new ThreadPool(2, { switchInterval: 1 });
    assert.match(await pool.submit(ownText), /gil_breaker/);
    const memory = words();
    const spinning = pool.submit(spinUntil, memory, 0);
    await pool.submit(openGate, memory, 0);
    assert.ok((await spinning) > 0);
    await pool.shutdown();
  },

  'tasks(url): its CommonJS module gets looks': async () => {
    const pool = new ThreadPool(1);
    assert.match(await pool.submit(tasks(new URL('./old.cjs', import.meta.url)).oldText), /gil_breaker/);
    await pool.shutdown();
  },

  'a worker of a pool that dies with a lock gives it back': async () => {
    const lock = new GlobalLock();
    const memory = words();
    const pool = new ThreadPool(1);
    const dead = pool.submit(
      (given, cells) => {
        given.acquireSync();
        Atomics.store(cells, 0, 1);
        while (Atomics.load(cells, 1) === 0) Atomics.wait(cells, 1, 0, 5);
        process.exit(9);
      },
      lock,
      memory,
    );
    await untilOpen(memory, 0);
    const waiting = lock.acquire();
    Atomics.store(memory, 1, 1);
    const release = await waiting;
    assert.equal(release.abandoned, true);
    release();
    await assert.rejects(dead.result(), { code: 'ERR_POOL_BROKEN' });
    await pool.shutdown();
  },

  'an idle pool lets the process end': async () => {
    assert.equal(await new ThreadPool(2).submit(square, 3), 9);
    assert.equal(await new ProcessPool(2, { isolation: 'process' }).submit(square, 3), 9);
  },

  'a busy pool keeps the process alive': async () => {
    const busy = new ThreadPool(1).submit(() => sleep(100));
    await new Promise((resolve) => busy.addDoneCallback(resolve));
  },
};
