/**
 * What a lock says of itself: counts, times, contention, events. Times are compared with each other and with lower bounds only.
 */
import { GlobalLock, type LockEvent, ThreadPool } from 'gil';
import { describe, expect, it } from 'vitest';
import { open, sharedWords, startThread, untilOpen } from './threads.js';

/** Spends so many milliseconds. */
function spend(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

describe('counts', () => {
  it('are kept for each thread and add up, also over threads that are gone', async () => {
    const lock = new GlobalLock({ switchInterval: 1 });
    const words = sharedWords();
    const release = lock.acquireSync();
    const { answer, gone } = startThread(lock, words, 0, ({ lock, open, gate }) => {
      open(0);
      lock.acquireSync()();
      for (let i = 0; i < 4; i += 1) lock.runExclusiveSync(() => lock.releaseForIO(() => {}));
      const mine = lock.stats().perThread.find(({ threadId }) => threadId !== 0);
      gate(1);
      return mine;
    });
    await untilOpen(words, 0);
    while (lock.stats().requests === 0) await nextTurn();
    lock.checkpoint();
    release();
    open(words, 1);
    // 5 times taken, and 4 times back from I/O.
    expect(await answer).toMatchObject({ holds: 9, drops: { forced: 0, voluntary: 4, final: 5 } });
    const [mine] = lock.stats().perThread;
    expect(mine).toMatchObject({
      ident: lock.stats().perThread[0]?.ident,
      threadId: 0,
      holds: 2,
      drops: { forced: 1, voluntary: 0, final: 1 },
    });
    await gone;
    const all = lock.stats();
    expect(all).toMatchObject({ holds: 11, threads: 1, waiting: 0, abandoned: 0, drops: { forced: 1, voluntary: 4, final: 6 } });
    expect(all.perThread).toHaveLength(1);
    // Others come and go, until one takes the place of the first: it begins at 0, and the sums go on.
    for (let i = 0; i < 14; i += 1) await startThread(lock, words, 2, () => {}).gone;
    const second = startThread(lock, words, 1, ({ lock }) => {
      lock.acquireSync()();
      return lock.stats().perThread.at(-1);
    });
    expect(await second.answer).toMatchObject({ ident: 2, holds: 1 });
    await second.gone;
    expect(lock.stats().holds).toBe(12);
  });

  it('count the hold that is going on, and one that its thread did not survive', async () => {
    const lock = new GlobalLock();
    const { gone } = startThread(lock, sharedWords(), 0, ({ lock }) => {
      lock.acquireSync();
      process.exit();
    });
    await gone;
    expect(lock.stats()).toMatchObject({ holds: 1, abandoned: 1, drops: { final: 0 } });
    const release = lock.acquireSync();
    expect(lock.stats().holds).toBe(2);
    release();
    expect(lock.stats().holds).toBe(2);
  });
});

describe('times', () => {
  it('are taken from the first time anybody asks', () => {
    const lock = new GlobalLock();
    lock.runExclusiveSync(() => spend(3));
    expect(lock.stats()).toMatchObject({ held: 0, waited: 0, contention: 0 });
    lock.runExclusiveSync(() => spend(3));
    const { held, waited, contention } = lock.stats();
    expect(held).toBeGreaterThanOrEqual(3);
    expect([waited, contention]).toEqual([0, 0]);
    const release = lock.acquireSync();
    spend(2);
    // The hold that is going on counts up to now.
    expect(lock.stats().held).toBeGreaterThanOrEqual(held + 2);
    release();
  });

  it('tell who held and who waited, and how hard they contend', async () => {
    const lock = new GlobalLock();
    lock.stats();
    const words = sharedWords();
    const release = lock.acquireSync();
    const { answer, gone } = startThread(lock, words, 0, ({ lock, open, gate }) => {
      open(0);
      lock.acquireSync()();
      open(1);
      gate(2);
    });
    await untilOpen(words, 0);
    while (lock.stats().waits === 0) await nextTurn();
    spend(20);
    release();
    await untilOpen(words, 1);
    const { perThread, held, waited, contention } = lock.stats();
    const [here, there] = perThread;
    expect(here?.held).toBeGreaterThanOrEqual(20);
    expect(here?.waited).toBe(0);
    expect(there?.waited).toBeGreaterThanOrEqual(20);
    expect(held).toBeCloseTo((here?.held ?? 0) + (there?.held ?? 0), 6);
    expect(contention).toBeCloseTo(waited / (waited + held), 6);
    expect(contention).toBeGreaterThan(0);
    expect(contention).toBeLessThan(1);
    open(words, 2);
    await answer;
    await gone;
  });

  it('of a pool are taken from its beginning', async () => {
    const lock = new GlobalLock({ switchInterval: 2 });
    await using pool = new ThreadPool(2, { lock });
    const words = sharedWords();
    const compute = (words: Int32Array) => {
      let turns = 0;
      while (Atomics.load(words, 0) === 0) turns += 1;
      return turns;
    };
    const computing = pool.map(compute, [words, words]).toArray();
    while (lock.stats().drops.forced < 2) await nextTurn();
    open(words, 0);
    await computing;
    const { held, waited, contention } = pool.lock.stats();
    expect(held).toBeGreaterThan(0);
    expect(waited).toBeGreaterThan(0);
    expect(contention).toBeGreaterThan(0);
  });
});

describe('events', () => {
  it('tell what happened, in its order, in all threads', async () => {
    const lock = new GlobalLock({ switchInterval: 1, trace: {} });
    const words = sharedWords();
    const release = lock.acquireSync();
    const { answer, gone } = startThread(lock, words, 0, ({ lock, open }) => {
      open(0);
      lock.acquireSync()();
    });
    await untilOpen(words, 0);
    while (lock.stats().requests === 0) await nextTurn();
    lock.checkpoint();
    release();
    await answer;
    await gone;
    const events = lock.events();
    expect(events.every(({ time }, i) => i === 0 || time >= (events[i - 1] as LockEvent).time)).toBe(true);
    const told = events.map((event) => {
      const what = event.type === 'drop' ? `drop ${event.reason}` : event.type === 'request' ? `ask ${event.holder}` : event.type;
      return `${event.ident}: ${what}`;
    });
    // Asked again and again, until it was let go of; a thread that comes back may have to wait and ask, or not.
    const brief = told
      .filter((line, i) => told.indexOf(line) === i || !line.includes('ask'))
      .filter((line) => !/^1: (wait|ask)/.test(line));
    expect(brief).toEqual(['1: take', '2: wait', '2: ask 1', '1: drop forced', '2: take', '2: drop final', '1: take', '1: drop final']);
    expect(events[0]).toMatchObject({ threadId: 0, switchNumber: 1 });
    expect(events.find(({ ident }) => ident === 2)?.threadId).toBeGreaterThan(0);
  });

  it('tell of giving up and of deaths', async () => {
    const lock = new GlobalLock({ trace: {} });
    const release = lock.acquireSync();
    expect(await lock.acquire({ timeout: 1 })).toBeNull();
    await nextTurn();
    release();
    const { gone } = startThread(lock, sharedWords(), 0, ({ lock }) => {
      lock.acquireSync();
      process.exit();
    });
    await gone;
    expect(lock.events().map(({ type }) => type)).toEqual(['take', 'wait', 'give-up', 'drop', 'take', 'abandoned']);
  });

  it('give way when there are more than are kept', () => {
    const lock = new GlobalLock({ trace: { capacity: 5 } });
    for (let i = 0; i < 10; i += 1) lock.runExclusiveSync(() => {});
    expect(lock.events().map(({ type }) => type)).toEqual(['drop', 'take', 'drop', 'take', 'drop']);
  });

  it('are not kept unless asked for', () => {
    expect(() => new GlobalLock({ name: 'quiet' }).events()).toThrow(/'quiet' writes nothing down; expected one made with \{ trace/);
  });

  it.each([
    [0, 'ERR_GIL_RANGE'],
    [1.5, 'ERR_GIL_RANGE'],
    [2_000_000, 'ERR_GIL_RANGE'],
    ['many', 'ERR_GIL_ARGUMENT'],
  ])('a capacity of %o is refused', (capacity, code) => {
    expect(() => new GlobalLock({ trace: { capacity: capacity as number } })).toThrow(expect.objectContaining({ code }));
  });
});

describe('a lock that was disposed of', () => {
  it('is let go of, cannot be used here, and nobody comes to it any more', async () => {
    let kept: GlobalLock;
    let waiting: Promise<unknown>;
    {
      using lock = new GlobalLock({ name: 'short' });
      lock.acquireSync();
      kept = lock;
      waiting = lock.acquire();
      waiting.catch(() => {});
    }
    await expect(waiting).rejects.toMatchObject({ code: 'ERR_GIL_CANCELLED' });
    expect(kept.isHeldByCurrentThread()).toBe(false);
    await expect(kept.acquire()).rejects.toMatchObject({ code: 'ERR_GIL_DISPOSED' });
    for (const use of [
      () => kept.acquireSync(),
      () => kept.tryAcquire(),
      () => kept.runExclusiveSync(() => {}),
      () => GlobalLock.from(kept.handle),
    ])
      expect(use).toThrow(expect.objectContaining({ code: 'ERR_GIL_DISPOSED' }));
    const { answer } = startThread(kept, sharedWords(), 0, () => 'came to it');
    await expect(answer).rejects.toThrow(/the thread that made the lock 'short' has disposed of it/);
    kept[Symbol.dispose]();
  });

  it('stays open to those who were at it, and to others as long as only a guest has left', async () => {
    const lock = new GlobalLock();
    const words = sharedWords();
    const { answer, gone } = startThread(lock, words, 0, ({ lock, open, gate }) => {
      open(0);
      gate(1);
      lock.acquireSync()();
      lock[Symbol.dispose]();
      return lock.stats().threads;
    });
    await untilOpen(words, 0);
    const guest = startThread(lock, words, 1, ({ lock }) => lock[Symbol.dispose]());
    await guest.gone;
    const late = startThread(lock, words, 2, ({ lock }) => lock.acquireSync()());
    await late.answer;
    await late.gone;
    lock[Symbol.dispose]();
    open(words, 1);
    expect(await answer).toBe(0);
    await gone;
  });
});
