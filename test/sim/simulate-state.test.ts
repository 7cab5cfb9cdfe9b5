/**
 * `simulate` with `state`: threads that share it, be they ordinary functions or generator functions, and what they leave in it.
 */
import { describe, expect, it } from 'vitest';
import type { DialectName } from '../../src/dialects/registry.js';
import { simulate } from '../../src/sim/simulate.js';
import { times } from '../../src/sim/spec.js';
import { Condition } from '../../src/threading/condition.js';
import { Lock } from '../../src/threading/lock.js';
import { Queue } from '../../src/threading/queue.js';
import { call } from '../../src/transform/twins.js';

/** Nobody is ever late. */
const IDEAL = { wakeUpLatency: 0, timerSlack: 0, wakeUpOrder: 'first-come' } as const;

describe('threads that share state', () => {
  const count = (dialect: DialectName) =>
    simulate({
      dialect,
      switchInterval: 0.1,
      checkpointInterval: 0.001,
      state: () => ({ n: 0 }),
      threads: times(3, (s: { n: number }) => {
        for (let turn = 0; turn < 500; turn += 1) s.n += 1;
      }),
    });

  it('are ordinary functions: they lose updates where the interpreter looks between the read and the write', () => {
    expect(count('cpython-3.13').state.n).toBe(1500);
    expect(count('cpython-3.9').state.n).toBeLessThan(1500);
    expect(count('cpython-3.9').state.n).toBe(count('cpython-3.9').state.n);
    expect(count('cpython-3.13t').state.n).toBeLessThan(1500);
    expect(count('cpython-3.13t').lock.holds).toBe(0);
  });

  it('each look costs a unit of work', () => {
    const run = simulate({
      ...IDEAL,
      dialect: 'cpython-3.13',
      checkpointInterval: 1,
      state: () => ({ n: 0 }),
      threads: [
        (s) => {
          for (let turn = 0; turn < 7; turn += 1) s.n += 1;
          return s.n;
        },
      ],
    });
    // One look at each turn of the loop, one at the beginning.
    expect([run.values[0], run.makespan, run.threads[0]?.cpu]).toEqual([7, 8, 8]);
  });

  it('spend time by what `t` has, which an ordinary function just calls', () => {
    const run = simulate({
      ...IDEAL,
      state: () => ({ log: [] as string[], lock: new Lock() }),
      threads: {
        ann: (s, t) => {
          t.acquire(s.lock);
          t.compute(3);
          t.sleep(10);
          t.release(s.lock);
          const child = t.start(() => {
            t.compute(1);
            s.log.push('child');
          });
          t.releaseForIO(() => {
            t.io(2);
          });
          s.log.push(t.name);
          return [Math.round(t.now()), typeof child];
        },
        *bob(s, t) {
          yield* call(s.lock, 'acquireSync');
          s.log.push(t.name);
          return Math.round(t.now());
        },
      },
    });
    expect(run.errors).toEqual({});
    expect(run.values).toEqual({ ann: [16, 'object'], bob: 14 });
    expect(run.state.log).toEqual(['child', 'bob', 'ann']);
  });

  it('use what gil/threading has, by its own text', () => {
    const { values, state, lock } = simulate({
      ...IDEAL,
      state: () => ({ queue: new Queue<number>(1), ready: new Condition(), done: 0, sum: 0 }),
      threads: {
        producer: (s, t) => {
          for (let item = 1; item <= 3; item += 1) {
            t.compute(2);
            s.queue.putSync(item);
          }
        },
        consumer: (s, t) => {
          for (let turn = 0; turn < 3; turn += 1) {
            s.sum += s.queue.getSync();
            t.sleep(4);
          }
          s.ready.runExclusiveSync(() => {
            s.done = 1;
            s.ready.notifyAll();
          });
        },
        *waiter(s, t) {
          const leave = (yield* call(s.ready, 'acquireSync')) as () => void;
          while (s.done === 0) yield* call(s.ready, 'waitSync');
          leave();
          return t.now();
        },
      },
    });
    expect(state.sum).toBe(6);
    expect(values.waiter).toBeGreaterThan(14);
    expect(lock.drops.voluntary).toBeGreaterThan(4);
  });

  it('may have options, and are typed by what they return', () => {
    const { values, state, threads } = simulate({
      ...IDEAL,
      state: () => ({ n: 1 }),
      threads: { late: { start: 5, run: (s) => s.n + 1 } },
    });
    const late: number | undefined = values.late;
    expect([late, state.n, threads[0]?.began]).toEqual([2, 1, 5]);
  });
});

describe('what is refused', () => {
  const outside = 1;
  it('a function that uses what is around it', () => {
    expect(() => simulate({ state: () => ({ n: 0 }), threads: { ann: (s) => (s.n += outside) } })).toThrow(
      expect.objectContaining({ code: 'ERR_TASK_FREE_VARIABLE', message: expect.stringContaining('`outside`') }),
    );
  });

  it('a function called that cannot be seen into, unless it counts as native', () => {
    const run = (atomic: readonly (() => number)[]) => simulate({ state: () => ({ n: 0, f }), atomic, threads: [(s) => (s.n = s.f())] });
    const f = (): number => outside;
    expect(() => run([])).toThrow(expect.objectContaining({ code: 'ERR_SPEC', message: expect.stringContaining('atomic: [f]') }));
    expect(run([f]).state.n).toBe(1);
  });

  it('an async function, and a state that is none', () => {
    expect(() => simulate({ state: () => 0, threads: [async () => {}] })).toThrow(expect.objectContaining({ code: 'ERR_SPEC' }));
    expect(() => simulate({ state: 1 as never, threads: [() => {}] })).toThrow(/state: expected a function .* got 1/);
  });
});
