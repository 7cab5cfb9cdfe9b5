/**
 * The workers of a pool: how they are prepared, renewed, lost and ended, and what a pool makes of what they say.
 */
import { currentThread, type Executor, InterpreterPool, ProcessPool, report, sleep, ThreadPool, tasks } from 'gil';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { firstReport, outcomeOf, POOLS, type PoolKind, whileBusy, withPool } from './pools.js';

const code = (name: string) => expect.objectContaining({ code: name });
const { count } = tasks<typeof import('../fixtures/work/work.js')>(new URL('../fixtures/work/work.js', import.meta.url));
/** A worker of its own for each thread and each process. */
const whoAmI = () => `${process.pid} ${currentThread()?.name}`;

afterEach(() => vi.restoreAllMocks());

describe.each(POOLS)('$name', (kind: PoolKind) => {
  describe('an initializer', () => {
    it('runs in each worker before its first call, with its arguments', async () => {
      const initializer = async (key: string, value: { n: number }) => {
        await undefined;
        sleep(1);
        Reflect.set(globalThis, key, value.n);
      };
      await withPool(
        kind,
        2,
        async (pool) => {
          const read = () => [Reflect.get(globalThis, 'prepared'), currentThread()?.name] as const;
          const seen = await Promise.all(Array.from({ length: 50 }, () => pool.submit(read)));
          expect(seen.map(([value]) => value)).toEqual(seen.map(() => 7));
        },
        { initializer, initArgs: ['prepared', { n: 7 }] },
      );
    });

    it('may be a task of a module', async () => {
      await withPool(kind, 1, async (pool) => expect(await pool.submit(count)).toBe(2), { initializer: count });
    });

    it('that fails breaks the pool: all that waits says why', async () => {
      const print = vi.spyOn(console, 'error').mockReturnValue();
      const initializer = () => {
        throw Object.assign(new RangeError('not today'), { code: 'E_TODAY' });
      };
      const pool = kind.make(2, { initializer });
      const futures = [1, 2, 3].map((n) => pool.submit((n) => n, n));
      for (const future of futures) {
        expect(await outcomeOf(future)).toMatchObject({
          code: 'ERR_POOL_BROKEN',
          message: expect.stringContaining('a worker initializer failed'),
          cause: { name: 'RangeError', message: 'not today', code: 'E_TODAY' },
        });
      }
      expect(print).toHaveBeenCalledWith('Exception in initializer:', expect.objectContaining({ message: 'not today' }));
      expect(() => pool.submit(() => 1)).toThrow(code('ERR_POOL_BROKEN'));
      expect(pool.broken).toMatchObject({ code: 'ERR_POOL_BROKEN' });
      await pool.shutdown();
      expect(pool.workerCount).toBe(0);
    });

    it('that ends its worker breaks the pool also where workers are replaced: the next would end too', async () => {
      const pool = kind.make(1, { initializer: () => process.exit(3), onWorkerDeath: 'replace' });
      expect(await outcomeOf(pool.submit(() => 1))).toMatchObject({
        code: 'ERR_POOL_BROKEN',
        cause: { code: 'ERR_WORKER_DIED', exitCode: 3, message: expect.stringContaining('could not be started') },
      });
      await pool.shutdown();
    });
  });

  it('renews a worker after maxTasksPerWorker calls, also with a backlog', async () => {
    await withPool(
      kind,
      2,
      async (pool) => {
        const names = await Promise.all(Array.from({ length: 11 }, () => pool.submit(whoAmI)));
        const calls = new Map<string, number>();
        for (const name of names) calls.set(name, (calls.get(name) ?? 0) + 1);
        expect(Math.max(...calls.values())).toBeLessThanOrEqual(3);
        expect(calls.size).toBeGreaterThanOrEqual(4);
        const [last] = await Promise.all([pool.submit(whoAmI), pool.submit(whoAmI)]);
        expect(last).toMatch(/Pool-\d+_\d+$/);
      },
      { maxTasksPerWorker: 3 },
    );
  });

  it('does not count a call that was called off among those that a worker may run', async () => {
    await withPool(
      kind,
      1,
      async (pool) => {
        await whileBusy(pool, async () => {
          const futures = [1, 2, 3, 4].map(() => pool.submit(whoAmI));
          await new Promise(setImmediate);
          for (const future of futures) expect(future.cancel()).toBe(true);
        });
        // The worker that was busy has one call left.
        const [first, second] = await Promise.all([pool.submit(whoAmI), pool.submit(whoAmI)]);
        expect(first).toMatch(/_0$/);
        expect(second).toMatch(/_1$/);
      },
      { maxTasksPerWorker: 2 },
    );
  });

  describe("with onWorkerDeath: 'replace'", () => {
    it.each(['exit', 'throw'] as const)('loses only the call that ran: %s', async (how) => {
      await withPool(
        kind,
        1,
        async (pool) => {
          const dies = pool.submit((how: 'exit' | 'throw') => {
            if (how === 'exit') process.exit(3);
            setTimeout(() => {
              throw new Error('stray');
            });
            return new Promise(() => {});
          }, how);
          const others = Array.from({ length: 20 }, (_, i) => pool.submit((x) => x, i));
          expect(await outcomeOf(dies)).toMatchObject({ code: 'ERR_WORKER_DIED', exitCode: how === 'exit' ? 3 : 1 });
          expect(await Promise.all(others)).toEqual(others.map((_, i) => i));
          expect(pool.broken).toBeNull();
          expect(await pool.submit(whoAmI)).toMatch(/_1$/);
        },
        { onWorkerDeath: 'replace' },
      );
    });

    it('replaces an idle one when there is work again', async () => {
      await withPool(
        kind,
        1,
        async (pool) => {
          await pool.submit(() => void setTimeout(() => process.exit(3)));
          while (pool.workerCount > 0) await new Promise(setImmediate);
          expect(await pool.submit(whoAmI)).toMatch(/_1$/);
        },
        { onWorkerDeath: 'replace' },
      );
    });
  });

  describe.each(['terminateWorkers', 'killWorkers'] as const)('%s', (end) => {
    it('fails what runs, cancels what waits, and takes no more', async () => {
      const pool = kind.make(2);
      const running = [1, 2].map(() => pool.submit(forever));
      await Promise.all(running.map(firstReport));
      const waiting = [1, 2, 3, 4, 5].map((n) => pool.submit((n) => n, n));
      await new Promise(setImmediate);
      const ended = Promise.all([pool[end](), pool[end]()]);
      expect(waiting.map((future) => future.cancelled())).toEqual(waiting.map(() => true));
      for (const future of running) {
        expect(await outcomeOf(future)).toMatchObject({
          code: 'ERR_POOL_BROKEN',
          message: 'the workers were terminated while the future was running',
        });
      }
      expect(() => pool.submit(() => 1)).toThrow(code('ERR_POOL_SHUTDOWN'));
      await ended;
      expect([pool.workerCount, pool.broken]).toEqual([0, null]);
      await pool[end]();
      await pool.shutdown();
    });

    it('does nothing to a pool that was never used, but that it takes no more', async () => {
      const pool = kind.make(2);
      await pool[end]();
      expect(() => pool.submit(() => 1)).toThrow(code('ERR_POOL_SHUTDOWN'));
    });

    it('ends an endless loop, and what a shutdown waits for', async () => {
      const pool = kind.make(1);
      const endless = pool.submit(endlessly);
      await firstReport(endless);
      const shut = pool.shutdown();
      await pool[end]();
      await shut;
      expect(await outcomeOf(endless)).toMatchObject({ code: 'ERR_POOL_BROKEN' });
      if (pool instanceof ThreadPool && pool.lock.isEnabled) expect(pool.lock.runExclusiveSync(() => 'free')).toBe('free');
    });
  });

  describe('bufferSize', () => {
    it('says when it is enough, and when there is room again', async () => {
      await withPool(
        kind,
        1,
        async (pool) => {
          expect(pool.needsDrain).toBe(false);
          await pool.drain();
          await whileBusy(pool, async () => {
            // Two may be in the hands of the worker already.
            const futures = Array.from({ length: 8 }, () => pool.submit(() => 1));
            await new Promise(setImmediate);
            expect([pool.needsDrain, pool.queueSize >= 3]).toEqual([true, true]);
            let drained = false;
            const draining = pool.drain().then(() => {
              drained = true;
            });
            await new Promise(setImmediate);
            expect(drained).toBe(false);
            for (const future of futures) future.cancel();
            await draining;
            expect(pool.needsDrain).toBe(false);
          });
        },
        { bufferSize: 3 },
      );
    });

    it('is not waited for in vain when the pool breaks or is ended', async () => {
      for (const end of ['break', 'terminate', 'cancel'] as const) {
        const pool = kind.make(1, { bufferSize: 1 });
        const running = pool.submit((how: string) => (how === 'break' ? process.exit(3) : new Promise(() => {})), end);
        const futures = Array.from({ length: 8 }, () => pool.submit(() => 1));
        const draining = pool.drain();
        if (end === 'terminate') await pool.terminateWorkers();
        if (end === 'cancel') void pool.shutdown({ cancelFutures: true });
        await draining;
        await pool.terminateWorkers();
        await Promise.all([running, ...futures].map(outcomeOf));
      }
    });
  });

  it('counts what it has done, and how long that took', async () => {
    await withPool(kind, 1, async (pool) => {
      await pool.submit(() => sleep(5));
      await outcomeOf(pool.submit(() => Promise.reject(new Error('x'))));
      await whileBusy(pool, async () => pool.submit(() => 1).cancel());
      const { waitTime, runTime, ...counts } = pool.stats();
      expect(counts).toEqual({ workers: 1, idle: 1, waiting: 0, submitted: 4, completed: 2, failed: 1 });
      expect([waitTime.count, runTime.count]).toEqual([3, 3]);
      expect(runTime.max).toBeGreaterThanOrEqual(4.9);
      expect(runTime.p50).toBeLessThanOrEqual(runTime.p99);
    });
  });

  it('makes nothing of what a task posts itself, or of words that are none', async () => {
    await withPool(kind, 1, async (pool) => {
      const strange = () => {
        const { parentPort } = process.getBuiltinModule('node:worker_threads');
        const post = (message: unknown) => (parentPort ? parentPort.postMessage(message) : process.send?.(message));
        const endless: Record<string, unknown> = { kind: 'error', name: 'E', message: '', stack: '', properties: {} };
        endless['cause'] = endless;
        const times = [1, 2];
        const forged = [
          'hi',
          null,
          { kind: 'done', seq: 'x', value: 'forged', times },
          { kind: 'done', seq: -1, value: 'forged', times },
          { kind: 'done', seq: 1e6, value: 'forged', times },
          { kind: 'done', seq: 0, value: 'forged', times: [1, Number.NaN] },
          { kind: 'failed', seq: 0, error: endless, times },
          { kind: 'unfit', error: { kind: 'value', value: 'forged' } },
          { kind: 'ready', breaker: new Int32Array(2), slot: 0 },
          { kind: 'constructor' },
          { kind: 'bell' },
        ];
        for (const message of forged) post(message);
        return 'real';
      };
      expect(await pool.submit(strange)).toBe('real');
      expect(await pool.submit(() => 'next')).toBe('next');
      expect(pool.broken).toBeNull();
    });
  });

  it('runs the timers of idle workers', async () => {
    await withPool(kind, 1, async (pool) => {
      await pool.submit(() => {
        Reflect.set(globalThis, 'ticks', 0);
        setInterval(() => Reflect.set(globalThis, 'ticks', Reflect.get(globalThis, 'ticks') + 1));
      });
      const ticks = () => pool.submit(() => Reflect.get(globalThis, 'ticks') as number);
      while ((await ticks()) < 3);
    });
  });
});

const forever = () => {
  report('begun');
  return new Promise(() => {});
};

const endlessly = () => {
  report('begun');
  for (;;);
};

describe('names', () => {
  it.each([
    ['ThreadPool', () => new ThreadPool(1)],
    ['InterpreterPool', () => new InterpreterPool(1)],
    ['ProcessPool', () => new ProcessPool(1)],
    ['ProcessPool', () => new ProcessPool(1, { isolation: 'process' })],
  ] as [string, () => Executor][])('of the workers of a %s are its own and a number, or what they are told', async (name, make) => {
    const numbers: number[] = [];
    for (const pool of [make(), make()]) {
      const [, prefix, number] = /^(\w+)-(\d+)_0$/.exec((await pool.submit(() => currentThread()?.name)) ?? '') ?? [];
      expect(prefix).toBe(name);
      numbers.push(Number(number));
      await pool.shutdown();
    }
    expect((numbers[1] ?? 0) - (numbers[0] ?? 0)).toBe(1);
  });
});
