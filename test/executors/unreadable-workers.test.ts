/**
 * Workers that cannot be started, and messages that cannot be read: what was submitted fails, and nothing waits for ever.
 */
import { currentTask, InterpreterPool, ProcessPool, report, ThreadPool } from 'gil';
import { describe, expect, it, vi } from 'vitest';
import { POOLS } from './pools.js';
import { undecodable } from './undecodable.js';

describe('a child process that cannot be spawned', () => {
  it('breaks its pool, which says why', async () => {
    const pool = new ProcessPool(1, { isolation: 'process' });
    const { execPath } = process;
    process.execPath = '/nowhere/node';
    try {
      await expect(pool.submit(() => 1)).rejects.toMatchObject({
        code: 'ERR_POOL_BROKEN',
        message: expect.stringMatching(/could not be started/),
        cause: { code: 'ERR_WORKER_DIED', cause: { code: 'ENOENT' } },
      });
    } finally {
      process.execPath = execPath;
    }
    await pool.shutdown();
    expect(pool.workerCount).toBe(0);
  });
});

describe.each(POOLS)('$name', ({ make }) => {
  it('fails all that was submitted if an initializer fails', async () => {
    const complain = vi.spyOn(console, 'error').mockImplementation(() => {});
    const initializer = () => {
      throw new RangeError('unfit');
    };
    const pool = make(2, { initializer });
    const futures = [1, 2, 3].map((x) => pool.submit((y) => y, x));
    for (const future of futures) await expect(future).rejects.toMatchObject({ code: 'ERR_POOL_BROKEN', cause: { message: 'unfit' } });
    await pool.shutdown();
    expect(complain).toHaveBeenCalled();
    complain.mockRestore();
  });
});

describe('a switch interval of less than a microsecond', () => {
  it.each([
    ['ThreadPool', () => new ThreadPool(1, { switchInterval: 0.0001 })],
    ['InterpreterPool', () => new InterpreterPool(1, { switchInterval: 0.0001 })],
    ['ProcessPool of processes', () => new ProcessPool(1, { switchInterval: 0.0001, isolation: 'process' })],
  ])('is one for every pool: %s', async (_, make) => {
    const pool = make();
    expect(await pool.submit(() => 1)).toBe(1);
    await pool.shutdown();
  });
});

describe.each(POOLS.filter(({ memory }) => memory === 'shared'))('$name', ({ make }) => {
  it('fails one future for an argument that a worker cannot make out, and goes on', async () => {
    const pool = make(1);
    const before = Array.from({ length: 5 }, (_, i) => pool.submit((n) => n, i));
    const future = pool.submit((given: unknown) => given, undecodable());
    const after = Array.from({ length: 5 }, (_, i) => pool.submit((n) => n, i));
    await expect(future).rejects.toMatchObject({ code: 'ERR_TASK_CLONE', message: expect.stringMatching(/could not make it out/) });
    expect(await Promise.all([...before, ...after])).toEqual([0, 1, 2, 3, 4, 0, 1, 2, 3, 4]);
    expect(pool.broken).toBeNull();
    await pool.shutdown();
    expect(pool.workerCount).toBe(0);
  });

  it('fails it also where it is met in the middle of synchronous code', async () => {
    const pool = make(1, { gracePeriod: 1e9 });
    const abort = new AbortController();
    const busy = pool.submitWith({ signal: abort.signal }, () => {
      report('begun');
      const signal = currentTask()?.signal;
      while (signal?.aborted === false);
      return 'stopped';
    });
    await busy.progress().next();
    const future = pool.submit((given: unknown) => given, undecodable());
    const after = pool.submit(() => 'after');
    await new Promise((resolve) => setImmediate(resolve));
    abort.abort();
    await busy.exception();
    await expect(future).rejects.toMatchObject({ code: 'ERR_TASK_CLONE' });
    expect(await after).toBe('after');
    await pool.shutdown();
  });
});
