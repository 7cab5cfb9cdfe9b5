/**
 * Tasks of a TypeScript file, where Node runs such files by itself: they get looks, and every character stays at its place.
 */
import { ThreadPool, tasks } from 'gil';
import { describe, expect, it } from 'vitest';
import { outcomeOf } from './pools.js';

const { spinUntil, openGate, fail } = tasks<typeof import('../fixtures/work/typed.js')>(
  new URL('../fixtures/work/typed.ts', import.meta.url),
);
const canRun = Boolean(Reflect.get(process.features, 'typescript'));

describe('a TypeScript file', () => {
  it.skipIf(!canRun)('has looks: a thread that spins lets another one go on', async () => {
    const pool = new ThreadPool(2, { dialect: 'cpython-3.13' });
    const words = new Int32Array(new SharedArrayBuffer(8));
    expect(await Promise.all([pool.submit(spinUntil, { words }), pool.submit(openGate, { words })])).toEqual(['let go', 'opened']);
    await pool.shutdown();
  });

  it.skipIf(!canRun)('has its own lines in the stack of an error', async () => {
    const pool = new ThreadPool(1, { dialect: 'cpython-3.13' });
    expect(((await outcomeOf(pool.submit(fail, 'x'))) as Error).stack).toMatch(/Error: x\n\s+at .*fail.*typed\.ts:19:\d+/);
    await pool.shutdown();
  });

  it.skipIf(canRun)('is refused by a Node that cannot run it, with what to do', async () => {
    const pool = new ThreadPool(1, { dialect: 'cpython-3.13' });
    expect(await outcomeOf(pool.submit(fail, 'x'))).toMatchObject({
      code: 'ERR_TASK_MODULE',
      message: expect.stringContaining('This Node.js runs JavaScript files only: name the compiled file'),
    });
    await pool.shutdown();
  });
});
