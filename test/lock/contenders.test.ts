/**
 * Local and remote contenders together: tasks of the main thread, blocking workers and tasks of workers at one lock. Nobody is stuck, nobody
 * starves, no event loop is blocked, and whoever leaves takes no wake-up along. In this file a main thread that blocks throws.
 */
import { getEventListeners } from 'node:events';
import { type DialectName, GlobalLock } from 'gil';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { open, type Scene, sharedWords, startThread, untilOpen } from './threads.js';

const blockFor = Atomics.wait.bind(Atomics);
beforeEach(() => {
  Atomics.wait = () => {
    throw new Error('the library blocked the main thread');
  };
});
afterEach(() => {
  Atomics.wait = blockFor as typeof Atomics.wait;
});

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Words: 0 arrivals, 1 start, 2 inside, 3 sum, 4 intrusions. */
const INSIDE = 2;
const SUM = 3;
const INTRUSIONS = 4;

/** What everybody does with the lock in hand; between `enter` and `leave` nobody else may be inside. */
function worked(words: Int32Array, times: number): void {
  if (Atomics.add(words, INSIDE, 1) !== 0) Atomics.add(words, INTRUSIONS, 1);
  // Read, add, write: had two been inside, some would be lost.
  for (let i = 0; i < times; i += 1) words[SUM] = (words[SUM] as number) + 1;
  Atomics.sub(words, INSIDE, 1);
}

/** A worker that blocks: 40 holds, 5 looks in each. */
const blocker = ({ lock, words, gate, open }: Scene): number => {
  open(0);
  gate(1);
  let holds = 0;
  for (; holds < 40; holds += 1) {
    const release = lock.acquireSync();
    for (let look = 0; look < 5; look += 1) {
      if (Atomics.add(words, 2, 1) !== 0) Atomics.add(words, 4, 1);
      for (let i = 0; i < 200; i += 1) words[3] = (words[3] as number) + 1;
      Atomics.sub(words, 2, 1);
      lock.checkpoint(30);
    }
    release();
  }
  return holds;
};

/** A worker with 5 tasks: 8 holds each, 5 looks in each. It may not block either. */
const looper = async ({ lock, words, gate, open }: Scene): Promise<number> => {
  open(0);
  gate(1);
  Atomics.wait = () => {
    throw new Error("the library blocked a worker's event loop");
  };
  let holds = 0;
  const task = async () => {
    for (let hold = 0; hold < 8; hold += 1) {
      const release = await lock.acquire();
      for (let look = 0; look < 5; look += 1) {
        if (Atomics.add(words, 2, 1) !== 0) Atomics.add(words, 4, 1);
        for (let i = 0; i < 200; i += 1) words[3] = (words[3] as number) + 1;
        await null;
        for (let i = 0; i < 200; i += 1) words[3] = (words[3] as number) + 1;
        Atomics.sub(words, 2, 1);
        await lock.checkpointAsync(30);
      }
      holds += 1;
      release();
    }
  };
  await Promise.all([task(), task(), task(), task(), task()]);
  return holds;
};

describe.each<DialectName>(['cpython-3.13', 'cpython-2.7'])('%s', (dialect) => {
  it('100 tasks here, 4 blocking workers, 4 workers with tasks: everybody has its holds and is alone in each', async () => {
    const lock = new GlobalLock({ dialect, switchInterval: 0.2 });
    const words = sharedWords();
    const threads = [blocker, looper, blocker, looper, blocker, looper, blocker, looper].map((body, number) =>
      startThread(lock, words, number, body),
    );
    while ((words[0] as number) < threads.length) await turn();
    open(words, 1);
    const holds = await Promise.all(
      Array.from({ length: 100 }, async () => {
        let had = 0;
        for (; had < 3; had += 1) {
          using _hold = await lock.acquire();
          worked(words, 100);
          await (had === 1 ? turn() : null);
          worked(words, 100);
          await lock.checkpointAsync(30);
          expect(lock.isHeldByCurrentThread()).toBe(true);
          worked(words, 100);
        }
        return had;
      }),
    );
    expect(holds).toEqual(Array.from({ length: 100 }, () => 3));
    expect(await Promise.all(threads.map(({ answer }) => answer))).toEqual([40, 40, 40, 40, 40, 40, 40, 40]);
    expect(words[INTRUSIONS]).toBe(0);
    expect(words[SUM]).toBe(100 * 3 * 300 + 4 * 40 * 5 * 200 + 4 * 40 * 5 * 400);
    await Promise.all(threads.map(({ gone }) => gone));
    expect(lock.isLocked()).toBe(false);
    expect(lock.stats().waiting).toBe(0);
  });

  it('acquires called off at random, while workers contend, leave nothing behind', async () => {
    const lock = new GlobalLock({ dialect, switchInterval: 0.2 });
    const words = sharedWords();
    const threads = [0, 1].map((number) =>
      startThread(lock, words, number, ({ lock, words, gate, open }) => {
        open(0);
        gate(1);
        let holds = 0;
        for (; Atomics.load(words, 5) === 0; holds += 1) lock.runExclusiveSync(() => lock.checkpoint(60));
        return holds;
      }),
    );
    while ((words[0] as number) < threads.length) await turn();
    open(words, 1);
    let state = 20_261_122;
    const random = (below: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
      return (state >>> 8) % below;
    };
    const lasting = new AbortController();
    const ends = { had: 0, overdue: 0, calledOff: 0, saw: 0 };
    const storm = Array.from({ length: 600 }, async (_, index) => {
      for (let pause = random(60); pause > 0; pause -= 1) await turn();
      const own = new AbortController();
      const kind = random(5);
      const options = {
        priority: random(3),
        ...(kind === 0 && { signal: own.signal }),
        ...(kind === 1 && { signal: lasting.signal, timeout: random(4) }),
      };
      const wait: Promise<unknown> = index % 7 === 0 ? lock.waitForUnlock(options) : lock.acquire(options);
      if (kind === 0) void turn().then(() => own.abort());
      if (kind === 2 && random(4) === 0) lock.cancel();
      try {
        const release = await wait;
        if (typeof release === 'function') {
          ends.had += 1;
          worked(words, 10);
          if (random(2) === 0) await turn();
          await lock.checkpointAsync(60);
          worked(words, 10);
          release();
        } else if (release === null || release === false) ends.overdue += 1;
        else ends.saw += 1;
      } catch (error) {
        expect(error).toMatchObject({ code: 'ERR_GIL_CANCELLED' });
        ends.calledOff += 1;
      }
    });
    await Promise.all(storm);
    // The storm had all kinds of ends, or it was none.
    expect(Math.min(...Object.values(ends))).toBeGreaterThan(0);
    (await lock.acquire())();
    open(words, 5);
    for (const { answer } of threads) expect(await answer).toBeGreaterThan(0);
    await Promise.all(threads.map(({ gone }) => gone));
    expect(words[INTRUSIONS]).toBe(0);
    expect(words[SUM]).toBe(ends.had * 20);
    expect(lock.stats().waiting).toBe(0);
    expect(lock.isLocked()).toBe(false);
    expect(getEventListeners(lasting.signal, 'abort')).toEqual([]);
    lock.acquireSync()();
  });
});

/**
 * A worker that holds the lock until word 1 is open, then says so in word 2. In this dialect a sleeper that nobody wakes sleeps for ever.
 * The worker stays until word 6 is open: a thread that ends wakes everybody.
 */
async function heldElsewhere() {
  const lock = new GlobalLock({ dialect: 'cpython-2.7' });
  const words = sharedWords();
  const holder = startThread(lock, words, 0, ({ lock, gate, open }) => {
    lock.runExclusiveSync(() => {
      open(0);
      gate(1);
    });
    open(2);
    gate(6);
  });
  await untilOpen(words, 0);
  return { lock, words, holder };
}

/** So many are counted as waiters, and most likely asleep by now: a lost wake-up needs sleepers, what is asserted does not. */
async function counted(lock: GlobalLock, waiters: number): Promise<void> {
  while (lock.stats().waiting < waiters) await turn();
  for (let i = 0; i < 200; i += 1) await turn();
}

describe('a wake-up', () => {
  /** The limit of a wait that must not be needed. */
  const LIMIT = 15_000;

  it('that went to a task which is called off in the same moment still wakes another thread', async () => {
    const { lock, words, holder } = await heldElsewhere();
    const off = new AbortController();
    const abandoned = lock.acquire({ signal: off.signal }).catch((error: { code: string }) => error.code);
    const sleeper = startThread(lock, words, 1, ({ lock, open }) => lock.runExclusiveSync(() => open(3)));
    await counted(lock, 2);
    // From here on this event loop does not turn: the task is woken by the release, and called off before it can know.
    open(words, 1);
    blockFor(words, 2, 0, LIMIT);
    off.abort();
    expect(blockFor(words, 3, 0, LIMIT)).not.toBe('timed-out');
    open(words, 6);
    expect(await abandoned).toBe('ERR_GIL_CANCELLED');
    await Promise.all([holder.gone, sleeper.gone]);
    expect(lock.stats().waiting).toBe(0);
  });

  it('that goes to a task of a busy event loop wakes another thread as well', async () => {
    const { lock, words, holder } = await heldElsewhere();
    const waiting = lock.acquire();
    const sleeper = startThread(lock, words, 1, ({ lock, open }) => lock.runExclusiveSync(() => open(3)));
    await counted(lock, 2);
    open(words, 1);
    expect(blockFor(words, 3, 0, LIMIT)).not.toBe('timed-out');
    open(words, 6);
    (await waiting)();
    await Promise.all([holder.gone, sleeper.gone]);
  });

  it('that goes to a task of the very thread that blocks wakes the thread', async () => {
    const { lock, words, holder } = await heldElsewhere();
    Atomics.wait = blockFor as typeof Atomics.wait;
    expect(await lock.acquire({ timeout: 2 })).toBeNull();
    const waiting = lock.acquire();
    const helper = startThread(lock, words, 1, ({ lock, words, open, gate }) => {
      while (lock.stats().waiting < 2) Atomics.wait(words, 60, 0, 1);
      Atomics.wait(words, 60, 0, 20);
      open(1);
      gate(6);
    });
    const release = lock.acquireSync({ timeout: LIMIT });
    expect(release).not.toBeNull();
    release?.();
    open(words, 6);
    (await waiting)();
    await Promise.all([holder.gone, helper.gone]);
  });
});
