/**
 * `Event`, `Semaphore` and `BoundedSemaphore`: by promises on the main thread while workers block, and what misuse is told.
 */
import { ThreadPool } from 'gil';
import { BoundedSemaphore, Event, Semaphore } from 'gil/threading';
import { describe, expect, it } from 'vitest';

const code = (name: string) => expect.objectContaining({ code: name });
const words = (): Int32Array => new Int32Array(new SharedArrayBuffer(64));
const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
};

describe('Event', () => {
  it('wakes all who wait, also where it is cleared at once', async () => {
    await using pool = new ThreadPool(3, { switchInterval: 1 });
    const event = new Event();
    const ready = words();
    const wait = (event: Event, ready: Int32Array): boolean => {
      Atomics.add(ready, 0, 1);
      return event.waitSync();
    };
    const waiting = [1, 2, 3].map(() => pool.submit(wait, event, ready));
    const mine = [event.wait(), event.wait()];
    await until(() => Atomics.load(ready, 0) === 3);
    // Each lets go of the lock to wait, and the drop is voluntary.
    await until(() => pool.lock.stats().drops.voluntary >= 3);
    expect(await event.wait({ timeout: 20 })).toBe(false);
    event.set();
    event.clear();
    expect(await Promise.all(mine)).toEqual([true, true]);
    // A worker that was not yet asleep has to be woken by the next one.
    const again = setInterval(() => event.set(), 5);
    expect(await Promise.all(waiting)).toEqual([true, true, true]);
    clearInterval(again);
  });

  it('polls, times out, hears a signal, and is itself when it comes back', async () => {
    const event = new Event({ name: 'go' });
    expect([event.isSet(), event.waitSync({ timeout: 0 }), event.waitSync({ timeout: 1 })]).toEqual([false, false, false]);
    await expect(event.wait({ signal: AbortSignal.abort('no') })).rejects.toMatchObject({ code: 'ERR_GIL_CANCELLED', cause: 'no' });
    expect(String(event)).toBe("<Event 'go' unset>");
    event.set();
    event.set();
    expect([event.isSet(), event.waitSync(), await event.wait({ timeout: 0 })]).toEqual([true, true, true]);
    expect(Event.from(structuredClone(event.handle))).toBe(event);
    expect(() => Event.from(new Semaphore().handle as never)).toThrow(code('ERR_GIL_HANDLE'));
    expect(() => event.waitSync({ timeout: -1 })).toThrow(code('ERR_GIL_RANGE'));
  });
});

describe.each([Semaphore, BoundedSemaphore])('%o', (Kind) => {
  it('never has more inside than permits, workers and tasks of the main thread together', async () => {
    await using pool = new ThreadPool(4, { switchInterval: 1 });
    const semaphore = new Kind(3);
    const inside = words();
    const visit = (semaphore: Semaphore, inside: Int32Array): number => {
      let most = 0;
      for (let round = 0; round < 50; round += 1) {
        const release = semaphore.acquireSync();
        most = Math.max(most, Atomics.add(inside, 0, 1) + 1);
        for (let turn = 0; turn < 100; turn += 1) Atomics.load(inside, 1);
        Atomics.sub(inside, 0, 1);
        release();
      }
      return most;
    };
    const tasks = Array.from({ length: 8 }, () => pool.submit(visit, semaphore, inside));
    const mine = Array.from({ length: 8 }, () =>
      semaphore.runExclusive(async () => {
        const count = Atomics.add(inside, 0, 1) + 1;
        await new Promise((resolve) => setImmediate(resolve));
        Atomics.sub(inside, 0, 1);
        return count;
      }),
    );
    expect(Math.max(...(await Promise.all([...tasks, ...mine])))).toBeLessThanOrEqual(3);
    expect(semaphore.value).toBe(3);
  });

  it('wakes as many as permits were given', async () => {
    const semaphore = new Kind(3);
    for (let n = 0; n < 3; n += 1) semaphore.acquireSync();
    expect([semaphore.tryAcquire(), semaphore.acquireSync({ timeout: 1 }), await semaphore.acquire({ timeout: 1 })]).toEqual([
      null,
      null,
      null,
    ]);
    const waiting = [1, 2, 3].map(() => semaphore.acquire());
    semaphore.release(3);
    await Promise.all(waiting);
    expect(semaphore.value).toBe(0);
    const gone = new AbortController();
    const calledOff = semaphore.acquire({ signal: gone.signal });
    const next = semaphore.acquire();
    gone.abort();
    semaphore.release();
    await expect(calledOff).rejects.toEqual(code('ERR_GIL_CANCELLED'));
    await next;
  });

  it('refuses numbers that are none', () => {
    expect(() => new Kind(-1)).toThrow(code('ERR_GIL_RANGE'));
    expect(() => new Kind(1.5)).toThrow(code('ERR_GIL_RANGE'));
    expect(() => new Kind('1' as never)).toThrow(code('ERR_GIL_ARGUMENT'));
    expect(() => new Kind().release(0)).toThrow(code('ERR_GIL_RANGE'));
    expect(new Kind().value).toBe(1);
    const kind = new Kind(0);
    expect(Kind.from(structuredClone(kind.handle))).toBe(kind);
  });
});

it('a bounded semaphore takes back no more than it gave, and then nothing of it', () => {
  const bounded = new BoundedSemaphore(3);
  bounded.acquireSync();
  expect(() => bounded.release(2)).toThrow(code('ERR_SEMAPHORE_RELEASE'));
  expect(String(bounded)).toBe("<BoundedSemaphore 'bounded semaphore' value=2/3>");
  bounded.release();
  expect(() => bounded.release()).toThrow(code('ERR_SEMAPHORE_RELEASE'));
  const free = new Semaphore(0);
  free.release(5);
  expect(free.value).toBe(5);
  expect(() => free.release(0x7fff_ffff)).toThrow(code('ERR_GIL_RANGE'));
});

it('a permit that is there lets go of no lock; one that is not does (law 32)', async () => {
  await using pool = new ThreadPool(2, { switchInterval: 1e6 });
  const semaphore = new Semaphore(1);
  const event = new Event();
  event.set();
  const drops = () => pool.lock.stats().drops.voluntary;
  await pool.submit(() => 0);
  const before = drops();
  const take = (semaphore: Semaphore, event: Event): boolean => event.waitSync() && semaphore.acquireSync() !== null;
  expect(await pool.submit(take, semaphore, event)).toBe(true);
  expect(drops()).toBe(before);
  const blocked = pool.submit(take, semaphore, event);
  await until(() => drops() === before + 1);
  semaphore.release();
  expect(await blocked).toBe(true);
  expect(drops()).toBe(before + 1);
});
