/**
 * Several threads and one lock: who may be inside, who is asked, who comes next. Gates order what happens; where time is the subject
 * only lower bounds are asserted.
 */
import { type DialectName, GlobalLock } from 'gil';
import { describe, expect, it } from 'vitest';
import { open, type Scene, sharedWords, startThread, untilOpen } from './threads.js';

const GIL_DIALECTS: DialectName[] = ['cpython-2.7', 'cpython-3.9', 'cpython-3.10', 'cpython-3.13'];

describe.each(GIL_DIALECTS)('%s', (dialect) => {
  it('never has two inside, and everybody gets through (laws 1 and 19)', async () => {
    const lock = new GlobalLock({ dialect, switchInterval: 0.2 });
    const words = sharedWords();
    const threads = [0, 1, 2, 3].map((number) =>
      startThread(lock, words, number, ({ lock, words, open, gate }) => {
        open(0);
        gate(1);
        let wrong = 0;
        for (let round = 0; round < 300; round += 1) {
          const release = lock.acquireSync();
          for (let look = 0; look < 20; look += 1) {
            if (Atomics.add(words, 2, 1) !== 0) wrong += 1;
            for (let work = 0; work < 500; work += 1) words[3] = (words[3] as number) + 1;
            Atomics.sub(words, 2, 1);
            lock.checkpoint();
          }
          release();
        }
        return wrong;
      }),
    );
    while ((words[0] as number) < 4) await new Promise((resolve) => setImmediate(resolve));
    open(words, 1);
    expect(await Promise.all(threads.map(({ answer }) => answer))).toEqual([0, 0, 0, 0]);
    // Read, add, write: had two been inside, some would be lost.
    expect(words[3]).toBe(4 * 300 * 20 * 500);
    await Promise.all(threads.map(({ gone }) => gone));
    expect(lock.isLocked()).toBe(false);
    expect(lock.stats().waiting).toBe(0);
  });
});

/** Waits for the lock, takes it once, and says so in word 1. */
const waiter = ({ lock, words, open }: Scene) => {
  open(0);
  const release = lock.acquireSync();
  words[1] = 1;
  release();
  return 'had it';
};

/** A lock that this thread holds, and that a waiter has asked for at least so often. */
async function heldAndAsked(requests: number) {
  const lock = new GlobalLock({ switchInterval: 1 });
  const words = sharedWords();
  const release = lock.acquireSync();
  const { answer, gone } = startThread(lock, words, 0, waiter);
  await untilOpen(words, 0);
  while (lock.stats().requests < requests) await new Promise((resolve) => setImmediate(resolve));
  return { lock, words, release, answer, gone };
}

describe('the switch interval', () => {
  it('is waited out before anybody is asked: no request, no switch (laws 5, 7 and 12)', async () => {
    const lock = new GlobalLock({ switchInterval: 1_000_000 });
    const words = sharedWords();
    const release = lock.acquireSync();
    const { answer, gone } = startThread(lock, words, 0, ({ lock, open }) => {
      open(0);
      lock.acquireSync()();
      return 'had it';
    });
    await untilOpen(words, 0);
    // It counts its wait after it has counted itself in: with both counted, it has nothing more to write.
    while (lock.stats().waits === 0) await new Promise((resolve) => setImmediate(resolve));
    const before = lock.stats();
    for (let look = 0; look < 100_000; look += 1) lock.checkpoint();
    expect(lock.stats()).toEqual(before);
    expect(before.requests).toBe(0);
    release();
    expect(await answer).toBe('had it');
    await gone;
  });

  it('does not matter to a thread that is alone (law 23)', () => {
    const lock = new GlobalLock({ switchInterval: 0.001 });
    const release = lock.acquireSync();
    for (let look = 0; look < 100_000; look += 1) lock.checkpoint();
    expect(lock.stats()).toMatchObject({ requests: 0, switches: 1, drops: { forced: 0 } });
    release();
  });

  it('ends in a request that stays unanswered until the holder looks (law 11)', async () => {
    const { lock, words, release, answer, gone } = await heldAndAsked(3);
    expect(words[1]).toBe(0);
    lock.checkpoint();
    // A requested drop comes back only after somebody else had the lock (law 13).
    expect(words[1]).toBe(1);
    expect(lock.isHeldByCurrentThread()).toBe(true);
    expect(lock.stats().drops.forced).toBe(1);
    release();
    expect(await answer).toBe('had it');
    await gone;
  });

  it('holds for a voluntary drop too: with a request pending, the I/O begins after the hand-over (law 16)', async () => {
    const { lock, release, answer, gone } = await heldAndAsked(1);
    const seen = lock.releaseForIO(() => lock.stats().switches);
    expect(seen).toBeGreaterThanOrEqual(2);
    release();
    expect(await answer).toBe('had it');
    await gone;
  });

  it('binds whoever released on request: it does not take the lock again before the others had it', async () => {
    const { lock, words, release, answer, gone } = await heldAndAsked(1);
    release();
    expect(lock.stats().drops).toMatchObject({ forced: 0, voluntary: 0 });
    // At once, long before the waiter is awake: without the debt this would win the lock straight back.
    const again = lock.acquireSync();
    expect(words[1]).toBe(1);
    again();
    expect(await answer).toBe('had it');
    await gone;
  });
});

describe('two threads that never let go by themselves', () => {
  it('alternate strictly, a slice being at least one interval long (laws 14, 17 and 22)', async () => {
    const interval = 2;
    const lock = new GlobalLock({ switchInterval: interval });
    const words = sharedWords();
    const threads = [0, 1].map((number) =>
      startThread(lock, words, number, ({ lock, words, number, gate, open }) => {
        open(0);
        gate(1);
        const log: [number, number][] = [];
        const release = lock.acquireSync();
        // A slice begins when this thread finds itself with the turn word naming the other.
        while ((words[2] as number) < 60) {
          if (words[3] !== number + 1) {
            words[3] = number + 1;
            words[2] = (words[2] as number) + 1;
            log.push([words[2] as number, Number(process.hrtime.bigint()) / 1e6]);
          }
          for (let work = 0; work < 200; work += 1) words[4] = (words[4] as number) ^ work;
          lock.checkpoint();
        }
        release();
        return log;
      }),
    );
    while ((words[0] as number) < 2) await new Promise((resolve) => setImmediate(resolve));
    open(words, 1);
    const logs = (await Promise.all(threads.map(({ answer }) => answer))) as [number, number][][];
    await Promise.all(threads.map(({ gone }) => gone));
    const starts = logs.flat().sort((a, b) => a[0] - b[0]);
    // Every slice has another owner than the one before: nothing else moves the count.
    expect(starts.map(([slice]) => slice)).toEqual(Array.from({ length: starts.length }, (_, i) => i + 1));
    expect(lock.stats().switches).toBeGreaterThanOrEqual(59);
    const gaps = starts.slice(1).map(([, start], i) => start - (starts[i] as [number, number])[1]);
    // Statistical, because a thread may be put aside by the system between taking the lock and looking at the clock; that no request
    // comes before a whole interval is proved, without a clock, in protocol.test.ts.
    const median = gaps.sort((x, y) => x - y)[gaps.length >> 1] as number;
    expect(median).toBeGreaterThanOrEqual(interval * 0.97);
  });
});

describe('cpython-2.7', () => {
  it('lets go every 100 ticks without being asked', () => {
    const lock = new GlobalLock({ dialect: 'cpython-2.7' });
    const release = lock.acquireSync();
    for (let tick = 0; tick < 1010; tick += 1) lock.checkpoint();
    expect(lock.stats()).toMatchObject({ requests: 0, drops: { forced: 10 } });
    release();
  });
});
