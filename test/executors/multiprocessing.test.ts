/**
 * What `Pool` promises beyond CPython's own tests: chunks, lost workers, callbacks, calling off, inputs of every kind, the end.
 */
import { AsyncResult, asCompleted, currentThread, defaultChunkSize, Future, Pool, report, wait } from 'gil';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { atGate, makeGate } from '../conformance/pool/gate.js';
import { code, turn } from './futures.js';

const square = (x: number) => x * x;
const name = () => currentThread()?.name;
const endless = () => new Promise<never>(() => {});
const range = (end: number): number[] => Array.from({ length: end }, (_, i) => i);

function make(processes: number, options: ConstructorParameters<typeof Pool>[1] = {}): Pool {
  const pool = new Pool(processes, options);
  onTestFinished(() => pool.terminate());
  return pool;
}

afterEach(() => vi.restoreAllMocks());

describe('defaultChunkSize', () => {
  it.each([
    [0, 4, 0],
    [1, 4, 1],
    [10, 4, 1],
    [16, 4, 1],
    [17, 4, 2],
    [100, 4, 7],
    [1000, 4, 63],
    [5, 100, 1],
  ])('of %i inputs for %i workers is %i', (length, workers, size) => {
    expect(defaultChunkSize(length, workers)).toBe(size);
  });

  it('refuses what is no number of inputs or workers', () => {
    expect(() => defaultChunkSize(-1, 1)).toThrow(code('ERR_GIL_RANGE'));
    expect(() => defaultChunkSize(0.5, 1)).toThrow(code('ERR_GIL_RANGE'));
    expect(() => defaultChunkSize(1, 0)).toThrow(code('ERR_GIL_RANGE'));
    expect(() => defaultChunkSize('1' as never, 1)).toThrow(code('ERR_GIL_ARGUMENT'));
  });

  it('is what map uses: as many chunks as that makes, each run by one worker', async () => {
    // One chunk a worker, so the workers' names tell the chunks apart.
    const pool = make(1, { maxTasksPerChild: 1 });
    const names = await pool.map(name, range(17));
    expect(names.map((each) => names.indexOf(each))).toEqual(range(17).map((i) => i - (i % defaultChunkSize(17, 1))));
  });
});

describe('maxTasksPerChild', () => {
  it('counts chunks, not inputs', async () => {
    const pool = make(1, { maxTasksPerChild: 2 });
    const names = await pool.map(name, range(12), { chunkSize: 3 });
    expect(names.map((each) => names.indexOf(each))).toEqual(range(12).map((i) => (i < 6 ? 0 : 6)));
  });
});

describe.each(['worker', 'process'] as const)('a worker that dies (%s)', (isolation) => {
  it('fails the call it ran and is replaced; nothing hangs, and the pool goes on', async () => {
    const pool = make(1, { isolation });
    const first = await pool.apply(name);
    const errors: unknown[] = [];
    const lost = pool.applyAsync(() => process.exit(5), [], { errorCallback: (error) => errors.push(error) });
    const after = pool.applyAsync(square, [3]);
    await expect(lost.get()).rejects.toMatchObject({ code: 'ERR_WORKER_DIED', exitCode: 5 });
    expect(errors).toHaveLength(1);
    expect(await after).toBe(9);
    expect(await pool.apply(name)).not.toBe(first);
  });

  it('loses its chunk only: a map fails when the others are back, imap goes on', async () => {
    const pool = make(2, { isolation });
    const exitAt = (x: number) => (x === 3 ? process.exit(6) : x);
    await expect(pool.map(exitAt, range(8), { chunkSize: 2 })).rejects.toMatchObject({ code: 'ERR_WORKER_DIED', exitCode: 6 });
    const steps = pool.imap(exitAt, range(8), { chunkSize: 2 });
    const seen: unknown[] = [];
    for (let step = 0; step < 7; step += 1) seen.push(await steps.next().catch((error) => error.code));
    expect(seen.map((each) => (typeof each === 'object' ? (each as { value: unknown }).value : each))).toEqual([
      0,
      1,
      'ERR_WORKER_DIED',
      4,
      5,
      6,
      7,
    ]);
    expect((await steps.next()).done).toBe(true);
  });
});

describe('an initializer that fails', () => {
  it('breaks the pool in place of being tried for ever', async () => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {});
    const pool = make(1, {
      initializer: () => {
        throw new Error('no start');
      },
    });
    await expect(pool.apply(square, 1)).rejects.toMatchObject({ code: 'ERR_POOL_BROKEN' });
    expect(() => pool.applyAsync(square, [1])).toThrow(code('ERR_POOL_BROKEN'));
    expect(logged).toHaveBeenCalledWith('Exception in initializer:', expect.objectContaining({ message: 'no start' }));
  });
});

describe('an error in a chunk', () => {
  const failOdd = (x: number) => {
    if (x % 2 === 1) throw new RangeError(`odd ${x}`);
    return x;
  };

  it('is one step of imap, and loses the other results of its chunk', async () => {
    const steps = make(1).imap(failOdd, [0, 2, 4, 3, 6, 8], { chunkSize: 2 });
    const seen: unknown[] = [];
    for (let i = 0; i < 5; i += 1) seen.push(await steps.next().catch((error) => error.message));
    expect(seen).toEqual([
      { done: false, value: 0 },
      { done: false, value: 2 },
      'odd 3',
      { done: false, value: 6 },
      { done: false, value: 8 },
    ]);
    expect(await steps.next()).toEqual({ done: true, value: undefined });
  });

  it('that arrives first is the error of a map, whatever stands first', async () => {
    const gate = makeGate();
    const pool = make(2);
    const result = pool.starmapAsync(
      atGate<string>,
      [
        [gate.path, 'first in order'],
        [null, 'first to arrive'],
      ],
      { chunkSize: 1 },
    );
    expect(await pool.apply(square, 2)).toBe(4);
    gate.open();
    await expect(result).rejects.toThrow('first to arrive');
  });
});

describe('imapUnordered', () => {
  it('gives what is there first', async () => {
    const gate = makeGate();
    const pool = make(2);
    const gated = pool.imapUnordered(
      async (path: string | null) => {
        const { existsSync } = process.getBuiltinModule('node:fs');
        while (path !== null && !existsSync(path)) await new Promise((resolve) => setTimeout(resolve, 1));
        return path;
      },
      [gate.path, null],
    );
    expect((await gated.next()).value).toBeNull();
    gate.open();
    expect((await gated.next()).value).toBe(gate.path);
  });
});

describe('the steps of imap', () => {
  it('may be asked for ahead, and keep their order', async () => {
    const steps = make(2).imap(square, range(5));
    const asked = range(6).map(() => steps.next());
    expect((await Promise.all(asked)).map(({ value }) => value)).toEqual([0, 1, 4, 9, 16, undefined]);
  });

  it('can be waited for with a limit, which loses nothing', async () => {
    const gate = makeGate();
    const steps = make(1).imap(
      async (path: string) => {
        const { existsSync } = process.getBuiltinModule('node:fs');
        while (!existsSync(path)) await new Promise((resolve) => setTimeout(resolve, 1));
        return 'here';
      },
      [gate.path],
    );
    await expect(steps.next({ timeout: 0 })).rejects.toEqual(code('ERR_FUTURE_TIMEOUT'));
    await expect(steps.next({ timeout: 1 })).rejects.toEqual(code('ERR_FUTURE_TIMEOUT'));
    await expect(steps.next({ signal: AbortSignal.abort('not now') })).rejects.toBe('not now');
    const controller = new AbortController();
    const given = steps.next({ signal: controller.signal });
    controller.abort('changed my mind');
    await expect(given).rejects.toBe('changed my mind');
    await expect(steps.next({ timeout: -1 })).rejects.toEqual(code('ERR_GIL_RANGE'));
    gate.open();
    expect(await steps.next()).toEqual({ done: false, value: 'here' });
    expect(await steps.next({ timeout: 0 })).toEqual({ done: true, value: undefined });
  });

  it('take no more inputs than bufferSize allows to be unread', async () => {
    let taken = 0;
    function* endlessInputs() {
      for (;;) yield taken++;
    }
    const pool = make(2);
    const steps = pool.imap(square, endlessInputs(), { chunkSize: 2, bufferSize: 3 });
    expect(taken).toBe(6);
    // All of them are done, and still no more are taken.
    expect(await pool.apply(square, 2)).toBe(4);
    await turn();
    expect(taken).toBe(6);
    expect((await steps.next()).value).toBe(0);
    await turn();
    expect(taken).toBe(6);
    expect((await steps.next()).value).toBe(1);
    await turn();
    expect(taken).toBe(8);
    await steps.return();
  });

  it('are given of endless inputs without a bufferSize too, and leaving ends the inputs', async () => {
    let ended = false;
    function* inputs() {
      try {
        for (let i = 0; ; i += 1) yield i;
      } finally {
        ended = true;
      }
    }
    const pool = make(1);
    const seen: number[] = [];
    for await (const value of pool.imap(square, inputs())) {
      seen.push(value);
      if (seen.length === 3) break;
    }
    expect([seen, ended]).toEqual([[0, 1, 4], true]);
    pool.close();
    await pool.join();
  });

  it('end when they are left, also for those who wait', async () => {
    const pool = make(1);
    const steps = pool.imap(endless, [1, 2, 3]);
    const waiting = [steps.next(), steps.next()];
    await steps.return();
    expect(await Promise.all(waiting)).toEqual([
      { done: true, value: undefined },
      { done: true, value: undefined },
    ]);
    expect(await steps.next()).toEqual({ done: true, value: undefined });
  });
});

describe('async inputs', () => {
  async function* later(...values: number[]) {
    for (const value of values) {
      await turn();
      yield value;
    }
  }

  it('are taken by every map', async () => {
    const pool = make(2);
    expect(await pool.map(square, later(1, 2, 3))).toEqual([1, 4, 9]);
    expect(await pool.imap(square, later(1, 2, 3), { chunkSize: 2 }).toArray()).toEqual([1, 4, 9]);
    expect(new Set(await pool.imapUnordered(square, later(1, 2, 3)).toArray())).toEqual(new Set([1, 4, 9]));
  });

  it('fail the result if they fail', async () => {
    async function* failing() {
      yield* later(1, 2);
      throw new SyntaxError('say when');
    }
    const pool = make(1);
    const errors: unknown[] = [];
    await expect(pool.mapAsync(square, failing(), { errorCallback: (error) => errors.push(error) })).rejects.toThrow('say when');
    expect(errors).toEqual([new SyntaxError('say when')]);
    const steps = pool.imap(square, failing());
    expect([(await steps.next()).value, (await steps.next()).value]).toEqual([1, 4]);
    await expect(steps.next()).rejects.toThrow('say when');
    expect((await steps.next()).done).toBe(true);
  });

  it('that were being taken when the pool was closed are taken to their end', async () => {
    const pool = make(1);
    const mapped = pool.mapAsync(square, later(1, 2, 3));
    const steps = pool.imap(square, later(4, 5));
    pool.close();
    await pool.join();
    expect(mapped.resultNow()).toEqual([1, 4, 9]);
    expect(await steps.toArray()).toEqual([16, 25]);
  });

  it('that never come do not keep a terminated pool from its end', async () => {
    async function* never() {
      yield 1;
      await new Promise(() => {});
    }
    const pool = make(1);
    const mapped = pool.mapAsync(square, never());
    const steps = pool.imap(square, never());
    expect((await steps.next()).value).toBe(1);
    await pool.terminate();
    await pool.join();
    expect(mapped.cancelled()).toBe(true);
    await expect(steps.next()).rejects.toEqual(code('ERR_FUTURE_CANCELLED'));
    expect((await steps.next()).done).toBe(true);
  });
});

describe('starmap', () => {
  it('wants an array for each call, and says so', async () => {
    const pool = make(1);
    await expect(pool.starmap(square, [5 as never])).rejects.toMatchObject({
      code: 'ERR_GIL_ARGUMENT',
      message: expect.stringMatching(/starmap: expected each input to be an array.*got 5/),
    });
  });
});

describe('callbacks', () => {
  it('have been called when the result is awaited, and what they throw is written down', async () => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {});
    const pool = make(1);
    const calls: unknown[] = [];
    const trouble = new Error('callback');
    const result = pool.applyAsync(square, [3], {
      callback: (value) => {
        calls.push(value);
        throw trouble;
      },
    });
    expect([await result, calls]).toEqual([9, [9]]);
    expect(logged).toHaveBeenCalledWith(expect.stringMatching(/exception calling callback for <AsyncResult #\d+ state=finished/), trouble);
    // In CPython this one would never be ready.
    expect(await pool.apply(square, 4)).toBe(16);
  });

  it('are each for their own: no callback for an error, no error callback for a value', async () => {
    const pool = make(1);
    const calls: unknown[] = [];
    const both = {
      callback: (value: unknown) => calls.push(['value', value]),
      errorCallback: (error: unknown) => calls.push(['error', error]),
    };
    await pool.applyAsync(square, [2], both).wait();
    await pool.mapAsync(square, [], both).wait();
    await pool
      .applyAsync(
        () => {
          throw undefined;
        },
        [],
        both,
      )
      .wait();
    expect(calls).toEqual([
      ['value', 4],
      ['value', []],
      ['error', undefined],
    ]);
  });

  it('must be functions', () => {
    const pool = make(1);
    expect(() => pool.applyAsync(square, [1], { callback: 5 as never })).toThrow(code('ERR_GIL_ARGUMENT'));
    expect(() => pool.mapAsync(square, [1], { errorCallback: 'x' as never })).toThrow(code('ERR_GIL_ARGUMENT'));
  });
});

describe('an AsyncResult', () => {
  it('is a future: wait, asCompleted and progress know it', async () => {
    const pool = make(2);
    const results = [pool.applyAsync(square, [2]), pool.applyAsync(square, [3])];
    expect(results.every((result) => result instanceof AsyncResult && result instanceof Future)).toBe(true);
    const { done } = await wait(results);
    expect([...done].map((result) => result.resultNow())).toEqual([4, 9]);
    for await (const result of asCompleted(results)) expect(result.ready()).toBe(true);
    const reporting = pool.applyAsync(() => {
      report('half');
      return 'whole';
    });
    const seen: unknown[] = [];
    for await (const value of reporting.progress()) seen.push(value);
    expect([seen, await reporting]).toEqual([['half'], 'whole']);
  });

  it('can be called off before a worker has begun it, and not after', async () => {
    const gate = makeGate();
    const pool = make(1);
    const calls: unknown[] = [];
    const running = pool.applyAsync(
      async (path: string) => {
        const { existsSync } = process.getBuiltinModule('node:fs');
        report('begun');
        while (!existsSync(path)) await new Promise((resolve) => setTimeout(resolve, 1));
        return 'done';
      },
      [gate.path],
    );
    const both = { callback: () => calls.push('value'), errorCallback: () => calls.push('error') };
    const waiting = pool.applyAsync(square, [1], both);
    const mapped = pool.mapAsync(square, range(10), { chunkSize: 3, ...both });
    await running.progress().next();
    expect([running.running(), running.cancel()]).toEqual([true, false]);
    expect([waiting.cancel(), waiting.cancelled(), mapped.cancel(), mapped.cancelled()]).toEqual([true, true, true, true]);
    expect([await waiting.wait(), waiting.successful()]).toEqual([true, false]);
    gate.open();
    expect(await running).toBe('done');
    pool.close();
    await pool.join();
    expect(calls).toEqual([]);
  });

  it('of a map cannot be called off once a part of it has begun', async () => {
    const gate = makeGate();
    const pool = make(1);
    const mapped = pool.starmapAsync(
      atGate<number>,
      [
        [null, 1],
        [gate.path, 2],
        [null, 3],
      ] as [string | null, number][],
      { chunkSize: 1 },
    );
    while (!mapped.running()) await turn();
    expect(mapped.cancel()).toBe(false);
    gate.open();
    expect(await mapped).toEqual([1, 2, 3]);
  });
});

describe('what is wrong at a call is said at the call', () => {
  it.each([
    ['a task that is none', (pool: Pool) => pool.applyAsync(5 as never), 'ERR_TASK_FUNCTION'],
    ['a task that is none, over nothing', (pool: Pool) => pool.imap(5 as never, []), 'ERR_TASK_FUNCTION'],
    ['arguments that are no array', (pool: Pool) => pool.applyAsync(square, 5 as never), 'ERR_GIL_ARGUMENT'],
    ['inputs that are none', (pool: Pool) => pool.mapAsync(square, 5 as never), 'ERR_GIL_ARGUMENT'],
    ['options that are none', (pool: Pool) => pool.imap(square, [], 5 as never), 'ERR_GIL_ARGUMENT'],
    ['a chunk size of 0', (pool: Pool) => pool.imap(square, [], { chunkSize: 0 }), 'ERR_GIL_RANGE'],
    ['a chunk size of 0 for a map', (pool: Pool) => pool.mapAsync(square, [], { chunkSize: 0 }), 'ERR_GIL_RANGE'],
    ['a buffer of 0', (pool: Pool) => pool.imap(square, [], { bufferSize: 0 }), 'ERR_GIL_RANGE'],
  ])('%s', (_, use, expected) => {
    expect(() => use(make(1))).toThrow(code(expected));
  });

  it.each([
    [0, 'ERR_GIL_RANGE'],
    [1.5, 'ERR_GIL_RANGE'],
    ['2' as never, 'ERR_GIL_ARGUMENT'],
  ])('%s workers', (processes, expected) => {
    expect(() => new Pool(processes)).toThrow(code(expected));
  });
});

describe('the end', () => {
  it('can be waited for only after close() or terminate()', async () => {
    const pool = make(1);
    await expect(pool.join()).rejects.toMatchObject({ code: 'ERR_POOL_RUNNING', message: expect.stringMatching(/Pool is still running/) });
    pool.close();
    pool.close();
    expect(() => pool.applyAsync(square, [1])).toThrow(/Pool not running: it was closed/);
    await pool.join();
    await pool.terminate();
    await pool.join();
    expect(() => pool.applyAsync(square, [1])).toThrow(/Pool not running: it was terminated/);
  });

  it('by leaving the scope fails what runs and cancels what waits', async () => {
    let running: AsyncResult<unknown>;
    let waiting: AsyncResult<unknown>;
    let steps: AsyncIterator<number>;
    {
      await using pool = new Pool(1);
      running = pool.applyAsync(() => {
        report('begun');
        return new Promise(() => {});
      });
      waiting = pool.applyAsync(square, [2]);
      steps = pool.imap(square, [1, 2]);
      await running.progress().next();
    }
    await expect(running).rejects.toEqual(code('ERR_POOL_BROKEN'));
    expect(waiting.cancelled()).toBe(true);
    for (const _ of range(2)) await expect(steps.next()).rejects.toEqual(code('ERR_FUTURE_CANCELLED'));
    expect((await steps.next()).done).toBe(true);
  });
});
