/**
 * Threads in code that never looks, at a lock that interrupts them: they let go when they are asked, in the order and for as long as CPython's do,
 * and only in JavaScript.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { GlobalLock, type Preemption, type TakeEvent } from 'gil';
import { describe, expect, it } from 'vitest';
import { HELD, NATIVE, STOP, WORDS } from './words.js';

const FILE = new URL('./holder.js', import.meta.url);

interface Held {
  readonly words: Int32Array<SharedArrayBuffer>;
  readonly worker: Worker;
}

/** A thread that has the lock and does `what`. */
async function holder(lock: GlobalLock, what: string, words = new Int32Array(new SharedArrayBuffer(WORDS * 4))): Promise<Held> {
  const worker = new Worker(FILE, { workerData: { handle: lock.handle, words, what } });
  const wait = Atomics.waitAsync(words, HELD, 0);
  if (wait.async) await wait.value;
  return { words, worker };
}

async function end({ words, worker }: Held): Promise<void> {
  const exit = once(worker, 'exit');
  Atomics.store(words, STOP, 1);
  Atomics.notify(words, STOP);
  await exit;
}

describe.each(['interrupt', 'both'] as const)('preemption %s', (preemption) => {
  it('has a loop that never looks let go (law 11)', async () => {
    const lock = new GlobalLock({ preemption, switchInterval: 2 });
    const held = await holder(lock, 'loop');
    const release = await lock.acquire();
    expect(lock.isHeldByCurrentThread()).toBe(true);
    release();
    expect(lock.stats().interrupts).toMatchObject({ interrupter: 'running' });
    expect(lock.stats().interrupts.drops).toBeGreaterThan(0);
    await end(held);
  });

  it('has two such loops take turns, each for an interval at least (laws 13, 14, 22)', async () => {
    const lock = new GlobalLock({ preemption, switchInterval: 2, trace: { capacity: 10_000 } });
    const words = new Int32Array(new SharedArrayBuffer(WORDS * 4));
    const first = await holder(lock, 'loop', words);
    words[HELD] = 0;
    const second = await holder(lock, 'loop', words);
    const before = lock.stats().switches;
    while (lock.stats().switches < before + 30) await new Promise(setImmediate);
    const events = lock.events();
    const takes = events.filter((event): event is TakeEvent => event.type === 'take').slice(-30);
    // Each take is by the other one of the two.
    expect(takes.filter(({ threadId }, i) => i > 0 && threadId === takes[i - 1]?.threadId)).toEqual([]);
    const slices = takes.slice(1).map(({ time }, i) => time - takes[i]!.time);
    expect(Math.min(...slices)).toBeGreaterThanOrEqual(2);
    await Promise.all([end(first), end(second)]);
  });
});

it.each(['checkpoint', 'none'] satisfies Preemption[])('preemption %s has such a loop keep the lock', async (preemption) => {
  const lock = new GlobalLock({ preemption, switchInterval: 1 });
  const held = await holder(lock, 'loop');
  expect(await lock.acquire({ timeout: 30 })).toBeNull();
  await end(held);
});

it('waits as long as `interruptAfter` says before it interrupts', async () => {
  const lock = new GlobalLock({ preemption: 'both', interruptAfter: 60_000, switchInterval: 1 });
  const held = await holder(lock, 'loop');
  expect(await lock.acquire({ timeout: 40 })).toBeNull();
  expect(lock.stats().requests).toBeGreaterThan(0);
  await end(held);
});

it('is how one thread comes to a lock, and not another', async () => {
  const lock = new GlobalLock({ switchInterval: 1 });
  const words = new Int32Array(new SharedArrayBuffer(WORDS * 4));
  const worker = new Worker(FILE, { workerData: { handle: { ...lock.handle, preemption: 'interrupt' }, words, what: 'loop' } });
  const wait = Atomics.waitAsync(words, HELD, 0);
  if (wait.async) await wait.value;
  (await lock.acquire())();
  await end({ words, worker });
});

describe('native code', () => {
  it.each(['parse', 'hash', 'regexp', 'wait'])('runs to its end with the lock: %s', async (what) => {
    const lock = new GlobalLock({ preemption: 'interrupt', switchInterval: 1 });
    const held = await holder(lock, what);
    let within = 0;
    while (held.words[NATIVE] !== 2) {
      const release = await lock.acquire();
      if (held.words[NATIVE] === 1) within += 1;
      release();
      // A free lock may be taken straight back: it is to have its turn.
      while (lock.holder() === null) await new Promise(setImmediate);
    }
    // At most in the JavaScript around the call, before it and behind it; it takes a hundred intervals.
    expect(within).toBeLessThan(4);
    // A regular expression and a sleep hear of the interrupt, and are left alone.
    if (what === 'regexp' || what === 'wait') expect(lock.stats().interrupts.inNative).toBeGreaterThan(0);
    await end(held);
  });

  it('an event loop at rest keeps what it holds for a task that waits', async () => {
    const lock = new GlobalLock({ preemption: 'interrupt', switchInterval: 1 });
    const held = await holder(lock, 'rest');
    const release = await lock.acquire();
    expect(held.words[NATIVE]).toBe(2);
    release();
    await once(held.worker, 'exit');
  });
});

it('leaves errors as they are', async () => {
  const lock = new GlobalLock({ preemption: 'interrupt', switchInterval: 1 });
  const held = await holder(lock, 'error');
  for (let i = 0; i < 3; i += 1) (await lock.acquire())();
  const failed = once(held.worker, 'error');
  Atomics.store(held.words, STOP, 1);
  const [error] = (await failed) as [Error];
  expect(error.message).toBe('as ever');
  expect(error.stack).toMatch(/holder\.js/);
  expect(error.stack).not.toMatch(/evaluate|interrupted/);
});
