/**
 * Schedules that the explorer found, on real workers: they go as it said.
 */
import { type DialectName, ThreadPool } from 'gil';
import { SharedInt, SharedObject } from 'gil/shared';
import { explore, replayLive, type Spec, times } from 'gil/sim';
import { Lock } from 'gil/threading';
import { afterAll, describe, expect, it } from 'vitest';

const pools = new Map<DialectName, ThreadPool>();
function poolOf(dialect: DialectName): ThreadPool {
  const pool = pools.get(dialect) ?? new ThreadPool(3, { dialect, switchInterval: 1 });
  pools.set(dialect, pool);
  return pool;
}
afterAll(async () => {
  for (const pool of pools.values()) await pool.shutdown();
});

const increments = {
  state: () => new SharedInt(),
  threads: times(2, (counter: SharedInt) => {
    for (let i = 0; i < 3; i++) counter.value += 1;
  }),
  after: (counter: SharedInt) => counter.value === 6,
} satisfies Spec<SharedInt>;

const between = {
  state: () => new SharedObject({ n: 0, made: 0 }),
  threads: times(3, (s: { n: number; made: number }) => {
    const seen = s.n;
    Math.abs(seen);
    s.n = seen + 1;
  }),
  after: (s: { n: number }) => s.n === 3,
};

describe.each(['cpython-2.7', 'cpython-3.9', 'cpython-3.13', 'cpython-3.13t'] as const)('under %s', (dialect) => {
  it('a schedule that loses an update loses it, as many times as it is run; one that does not, does not', async () => {
    for (const spec of [increments, between] as unknown as readonly Spec<never>[]) {
      const { failure } = explore({ ...spec, dialect });
      for (let run = 0; failure !== null && run < 3; run += 1) {
        expect(await replayLive(poolOf(dialect), failure.schedule, { ...spec, dialect })).toMatchObject({
          kind: 'assertion',
          expected: 'assertion',
        });
      }
      expect(await replayLive(poolOf(dialect), 'g1:t1.t2', { ...spec, dialect })).toMatchObject({ kind: null, expected: null });
    }
  });
});

describe('threads that wait for each other', () => {
  const dialect = 'cpython-3.13';
  const guarded = {
    dialect,
    state: () => ({ lock: new Lock(), n: new SharedInt() }),
    threads: times(2, (s: { lock: Lock; n: SharedInt }) => {
      s.lock.acquireSync();
      const seen = s.n.value;
      Math.abs(seen);
      s.n.value = seen + 1;
      s.lock.release();
    }),
    after: (s: { n: SharedInt }) => s.n.value === 2,
  } as const;

  it('are let through when they can go on', async () => {
    expect(explore(guarded)).toMatchObject({ proved: 'complete', failure: null });
    const live = await replayLive(poolOf(dialect), 'g1:t1+2.t2.t1', guarded);
    expect(live).toMatchObject({ kind: null, expected: null });
    expect(live.switches).toBeGreaterThan(0);
  });

  it('and a deadlock is one', async () => {
    const crossed = {
      dialect,
      state: () => ({ a: new Lock({ name: 'a' }), b: new Lock({ name: 'b' }) }),
      threads: {
        ann: (s: { a: Lock; b: Lock }) => {
          s.a.acquireSync();
          s.b.acquireSync();
        },
        bob: (s: { a: Lock; b: Lock }) => {
          s.b.acquireSync();
          s.a.acquireSync();
        },
      },
    } as const;
    const { failure } = explore(crossed);
    const pool = new ThreadPool(2, { dialect });
    expect(await replayLive(pool, failure!.schedule, crossed)).toMatchObject({ kind: 'deadlock', expected: 'deadlock' });
    await pool.terminateWorkers();
  });

  it('a generator function has no live text', async () => {
    const generators = {
      state: () => new SharedInt(),
      threads: {
        ann: function* () {
          yield;
        },
      },
    };
    await expect(replayLive(poolOf(dialect), 'g1:ann', generators)).rejects.toMatchObject({ code: 'ERR_SPEC' });
  });
});
