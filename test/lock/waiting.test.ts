/**
 * How a wait ends: with the lock, by its timeout (a value), by its signal (an error); the same options everywhere, nothing left behind,
 * and clear errors for what is no option.
 */
import { getEventListeners } from 'node:events';
import { type AcquireOptions, GlobalLock } from 'gil';
import { afterEach, describe, expect, it } from 'vitest';
import { ABANDONED, BREAKER, FORCED, LOCK, ONE_WAITER, placeOf, SWITCH_NUMBER, stamp } from '../../src/lock/layout.js';

const code = (name: string) => expect.objectContaining({ code: name });

/** Every way for a task of an event loop to wait, called with the same options. */
const WAYS: [string, (lock: GlobalLock, options?: AcquireOptions) => Promise<unknown>, late: unknown][] = [
  ['acquire', (lock, options) => lock.acquire(options), null],
  ['runExclusive', (lock, options) => lock.runExclusive(() => 'ran', options), null],
  ['waitForUnlock', (lock, options) => lock.waitForUnlock(options), false],
];

describe.each(WAYS)('%s', (_, wait, late) => {
  it('ends with a value when its timeout passes first, and leaves nobody waiting', async () => {
    const lock = new GlobalLock();
    const release = lock.acquireSync();
    for (const timeout of [0, 0.5, 3]) expect(await wait(lock, { timeout })).toBe(late);
    expect(await Promise.all([wait(lock, { timeout: 2 }), wait(lock, { timeout: 1, priority: 5 })])).toEqual([late, late]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(lock.stats().waiting).toBe(0);
    release();
    expect(lock.isLocked()).toBe(false);
  });

  it('ends with the lock when that comes first; timeout 0 is enough for a free one', async () => {
    const lock = new GlobalLock();
    expect(await wait(lock, { timeout: 0 })).not.toBe(late);
    if (lock.isHeldByCurrentThread()) lock.release();
    const release = lock.acquireSync();
    const waiting = wait(lock, { timeout: 2 ** 40 });
    const patient = wait(lock, { timeout: Number.POSITIVE_INFINITY });
    release();
    expect(await waiting).not.toBe(late);
    if (lock.isHeldByCurrentThread()) lock.release();
    expect(await patient).not.toBe(late);
  });

  it('rejects when its signal aborts, with the reason as the cause, and leaves nobody waiting', async () => {
    const lock = new GlobalLock();
    const release = lock.acquireSync();
    const abort = new AbortController();
    const waiting = [wait(lock, { signal: abort.signal }), wait(lock, { signal: abort.signal, timeout: 60_000 })];
    abort.abort('enough');
    for (const end of await Promise.allSettled(waiting)) {
      expect(end).toMatchObject({ status: 'rejected', reason: { code: 'ERR_GIL_CANCELLED', cause: 'enough' } });
    }
    release();
    await new Promise((resolve) => setImmediate(resolve));
    expect(lock.stats().waiting).toBe(0);
    expect(lock.isLocked()).toBe(false);
  });

  it('rejects when its signal has aborted already, also for a free lock and where there is none', async () => {
    const signal = AbortSignal.abort();
    const lock = new GlobalLock();
    await expect(wait(lock, { signal })).rejects.toMatchObject({ code: 'ERR_GIL_CANCELLED' });
    expect(lock.isLocked()).toBe(false);
    await expect(wait(new GlobalLock({ dialect: 'cpython-3.13t' }), { signal })).rejects.toMatchObject({ code: 'ERR_GIL_CANCELLED' });
  });

  it('leaves no listener on a signal that outlives it, and warns nobody however many wait', async () => {
    const lock = new GlobalLock();
    const { signal } = new AbortController();
    const warnings: unknown[] = [];
    const onWarning = (warning: unknown): void => void warnings.push(warning);
    process.on('warning', onWarning);
    const release = lock.acquireSync();
    const waiting = Array.from({ length: 30 }, () =>
      wait(lock, { signal, timeout: 60_000 }).then(() => lock.isHeldByCurrentThread() && lock.release()),
    );
    expect(getEventListeners(signal, 'abort').length).toBe(1);
    expect(await wait(lock, { signal, timeout: 1 })).toBe(late);
    release();
    await Promise.all(waiting);
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it.each<[unknown, string, RegExp]>([
    [{ timeout: '5' }, 'ERR_GIL_ARGUMENT', /timeout: expected milliseconds, 0 or more; got "5"/],
    [{ timeout: null }, 'ERR_GIL_ARGUMENT', /timeout: .*got null/],
    [{ timeout: Number.NaN }, 'ERR_GIL_RANGE', /timeout: .*got NaN/],
    [{ timeout: -1 }, 'ERR_GIL_RANGE', /timeout: .*got -1/],
    [{ signal: new AbortController() }, 'ERR_GIL_ARGUMENT', /signal: expected an AbortSignal; got an AbortController/],
    [{ signal: null }, 'ERR_GIL_ARGUMENT', /signal: .*got null/],
    [{ priority: 'high' }, 'ERR_GIL_ARGUMENT', /priority.*got "high"/],
    [{ priority: Number.NaN }, 'ERR_GIL_RANGE', /priority: .*NaN/],
    [Number.NaN, 'ERR_GIL_RANGE', /priority: .*NaN/],
    ['high', 'ERR_GIL_ARGUMENT', /expected a priority or \{ priority, timeout, signal \}; got "high"/],
    [null, 'ERR_GIL_ARGUMENT', /got null/],
  ])('refuses %o, by a rejection and before it waits', async (options, errorCode, message) => {
    const lock = new GlobalLock();
    const waiting = wait(lock, options as AcquireOptions);
    await expect(waiting).rejects.toThrow(message);
    await expect(waiting).rejects.toMatchObject({ code: errorCode });
    expect(lock.isLocked()).toBe(false);
  });
});

describe('a task that is called off', () => {
  it('while its thread owes a forced switch neither takes the lock nor leaves anything behind', async () => {
    const lock = new GlobalLock();
    const words = new Int32Array(lock.handle.memory);
    const release = lock.acquireSync();
    // Another thread waits and has asked; it never comes.
    words[LOCK] += ONE_WAITER;
    words[placeOf(1) + BREAKER] = stamp(words[SWITCH_NUMBER]);
    release();
    const abort = new AbortController();
    const waiting = lock.acquire({ signal: abort.signal });
    expect(words[FORCED]).toBe(1);
    abort.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'ERR_GIL_CANCELLED' });
    await new Promise((resolve) => setImmediate(resolve));
    expect(words[FORCED]).toBe(0);
    expect(lock.isLocked()).toBe(false);
    expect(lock.stats()).toMatchObject({ waiting: 1, holds: 1 });
  });

  it('when the lock is already on its way to it gives it to the next, or back, with the news that came along', async () => {
    for (const follower of ['no', 'yes'] as const) {
      // What is written down goes by the text, and so, with another thread counted as a waiter, the take is not the fast one.
      const lock = new GlobalLock({ trace: {} });
      const words = new Int32Array(lock.handle.memory);
      // Thread 7 died with the lock.
      words[LOCK] += ONE_WAITER;
      words[ABANDONED] = 7;
      const abort = new AbortController();
      const doomed = lock.acquire({ signal: abort.signal });
      const next = follower === 'yes' ? lock.acquire() : undefined;
      expect(lock.isHeldByCurrentThread()).toBe(true);
      abort.abort();
      await expect(doomed).rejects.toMatchObject({ code: 'ERR_GIL_CANCELLED' });
      await new Promise((resolve) => setImmediate(resolve));
      expect(lock.isLocked()).toBe(follower === 'yes');
      const release = await (next ?? lock.acquire());
      expect(release.abandoned).toBe(true);
      release();
      expect(lock.isLocked()).toBe(false);
      expect(lock.stats().waiting).toBe(1);
    }
  });

  it('does not make the line longer for those who stay, however many come and go', async () => {
    const lock = new GlobalLock();
    const release = lock.acquireSync();
    const order: number[] = [];
    const staying = [1, 2, 3].map((number) => lock.runExclusive(() => void order.push(number)));
    for (let round = 0; round < 50; round += 1) {
      const abort = new AbortController();
      const going = Array.from({ length: 20 }, (_, index) => lock.acquire({ signal: abort.signal, priority: index % 3 }));
      abort.abort();
      for (const { status } of await Promise.allSettled(going)) expect(status).toBe('rejected');
    }
    staying.push(lock.runExclusive(() => void order.push(0), 1));
    release();
    await Promise.all(staying);
    expect(order).toEqual([0, 1, 2, 3]);
  });
});

describe('timers', () => {
  const { setTimeout: realSet, clearTimeout: realClear } = globalThis;
  afterEach(() => {
    Object.assign(globalThis, { setTimeout: realSet, clearTimeout: realClear });
  });

  it('are set only by a wait, and gone when it is over: nothing piles up over many acquires with a timeout', async () => {
    const pending = new Set<unknown>();
    let made = 0;
    const set = (...args: Parameters<typeof realSet>) => {
      const timer = realSet(...args);
      pending.add(timer);
      made += 1;
      return timer;
    };
    const clear = (timer: NodeJS.Timeout) => {
      pending.delete(timer);
      realClear(timer);
    };
    Object.assign(globalThis, { setTimeout: set, clearTimeout: clear });
    const lock = new GlobalLock();
    for (let i = 0; i < 100_000; i += 1) (await lock.acquire({ timeout: 60_000 }))?.();
    expect(made).toBe(0);
    for (let i = 0; i < 200; i += 1) {
      const release = lock.acquireSync();
      const waits = [lock.acquire({ timeout: 60_000 }), lock.waitForUnlock({ timeout: 60_000 })] as const;
      release();
      (await waits[0])?.();
      await waits[1];
    }
    expect(made).toBe(400);
    expect(pending.size).toBe(0);
  });
});

describe('the blocking twins', () => {
  it('runExclusiveSync has a timeout as acquireSync has, and does not run its task then', () => {
    // Two names of one thread cannot wait for each other, so somebody else seems to hold it: a place that nobody has.
    const lock = new GlobalLock();
    const words = new Int32Array(lock.handle.memory);
    words[1] = 200;
    expect(lock.acquireSync({ timeout: 0 })).toBeNull();
    expect(lock.acquireSync({ timeout: 2 })).toBeNull();
    expect(lock.runExclusiveSync(() => 'ran', { timeout: 2 })).toBeNull();
    words[1] = 0;
    expect(lock.runExclusiveSync(() => 'ran', { timeout: 2 })).toBe('ran');
    expect(lock.stats().waiting).toBe(0);
  });

  it.each<[unknown, string]>([
    [{ timeout: '5' }, 'ERR_GIL_ARGUMENT'],
    [{ timeout: Number.NaN }, 'ERR_GIL_RANGE'],
    [{ timeout: -1 }, 'ERR_GIL_RANGE'],
    [5, 'ERR_GIL_ARGUMENT'],
    [null, 'ERR_GIL_ARGUMENT'],
  ])('refuse %o, also when the lock is free', (options, errorCode) => {
    const lock = new GlobalLock();
    expect(() => lock.acquireSync(options as never)).toThrow(code(errorCode));
    expect(() => lock.runExclusiveSync(() => 1, options as never)).toThrow(code(errorCode));
    expect(lock.isLocked()).toBe(false);
  });

  it('a task that is no function is refused before the lock is taken', async () => {
    const lock = new GlobalLock();
    expect(() => lock.runExclusiveSync(5 as never)).toThrow(code('ERR_GIL_ARGUMENT'));
    await expect(lock.runExclusive('task' as never)).rejects.toMatchObject({ code: 'ERR_GIL_ARGUMENT' });
    expect(lock.stats().holds).toBe(0);
  });
});

describe('using', () => {
  it('lets go at the end of the block, however that ends', async () => {
    const lock = new GlobalLock();
    {
      using hold = await lock.acquire();
      expect([lock.isLocked(), hold.abandoned]).toEqual([true, false]);
    }
    expect(lock.isLocked()).toBe(false);
    expect(() => {
      using _hold = lock.acquireSync();
      expect(lock.isLocked()).toBe(true);
      throw new Error('inside');
    }).toThrow('inside');
    expect(lock.isLocked()).toBe(false);
  });

  it('takes the null of a timeout, and a hold that was let go before', async () => {
    const lock = new GlobalLock();
    {
      using first = lock.acquireSync({ timeout: 5 });
      using second = await lock.acquire({ timeout: 1 });
      expect([first === null, second]).toEqual([false, null]);
      first?.();
      using third = lock.tryAcquire();
      expect(third).not.toBeNull();
    }
    expect(lock.isLocked()).toBe(false);
  });
});

describe('checkpointAsync', () => {
  it('counts ticks in a dialect of ticks, as checkpoint does', async () => {
    const lock = new GlobalLock({ dialect: 'cpython-2.7' });
    const release = lock.acquireSync();
    for (let tick = 0; tick < 100; tick += 1) await lock.checkpointAsync();
    expect(lock.stats().drops.forced).toBe(0);
    await lock.checkpointAsync();
    expect(lock.stats()).toMatchObject({ drops: { forced: 1 }, holds: 2 });
    expect(lock.isHeldByCurrentThread()).toBe(true);
    const order: string[] = [];
    const other = lock.runExclusive(() => void order.push('other'));
    await lock.checkpointAsync(101);
    expect(order).toEqual(['other']);
    release();
    await other;
  });
});

describe('a task that wants the lock', () => {
  it('asks for it, also when another one only waited to see it free', async () => {
    const lock = new GlobalLock({ switchInterval: 0.5 });
    const release = await lock.acquire();
    const seen = lock.waitForUnlock();
    const order: string[] = [];
    const other = lock.runExclusive(() => void order.push('other'));
    while (order.length === 0) {
      await new Promise((resolve) => setImmediate(resolve));
      await lock.checkpointAsync();
    }
    release();
    await Promise.all([seen, other]);
    expect(lock.isLocked()).toBe(false);
  });
});

describe('a task that is inside', () => {
  it('comes back from a look whatever cancel() calls off', async () => {
    const lock = new GlobalLock({ switchInterval: 0.1 });
    const release = await lock.acquire();
    const other = lock.acquire();
    const order: string[] = [];
    // A look gives the lock to the other task; then this one waits to come back.
    let back: 'no' | 'yes' = 'no';
    const look = (async () => {
      while (back === 'no') {
        await new Promise((resolve) => setImmediate(resolve));
        await lock.checkpointAsync();
        if (!lock.isLocked()) throw new Error('went on without the lock');
        if (order.length > 0) back = 'yes';
      }
    })();
    const releaseOther = await other;
    order.push('other');
    const doomed = lock.acquire().catch(({ code: why }: { code: string }) => why);
    lock.cancel();
    expect(await doomed).toBe('ERR_GIL_CANCELLED');
    releaseOther();
    await look;
    expect(lock.isHeldByCurrentThread()).toBe(true);
    release();
    expect(lock.isLocked()).toBe(false);
  });
});
