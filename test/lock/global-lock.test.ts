/**
 * One thread and one lock: what an async-mutex user, a blocking caller and a careless one see.
 */
import { inspect } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type MutexInterface, tryAcquire, withTimeout } from 'async-mutex';
import { type DialectName, GlobalLock } from 'gil';
import { describe, expect, it } from 'vitest';
import { ABANDONED_COUNT, holderIn, LOCK, placeOf, TENANT } from '../../src/lock/layout.js';

const code = (name: string) => expect.objectContaining({ code: name });

describe('taking and letting go', () => {
  it('starts free, is held between acquire and release, and is free again', async () => {
    const lock = new GlobalLock();
    expect(lock.isLocked()).toBe(false);
    expect(lock.holder()).toBeNull();
    const release = await lock.acquire();
    expect(lock.isLocked()).toBe(true);
    expect(lock.isHeldByCurrentThread()).toBe(true);
    expect(lock.holder()).toEqual({ ident: 1, threadId: expect.any(Number) });
    release();
    expect(lock.isLocked()).toBe(false);
  });

  it('says what it is', () => {
    const lock = new GlobalLock({ name: 'counter' });
    expect(String(lock)).toBe("<GlobalLock 'counter' cpython-3.13 free>");
    lock.acquireSync();
    expect(inspect(lock)).toMatch(/^<GlobalLock 'counter' cpython-3\.13 held by thread \d+>$/);
    expect(GlobalLock.name).toBe('GlobalLock');
    expect(inspect(new GlobalLock({ dialect: 'cpython-3.13t' }))).toBe("<GlobalLock 'gil' cpython-3.13t no lock>");
  });

  it('gives a releaser that lets go once, however often it is called', () => {
    const lock = new GlobalLock();
    const first = lock.acquireSync();
    first();
    const second = lock.acquireSync();
    first();
    expect(lock.isLocked()).toBe(true);
    second();
    expect(lock.isLocked()).toBe(false);
  });

  it('keeps the lock from being given up as unused: whoever has only the releaser holds it', async () => {
    setFlagsFromString('--expose-gc');
    const collect: () => void = runInNewContext('gc');
    const holdOnly = () => {
      const lock = new GlobalLock();
      return { handle: lock.handle, release: lock.acquireSync() };
    };
    const { handle, release } = holdOnly();
    for (let i = 0; i < 5; i += 1) {
      collect();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(holderIn(new Int32Array(handle.memory)[LOCK] as number)).not.toBe(0);
    release();
    expect(holderIn(new Int32Array(handle.memory)[LOCK] as number)).toBe(0);
  });

  it('works with using', () => {
    const lock = new GlobalLock();
    const dispose = lock.acquireSync()[Symbol.dispose];
    dispose();
    expect(lock.isLocked()).toBe(false);
  });

  it('lets go when the task of runExclusive throws or rejects', async () => {
    const lock = new GlobalLock();
    expect(() =>
      lock.runExclusiveSync(() => {
        throw new Error('sync');
      }),
    ).toThrow('sync');
    await expect(lock.runExclusive(() => Promise.reject(new Error('async')))).rejects.toThrow('async');
    expect(lock.isLocked()).toBe(false);
    expect(lock.runExclusiveSync(() => 42)).toBe(42);
    expect(await lock.runExclusive(async () => 43)).toBe(43);
  });

  it('tryAcquire takes a free lock and gives null for a held one, the holder included', () => {
    const lock = new GlobalLock();
    const release = lock.tryAcquire();
    expect(release).not.toBeNull();
    expect(lock.tryAcquire()).toBeNull();
    release?.();
    expect(lock.tryAcquire()).not.toBeNull();
  });
});

describe('tasks of one event loop', () => {
  it('get the lock one at a time, first come first served', async () => {
    const lock = new GlobalLock();
    const order: number[] = [];
    let inside = 0;
    const task = (number: number) =>
      lock.runExclusive(async () => {
        inside += 1;
        expect(inside).toBe(1);
        order.push(number);
        await Promise.resolve();
        inside -= 1;
      });
    await Promise.all([task(1), task(2), task(3), task(4)]);
    expect(order).toEqual([1, 2, 3, 4]);
  });

  it('go by priority where one is given', async () => {
    const lock = new GlobalLock();
    const order: string[] = [];
    const arrive = (name: string) => (done: () => void) => {
      order.push(name);
      done();
    };
    const release = await lock.acquire();
    const usual = lock.acquire().then(arrive('usual'));
    const low = lock.acquire(1).then(arrive('low'));
    const high = lock.acquire({ priority: 5 }).then(arrive('high'));
    release();
    await Promise.all([usual, low, high]);
    expect(order).toEqual(['high', 'low', 'usual']);
  });

  it('are called off by cancel(), all of them and the lock stays usable', async () => {
    const lock = new GlobalLock();
    const release = await lock.acquire();
    const waiting = [lock.acquire(), lock.acquire(), lock.runExclusive(() => 1)];
    const ends = Promise.allSettled(waiting);
    // The first must have become the head, the others stand behind it.
    await Promise.resolve();
    lock.cancel();
    for (const end of await ends) expect(end).toMatchObject({ status: 'rejected', reason: code('ERR_GIL_CANCELLED') });
    release();
    expect(await lock.runExclusive(() => 'still works')).toBe('still works');
    expect(lock.stats().waiting).toBe(0);
  });

  it('give up by their signal or their timeout; the one is an error, the other a value', async () => {
    const lock = new GlobalLock();
    const release = await lock.acquire();
    const abort = new AbortController();
    const head = lock.acquire({ signal: abort.signal });
    const behind = lock.acquire({ signal: abort.signal });
    const settled = Promise.allSettled([head, behind]);
    abort.abort('enough');
    for (const end of await settled) {
      expect(end).toMatchObject({ status: 'rejected', reason: { code: 'ERR_GIL_CANCELLED', cause: 'enough' } });
    }
    await expect(lock.acquire({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ERR_GIL_CANCELLED' });
    expect(await lock.acquire({ timeout: 5 })).toBeNull();
    release();
    const late = await lock.acquire({ timeout: 1000 });
    expect(late).not.toBeNull();
    late?.();
    // Whoever gave up leaves the lock's own count in the same turn of the event loop, but some promises later.
    await new Promise((resolve) => setImmediate(resolve));
    expect(lock.stats().waiting).toBe(0);
  });

  it('see the lock become free through waitForUnlock', async () => {
    const lock = new GlobalLock();
    const release = await lock.acquire();
    const order: string[] = [];
    const seen = lock.waitForUnlock().then(() => order.push('seen'));
    await Promise.resolve();
    order.push('releasing');
    release();
    await seen;
    expect(order).toEqual(['releasing', 'seen']);
    await lock.waitForUnlock();
    expect(lock.stats().waiting).toBe(0);
  });

  it("get their turn at another task's checkpointAsync after a switch interval, and not before", async () => {
    const lock = new GlobalLock({ switchInterval: 1 });
    const order: string[] = [];
    const release = await lock.acquire();
    await lock.checkpointAsync();
    const other = lock.runExclusive(() => order.push('other'));
    while (!order.includes('other')) {
      await new Promise((resolve) => setImmediate(resolve));
      await lock.checkpointAsync();
    }
    order.push('first again');
    expect(lock.isHeldByCurrentThread()).toBe(true);
    release();
    await other;
    expect(order).toEqual(['other', 'first again']);
  });

  it('cannot be waited for by a synchronous checkpoint of their own thread', async () => {
    const lock = new GlobalLock({ switchInterval: 0.001 });
    const release = await lock.acquire();
    const other = lock.acquire();
    for (let turn = 0; turn < 50; turn += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      lock.checkpoint();
      expect(lock.isHeldByCurrentThread()).toBe(true);
    }
    release();
    (await other)();
  });
});

describe("async-mutex's own decorators", () => {
  it('work on it', async () => {
    const lock = new GlobalLock();
    const mutex: MutexInterface = lock;
    const release = await mutex.acquire();
    await expect(withTimeout(lock, 5).acquire()).rejects.toThrow('timeout');
    await expect(tryAcquire(lock).acquire()).rejects.toThrow('already');
    release();
    await lock.waitForUnlock();
    expect(await withTimeout(lock, 1000).runExclusive(() => 7)).toBe(7);
  });
});

describe('let go for I/O', () => {
  it('is free while the task runs and held again however it ends', async () => {
    const lock = new GlobalLock();
    const release = lock.acquireSync();
    expect(lock.releaseForIO(() => lock.isLocked())).toBe(false);
    expect(lock.isHeldByCurrentThread()).toBe(true);
    expect(() =>
      lock.releaseForIO(() => {
        throw new Error('io');
      }),
    ).toThrow('io');
    expect(lock.isHeldByCurrentThread()).toBe(true);
    const io = lock.releaseForIO(async () => lock.isLocked());
    expect(lock.isLocked()).toBe(false);
    expect(await io).toBe(false);
    expect(lock.isHeldByCurrentThread()).toBe(true);
    await expect(lock.releaseForIO(() => Promise.reject(new Error('late')))).rejects.toThrow('late');
    expect(lock.isHeldByCurrentThread()).toBe(true);
    release();
  });

  it('refuses to nest, and to begin without the lock', () => {
    const lock = new GlobalLock();
    expect(() => lock.releaseForIO(() => 1)).toThrow(code('ERR_GIL_NOT_HELD'));
    const release = lock.acquireSync();
    expect(() => lock.releaseForIO(() => lock.releaseForIO(() => 1))).toThrow(code('ERR_GIL_NOT_HELD'));
    expect(lock.isHeldByCurrentThread()).toBe(true);
    release();
  });

  it('does not count as a switch when nobody else wants it (law 15)', () => {
    const lock = new GlobalLock();
    const release = lock.acquireSync();
    const { switches } = lock.stats();
    for (let i = 0; i < 1000; i += 1) lock.releaseForIO(() => i);
    expect(lock.stats()).toMatchObject({ switches, requests: 0, drops: { voluntary: 1000 } });
    release();
  });
});

describe('misuse', () => {
  it('release without holding is an error', () => {
    expect(() => new GlobalLock().release()).toThrow(code('ERR_GIL_NOT_HELD'));
  });

  it('taking it twice is an error, not a deadlock (law 3)', async () => {
    const lock = new GlobalLock();
    const release = lock.acquireSync();
    expect(() => lock.acquireSync()).toThrow(code('ERR_GIL_ALREADY_HELD'));
    expect(() => lock.acquireSync({ timeout: 1 })).toThrow(code('ERR_GIL_ALREADY_HELD'));
    expect(() => lock.runExclusiveSync(() => 1)).toThrow(code('ERR_GIL_ALREADY_HELD'));
    release();
    const asyncRelease = await lock.acquire();
    expect(() => lock.acquireSync()).toThrow(code('ERR_GIL_ALREADY_HELD'));
    asyncRelease();
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, '5', null, 5n, 2 ** 31])(
    'a switch interval of %s is refused and changes nothing',
    (bad) => {
      const interval = bad as number;
      expect(() => new GlobalLock({ switchInterval: interval })).toThrow(code('ERR_GIL_SWITCH_INTERVAL'));
      const lock = new GlobalLock({ switchInterval: 7 });
      expect(() => {
        lock.switchInterval = interval;
      }).toThrow(code('ERR_GIL_SWITCH_INTERVAL'));
      expect(lock.switchInterval).toBe(7);
    },
  );

  it('keeps the interval in whole microseconds, as CPython does (law 27)', () => {
    const lock = new GlobalLock();
    expect(lock.switchInterval).toBe(5);
    for (const [set, get] of [
      [0.001, 0.001],
      [0.0015, 0.001],
      [0.0001, 0],
      [3000, 3000],
      [0.01, 0.01],
    ] as const) {
      lock.switchInterval = set;
      expect(lock.switchInterval).toBe(get);
    }
  });

  it.each(['5', {}, Number.NaN, -1])('a timeout of %s is refused', (bad) => {
    const lock = new GlobalLock();
    const release = lock.acquireSync();
    expect(() => lock.acquireSync({ timeout: bad as number })).toThrow(/timeout: expected milliseconds/);
    release();
  });

  it('an unknown dialect is refused with the list of known ones', () => {
    expect(() => new GlobalLock({ dialect: 'cpython-4' as DialectName })).toThrow(/cpython-3\.13.*"cpython-4"/);
  });

  it('a handle that is none is refused', () => {
    for (const bad of [null, {}, 5, { kind: 'gil/lock', memory: new SharedArrayBuffer(8) }, new GlobalLock()]) {
      expect(() => GlobalLock.from(bad as never)).toThrow(code('ERR_GIL_HANDLE'));
    }
  });

  it('the 257th thread finds no place, and is told so', () => {
    const lock = new GlobalLock();
    expect(GlobalLock.from(lock.handle)).toBe(lock);
    // As if 256 threads were there: the same memory under another name, so that this thread seems to be a new one.
    const words = new Int32Array(lock.handle.memory);
    for (let ident = 1; ident <= 256; ident += 1) words[placeOf(ident) + TENANT] = 1000 + ident;
    for (const word of [ABANDONED_COUNT + 1, ABANDONED_COUNT + 2]) words[word] = 1;
    expect(() => GlobalLock.from(lock.handle)).toThrow(code('ERR_GIL_THREADS'));
  });
});

describe('a free-threaded dialect', () => {
  it('has no lock to take, to hold or to let go of', async () => {
    const lock = new GlobalLock({ dialect: 'cpython-3.13t' });
    expect(lock.isEnabled).toBe(false);
    const [first, second] = [lock.acquireSync(), await lock.acquire()];
    expect(lock.isLocked()).toBe(false);
    first();
    second();
    lock.release();
    expect(lock.releaseForIO(() => 1)).toBe(1);
    lock.checkpoint();
    expect(lock.stats().holds).toBe(0);
    expect(new GlobalLock().isEnabled).toBe(true);
  });
});
