/**
 * What can be said about one call: how long it may run, how urgent it is, what of it moves; and what a pool adds to each: its context.
 */
import { currentTask, type Executor, Future, ProcessPool, report, TimeoutError, transfer } from 'gil';
import { describe, expect, it } from 'vitest';
import { firstReport, outcomeOf, POOLS, type PoolKind, whileBusy, withPool } from './pools.js';

const code = (name: string) => expect.objectContaining({ code: name });

/** Ends when its signal aborts, with the reason. */
const forever = () =>
  new Promise((_, reject) => {
    const signal = currentTask()?.signal as AbortSignal;
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason));
    report('begun');
  });

describe.each(POOLS)('$name', (kind: PoolKind) => {
  it('stops a call when its time is up, and says so', async () => {
    await withPool(kind, 1, async (pool) => {
      const error = await outcomeOf(pool.submitWith({ timeout: 1 }, forever));
      expect(error).toBeInstanceOf(TimeoutError);
      expect(error).toMatchObject({ message: '`forever` ran for more than its timeout of 1 ms and was stopped' });
      expect((error as Error).stack).toMatch(/TimeoutError: .*\n[\s\S]*submit-with\.test/);
      expect([await pool.submit(() => 'same worker'), pool.workerCount]).toEqual(['same worker', 1]);
      expect(pool.stats()).toMatchObject({ submitted: 2, completed: 1, failed: 1 });
    });
  });

  it('counts that from when a worker begins it, and not while it waits or its worker is started', async () => {
    await withPool(kind, 1, async (pool) => {
      // A worker takes longer than this to start.
      expect(await pool.submitWith({ timeout: 20 }, () => 'in time')).toBe('in time');
      const waiting = await whileBusy(pool, async () => {
        const waiting = [0, 0.5, 5].map((timeout) => pool.submitWith({ timeout }, forever));
        const outlived = new Future<void>();
        setTimeout(() => outlived.setResult(), 30);
        await outlived;
        expect(waiting.map((future) => future.state)).toEqual(['pending', 'pending', 'pending']);
        return waiting;
      });
      for (const future of waiting) expect(await outcomeOf(future)).toBeInstanceOf(TimeoutError);
      expect(pool.workerCount).toBe(1);
    });
  });

  it('takes whichever comes first, the signal or the time', async () => {
    await withPool(kind, 1, async (pool) => {
      const abort = new AbortController();
      const future = pool.submitWith({ timeout: 1e6, signal: abort.signal }, forever);
      await firstReport(future);
      abort.abort('the signal');
      expect(await outcomeOf(future)).toMatchObject({ code: 'ERR_FUTURE_CANCELLED', cause: 'the signal' });
      const timed = pool.submitWith({ timeout: 1, signal: new AbortController().signal }, forever);
      expect(await outcomeOf(timed)).toMatchObject({ code: 'ERR_FUTURE_TIMEOUT' });
      expect(await outcomeOf(pool.submitWith({ signal: AbortSignal.timeout(1) }, forever))).toMatchObject({
        code: 'ERR_FUTURE_CANCELLED',
        cause: { name: 'TimeoutError' },
      });
    });
  });

  it('runs the more urgent first, within one priority the older, also before what a worker has been sent', async () => {
    await withPool(kind, 1, async (pool) => {
      const order: unknown[] = [];
      const futures = await whileBusy(pool, async () => {
        const submit = (name: string, priority?: number) => {
          const future = pool.submitWith({ priority }, (name: string) => name, name);
          future.addDoneCallback(() => order.push(name));
          return future;
        };
        const first = ['a', 'b', 'c'].map((name) => submit(name));
        // Those have been handed on when these come.
        await new Promise(setImmediate);
        return [...first, submit('low', -1), submit('high', 1), submit('HIGH', 1), submit('highest', Number.POSITIVE_INFINITY)];
      });
      await Promise.all(futures);
      expect(order).toEqual(['highest', 'high', 'HIGH', 'a', 'b', 'c', 'low']);
    });
  });

  it('moves what is to move, both ways', async () => {
    await withPool(kind, 1, async (pool) => {
      const bytes = new Uint8Array(1 << 16).fill(7);
      const back = await pool.submitWith(
        { transfer: [bytes.buffer] },
        (bytes: Uint8Array) => {
          bytes[0] = 1;
          Reflect.set(globalThis, 'kept', bytes);
          return transfer(bytes, [bytes.buffer]);
        },
        bytes,
      );
      expect([back.length, back[0], back[1]]).toEqual([1 << 16, 1, 7]);
      const left = await pool.submit(() => Reflect.get(globalThis, 'kept').length);
      // Nothing can move between processes: it is copied.
      expect([bytes.length, left]).toEqual(kind.memory === 'shared' ? [0, 0] : [1 << 16, 1 << 16]);
    });
  });

  it('moves nothing for a call that is called off before it is sent', async () => {
    await withPool(kind, 1, async (pool) => {
      const bytes = new Uint8Array(8).fill(7);
      await whileBusy(pool, async () => {
        const future = pool.submitWith({ transfer: [bytes.buffer] }, (bytes: Uint8Array) => bytes.length, bytes);
        await new Promise(setImmediate);
        expect([future.running(), future.cancel()]).toEqual([false, true]);
      });
      expect(await pool.submit(() => 1)).toBe(1);
      expect(bytes[7]).toBe(7);
    });
  });

  it('gives the future of what cannot move a CloneError, and goes on', async () => {
    if (kind.memory === 'separate') return;
    await withPool(kind, 1, async (pool) => {
      await expect(pool.submitWith({ transfer: ['no buffer'] }, () => 1)).rejects.toMatchObject({ code: 'ERR_TASK_CLONE' });
      await expect(pool.submit(() => transfer(1, ['no buffer']))).rejects.toMatchObject({ code: 'ERR_TASK_CLONE' });
      expect(await pool.submit(() => 'well')).toBe('well');
    });
  });

  it('has each call find what the context was when it was submitted', async () => {
    let request = 0;
    const context = () => ({ request });
    await withPool(
      kind,
      1,
      async (pool) => {
        const ask = () => currentTask()?.context;
        const seen: unknown[] = [];
        for (request of [1, 2, 3]) seen.push(pool.submit(ask), pool.submitWith({ priority: 0 }, ask));
        expect(await Promise.all(seen)).toEqual([1, 1, 2, 2, 3, 3].map((request) => ({ request })));
        request = 4;
        expect(await pool.mapWith({ chunkSize: 2 }, (_n: number) => currentTask()?.context, [1, 2, 3]).toArray()).toEqual(
          [4, 4, 4].map((request) => ({ request })),
        );
      },
      { context },
    );
  });

  it('has all that a task reported come before its end', async () => {
    await withPool(kind, 2, async (pool) => {
      const tasks = [
        () => {
          for (let i = 0; i < 100; i += 1) report(i);
          return 100;
        },
        async () => {
          for (let i = 0; i < 100; i += 1) {
            report(i);
            if (i % 10 === 0) await undefined;
          }
          return 100;
        },
        () => {
          for (let i = 0; i < 100; i += 1) report(i);
          throw 100;
        },
      ];
      const futures = [...tasks, ...tasks].map((task) => {
        const future = pool.submit(task as () => number);
        const seen: unknown[] = [];
        future.on('progress', (value) => seen.push(value));
        future.addDoneCallback(() => seen.push('done'));
        return { future, seen };
      });
      for (const { future, seen } of futures) {
        expect(await outcomeOf(future)).toBe(100);
        expect(seen).toEqual([...Array.from({ length: 100 }, (_, i) => i), 'done']);
      }
    });
  });
});

describe('what is no option', () => {
  it.each([
    [{ timeout: -1 }, 'ERR_GIL_RANGE'],
    [{ timeout: '1' }, 'ERR_GIL_ARGUMENT'],
    [{ priority: Number.NaN }, 'ERR_GIL_RANGE'],
    [{ priority: '1' }, 'ERR_GIL_ARGUMENT'],
    [{ signal: {} }, 'ERR_GIL_ARGUMENT'],
    [{ transfer: new ArrayBuffer(1) }, 'ERR_GIL_ARGUMENT'],
    [null, 'ERR_GIL_ARGUMENT'],
    [() => 1, 'ERR_GIL_ARGUMENT'],
  ])('%j is refused at once with %s', async (options, expected) => {
    const pool: Executor = new ProcessPool(1);
    expect(() => pool.submitWith(options as never, () => 1)).toThrow(code(expected));
    expect(pool.workerCount).toBe(0);
    await pool.shutdown();
  });
});
