/**
 * `Barrier`: rounds of workers and tasks together, and all the ways in which it breaks.
 */
import { ThreadPool } from 'gil';
import { Barrier } from 'gil/threading';
import { expect, it } from 'vitest';

const code = (name: string) => expect.objectContaining({ code: name });
const broken = code('ERR_BARRIER_BROKEN');
const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
};
const all = async (waits: Promise<unknown>[]): Promise<unknown[]> =>
  (await Promise.allSettled(waits)).map((each) => (each.status === 'fulfilled' ? each.value : each.reason.code));

it('lets rounds of workers and a task of the main thread go on together, each with its own number', async () => {
  await using pool = new ThreadPool(3, { switchInterval: 1 });
  const barrier = new Barrier(4);
  const round = new Int32Array(new SharedArrayBuffer(4));
  const walk = (barrier: Barrier, round: Int32Array): number[] => {
    const places: number[] = [];
    for (let n = 0; n < 30; n += 1) {
      Atomics.add(round, 0, 1);
      places.push(barrier.waitSync());
      // All of this round have come, and none of the next but one.
      const here = Atomics.load(round, 0);
      if (here < 4 * (n + 1) || here > 4 * (n + 2)) throw new Error(`round ${n}: ${here}`);
    }
    return places;
  };
  const walkers = [1, 2, 3].map(() => pool.submit(walk, barrier, round));
  const mine: number[] = [];
  for (let n = 0; n < 30; n += 1) {
    Atomics.add(round, 0, 1);
    mine.push(await barrier.wait());
  }
  const places = [...(await Promise.all(walkers)), mine];
  for (let n = 0; n < 30; n += 1) expect(places.map((each) => each[n]).sort()).toEqual([0, 1, 2, 3]);
  expect([barrier.nWaiting, barrier.broken, barrier.parties]).toEqual([0, false, 4]);
});

it('runs its action once a round, before anybody goes on; one that throws breaks it', async () => {
  const seen: string[] = [];
  let fails = false;
  const barrier = new Barrier(2, {
    action: () => {
      if (fails) throw new RangeError('not today');
      seen.push('action');
    },
  });
  const walk = async () => {
    await barrier.wait();
    seen.push('on');
  };
  await Promise.all([walk(), walk()]);
  expect(seen).toEqual(['action', 'on', 'on']);
  fails = true;
  const [first, second] = await Promise.allSettled([barrier.wait(), barrier.wait()]);
  expect(first).toMatchObject({ reason: { code: 'ERR_BARRIER_BROKEN' } });
  expect(second).toMatchObject({ reason: { message: 'not today' } });
  expect(barrier.broken).toBe(true);
});

it('breaks for everybody by a timeout, a signal and abort; reset makes it as new', async () => {
  const barrier = new Barrier(3, { timeout: 10 });
  expect(await all([barrier.wait(), barrier.wait({ timeout: 1e6 })])).toEqual(['ERR_BARRIER_BROKEN', 'ERR_BARRIER_BROKEN']);
  expect(() => barrier.waitSync()).toThrow(broken);
  barrier.reset();
  expect(await all([1, 2, 3].map(() => barrier.wait({ timeout: 1e6 })))).toEqual([0, 1, 2]);
  const gone = new AbortController();
  const calledOff = [barrier.wait({ timeout: 1e6, signal: gone.signal }), barrier.wait({ timeout: 1e6 })];
  await until(() => barrier.nWaiting === 2);
  gone.abort();
  expect(await all(calledOff)).toEqual(['ERR_GIL_CANCELLED', 'ERR_BARRIER_BROKEN']);
  barrier.reset();
  const aborted = [barrier.wait({ timeout: 1e6 }), barrier.wait({ timeout: 1e6 })];
  await until(() => barrier.nWaiting === 2);
  barrier.abort();
  expect(await all(aborted)).toEqual(['ERR_BARRIER_BROKEN', 'ERR_BARRIER_BROKEN']);
  barrier.reset();
  const reset = [barrier.wait({ timeout: 1e6 })];
  await until(() => barrier.nWaiting === 1);
  barrier.reset();
  // It waits until who was inside has left.
  const next = [1, 2, 3].map(() => barrier.wait({ timeout: 1e6 }));
  expect(await all(reset)).toEqual(['ERR_BARRIER_BROKEN']);
  expect(await all(next)).toEqual([0, 1, 2]);
  expect(() => barrier.waitSync()).toThrow(broken);
});

it('breaks when a worker dies that waits', async () => {
  const pool = new ThreadPool(1);
  const barrier = new Barrier(3);
  const mine = barrier.wait();
  const dead = pool.submit((barrier: Barrier) => {
    barrier.wait().catch(() => {});
    process.exit(1);
  }, barrier);
  expect(await all([mine, dead.result()])).toEqual(['ERR_BARRIER_BROKEN', 'ERR_POOL_BROKEN']);
  expect([barrier.nWaiting, barrier.broken]).toEqual([0, true]);
  await pool.shutdown();
});

it('the last one to come lets go of no lock (law 32), one alone never waits, and misuse is told', async () => {
  await using pool = new ThreadPool(2, { switchInterval: 1e6 });
  const barrier = new Barrier(2);
  const drops = () => pool.lock.stats().drops.voluntary;
  await pool.submit(() => 0);
  const before = drops();
  const walk = (barrier: Barrier): number => barrier.waitSync();
  const first = pool.submit(walk, barrier);
  await until(() => barrier.nWaiting === 1);
  expect(await Promise.all([first, pool.submit(walk, barrier)])).toEqual([0, 1]);
  expect(drops()).toBe(before + 1);
  expect(new Barrier(1).waitSync()).toBe(0);
  expect(() => new Barrier(0)).toThrow(code('ERR_GIL_RANGE'));
  expect(() => new Barrier('2' as never)).toThrow(code('ERR_GIL_ARGUMENT'));
  expect(Barrier.from(structuredClone(barrier.handle))).toBe(barrier);
  expect(String(barrier)).toBe("<Barrier 'barrier' 0/2 waiting>");
});
