/**
 * What a careless user submits: each gets one clear error with a literal code, at the call, and the pool goes on.
 */
import { type Executor, FreeVariableError, GlobalLock, ProcessPool, ThreadPool } from 'gil';
import { afterAll, describe, expect, it } from 'vitest';

const pool: Executor = new ThreadPool(1, { dialect: 'cpython-3.13' });
afterAll(() => pool.shutdown());

function problem(submit: () => unknown): { code?: string; message: string } {
  try {
    submit();
  } catch (error) {
    return error as { code?: string; message: string };
  }
  throw new Error('nothing was thrown');
}

describe('what is no task', () => {
  it.each([
    ['nothing', undefined, /expected a function.*got undefined/],
    ['a number', 5, /got 5/],
    ['an object', {}, /got an object/],
    ['a promise', Promise.resolve(1), /got a Promise/],
    ['a class', class Animal {}, /class/i],
    ['a native function', Math.max, /native|built-in/i],
    ['a bound function', (() => 1).bind(null), /bound|native/i],
  ])('%s', (_, task, message) => {
    expect(problem(() => pool.submit(task as never))).toMatchObject({ code: 'ERR_TASK_FUNCTION', message: expect.stringMatching(message) });
  });

  it('a method that needs this', () => {
    const counter = {
      value: 1,
      next() {
        return this.value;
      },
    };
    expect(problem(() => pool.submit(counter.next))).toMatchObject({
      code: 'ERR_TASK_FUNCTION',
      message: expect.stringMatching(/`?next`?.*this/s),
    });
  });
});

describe('a closure', () => {
  it('is named with its variable, line, column and remedy', () => {
    const factor = 3;
    const work = (x: number) => {
      const doubled = x * 2;
      return doubled * factor;
    };
    const error = problem(() => pool.submit(work, 1)) as FreeVariableError;
    expect(error).toBeInstanceOf(FreeVariableError);
    expect(error).toMatchObject({ code: 'ERR_TASK_FREE_VARIABLE', variable: 'factor', line: 3 });
    expect(error.message).toMatch(
      /`work` uses the variable `factor` \(line 3, column \d+\).*pool\.submit\(work, factor\).*tasks\(new URL/s,
    );
  });

  it('over an import of another package is named as the user wrote it', () => {
    const error = problem(() => pool.submit(() => describe)) as FreeVariableError;
    expect(error).toMatchObject({ code: 'ERR_TASK_FREE_VARIABLE', variable: 'describe' });
  });
});

describe('a lock among the arguments', () => {
  it('stays the same lock, alone, in arrays and in objects', async () => {
    const lock = new GlobalLock();
    const release = lock.acquireSync();
    const seen = await pool.submit(
      (direct: GlobalLock, nested: { locks: GlobalLock[] }) => [direct.isLocked(), direct === nested.locks[0], direct.tryAcquire()],
      lock,
      { locks: [lock] },
    );
    expect(seen).toEqual([true, true, null]);
    release();
  });

  it('cannot be sent to another process, and the error says so', async () => {
    const processes = new ProcessPool(1, { isolation: 'process' });
    await expect(processes.submit((lock: GlobalLock) => lock.isLocked(), new GlobalLock())).rejects.toMatchObject({
      code: 'ERR_TASK_CLONE',
      message: expect.stringMatching(/argument 1/),
    });
    expect(await processes.submit(() => 'goes on')).toBe('goes on');
    await processes.shutdown();
  });
});

describe('options', () => {
  it.each([
    [() => new ThreadPool(1, { switchInterval: 0 }), 'ERR_GIL_SWITCH_INTERVAL'],
    [() => new ProcessPool(1, { switchInterval: Number.NaN }), 'ERR_GIL_SWITCH_INTERVAL'],
    [() => new ThreadPool(1, { dialect: 'python' as never }), 'ERR_GIL_ARGUMENT'],
    [() => new ThreadPool(1, { lock: {} as never }), 'ERR_GIL_ARGUMENT'],
    [() => new ThreadPool(1, { lock: new GlobalLock(), switchInterval: 5 }), 'ERR_GIL_ARGUMENT'],
    [() => new ProcessPool(1, { isolation: 'thread' as never }), 'ERR_GIL_ARGUMENT'],
  ])('%s', (make, code) => {
    expect(problem(make).code).toBe(code);
  });
});
