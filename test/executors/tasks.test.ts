/**
 * Tasks of modules: by reference, loaded once a worker, transformed where they run.
 */
import { GlobalLock, ProcessPool, type Task, ThreadPool, tasks } from 'gil';
import { describe, expect, it } from 'vitest';
import { POOLS, withPool } from './pools.js';

interface Work {
  count(): number;
  sum(n: number): number;
  spinUntil(words: Int32Array): string;
  openGate(words: Int32Array): string;
  napping(): Promise<boolean>;
  default(): string;
  missing(): void;
  number: number;
}

const at = (file: string) => new URL(`../fixtures/work/${file}`, import.meta.url);
const work = tasks<Work>(at('work.js'));

describe.each(POOLS)('$name', (kind) => {
  it('runs functions of a module, which keeps its state in its worker', async () => {
    await withPool(kind, 1, async (pool) => {
      expect(await pool.submit(work.count)).toBe(1);
      expect(await pool.submit(work.count)).toBe(2);
      expect(await pool.map(work.sum, [10, 100]).toArray()).toEqual([135, 14850]);
      expect(await pool.submit(work.default)).toBe('default');
      expect(await pool.submit(tasks<{ twice(x: number): number }>(at('common.cjs')).twice, 21)).toBe(42);
    });
  });

  it('says what is missing, and goes on', async () => {
    await withPool(kind, 1, async (pool) => {
      await expect(pool.submit(work.missing)).rejects.toMatchObject({
        code: 'ERR_TASK_EXPORT',
        message: expect.stringMatching(/no function `missing`.*count.*sum/),
      });
      await expect(pool.submit((work as unknown as { number: Task<() => void> }).number)).rejects.toMatchObject({
        code: 'ERR_TASK_EXPORT',
      });
      const from = (file: string) => tasks<{ fine(): void }>(at(file)).fine;
      await expect(pool.submit(from('nowhere.js'))).rejects.toMatchObject({
        code: 'ERR_TASK_MODULE',
        cause: { code: 'ERR_MODULE_NOT_FOUND' },
      });
      await expect(pool.submit(from('broken.js'))).rejects.toMatchObject({ code: 'ERR_TASK_MODULE', cause: { name: 'SyntaxError' } });
      await expect(pool.submit(from('throws.js'))).rejects.toMatchObject({ code: 'ERR_TASK_MODULE', cause: { message: 'at the top' } });
      await expect(pool.submit(from('work.ts'))).rejects.toMatchObject({ code: 'ERR_TASK_MODULE' });
      expect(await pool.submit(work.count)).toBe(1);
    });
  });

  it('is broken by a module that ends the worker while it loads', async () => {
    const pool = kind.make(1);
    const future = pool.submit(tasks<{ fine(): void }>(at('exits.js')).fine);
    await expect(future).rejects.toMatchObject({ code: 'ERR_POOL_BROKEN', cause: { exitCode: 7 } });
    await pool.shutdown();
  });
});

describe('the transform of a module', () => {
  it('lets a loop that never ends lose the lock to the thread that ends it', async () => {
    const pool = new ThreadPool(2, { dialect: 'cpython-3.13', switchInterval: 1 });
    const words = new Int32Array(new SharedArrayBuffer(8));
    const spinning = pool.submit(work.spinUntil, words);
    expect(await pool.submit(work.openGate, words)).toBe('opened');
    expect(await spinning).toBe('let go');
    expect(pool.lock.stats().drops.forced).toBeGreaterThanOrEqual(1);
    await pool.shutdown();
  });

  it('does the same for functions by value', async () => {
    const pool = new ThreadPool(2, { dialect: 'cpython-3.10', switchInterval: 1 });
    const words = new Int32Array(new SharedArrayBuffer(4));
    const spinning = pool.submit((words: Int32Array) => {
      while (words[0] === 0);
      return 'let go';
    }, words);
    await pool.submit((words: Int32Array) => {
      words[0] = 1;
    }, words);
    expect(await spinning).toBe('let go');
    await pool.shutdown();
  });

  it('holds the lock after an await again, and lets go of it meanwhile', async () => {
    const pool = new ThreadPool(2, { dialect: 'cpython-3.13' });
    expect(await pool.map(work.napping).toArray()).toEqual([]);
    expect(await Promise.all([pool.submit(work.napping), pool.submit(work.napping)])).toEqual([true, true]);
    expect(pool.lock.isLocked()).toBe(false);
    await pool.shutdown();
  });
});

describe('the lock of a thread', () => {
  it("is held by whatever its event loop runs, a timer's callback too, and free while the loop is idle", async () => {
    const pool = new ThreadPool(1, { dialect: 'cpython-3.13' });
    const words = new Int32Array(new SharedArrayBuffer(4));
    const held = pool.submit((words: Int32Array) => {
      const seen = [GlobalLock.default.isHeldByCurrentThread()];
      return new Promise<boolean[]>((resolve) => {
        const poll = () => {
          if (words[0] === 0) setTimeout(poll, 1);
          else resolve([...seen, GlobalLock.default.isHeldByCurrentThread()]);
        };
        poll();
      });
    }, words);
    // If the loop held it while it sleeps, this would never resolve.
    const release = await pool.lock.acquire();
    words[0] = 1;
    release();
    expect(await held).toEqual([true, true]);
    await pool.shutdown();
  });
});

describe('tasks()', () => {
  it('refuses what is no URL, and is no thenable', async () => {
    expect(() => tasks('./work.js' as never)).toThrow(expect.objectContaining({ code: 'ERR_GIL_ARGUMENT' }));
    expect(await work).toBe(work);
  });

  it('names a module for every pool at once', async () => {
    const pools = [new ProcessPool(1), new ProcessPool(1, { isolation: 'process' })];
    expect(await Promise.all(pools.map((pool) => pool.submit(work.sum, 10)))).toEqual([135, 135]);
    await Promise.all(pools.map((pool) => pool.shutdown()));
  });
});
