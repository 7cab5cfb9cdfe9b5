/**
 * `Condition`: exactly so many are woken, those who came first; the lock comes back as it was; and the dead eat no notification.
 */
import { ThreadPool } from 'gil';
import { Condition, Lock, RLock } from 'gil/threading';
import { describe, expect, it } from 'vitest';

const code = (name: string) => expect.objectContaining({ code: name });
const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};
const words = (): Int32Array => new Int32Array(new SharedArrayBuffer(64));
const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
};

it('wakes exactly n of those who wait, the oldest first', async () => {
  const condition = new Condition(new Lock());
  const woken: number[] = [];
  const waiting = [0, 1, 2, 3, 4, 5].map((n) =>
    condition.runExclusive(async () => {
      expect(await condition.wait()).toBe(true);
      woken.push(n);
    }),
  );
  await turns();
  const notify = (n: number) => condition.runExclusive(() => condition.notify(n));
  await notify(0);
  await turns();
  expect(woken).toEqual([]);
  await notify(2);
  await turns();
  expect(woken).toEqual([0, 1]);
  await notify(1);
  await turns();
  expect(woken).toEqual([0, 1, 2]);
  await condition.runExclusive(() => condition.notifyAll());
  await Promise.all(waiting);
  expect(woken.sort()).toEqual([0, 1, 2, 3, 4, 5]);
});

it('counts who was notified at the moment its time was up as notified', async () => {
  const condition = new Condition(new Lock());
  // Long enough for a busy machine to take the lock before.
  const first = condition.runExclusive(() => condition.wait({ timeout: 200 }));
  await turns();
  const release = await condition.acquire();
  // Its time is up, but it has not got the lock back.
  await new Promise((resolve) => setTimeout(resolve, 250));
  condition.notify();
  release();
  expect(await first).toBe(true);
  expect(await condition.runExclusive(() => condition.wait({ timeout: 1 }))).toBe(false);
  // A notification is for those who wait: nothing of it is left.
  await condition.runExclusive(() => condition.notify(5));
  expect(await condition.runExclusive(() => condition.wait({ timeout: 1 }))).toBe(false);
});

it('has the lock again after a signal, and passes the notification on', async () => {
  const condition = new Condition(new Lock());
  const gone = new AbortController();
  const seen: string[] = [];
  const first = condition.runExclusive(async () => {
    await condition.wait({ signal: gone.signal }).catch((error) => seen.push(error.code));
    expect(condition.locked()).toBe(true);
  });
  const second = condition.runExclusive(() => condition.wait());
  await turns();
  await condition.runExclusive(() => {
    gone.abort();
    condition.notify();
  });
  await Promise.all([first, second]);
  expect(seen).toEqual(['ERR_GIL_CANCELLED']);
  expect(condition.locked()).toBe(false);
});

it('has the lock again also if the signal comes while it waits for the lock, and passes the notification on', async () => {
  const condition = new Condition(new Lock());
  const gone = new AbortController();
  const wait = async (signal?: AbortSignal) => {
    await condition.acquire();
    return condition.wait({ signal }).catch((error) => error.code);
  };
  const first = wait(gone.signal);
  await turns();
  const second = wait();
  await turns();
  const release = await condition.acquire();
  condition.notify();
  // Awake, and asleep again at the lock, which is held here.
  await turns();
  const settled = Symbol('settled');
  gone.abort();
  await turns();
  expect(await Promise.race([first.then(() => settled), turns()])).not.toBe(settled);
  release();
  expect(await first).toBe('ERR_GIL_CANCELLED');
  expect(condition.locked()).toBe(true);
  condition.release();
  expect(await second).toBe(true);
  condition.release();
});

it('lets go of an RLock however often it was taken, and takes it as often', async () => {
  await using pool = new ThreadPool(1);
  const lock = new RLock();
  const condition = new Condition(lock);
  const ready = words();
  const depth = pool.submit(
    (condition: Condition, ready: Int32Array) => {
      const lock = condition.lock as RLock;
      lock.acquireSync();
      lock.acquireSync();
      lock.acquireSync();
      Atomics.store(ready, 0, 1);
      const result = condition.waitSync();
      const { depth } = lock;
      while (lock.isOwned()) lock.release();
      return [result, depth];
    },
    condition,
    ready,
  );
  await until(() => Atomics.load(ready, 0) === 1);
  await condition.runExclusive(() => condition.notify());
  expect(await depth).toEqual([true, 3]);
});

it('moves items between workers that block and tasks of the main thread, under every notification', async () => {
  await using pool = new ThreadPool(3, { switchInterval: 1 });
  const condition = new Condition(new Lock());
  const box = words();
  const consume = (condition: Condition, box: Int32Array): number => {
    let eaten = 0;
    while (eaten < 100) {
      condition.acquireSync();
      condition.waitForSync(() => (box[0] as number) > 0);
      (box[0] as number) -= 1;
      condition.release();
      eaten += 1;
    }
    return eaten;
  };
  const eaters = [1, 2, 3].map(() => pool.submit(consume, condition, box));
  const mine = (async () => {
    for (let eaten = 0; eaten < 20; eaten += 1) {
      await condition.runExclusive(async () => {
        await condition.waitFor(() => (box[0] as number) > 0);
        (box[0] as number) -= 1;
      });
    }
  })();
  for (let item = 0; item < 320; item += 1) {
    await condition.runExclusive(() => {
      (box[0] as number) += 1;
      condition.notify();
    });
  }
  expect(await Promise.all(eaters)).toEqual([100, 100, 100]);
  await mine;
  expect(box[0]).toBe(0);
});

describe('misuse', () => {
  it('is told', async () => {
    const condition = new Condition();
    expect(() => condition.waitSync()).toThrow(code('ERR_GIL_NOT_HELD'));
    expect(() => condition.notify()).toThrow(code('ERR_GIL_NOT_HELD'));
    expect(() => condition.notifyAll()).toThrow(code('ERR_GIL_NOT_HELD'));
    await expect(condition.wait()).rejects.toEqual(code('ERR_GIL_NOT_HELD'));
    expect(() => new Condition({} as never)).toThrow(code('ERR_GIL_ARGUMENT'));
    expect(() => condition.notify(-1)).toThrow(code('ERR_GIL_RANGE'));
    expect(Condition.from(structuredClone(condition.handle))).toBe(condition);
    expect(condition.runExclusiveSync(() => condition.waitForSync(() => 0, { timeout: 1 }))).toBe(0);
  });
});

it('a worker that died while it waited eats no notification', async () => {
  const pool = new ThreadPool(1);
  const condition = new Condition(new Lock());
  const ready = words();
  const dead = pool.submit(
    (condition: Condition, ready: Int32Array) => {
      condition.acquireSync();
      const waiting = condition.wait();
      waiting.catch(() => {});
      Atomics.store(ready, 0, 1);
      Atomics.wait(ready, 1, 0, 50);
      process.exit(1);
    },
    condition,
    ready,
  );
  await expect(dead.result()).rejects.toEqual(code('ERR_POOL_BROKEN'));
  await pool.shutdown();
  const second = condition.runExclusive(() => condition.wait());
  await turns();
  await condition.runExclusive(() => condition.notify());
  expect(await second).toBe(true);
});
