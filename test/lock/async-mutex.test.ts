/**
 * async-mutex's manners: what that library promises of a mutex, asserted word for word of its own `Mutex`, of `GlobalLock`, of
 * `GlobalLock` in its decorators, and of a `GlobalLock` that a worker fights for all the while. Each test states one promise.
 */
import { E_ALREADY_LOCKED, E_CANCELED, E_TIMEOUT, Mutex, type MutexInterface, tryAcquire, withTimeout } from 'async-mutex';
import { GlobalLock } from 'gil';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Make, promisesToAnybody, promisesToTheOnlyThread } from './mutex-suite.js';
import { open, sharedWords, startThread, type TestThread, untilOpen } from './threads.js';

/** `MutexInterface` is satisfied: this line compiles. */
const makeLock = (cancelError?: Error): GlobalLock & MutexInterface =>
  new GlobalLock({ switchInterval: 0.5, ...(cancelError ? { cancelError } : {}) });

/** What the two decorators add. */
function decorators(make: Make): void {
  it('withTimeout: a task that waits too long is refused, not run, and the mutex stays usable', async () => {
    const inner = make();
    const tooLate = new Error('too late');
    const release = await inner.acquire();
    let ran = false;
    await expect(withTimeout(inner, 5).acquire()).rejects.toBe(E_TIMEOUT);
    await expect(withTimeout(inner, 5).waitForUnlock()).rejects.toBe(E_TIMEOUT);
    const refused = withTimeout(inner, 5, tooLate).runExclusive(() => {
      ran = true;
    });
    await expect(refused).rejects.toBe(tooLate);
    release();
    expect(await withTimeout(inner, 60_000).runExclusive(() => ran)).toBe(false);
  });

  it('tryAcquire: takes a free one and refuses a held one', async () => {
    const inner = make();
    const held = new Error('held');
    const release = await inner.acquire();
    await expect(tryAcquire(inner).acquire()).rejects.toBe(E_ALREADY_LOCKED);
    await expect(tryAcquire(inner, held).acquire()).rejects.toBe(held);
    release();
    await inner.waitForUnlock();
  });
}

describe.each<[string, Make]>([
  ["async-mutex's Mutex", (cancelError) => new Mutex(cancelError)],
  ['GlobalLock', makeLock],
  ['GlobalLock in withTimeout', (cancelError) => withTimeout(makeLock(cancelError), 60_000)],
  ['GlobalLock as cpython-2.7 has it', (cancelError) => new GlobalLock({ dialect: 'cpython-2.7', ...(cancelError && { cancelError }) })],
])('%s', (_, make) => {
  promisesToAnybody(make);
  promisesToTheOnlyThread(make);
  decorators(make);
  it('tryAcquire: takes a free one', async () => {
    const mutex = tryAcquire(make());
    (await mutex.acquire())();
    expect(await mutex.runExclusive(() => 'in')).toBe('in');
  });
});

describe('GlobalLock that a worker fights for', () => {
  const threads: { thread: TestThread; words: Int32Array }[] = [];
  const started: GlobalLock[] = [];
  const words = sharedWords();

  /** A worker that takes every lock it is sent, again and again. */
  beforeEach(() => {
    words.fill(0);
  });
  afterEach(async () => {
    open(words, 1);
    for (const { thread } of threads) expect(await thread.answer).toBe('fought');
    await Promise.all(threads.map(({ thread }) => thread.gone));
    for (const lock of started) expect(lock.stats().waiting).toBe(0);
    for (const lock of started) expect(lock.isLocked()).toBe(false);
    threads.length = 0;
    started.length = 0;
  });

  const make: Make = (cancelError) => {
    const lock = makeLock(cancelError);
    started.push(lock);
    const thread = startThread(lock, words, 0, ({ lock, words, open }) => {
      open(0);
      while (Atomics.load(words, 1) === 0) {
        lock.runExclusiveSync(() => {
          for (let work = 0; work < 100; work += 1) lock.checkpoint();
        });
      }
      return 'fought';
    });
    threads.push({ thread, words });
    // Acquires begin when the fight has.
    const acquire = lock.acquire.bind(lock) as MutexInterface['acquire'];
    const begun = untilOpen(words, 0);
    lock.acquire = (async (priority?: number) => {
      if (Atomics.load(words, 0) === 0) await begun;
      return acquire(priority);
    }) as GlobalLock['acquire'];
    return lock;
  };
  promisesToAnybody(make);
});

describe('where GlobalLock differs, on purpose', () => {
  it('cancel() rejects with an error of its own, which has a code and a stack; E_CANCELED on request', async () => {
    const mutex = new Mutex();
    const lock = new GlobalLock();
    const like = new GlobalLock({ cancelError: E_CANCELED });
    const ends: unknown[] = [];
    for (const one of [mutex, lock, like]) {
      await one.acquire();
      ends.push(one.acquire().catch((error: unknown) => error));
      one.cancel();
    }
    expect(await ends[0]).toBe(E_CANCELED);
    expect(await ends[1]).toMatchObject({ name: 'LockCancelledError', code: 'ERR_GIL_CANCELLED' });
    expect(await ends[2]).toBe(E_CANCELED);
  });

  it('release() of a lock that this thread does not hold is an error', () => {
    expect(() => new Mutex().release()).not.toThrow();
    expect(() => new GlobalLock().release()).toThrow(expect.objectContaining({ code: 'ERR_GIL_NOT_HELD' }));
  });

  it('a cancelError that is no error is refused', () => {
    expect(() => new GlobalLock({ cancelError: 'cancelled' as never })).toThrow(expect.objectContaining({ code: 'ERR_GIL_ARGUMENT' }));
  });
});
