/**
 * Deadlocks by lock order, in threads that share a Global Interpreter Lock and in threads that do not; and what is none.
 */
import { InterpreterPool, sleep, ThreadPool } from 'gil';
import { Lock, RLock } from 'gil/threading';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ownerIn, STATE } from '../../src/lock/mutex.js';
import { WaitTable } from '../../src/threading/wait-table.js';

const detecting = (name: string, Kind: typeof Lock | typeof RLock = Lock) => new Kind({ name, detectDeadlocks: 'on' });
/** Whether a thread stands in the table that waits for the owner of this lock. */
const isWaitedFor = ({ handle }: Lock | RLock) => {
  const owner = ownerIn(new Int32Array(handle.memory)[STATE]!);
  return new WaitTable(new Int32Array(handle.deadlocks!)).rows().some((row) => row.owner === owner);
};
const gate = () => new Int32Array(new SharedArrayBuffer(4));

/** Takes one lock, meets the other threads, takes another. */
const cross = (first: Lock | RLock, second: Lock | RLock, met: Int32Array, parties: number) => {
  const held = first.acquireSync();
  try {
    Atomics.add(met, 0, 1);
    while (Atomics.load(met, 0) < parties) sleep(1);
    second.acquireSync()();
    return 'both';
  } catch (error) {
    const { name, message, code, cycle } = error as Error & { code: string; cycle: object[] };
    return { name, message, code, cycle };
  } finally {
    held();
  }
};

const POOLS = [
  ['InterpreterPool', (threads: number) => new InterpreterPool(threads, { threadNamePrefix: 'p' })],
  ['ThreadPool', (threads: number) => new ThreadPool(threads, { dialect: 'cpython-3.13', threadNamePrefix: 'p' })],
] as const;

describe.each(POOLS)('%s', (_, make) => {
  let pool: InterpreterPool | ThreadPool;
  beforeAll(async () => {
    pool = make(4);
    const [ready, met] = [(met: Int32Array) => Atomics.add(met, 0, 1), gate()];
    await Promise.all([1, 2, 3, 4].map(() => pool.submit(ready, met)));
  });
  afterAll(() => pool.shutdown());

  it.each([Lock, RLock])('two threads take two locks in two orders: one is told, the other goes on (%o)', async (Kind) => {
    const [a, b, met] = [detecting('a', Kind), detecting('b', Kind), gate()];
    const outcomes = await Promise.all([pool.submit(cross, a, b, met, 2), pool.submit(cross, b, a, met, 2)]);
    const told = outcomes.filter((outcome) => outcome !== 'both');
    expect(told).toHaveLength(1);
    const [error] = told as [Exclude<(typeof outcomes)[number], string>];
    const names = outcomes[0] === error ? ['a', 'b'] : ['b', 'a'];
    const place = /^gil-task:cross:\d+:\d+$/;
    const link = (holds: unknown, waitsFor: unknown) => ({
      thread: expect.stringMatching(/^p/),
      threadId: expect.any(Number),
      holds,
      acquiredAt: expect.stringMatching(place),
      waitsFor,
      waitsAt: expect.stringMatching(place),
    });
    expect(error).toMatchObject({ name: 'DeadlockError', code: 'ERR_THREADING_DEADLOCK' });
    expect(error.cycle).toEqual([link(names[0], names[1]), link(names[1], names[0])]);
    expect(error.message).toMatch(
      new RegExp(
        `^deadlock: .* 2 threads that wait for each other:\n` +
          `  thread 'p.*' \\(worker \\d+\\) holds '${names[0]}' \\(acquired at gil-task:cross:2:\\d+\\) and waits for '${names[1]}' \\(at gil-task:cross:6:\\d+\\), which thread 'p.*' \\(worker \\d+\\) holds\n` +
          `  thread 'p.*' \\(worker \\d+\\) holds '${names[1]}' .* and waits for '${names[0]}' .*\nTake them in the same order`,
      ),
    );
    expect([a.locked(), b.locked()]).toEqual([false, false]);
  });

  it('three threads in a ring, and one beside it that waits for one of them', async () => {
    const locks = ['a', 'b', 'c'].map((name) => detecting(name));
    const met = gate();
    const ring = locks.map((lock, index) => pool.submit(cross, lock, locks[(index + 1) % 3]!, met, 3));
    const beside = pool.submit(
      (lock: Lock, met: Int32Array) => {
        while (Atomics.load(met, 0) < 3) sleep(1);
        lock.acquireSync()();
        return 'had it';
      },
      locks[0] as Lock,
      met,
    );
    const told = (await Promise.all(ring)).filter((outcome) => outcome !== 'both');
    expect(told).toHaveLength(1);
    const { cycle } = told[0] as { cycle: { holds: string; waitsFor: string; threadId: number }[] };
    expect(cycle.map(({ holds }) => holds).sort()).toEqual(['a', 'b', 'c']);
    expect(cycle.map(({ waitsFor }) => waitsFor)).toEqual([...cycle.slice(1), cycle[0]!].map(({ holds }) => holds));
    expect(new Set(cycle.map(({ threadId }) => threadId)).size).toBe(3);
    expect(await beside).toBe('had it');
  });

  it('a wait with a timeout is in no circle: it ends by itself', async () => {
    const [a, b, met] = [detecting('a'), detecting('b'), gate()];
    const timed = (first: Lock | RLock, second: Lock | RLock, met: Int32Array) => {
      const held = first.acquireSync();
      Atomics.add(met, 0, 1);
      while (Atomics.load(met, 0) < 2) sleep(1);
      const late = second.acquireSync({ timeout: 250 });
      held();
      return late;
    };
    expect(await Promise.all([pool.submit(cross, a, b, met, 2), pool.submit(timed, b, a, met)])).toEqual(['both', null]);
  });

  it('nor is a promise: its thread may let go meanwhile', async () => {
    const [a, b, met] = [detecting('a'), detecting('b'), gate()];
    const promised = async (first: Lock | RLock, second: Lock | RLock, met: Int32Array) => {
      const held = await first.acquire();
      Atomics.add(met, 0, 1);
      while (Atomics.load(met, 0) < 2) sleep(1);
      const waiting = second.acquire();
      const late = await second.acquire({ timeout: 250 });
      held();
      (await waiting)();
      return late;
    };
    expect(await Promise.all([pool.submit(cross, a, b, met, 2), pool.submit(promised, b, a, met)])).toEqual(['both', null]);
  });

  it('order kept, or order guarded by another lock: no alarm', async () => {
    const locks = ['a', 'b', 'c', 'd'].map((name) => detecting(name) as Lock);
    const guard = detecting('guard') as Lock;
    const work = (locks: Lock[], guard: Lock, seed: number, rounds: number) => {
      let random = seed;
      const draw = (below: number) => {
        random = (random * 1103515245 + 12345) & 0x7fffffff;
        return (random >> 8) % below;
      };
      for (let round = 0; round < rounds; round++) {
        const low = draw(3);
        const high = low + 1 + draw(3 - low);
        const held: (() => void)[] = [];
        // In order; or in any order, where a guard lets nobody else hold one and wait for another.
        const guarded = round % 2 === 0;
        if (guarded) held.push(guard.acquireSync());
        for (const index of [low, high]) held.push(locks[index]!.acquireSync());
        if (draw(50) === 0) sleep(draw(4));
        for (const release of draw(2) === 0 ? held : held.reverse()) release();
      }
      return 'done';
    };
    const runs = [1, 2, 3, 4].map((seed) => pool.submit(work, locks, guard, seed, 250));
    expect(await Promise.all(runs)).toEqual(['done', 'done', 'done', 'done']);
  });

  it('both orders, one pair at a time, held for longer than others sleep: no alarm', async () => {
    const work = (locks: Lock[], guard: Lock, turns: number) => {
      for (let turn = 0; turn < turns; turn++) {
        const outer = guard.acquireSync();
        const [first, second] = turn % 2 === 0 ? locks : [...locks].reverse();
        const [one, two] = [first!.acquireSync(), second!.acquireSync()];
        outer();
        sleep(60);
        one();
        two();
      }
      return 'done';
    };
    const [locks, guard] = [[detecting('a') as Lock, detecting('b') as Lock], detecting('guard') as Lock];
    const runs = [1, 2, 3].map(() => pool.submit(work, locks, guard, 2));
    expect(await Promise.all(runs)).toEqual(['done', 'done', 'done']);
  });
});

describe('one thread', () => {
  it('that takes a Lock again waits for itself', () => {
    const lock = detecting('mine') as Lock;
    const held = lock.acquireSync();
    const here = expect.stringMatching(/deadlock\.test\.ts:\d+:\d+$/);
    const link = { thread: 'main', threadId: 0, holds: 'mine', acquiredAt: here, waitsFor: 'mine', waitsAt: here };
    expect(() => lock.acquireSync()).toThrow(expect.objectContaining({ code: 'ERR_THREADING_DEADLOCK', cycle: [link] }));
    expect(() => lock.runExclusiveSync(() => 1)).toThrow(
      /^deadlock: the main thread waits for 'mine' \(at deadlock\.test\.ts:\d+:\d+\), which it holds itself \(acquired at deadlock\.test\.ts:\d+:\d+\)/,
    );
    expect(lock.acquireSync({ timeout: 60 })).toBe(null);
    expect(lock.tryAcquire()).toBe(null);
    held();
    lock.acquireSync()();
    expect(lock.locked()).toBe(false);
  });

  it('that takes an RLock again does not', () => {
    const lock = detecting('mine', RLock) as RLock;
    expect(lock.runExclusiveSync(() => lock.runExclusiveSync(() => lock.depth))).toBe(2);
  });

  it('says where an async acquire was, and waits for one without an alarm', async () => {
    const lock = detecting('mine') as Lock;
    const held = await lock.acquire();
    const waiting = lock.acquire();
    expect(() => lock.acquireSync()).toThrow(/acquired at deadlock\.test\.ts:\d+:\d+\)/);
    held();
    (await waiting)();
  });
});

it('the last one to wait is the one that is told', async () => {
  await using pool = new InterpreterPool(1);
  const [a, b, met] = [detecting('a') as Lock, detecting('b') as Lock, gate()];
  const held = a.acquireSync();
  const other = pool.submit(cross, b, a, met, 1);
  while (!isWaitedFor(a)) sleep(1);
  expect(() => b.acquireSync()).toThrow(expect.objectContaining({ code: 'ERR_THREADING_DEADLOCK' }));
  held();
  expect(await other).toBe('both');
});

it('a thread that died in the circle is not in it: its locks come back', async () => {
  const pool = new InterpreterPool(1);
  await pool.submit(() => 'up');
  const [a, b, met] = [detecting('a') as Lock, detecting('b') as Lock, gate()];
  const held = a.acquireSync();
  const other = pool.submit(cross, b, a, met, 1);
  other.addDoneCallback(() => {});
  while (!isWaitedFor(a)) sleep(1);
  pool.terminateWorkers();
  const release = b.acquireSync();
  expect(release.abandoned).toBe(true);
  release();
  held();
  await Promise.allSettled([other.result()]);
  await pool.shutdown();
});

describe('the option', () => {
  it('is off unless it is said, and then nothing of it is there', () => {
    expect(Object.keys(new Lock().handle)).toEqual(['kind', 'memory', 'name']);
    expect(new Lock({ detectDeadlocks: 'off' }).handle.deadlocks).toBe(undefined);
    expect(new Lock().handle.memory.byteLength).toBeLessThan(64);
  });

  it('travels with the handle', () => {
    const { handle } = detecting('a');
    expect(handle.deadlocks).toBe(detecting('b').handle.deadlocks);
    expect(structuredClone(handle)).toMatchObject({ deadlocks: expect.any(SharedArrayBuffer) });
  });

  it.each([true, 'yes', null, 1])('%j is not one', (value) => {
    const options = { detectDeadlocks: value } as never;
    expect(() => new Lock(options)).toThrow(
      expect.objectContaining({ code: 'ERR_GIL_ARGUMENT', message: expect.stringContaining("'on' or 'off'") }),
    );
    expect(() => new RLock(options)).toThrow(/detectDeadlocks: expected/);
  });
});
