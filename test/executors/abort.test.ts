/**
 * Giving calls up by a signal: before they are submitted, while they wait, while they run, and when they do not listen.
 */
import { getEventListeners } from 'node:events';
import { CancelledError, currentTask, InterpreterPool, ProcessPool, report, ThreadPool } from 'gil';
import { describe, expect, it } from 'vitest';
import { firstReport, outcomeOf, POOLS, type PoolKind, whileBusy, withPool } from './pools.js';

describe.each(POOLS)('$name', (kind: PoolKind) => {
  it('does not submit what is given up already', async () => {
    await withPool(kind, 1, async (pool) => {
      const future = pool.submitWith({ signal: AbortSignal.abort('too late') }, () => 1);
      expect(future.cancelled()).toBe(true);
      await expect(future).rejects.toMatchObject({ name: 'CancelledError', cause: 'too late' });
      expect([pool.workerCount, pool.stats().submitted]).toEqual([0, 0]);
    });
  });

  it('calls off what waits, at once, and it never runs', async () => {
    await withPool(kind, 1, async (pool) => {
      const reason = new Error('not needed');
      const abort = new AbortController();
      await whileBusy(pool, async () => {
        const waiting = [1, 2, 3].map((n) => pool.submitWith({ signal: abort.signal }, (n) => report(n), n));
        const seen: unknown[] = [];
        for (const future of waiting) future.on('progress', (value) => seen.push(value));
        const other = pool.submit(() => 'other');
        abort.abort(reason);
        for (const future of waiting) {
          expect(future.cancelled()).toBe(true);
          const error = await outcomeOf(future);
          expect(error).toBeInstanceOf(CancelledError);
          expect(error).toHaveProperty('cause', reason);
        }
        expect(other.done()).toBe(false);
        expect(seen).toEqual([]);
      });
      expect(await pool.submit(() => 'free')).toBe('free');
      expect(pool.stats().completed).toBe(3);
      expect(getEventListeners(abort.signal, 'abort')).toEqual([]);
    });
  });

  it.runIf(kind.memory === 'shared')('may be heard at a look and by a promise at once, and the worker goes on', async () => {
    await withPool(kind, 1, async (pool) => {
      const gate = new Int32Array(new SharedArrayBuffer(4));
      const abort = new AbortController();
      const future = pool.submitWith(
        { signal: abort.signal },
        (gate) => {
          const { signal } = currentTask() as NonNullable<ReturnType<typeof currentTask>>;
          // Has no looks: the first one that comes is behind the promise.
          const text =
            'return (_, reject) => { signal.addEventListener("abort", () => reject(signal.reason)); report("begun"); Atomics.wait(gate, 0, 0); }';
          return new Promise<void>(Function('signal', 'report', 'gate', text)(signal, report, gate));
        },
        gate,
      );
      expect(await firstReport(future)).toBe('begun');
      abort.abort('enough');
      Atomics.store(gate, 0, 1);
      Atomics.notify(gate, 0);
      expect(await outcomeOf(future)).toMatchObject({ code: 'ERR_FUTURE_CANCELLED', cause: 'enough' });
      expect([await pool.submit(() => 'same worker'), pool.workerCount, pool.stats().failed]).toEqual(['same worker', 1, 1]);
    });
  });

  it('has an async task hear of it, which may stop as it likes', async () => {
    await withPool(kind, 1, async (pool) => {
      const listen = (how: 'throw' | 'value' | 'other' | 'timer', signal?: AbortSignal) =>
        new Promise((resolve, reject) => {
          const own = signal ?? (currentTask() as NonNullable<ReturnType<typeof currentTask>>).signal;
          if (how === 'timer') {
            const timers = process.getBuiltinModule('node:timers/promises') as typeof import('node:timers/promises');
            timers.setTimeout(1e6, undefined, { signal: own }).catch(reject);
            report('begun');
            return;
          }
          own.addEventListener('abort', () => {
            if (how === 'value') resolve(`rather this than ${own.reason}`);
            else reject(how === 'throw' ? own.reason : new RangeError('while cleaning up'));
          });
          report('begun');
        });
      const giveUp = async (how: 'throw' | 'value' | 'other' | 'timer', pass: 'as argument' | 'not') => {
        const abort = new AbortController();
        const { signal } = abort;
        const future = pool.submitWith({ signal }, listen, how, ...(pass === 'not' ? [] : [signal]));
        await firstReport(future);
        abort.abort('enough');
        return outcomeOf(future);
      };
      for (const pass of ['as argument', 'not'] as const) {
        expect(await giveUp('value', pass)).toBe('rather this than enough');
        expect(await giveUp('throw', pass)).toMatchObject({ code: 'ERR_FUTURE_CANCELLED', cause: 'enough' });
        expect(await giveUp('timer', pass)).toMatchObject({ code: 'ERR_FUTURE_CANCELLED', cause: 'enough' });
        expect(await giveUp('other', pass)).toMatchObject({ name: 'RangeError', message: 'while cleaning up' });
      }
      expect(pool.workerCount).toBe(1);
    });
  });

  it('does not throw at the timers and listeners of a task: that would be the end of its worker', async () => {
    await withPool(kind, 1, async (pool) => {
      const abort = new AbortController();
      const future = pool.submitWith({ signal: abort.signal }, async () => {
        let ticks = 0;
        const signal = currentTask()?.signal as AbortSignal;
        await new Promise<void>((resolve) => {
          const timer = setInterval(() => {
            for (let i = 0; i < 1000; i += 1) Math.random();
            if (signal.aborted) ticks += 1;
            if (ticks < 5) return;
            clearInterval(timer);
            resolve();
          });
          report('begun');
        });
        return ticks;
      });
      await firstReport(future);
      abort.abort('enough');
      // Its own next look is after the await.
      expect(['enough', 5]).toContain(((await outcomeOf(future)) as { cause?: unknown }).cause ?? (await future));
      expect(await pool.submit(() => 'same worker')).toBe('same worker');
      expect(pool.workerCount).toBe(1);
    });
  });

  it('takes what a task reports when it is over for nobody', async () => {
    await withPool(kind, 1, async (pool) => {
      await pool.submit(() => {
        const task = currentTask();
        Reflect.set(globalThis, 'late', () => task?.report('of the first'));
      });
      const second = pool.submit(() => {
        Reflect.get(globalThis, 'late')();
        report('of the second');
      });
      expect(await firstReport(second)).toBe('of the second');
      await second;
    });
  });

  it('terminates what does not stop, has others run what its worker had in hand, and goes on', async () => {
    await withPool(
      kind,
      2,
      async (pool) => {
        const ignore = async () => {
          // Native code: no looks in there, and no signal.
          report('begun');
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
        };
        const abort = new AbortController();
        const stuck = [0, 1].map(() => pool.submitWith({ signal: abort.signal }, ignore));
        // Under a lock that native code does not let go of, the second one waits for it.
        await Promise.race(stuck.map(firstReport));
        const others = Array.from({ length: 20 }, (_, i) => pool.submit((x) => x, i));
        abort.abort('enough');
        for (const future of stuck) {
          const error = await outcomeOf(future);
          expect(error).toMatchObject({ code: 'ERR_FUTURE_CANCELLED', cause: 'enough' });
        }
        expect(await Promise.all(others)).toEqual(others.map((_, i) => i));
        expect(pool.broken).toBeNull();
        if (pool instanceof ThreadPool && pool.lock.isEnabled) expect(pool.lock.runExclusiveSync(() => 'free')).toBe('free');
      },
      { gracePeriod: 100 },
    );
  });

  it('keeps no listener for what is done, and one for all that waits: Node warns of no leak', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on('warning', onWarning);
    await withPool(kind, 2, async (pool) => {
      const { signal } = new AbortController();
      const futures = Array.from({ length: 100 }, (_, i) => pool.submitWith({ signal }, (x) => x, i));
      expect(getEventListeners(signal, 'abort').length).toBe(1);
      await Promise.all(futures);
      expect(getEventListeners(signal, 'abort')).toEqual([]);
    });
    await new Promise(setImmediate);
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
  });

  it('stands 100 calls that are given up at once, whatever state they are in', async () => {
    await withPool(kind, 2, async (pool) => {
      const abort = new AbortController();
      const futures = Array.from({ length: 100 }, (_, i) => pool.submitWith({ signal: abort.signal }, (x) => x, i));
      await futures[10];
      abort.abort('all of you');
      const outcomes = await Promise.all(futures.map(outcomeOf));
      outcomes.forEach((outcome, i) => {
        expect([i, 'all of you']).toContain(outcome instanceof CancelledError ? outcome.cause : outcome);
      });
      expect(outcomes.slice(0, 11)).toContain(10);
      expect(await pool.submit(() => 'well')).toBe('well');
    });
  });
});

const INTERRUPTIBLE = {
  ThreadPool: () => new ThreadPool(1, { dialect: 'cpython-3.13', gracePeriod: 1e9 }),
  'ThreadPool, cpython-3.9': () => new ThreadPool(1, { dialect: 'cpython-3.9', gracePeriod: 1e9 }),
  'ThreadPool, cpython-2.7': () => new ThreadPool(1, { dialect: 'cpython-2.7', gracePeriod: 1e9 }),
  InterpreterPool: () => new InterpreterPool(1, { gracePeriod: 1e9 }),
  'ProcessPool of workers': () => new ProcessPool(1, { gracePeriod: 1e9 }),
};

describe.each(Object.entries(INTERRUPTIBLE))('synchronous code of a %s', (_, make) => {
  it('is interrupted at a look: its finally blocks run, its worker lives on', async () => {
    const pool = make();
    const cell = new Int32Array(new SharedArrayBuffer(8));
    const abort = new AbortController();
    const future = pool.submitWith(
      { signal: abort.signal },
      (cell: Int32Array) => {
        try {
          report('begun');
          for (let i = 0; ; i = (i + 1) | 0);
        } finally {
          for (let i = 0; i < 1000; i += 1) Atomics.add(cell, 0, 1);
        }
      },
      cell,
    );
    await firstReport(future);
    abort.abort('enough');
    await expect(future).rejects.toMatchObject({ code: 'ERR_FUTURE_CANCELLED', cause: 'enough' });
    expect(cell[0]).toBe(1000);
    expect(await pool.submit(() => 'same worker')).toBe('same worker');
    expect(pool.workerCount).toBe(1);
    await pool.shutdown();
  });

  it('may catch that, and give a value after all; it may also ask without being interrupted', async () => {
    const pool = make();
    const abort = new AbortController();
    const future = pool.submitWith({ signal: abort.signal }, () => {
      let caught: unknown;
      try {
        report('begun');
        for (;;) Math.random();
      } catch (error) {
        caught = error;
      }
      const { signal } = currentTask() as NonNullable<ReturnType<typeof currentTask>>;
      return `${caught}, ${signal.aborted}, ${signal.reason}`;
    });
    await firstReport(future);
    abort.abort('enough');
    expect(await future).toBe('enough, true, enough');
    await pool.shutdown();
  });
});

describe('a worker that is terminated because of one call', () => {
  it('was not running another one: what has just ended by itself is let be', async () => {
    const pool = new ThreadPool(1, { dialect: 'cpython-3.13t', gracePeriod: 0 });
    const cell = new Int32Array(new SharedArrayBuffer(8));
    const abort = new AbortController();
    const wait = (cell: Int32Array, gate: number) => {
      Atomics.store(cell, gate, 1);
      Atomics.notify(cell, gate);
      Atomics.wait(cell, gate, 1);
      return gate;
    };
    const first = pool.submitWith({ signal: abort.signal }, wait, cell, 0);
    const second = pool.submit(wait, cell, 1);
    await Atomics.waitAsync(cell, 0, 0).value;
    // The first ends and the second begins while this thread hears nothing of it.
    Atomics.store(cell, 0, 2);
    Atomics.notify(cell, 0);
    Atomics.wait(cell, 1, 0);
    abort.abort('enough');
    await new Promise(setImmediate);
    Atomics.store(cell, 1, 2);
    Atomics.notify(cell, 1);
    expect(await Promise.all([first, second])).toEqual([0, 1]);
    await pool.shutdown();
  });
});
