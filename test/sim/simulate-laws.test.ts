/**
 * The laws of the lock under virtual time, where they hold exactly: on a machine that wakes its threads at once, an interval is an
 * interval. The numbers are those of the list of laws in `test/laws`.
 */
import { describe, expect, it } from 'vitest';
import type { LockEvent } from '../../src/events.js';
import type { ThreadProgram } from '../../src/sim/host/context.js';
import { type Simulation, simulate } from '../../src/sim/simulate.js';
import { slices } from '../../src/sim/simulate-metrics.js';
import type { SimulateOptions } from '../../src/sim/simulate-options.js';
import { Lock } from '../../src/threading/lock.js';

/** Nobody is ever late. */
const ideal = (options: SimulateOptions): Simulation =>
  simulate({ wakeUpLatency: 0, timerSlack: 0, wakeUpOrder: 'first-come', ...options });

const cpu = (ms: number): ThreadProgram =>
  function* (t) {
    yield* t.compute(ms);
  };

const of = <T extends LockEvent['type']>({ events }: Simulation, type: T) =>
  events.filter((event): event is Extract<LockEvent, { type: T }> => event.type === type);
const when = (events: readonly LockEvent[]) => events.map(({ ident, time }) => [ident, time]);

describe('taking', () => {
  it('law 5: a free lock is taken at once, however long the interval', () => {
    const run = ideal({
      switchInterval: 10_000,
      threads: {
        *a(t) {
          yield* t.io(10);
        },
        b: { start: 3, run: cpu(1) },
      },
    });
    expect(when(of(run, 'take'))).toEqual([
      [1, 0],
      [2, 3],
      [1, 10],
    ]);
  });

  it('law 6: a passer-by may take a free lock before the one that is being woken', () => {
    const run = simulate({
      wakeUpLatency: 1,
      timerSlack: 0,
      threads: {
        *a(t) {
          yield* t.compute(3);
          yield* t.io(20);
        },
        b: cpu(1),
        c: { start: 3.5, run: cpu(2) },
      },
    });
    // b is woken at 3 and runs at 4, when c has the lock: it waits anew, and asks for nothing.
    expect(when(of(run, 'take')).slice(0, 3)).toEqual([
      [1, 0],
      [3, 3.5],
      [2, 6.5],
    ]);
    expect(run.lock.requests).toBe(0);
  });
});

describe('asking', () => {
  it('law 7: nobody asks before a whole interval has passed', () => {
    const { lock, events } = ideal({ switchInterval: 10_000, threads: [cpu(200), cpu(1)] });
    expect(lock).toMatchObject({ requests: 0, waits: 1, waited: 200, drops: { forced: 0 } });
    expect(events.map(({ type }) => type)).toEqual(['take', 'wait', 'drop', 'take', 'drop']);
  });

  it('law 8 and 20: whose time is up after a hand-over does not ask; who asked need not be the next', () => {
    const run = ideal({ threads: [cpu(30), cpu(30), { start: 2, run: cpu(30) }] });
    // The second asks at 5 and goes to sleep again, behind the third, which so gets the lock. At 10 its time is up once more, but the lock
    // has changed hands since 5: it is the first that asks, whose wait began with this hold.
    expect(when(of(run, 'request')).slice(0, 2)).toEqual([
      [2, 5],
      [1, 10],
    ]);
    expect(when(of(run, 'take')).slice(0, 3)).toEqual([
      [1, 0],
      [3, 5],
      [2, 10],
    ]);
  });

  it('law 9: a wait in progress keeps its interval; the next turn has the new one', () => {
    const run = ideal({
      switchInterval: 300,
      threads: {
        *a(t) {
          yield* t.compute(50);
          t.setSwitchInterval(1);
          yield* t.native(400);
        },
        b: cpu(1),
      },
    });
    expect(when(of(run, 'request')).slice(0, 3)).toEqual([
      [2, 300],
      [2, 301],
      [2, 302],
    ]);
  });

  it('law 10: a request is to whoever holds the lock', () => {
    const run = ideal({ threads: [cpu(12), cpu(12)] });
    expect(of(run, 'request').map(({ ident, holder }) => [ident, holder])).toEqual([
      [2, 1],
      [1, 2],
      [2, 1],
      [1, 2],
    ]);
  });

  it('law 11 and 36: without a look no switch, however often it is asked: a native call is one step', () => {
    const run = ideal({
      threads: {
        *a(t) {
          yield* t.native(250);
        },
        b: cpu(1),
      },
    });
    expect(of(run, 'take')[1]).toMatchObject({ ident: 2, time: 250 });
    expect(run.lock.requests).toBe(50);
  });
});

describe('looks', () => {
  /** When the second thread, which waits from the beginning, has the lock. */
  const switchedAt = (program: ThreadProgram): number | undefined =>
    of(ideal({ switchInterval: 8, checkpointInterval: 10, threads: [program, cpu(1)] }), 'take')[1]?.time;

  it('come after each unit of work, however it is cut into pieces', () => {
    expect(
      switchedAt(function* (t) {
        for (let piece = 0; piece < 10; piece += 1) yield* t.compute(3);
      }),
    ).toBe(10);
  });

  it('come after a native call, from which the next unit is counted; and wherever one looks by hand', () => {
    expect(
      switchedAt(function* (t) {
        yield* t.native(9);
        yield* t.compute(50);
      }),
    ).toBe(9);
    expect(
      switchedAt(function* (t) {
        yield* t.compute(6);
        yield* t.native(1);
        yield* t.compute(50);
      }),
    ).toBe(17);
    expect(
      switchedAt(function* (t) {
        yield* t.compute(8.5);
        yield* t.look();
        yield* t.compute(50);
      }),
    ).toBe(8.5);
  });
});

describe('switching', () => {
  it('law 12 and 23: looks without a request do nothing, whatever the interval', () => {
    for (const switchInterval of [0.001, 5, 10_000]) {
      const { events, lock } = ideal({ switchInterval, threads: [cpu(1000)] });
      expect(events.map(({ type }) => type)).toEqual(['take', 'drop']);
      expect(lock).toMatchObject({ switches: 1, requests: 0, held: 1000 });
    }
  });

  it('law 13: who was made to let go goes on after another thread has had the lock', () => {
    const { events } = simulate({ threads: [cpu(40), cpu(40), cpu(40)] });
    const turns = events.filter(({ type }) => type === 'take' || type === 'drop');
    for (const [at, event] of turns.entries()) {
      if (event.type === 'drop' && event.reason === 'forced') expect(turns[at + 1]).not.toMatchObject({ ident: event.ident });
    }
    expect(turns.some((event) => event.type === 'drop' && event.reason === 'forced')).toBe(true);
  });

  it('law 14 and 22: two threads alternate strictly, and a slice is exactly the interval', () => {
    const all = slices(ideal({ threads: [cpu(50), cpu(50)] }).events);
    expect(all.slice(0, 20).map(({ ident, start }) => [ident, start])).toEqual(
      Array.from({ length: 20 }, (_, at) => [1 + (at % 2), 5 * at]),
    );
  });

  it('law 22: with a look every 2 ms a slice is the interval and the time to the next look', () => {
    const all = slices(ideal({ checkpointInterval: 2, threads: [cpu(20), cpu(20)] }).events);
    expect(all.map(({ start }) => start)).toEqual([0, 6, 12, 18, 24, 30, 36, 38]);
  });

  it('law 17: the count of switches is the count of changes of the holder', () => {
    const { events, lock } = simulate({
      threads: [
        cpu(20),
        cpu(20),
        function* (t) {
          for (let turn = 0; turn < 5; turn += 1) yield* t.io(2);
        },
      ],
    });
    const takers = events.filter(({ type }) => type === 'take').map(({ ident }) => ident);
    expect(lock.switches).toBe(takers.filter((ident, at) => ident !== takers[at - 1]).length);
    expect(events.at(-1)?.switchNumber).toBe(lock.switches);
  });

  it('law 19: with as many releases as waiters everybody has it', () => {
    for (const seed of [1, 2, 3]) {
      const { values } = simulate({
        seed,
        threads: Array.from(
          { length: 20 },
          (): ThreadProgram<number> =>
            function* (t) {
              yield* t.native(1);
              return t.ident;
            },
        ),
      });
      expect(values).toEqual(Array.from({ length: 20 }, (_, at) => at + 1));
    }
  });

  it('law 21: shares of two threads are about even', () => {
    const { threads, makespan } = simulate({ threads: [cpu(500), cpu(500)] });
    for (const { cpu: worked, ended } of threads) expect(worked / Math.min(ended, makespan)).toBeCloseTo(0.5, 1);
  });
});

describe('letting go', () => {
  it('law 15 and 33: a voluntary release waits for nobody and may take the lock again; `sleep(0)` is one', () => {
    const { lock, makespan } = ideal({
      threads: [
        function* (t) {
          for (let turn = 0; turn < 1000; turn += 1) yield* t.sleep(0);
        },
      ],
    });
    expect(lock).toMatchObject({ switches: 1, drops: { voluntary: 1000, forced: 0, final: 1 } });
    expect(makespan).toBe(0);
  });

  it('law 16: a voluntary release by one that was asked waits for the hand-over first', () => {
    const log: unknown[] = [];
    ideal({
      checkpointInterval: 100,
      threads: {
        *a(t) {
          yield* t.compute(10);
          yield* t.releaseForIO(function* () {
            log.push('I/O', t.now());
            yield* t.compute(1);
          });
        },
        *b(t) {
          log.push('rival', t.now());
          yield* t.compute(3);
        },
      },
    });
    expect(log).toEqual(['rival', 10, 'I/O', 10]);
  });

  it('law 24: beside a computing thread, I/O costs its time and one interval', () => {
    for (const switchInterval of [1, 5, 50]) {
      const back: number[] = [];
      const done: ThreadProgram = function* (t) {
        for (let turn = 1; turn <= 3; turn += 1) {
          const begin = t.now();
          yield* t.io(2);
          back.push(t.now() - begin - 2);
        }
      };
      ideal({ switchInterval, threads: [done, cpu(500)] });
      for (const extra of back) expect(extra).toBeCloseTo(switchInterval, 9);
    }
  });

  it('law 26: starting a computing thread costs one interval', () => {
    for (const switchInterval of [5, 50, 500]) {
      const { values } = ideal({
        switchInterval,
        threads: {
          *main(t) {
            const begin = t.now();
            const thread = yield* t.start(cpu(2000));
            const started = t.now() - begin;
            yield* t.join(thread);
            return [started, t.now()];
          },
        },
      });
      expect(values).toEqual({ main: [switchInterval, 2000] });
    }
  });

  it('law 32: an uncontended acquire keeps the lock, a contended one lets go of it, a release never does', () => {
    const lock = new Lock();
    const log: unknown[] = [];
    const run = ideal({
      switchInterval: 10_000,
      threads: {
        *a(t) {
          yield* t.acquire(lock);
          yield* t.sleep(10);
          yield* t.release(lock);
          log.push('a', t.now());
        },
        *b(t) {
          yield* t.acquire(lock);
          log.push('b', t.now());
          yield* t.release(lock);
        },
      },
    });
    expect(log).toEqual(['a', 10, 'b', 10]);
    expect(run.threads.map(({ drops }) => drops.voluntary)).toEqual([1, 1]);
  });

  it('law 34: the lock is held again after a section without it, however that ends', () => {
    const { values } = ideal({
      threads: {
        *a(t) {
          const held = [t.holdsLock()];
          try {
            yield* t.releaseForIO(function* () {
              held.push(t.holdsLock());
              yield* t.compute(1);
              throw new Error('disk full');
            });
          } catch {
            held.push(t.holdsLock());
          }
          return held;
        },
      },
    });
    expect(values).toEqual({ a: [true, false, true] });
  });

  it('law 35: a section without the lock inside another one is an error', () => {
    const { errors } = ideal({
      threads: {
        *a(t) {
          yield* t.releaseForIO(function* () {
            yield* t.releaseForIO(function* () {
              yield* t.compute(1);
            });
          });
        },
      },
    });
    expect(errors).toMatchObject({ a: { code: 'ERR_GIL_NOT_HELD' } });
  });
});

describe('dialects', () => {
  it('law 41: without a lock threads run in parallel, on as many cores as there are', () => {
    const run = (cores: number) => ideal({ dialect: 'cpython-3.13t', cores, threads: [cpu(100), cpu(100), cpu(100), cpu(100)] });
    expect([1, 2, 3, 4, 8].map((cores) => Math.round(run(cores).makespan))).toEqual([400, 200, 133, 100, 100]);
    expect(run(4)).toMatchObject({ events: [], utilisation: 1, lock: { holds: 0 } });
  });

  it('with the lock, cores are of use only to native calls that let go of it', () => {
    const native: ThreadProgram = function* (t) {
      yield* t.released(100);
    };
    expect(ideal({ cores: 4, threads: [cpu(100), cpu(100)] }).makespan).toBe(200);
    expect(ideal({ cores: 4, threads: [native, native, native, native] }).makespan).toBe(100);
    expect(ideal({ cores: 2, threads: [native, native, native, native] }).makespan).toBe(200);
  });

  it('2.7 lets go every hundred ticks, asked by nobody, and gets the lock back when nobody is awake', () => {
    const { lock, events } = ideal({ dialect: 'cpython-2.7', checkpointInterval: 0.01, threads: [cpu(10)] });
    expect(lock).toMatchObject({ requests: 0, switches: 1, drops: { forced: 9 } });
    expect(of({ events } as Simulation, 'drop')[0]?.time).toBe(1.01);
    const two = simulate({ dialect: 'cpython-2.7', threads: [cpu(10), cpu(10)] });
    expect(two.lock.requests).toBe(0);
    expect(two.lock.switches).toBeGreaterThan(2);
  });

  it('3.9 and 3.13 differ in where a thread looks, not in the lock', () => {
    const run = (dialect: 'cpython-3.9' | 'cpython-3.13') => simulate({ dialect, threads: [cpu(50), cpu(50)] }).events;
    expect(run('cpython-3.9')).toEqual(run('cpython-3.13'));
  });

  it('Ruby hands the lock round, every 100 ms, and twice that for a rank more; that there is a new hold is seen at the next tick of 10 ms', () => {
    const all = slices(ideal({ dialect: 'ruby-3.4', threads: [cpu(300), { run: cpu(600), rank: 1 }, cpu(300)] }).events);
    expect(all.slice(0, 6).map(({ ident, start, end }) => [ident, Math.round(end - start)])).toEqual([
      [1, 100],
      [2, 210],
      [3, 110],
      [1, 110],
      [2, 210],
      [3, 110],
    ]);
  });
});
