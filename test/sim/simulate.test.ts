/**
 * `simulate` as a program uses it: what comes back, the primitives of `gil/threading` under virtual time, what repeats itself, what is refused.
 */
import { describe, expect, it } from 'vitest';
import { dialects } from '../../src/dialects/registry.js';
import type { LockEvent } from '../../src/events.js';
import { releaseForIO, sleep } from '../../src/runtime/release.js';
import type { ThreadContext, ThreadProgram } from '../../src/sim/host/context.js';
import type { WakeUpOrder } from '../../src/sim/host/sleepers.js';
import { simulate } from '../../src/sim/simulate.js';
import { countsByThread, lockMetrics, slices } from '../../src/sim/simulate-metrics.js';
import type { SimulateOptions } from '../../src/sim/simulate-options.js';
import type { VirtualThread } from '../../src/sim/switch-point.js';
import { CHANGED, cas, load, notify, store, WOKEN, wait } from '../../src/steps/step.js';
import { Barrier } from '../../src/threading/barrier.js';
import { Condition } from '../../src/threading/condition.js';
import { Event } from '../../src/threading/event.js';
import { Lock } from '../../src/threading/lock.js';
import { RLock } from '../../src/threading/rlock.js';
import { BoundedSemaphore, Semaphore } from '../../src/threading/semaphore.js';
import { TWIN } from '../../src/transform/twin.js';
import { call } from '../../src/transform/twins.js';

/** Nobody is ever late. */
const IDEAL = { wakeUpLatency: 0, timerSlack: 0, wakeUpOrder: 'first-come' } as const;
const cpu = (ms: number): ThreadProgram =>
  function* (t) {
    yield* t.compute(ms);
  };

describe('a simulation', () => {
  it('tells what threads returned and threw, and what they used', () => {
    const run = simulate({
      ...IDEAL,
      threads: {
        *adder(t) {
          yield* t.compute(2);
          yield* t.sleep(3);
          return 'sum';
        },
        *thrower(t) {
          yield* t.native(1);
          throw new Error('no');
        },
      },
    });
    expect(run.values).toEqual({ adder: 'sum' });
    expect(run.errors).toEqual({ thrower: new Error('no') });
    expect(run).toMatchObject({ dialect: 'cpython-3.13', makespan: 5, utilisation: 3 / 10 });
    expect(run.threads).toMatchObject([
      { name: 'adder', ident: 1, began: 0, ended: 5, cpu: 2, holds: 2, waits: 0, held: 2, waited: 0 },
      { name: 'thrower', ident: 2, began: 0, ended: 3, cpu: 1, holds: 1, waits: 1, held: 1, waited: 2 },
    ]);
    expect(run.lock).toMatchObject({ holds: 3, waits: 1, switches: 3, held: 3, waited: 2, contention: 0.4 });
  });

  it('takes threads by name or in a list, and types what they return', () => {
    const list = simulate({ threads: [cpu(1), cpu(1)] });
    expect(list.threads.map(({ name }) => name)).toEqual(['0', '1']);
    const { values } = simulate({
      threads: {
        // biome-ignore lint/correctness/useYield: it returns at once
        *one() {
          return 1;
        },
      },
    });
    const one: number | undefined = values.one;
    expect(one).toBe(1);
  });

  it('counts a yield as a unit of work and a look', () => {
    const run = simulate({
      ...IDEAL,
      checkpointInterval: 1,
      threads: {
        *a() {
          for (let turn = 0; turn < 20; turn += 1) yield turn % 2 === 0 ? undefined : turn;
        },
        b: cpu(20),
      },
    });
    expect(slices(run.events).slice(0, 4)).toEqual([
      { ident: 1, start: 0, end: 5 },
      { ident: 2, start: 5, end: 10 },
      { ident: 1, start: 10, end: 15 },
      { ident: 2, start: 15, end: 20 },
    ]);
  });

  it('shows a lost update where a switch falls between a read and a write, and none where there is no look between them', () => {
    const total = (between: 'look' | 'nothing'): number => {
      const counter = { value: 0 };
      const thread: ThreadProgram = function* () {
        for (let turn = 0; turn < 100; turn += 1) {
          const { value } = counter;
          if (between === 'look') yield;
          counter.value = value + 1;
          yield;
        }
      };
      simulate({ ...IDEAL, switchInterval: 0.3, checkpointInterval: 0.1, threads: [thread, thread] });
      return counter.value;
    };
    expect(total('nothing')).toBe(200);
    expect(total('look')).toBeLessThan(200);
  });

  it('is the same for the same options and seed, and differs by the seed', () => {
    const run = (options: Partial<SimulateOptions>) =>
      simulate({
        threads: [
          cpu(6),
          cpu(6),
          function* (t) {
            for (let turn = 0; turn < 5; turn += 1) yield* t.io(t.random());
          },
        ],
        ...options,
      }).events;
    for (const dialect of Object.values(dialects)) expect(run({ dialect, seed: 3 }), dialect.name).toEqual(run({ dialect, seed: 3 }));
    expect(run({ seed: 3 })).not.toEqual(run({ seed: 4 }));
    const exact = { wakeUpLatency: 0, ties: 'by-seed', wakeUpOrder: 'first-come' } as const;
    const orders = Array.from({ length: 8 }, (_, seed) =>
      simulate({ ...exact, seed, threads: [cpu(1), cpu(1), cpu(1)] })
        .events.map(({ ident }) => ident)
        .join(),
    );
    expect(new Set(orders).size).toBeGreaterThan(1);
  });

  it('speaks every dialect', () => {
    for (const dialect of Object.values(dialects)) {
      const io: ThreadProgram = function* (t) {
        yield* t.io(1);
        yield* t.compute(1);
        return t.name;
      };
      const { values, lock, makespan } = simulate({ dialect, threads: { a: io, b: io, c: cpu(20) } });
      expect(values, dialect.name).toMatchObject({ a: 'a', b: 'b' });
      expect(lock.holds > 0, dialect.name).toBe(dialect.lock === 'global');
      expect(makespan, dialect.name).toBeGreaterThanOrEqual(20);
    }
  });

  it('runs a rank of behaviour: who computes gives way at once to who does I/O', () => {
    const patched = {
      ...dialects['cpython-3.13'],
      name: 'patched',
      rank: { by: 'behaviour', first: 1, afterForcedDrop: -1, afterVoluntaryDrop: 1 },
      preemption: 'at-once-by-higher-rank',
    } as const;
    const back: number[] = [];
    const io: ThreadProgram = function* (t) {
      for (let turn = 0; turn < 4; turn += 1) {
        const begin = t.now();
        yield* t.io(20);
        back.push(t.now() - begin);
      }
    };
    simulate({ ...IDEAL, dialect: patched, threads: [cpu(200), io] });
    expect(back.slice(1)).toEqual([20, 20, 20].map((ms) => expect.closeTo(ms, 3)));
    // A newcomer has the rank that it begins with: above that of one that was made to let go.
    const newcomer: ThreadProgram<number> = function* (t) {
      yield* t.look();
      return t.now();
    };
    const { values } = simulate({ ...IDEAL, dialect: patched, threads: [cpu(90), cpu(1), { start: 52, run: newcomer }] });
    expect(values[2]).toBeCloseTo(52, 3);
  });

  it('wakes who has slept longest, or who has just asked, or anybody', () => {
    const back = (wakeUpOrder: WakeUpOrder): number => {
      const { events } = simulate({ wakeUpOrder, switchInterval: 1, threads: Array.from({ length: 4 }, () => cpu(50)) });
      const all = slices(events).slice(2, -8);
      return all.filter(({ ident }, at) => ident === all[at - 2]?.ident).length / all.length;
    };
    expect(back('first-come')).toBe(0);
    expect(back('by-seed')).toBeGreaterThan(0.2);
    expect(back('by-seed')).toBeLessThan(0.45);
    expect(back('condition-variable')).toBeGreaterThan(0.5);
    expect(back('condition-variable')).toBeLessThan(0.75);
  });

  it('runs 10,000 threads', () => {
    let count = 0;
    const thread: ThreadProgram<number> = function* (t) {
      yield* t.compute(0.01);
      yield* t.sleep(100);
      count += 1;
      return t.ident;
    };
    // A long interval: each sleeper wakes up once in each to look whether it should ask.
    const run = simulate({ switchInterval: 100, threads: Array.from({ length: 10_000 }, () => thread) });
    expect(count).toBe(10_000);
    expect(run.values[9999]).toBe(10_000);
    expect(run.lock.holds).toBe(20_000);
  });
});

describe('the primitives of gil/threading under virtual time', () => {
  it('Lock: one at a time, also without the Global Interpreter Lock', () => {
    for (const dialect of ['cpython-3.13', 'cpython-3.13t'] as const) {
      const lock = new Lock();
      let inside = 0;
      let most = 0;
      const thread: ThreadProgram = function* (t) {
        for (let turn = 0; turn < 20; turn += 1) {
          yield* t.acquire(lock);
          inside += 1;
          most = Math.max(most, inside);
          yield* t.compute(1);
          inside -= 1;
          yield* t.release(lock);
        }
      };
      const { makespan } = simulate({ dialect, cores: 3, threads: [thread, thread, thread] });
      expect([most, inside, lock.locked()], dialect).toEqual([1, 0, false]);
      expect(makespan, dialect).toBeGreaterThanOrEqual(60);
    }
  });

  it('Lock: a timeout is a value, to the nanosecond', () => {
    const lock = new Lock({ name: 'till' });
    const { values } = simulate({
      ...IDEAL,
      threads: {
        *owner(t) {
          yield* t.acquire(lock);
          yield* t.sleep(500);
          yield* t.release(lock);
        },
        *guest(t) {
          const got = [yield* t.acquire(lock, { timeout: 0 }), yield* t.acquire(lock, { timeout: 120 })];
          const time = t.now();
          return [...got, time, yield* t.acquire(lock, { timeout: 10_000 }), t.now()];
        },
      },
    });
    expect(values.guest).toEqual([false, false, 120, true, 500]);
  });

  it('Lock: a try does not let go of the Global Interpreter Lock', () => {
    const lock = new Lock();
    const { threads, values } = simulate({
      threads: [
        function* (t) {
          yield* t.acquire(lock);
          return yield* t.acquire(lock, { timeout: 0 });
        },
      ],
    });
    expect(values[0]).toBe(false);
    expect(threads[0]?.drops).toEqual({ forced: 0, voluntary: 0, final: 1 });
  });

  it('RLock: its owner takes it again; another one may not let go of it', () => {
    const lock = new RLock();
    const { values, errors } = simulate({
      ...IDEAL,
      threads: {
        *owner(t) {
          yield* t.acquire(lock);
          yield* t.acquire(lock);
          yield* t.release(lock);
          yield* t.sleep(10);
          yield* t.release(lock);
        },
        *other(t) {
          yield* t.acquire(lock);
          const time = t.now();
          yield* t.release(lock);
          return time;
        },
        *thief(t) {
          yield* t.sleep(5);
          yield* t.release(lock);
        },
      },
    });
    expect(values.other).toBe(10);
    expect(errors).toMatchObject({ thief: { code: 'ERR_GIL_NOT_HELD' } });
  });

  it('Semaphore: as many at once as it has permits', () => {
    const seats = new Semaphore(2);
    const guest: ThreadProgram<number> = function* (t) {
      yield* t.acquire(seats);
      yield* t.io(10);
      yield* t.release(seats);
      return t.now();
    };
    expect(simulate({ ...IDEAL, threads: [guest, guest, guest, guest, guest] }).values).toEqual([10, 10, 20, 20, 30]);
    const { errors } = simulate({
      threads: [
        function* (t) {
          yield* t.release(new BoundedSemaphore(1));
        },
      ],
    });
    expect(errors[0]).toMatchObject({ code: 'ERR_SEMAPHORE_RELEASE' });
  });

  it('Event: all who wait go on when it is set', () => {
    const ready = new Event();
    const waiter: ThreadProgram = function* (t) {
      return [yield* t.wait(ready, { timeout: 3 }), t.now(), yield* t.wait(ready), t.now()];
    };
    const { values } = simulate({
      ...IDEAL,
      threads: {
        waiter,
        other: waiter,
        *setter(t) {
          yield* t.clear(ready);
          yield* t.sleep(7);
          yield* t.set(ready);
        },
      },
    });
    expect(values.waiter).toEqual([false, 3, true, 7]);
    expect(values.other).toEqual([false, 3, true, 7]);
  });

  it('Condition: who is notified goes on, with its lock', () => {
    const condition = new Condition();
    const basket: number[] = [];
    const eater: ThreadProgram<number> = function* (t) {
      yield* t.acquire(condition.lock);
      while (basket.length === 0) yield* t.wait(condition);
      const eaten = basket.shift() as number;
      yield* t.release(condition.lock);
      return eaten;
    };
    const { values, errors } = simulate({
      threads: {
        eater,
        second: eater,
        *baker(t) {
          for (const bun of [1, 2]) {
            yield* t.sleep(5);
            yield* t.acquire(condition.lock);
            basket.push(bun);
            yield* t.notify(condition);
            yield* t.release(condition.lock);
          }
        },
        *stranger(t) {
          yield* t.wait(condition, { timeout: 5 });
        },
      },
    });
    expect([values.eater, values.second].sort()).toEqual([1, 2]);
    expect(errors.stranger).toMatchObject({ code: 'ERR_GIL_NOT_HELD' });
  });

  it('Barrier: nobody goes on before all are there', () => {
    const barrier = new Barrier(3);
    const runner = (ms: number): ThreadProgram =>
      function* (t) {
        yield* t.sleep(ms);
        return [yield* t.wait(barrier), t.now()];
      };
    const { values } = simulate({ ...IDEAL, threads: [runner(3), runner(1), runner(8)] });
    expect(values).toEqual([
      [1, 8],
      [0, 8],
      [2, 8],
    ]);
  });

  it('a step of one’s own is performed as it is, and a sleep is without the lock', () => {
    const words = new Int32Array(new SharedArrayBuffer(8));
    const run = simulate({
      ...IDEAL,
      threads: {
        *a(t) {
          const seen = [yield cas(words, 0, 0, 7), yield load(words, 0), yield wait(words, 0, 0, Number.POSITIVE_INFINITY)];
          return [...seen, yield wait(words, 0, 7, Number.POSITIVE_INFINITY), t.now()];
        },
        *b(t) {
          yield* t.compute(3);
          yield store(words, 0, 8);
          yield notify(words, 0, 1);
        },
      },
    });
    expect(run.values.a).toEqual([0, 7, CHANGED, WOKEN, 3]);
    // Also for the sleep that did not come about.
    expect(run.threads[0]?.drops.voluntary).toBe(2);
  });

  it('two threads that do nothing but wake each other are not in a deadlock', () => {
    const [ping, pong] = [new Semaphore(0), new Semaphore(0)];
    const player = (theirs: Semaphore, mine: Semaphore): ThreadProgram =>
      function* (t) {
        for (let turn = 0; turn < 20; turn += 1) {
          yield* t.release(theirs);
          yield* t.acquire(mine);
        }
      };
    expect(simulate({ wakeUpLatency: 1000, threads: [player(ping, pong), player(pong, ping)] }).makespan).toBeGreaterThanOrEqual(20_000);
  });

  it('a deadlock ends the simulation, and says who waits for what', () => {
    const [left, right] = [new Lock({ name: 'left' }), new Lock({ name: 'right' })];
    const eater = (first: Lock, second: Lock): ThreadProgram =>
      function* (t) {
        yield* t.acquire(first);
        yield* t.sleep(1);
        yield* t.acquire(second);
      };
    expect(() => simulate({ threads: { ann: eater(left, right), bob: eater(right, left) } })).toThrow(
      expect.objectContaining({
        code: 'ERR_SIM_DEADLOCK',
        message: expect.stringMatching(
          /ann waits for the lock 'right', which thread number 2 holds, bob waits for the lock 'left', which thread number 1 holds/,
        ),
      }),
    );
    expect(() =>
      simulate({
        threads: {
          *a(t) {
            yield* t.wait(new Event({ name: 'dawn' }));
          },
        },
      }),
    ).toThrow(/no thread can go on: a waits for the event 'dawn'/);
  });

  it('a long wait with a limit is no deadlock', () => {
    const { values } = simulate({
      ...IDEAL,
      threads: {
        *a(t) {
          const lock = new Lock();
          yield* t.acquire(lock);
          return [yield* t.acquire(lock, { timeout: 100_000 }), t.now()];
        },
      },
    });
    expect(values.a).toEqual([false, 100_000]);
  });
});

describe('a transformed function', () => {
  /** An ordinary function with a twin, as the transform makes them. */
  const twinned = (twin: (t: ThreadContext) => VirtualThread): ThreadProgram =>
    Object.assign(() => {}, { [TWIN]: twin }) as unknown as ThreadProgram;

  const run = (plain: object, ...args: unknown[]): VirtualThread =>
    (Reflect.get(plain, TWIN) as (...args: unknown[]) => VirtualThread)(...args);

  it('looks at its sites, and waits by the twins of the primitives, without the lock', () => {
    const lock = new Lock();
    const seats = new Semaphore(1);
    const log: unknown[] = [];
    const worker = (name: string, ms: number): ThreadProgram =>
      twinned(function* (t) {
        const release = (yield* call(lock, 'acquireSync')) as () => void;
        yield 0;
        yield* run(sleep, ms);
        log.push(name, t.now());
        release();
        log.push(yield* call(seats, 'acquireSync', { timeout: 5 }));
        yield* run(sleep, 100);
      });
    const { errors, threads } = simulate({ ...IDEAL, checkpointInterval: 1, threads: [worker('ann', 20), worker('bob', 30)] });
    expect(errors).toEqual([]);
    expect(log).toEqual(['ann', 21, expect.any(Function), 'bob', 52, null]);
    expect(threads.map(({ drops }) => drops.voluntary)).toEqual([2, 4]);
  });

  it('waits again when another one was faster, and is a thread of its own to a lock', () => {
    const seats = new Semaphore(1);
    const lock = new RLock();
    let inside = 0;
    const guest = twinned(function* () {
      const leave = (yield* call(seats, 'acquireSync')) as () => void;
      yield* run(sleep, 10);
      leave();
      const unlock = (yield* call(lock, 'acquireSync')) as () => void;
      inside += 1;
      yield* run(sleep, 25);
      inside -= 1;
      if (inside > 0) throw new Error('two inside');
      unlock();
    });
    const { errors, makespan } = simulate({ ...IDEAL, threads: [guest, guest, guest, guest] });
    expect(errors).toEqual([]);
    expect(makespan).toBe(10 + 4 * 25);
  });

  it('waits as long as it says, from when it says so; and sleeps without the lock, be it for nothing', () => {
    const waiter = twinned(function* (t) {
      yield* run(sleep, 10);
      const outcome = yield* call(new Event(), 'waitSync', { timeout: 5 });
      const time = t.now();
      yield* run(sleep, 0);
      return [outcome, time];
    });
    const { values, lock } = simulate({ ...IDEAL, threads: [waiter] });
    expect(values[0]).toEqual([false, 15]);
    expect(lock.drops.voluntary).toBe(3);
  });

  it('lets go of the lock by `releaseForIO`', () => {
    const worker = twinned(function* () {
      yield* run(releaseForIO, () => {});
    });
    expect(simulate({ threads: [worker] }).lock.drops).toEqual({ forced: 0, voluntary: 1, final: 1 });
  });
});

describe('a thread that starts others', () => {
  it('is told how they ended, and may wait for them with a limit', () => {
    const { values, threads } = simulate({
      ...IDEAL,
      threads: {
        *main(t) {
          const child = yield* t.start(
            function* (self) {
              yield* self.sleep(10);
              return self.name;
            },
            { name: 'child' },
          );
          const failing = yield* t.start(function* (self) {
            yield* self.compute(1);
            throw new Error('no');
          });
          const joined = [yield* t.join(child, { timeout: 4 }), t.now(), yield* t.join(child), t.now()];
          return [...joined, child.outcome, failing.outcome];
        },
      },
    });
    expect(values.main).toEqual([
      false,
      5,
      true,
      10,
      { status: 'fulfilled', value: 'child' },
      { status: 'rejected', reason: new Error('no') },
    ]);
    expect(threads.map(({ name }) => name)).toEqual(['main', 'child', 'thread 3']);
  });

  it('cannot start more than there may be', () => {
    const { errors } = simulate({
      maxThreads: 2,
      threads: {
        *main(t) {
          yield* t.start(cpu(1));
          yield* t.start(cpu(1));
        },
      },
    });
    expect(errors.main).toMatchObject({ code: 'ERR_GIL_RANGE', message: expect.stringMatching(/maxThreads: expected at most 2 threads/) });
  });
});

describe('metrics', () => {
  const event = (type: 'wait' | 'take' | 'give-up', ident: number, time: number): LockEvent => ({
    type,
    ident,
    time,
    threadId: 0,
    switchNumber: 0,
  });
  const drop = (ident: number, time: number): LockEvent => ({ type: 'drop', reason: 'final', ident, time, threadId: 0, switchNumber: 0 });
  const events: readonly LockEvent[] = [
    event('take', 1, 0),
    event('wait', 2, 1),
    event('wait', 3, 2),
    event('give-up', 3, 4),
    drop(1, 5),
    event('take', 2, 5.5),
    drop(2, 7),
    event('take', 2, 20),
    drop(2, 21),
  ];

  it('a slice lasts until the lock comes to another thread, and the last one until it is let go', () => {
    expect(slices(events)).toEqual([
      { ident: 1, start: 0, end: 5.5 },
      { ident: 2, start: 5.5, end: 21 },
    ]);
  });

  it('a wait ends in a take or in giving up; a take without a wait has waited for nothing', () => {
    expect(lockMetrics(events)).toMatchObject({ holds: 3, waits: 2, waited: 6.5, held: 7.5, switches: 2, drops: { final: 3 } });
    expect(countsByThread(events).get(2)).toMatchObject({ holds: 2, waits: 1, waited: 4.5, held: 2.5 });
  });

  it('of no events are zero', () => {
    expect(slices([])).toEqual([]);
    expect(lockMetrics([])).toMatchObject({ holds: 0, switches: 0, contention: 0 });
  });
});

describe('what is refused', () => {
  const idle: ThreadProgram = cpu(1);
  it.each([
    [undefined, 'ERR_GIL_ARGUMENT', /simulate: expected \{ threads, … \}; got undefined/],
    [{}, 'ERR_GIL_ARGUMENT', /threads: expected generator functions/],
    [{ threads: {} }, 'ERR_GIL_ARGUMENT', /at least one thread; got none/],
    [{ threads: { a: 1 } }, 'ERR_GIL_ARGUMENT', /the thread a to be a generator function or \{ run, start, lock, rank \}; got 1/],
    [
      { threads: { a: () => 5 } },
      'ERR_GIL_ARGUMENT',
      /the thread a to be a generator function, `function\* \(t\) \{ … \}`, or an ordinary one that shares `state`; it gave 5/,
    ],
    [{ threads: { a: { run: idle, start: -1 } } }, 'ERR_GIL_RANGE', /start of the thread a/],
    [{ threads: { a: { run: idle, lock: 'other' } } }, 'ERR_GIL_ARGUMENT', /'shared' or 'none'/],
    [{ threads: { a: { run: idle, rank: 1 } } }, 'ERR_GIL_ARGUMENT', /all threads are equal/],
    [{ threads: [idle], dialect: 'cpython-4' }, 'ERR_GIL_ARGUMENT', /cpython-3.13/],
    [{ threads: [idle], cores: 0 }, 'ERR_GIL_RANGE', /cores: expected a whole number from 1/],
    [{ threads: [idle], cores: '2' }, 'ERR_GIL_ARGUMENT', /cores/],
    [{ threads: [idle], switchInterval: 0 }, 'ERR_GIL_SWITCH_INTERVAL', /switchInterval/],
    [{ threads: [idle], seed: 1.5 }, 'ERR_GIL_RANGE', /seed/],
    [{ threads: [idle], checkpointInterval: 0 }, 'ERR_GIL_RANGE', /checkpointInterval/],
    [
      { threads: [idle], wakeUpLatency: [2, 1] },
      'ERR_GIL_RANGE',
      /wakeUpLatency: expected milliseconds, or \[shortest, longest\]; got \[2, 1\]/,
    ],
    [{ threads: [idle], wakeUpLatency: Number.NaN }, 'ERR_GIL_RANGE', /wakeUpLatency/],
    [{ threads: [idle], timerSlack: Number.POSITIVE_INFINITY }, 'ERR_GIL_RANGE', /timerSlack/],
    [{ threads: [idle], ties: 'random' }, 'ERR_GIL_ARGUMENT', /ties/],
    [{ threads: [idle], wakeUpOrder: 'random' }, 'ERR_GIL_ARGUMENT', /wakeUpOrder/],
    [{ threads: [idle], maxThreads: 40_000 }, 'ERR_GIL_RANGE', /maxThreads/],
    [{ threads: [idle, idle], maxThreads: 1 }, 'ERR_GIL_RANGE', /maxThreads/],
  ])('%o', (options, code, message) => {
    expect(() => simulate(options as never)).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
  });

  const thrown = (program: ThreadProgram): unknown => simulate({ threads: [program] }).errors[0];
  it.each<[string, ThreadProgram, string, RegExp]>([
    ['time that is none', (t) => t.compute(Number.NaN), 'ERR_GIL_RANGE', /t.compute: expected milliseconds, 0 or more; got NaN/],
    ['time without end', (t) => t.sleep(Number.POSITIVE_INFINITY), 'ERR_GIL_RANGE', /t.sleep: expected milliseconds that end/],
    ['what is no primitive', (t) => t.acquire({} as never), 'ERR_GIL_ARGUMENT', /t.acquire: expected an object of gil\/threading \(lock, /],
    ['what cannot be waited for', (t) => t.wait(new Lock() as never), 'ERR_GIL_ARGUMENT', /t.wait: .*\(event, condition, barrier\)/],
    ['a lock that is free', (t) => t.release(new Lock()), 'ERR_GIL_NOT_HELD', /t.release: expected the lock 'lock' to be held/],
    ['a thread that was not started', (t) => t.join({} as never), 'ERR_GIL_ARGUMENT', /t.join: expected what t.start gave/],
    ['no program', (t) => t.start(5 as never), 'ERR_GIL_ARGUMENT', /t.start: expected a generator function/],
  ])('in a thread: %s', (_, program, code, message) => {
    const inside: ThreadProgram = function* (t) {
      yield* program(t);
    };
    expect(thrown(inside)).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it('a rank, where threads have none', () => {
    expect(
      // biome-ignore lint/correctness/useYield: it throws
      thrown(function* (t) {
        t.setRank(1);
      }),
    ).toMatchObject({ code: 'ERR_GIL_ARGUMENT' });
  });

  it('what a thread yields that means nothing', () => {
    const threads = {
      *a(): Generator<never, void, number> {
        yield 'soon' as never;
      },
    };
    expect(() => simulate({ threads })).toThrow(/the thread a yielded "soon": expected nothing, a number, or a step. Use `yield\*`/);
  });

  it('a loop that never ends', () => {
    const forever: ThreadProgram = function* (t) {
      for (;;) yield* t.sleep(1000);
    };
    expect(() => simulate({ threads: { forever }, maxTime: 5000 })).toThrow(
      expect.objectContaining({
        code: 'ERR_SIM_LIMIT',
        message: expect.stringMatching(/maxTime, 5000 ms of virtual time; still there: forever/),
      }),
    );
    const looks: ThreadProgram = function* () {
      for (;;) yield;
    };
    expect(() => simulate({ threads: { looks }, maxEvents: 1000 })).toThrow(/maxEvents, 1000 moves; after 0.05 ms .* still there: looks/);
  });

  it('a loop in which no time passes', () => {
    const words = new Int32Array(new SharedArrayBuffer(4));
    const spin: ThreadProgram = function* () {
      while ((yield load(words, 0)) === 0);
    };
    expect(() => simulate({ threads: { spin } })).toThrow(
      /the thread spin took \d+ steps at one instant, 0 ms: expected virtual time to pass/,
    );
  });
});
