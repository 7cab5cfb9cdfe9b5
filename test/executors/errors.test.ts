/**
 * An error that comes back from a worker: what it is, what it says, and one stack from where it failed to where the call was submitted.
 */
import { inspect } from 'node:util';
import { type Executor, OutOfRangeError, ProcessPool, sleep, ThreadPool } from 'gil';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkMessage } from '../../src/runtime/check-message.js';
import { outcomeOf, POOLS, type PoolKind } from './pools.js';

describe.each(POOLS)('$name', (kind: PoolKind) => {
  let pool: Executor;
  beforeAll(() => {
    pool = kind.make(1);
  });
  afterAll(() => pool.shutdown());

  it('keeps the name of a class that only the worker knows, and is what that class derives from', async () => {
    const error = await outcomeOf(
      pool.submit(function failing() {
        class HttpError extends TypeError {
          status = 404;
        }
        throw new HttpError('not found', { cause: new RangeError('port', { cause: 'a reason' }) });
      }),
    );
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({ name: 'TypeError', status: 404, cause: { cause: 'a reason' } });
    expect((error as Error).cause).toBeInstanceOf(RangeError);
    expect((error as Error).constructor.name).toBe('HttpError');
    expect(inspect(error)).toMatch(
      /^HttpError \[TypeError\]: not found\n {4}at failing \(gil-task:failing:\d+:\d+\)\n {4}at a call that was/,
    );
  });

  it('is a class of this package if it was one', async () => {
    const error = await outcomeOf(pool.submit(() => sleep(-1)));
    expect(error).toBeInstanceOf(OutOfRangeError);
    expect(error).toMatchObject({ code: 'ERR_GIL_RANGE' });
  });

  it('has one stack: the frames of the worker, then those of whoever submitted the call', async () => {
    async function somebody() {
      return pool.submit(function outer() {
        const inner = () => {
          throw new Error('deep');
        };
        return inner();
      });
    }
    const { stack = '' } = (await outcomeOf(somebody())) as Error;
    const [message, ...frames] = stack.split('\n');
    const where = (text: string) => frames.findIndex((frame) => frame.includes(text));
    expect(message).toBe('Error: deep');
    expect(where('gil-task:outer')).toBe(0);
    expect(frames[1]).toMatch(/at outer \(gil-task:outer/);
    expect(frames[2]).toMatch(/^ {4}at a call that was submitted to (worker thread|process) \d+/);
    expect(frames[3]).toMatch(/at somebody \(.*errors\.test\.ts/);
  });

  it('has that stack also for calls of a map, sent one by one or several as one', async () => {
    const odd = function odd(x: number) {
      if (x % 2 === 1) throw new RangeError(`odd: ${x}`);
      return x;
    };
    for (const chunkSize of [1, 2]) {
      const { stack } = (await outcomeOf(pool.mapWith({ chunkSize }, odd, [2, 4, 5]).toArray())) as Error;
      expect(stack).toMatch(
        /^RangeError: odd: 5\n\s+at odd \(gil-task:odd.*\n\s+at a call that was submitted to.*\n(.*\n)*.*errors\.test\.ts/,
      );
    }
  });

  it('cuts a chain that bites its own tail, and tells what cannot be sent by its description', async () => {
    const error = (await outcomeOf(
      pool.submit(() => {
        const error = Object.assign(new Error('round'), { attachment: () => 1, date: new Date(0) });
        error.cause = error;
        throw error;
      }),
    )) as Error & { attachment: unknown; date: unknown };
    expect(error).toMatchObject({ message: 'round', cause: { cause: { message: 'round' } }, date: new Date(0) });
    expect(typeof error.attachment).toBe('string');
    expect(inspect(error).length).toBeLessThan(20_000);
  });

  it('is the thrown value where that is no error, or its description where it cannot be sent', async () => {
    const thrown = (value: unknown) =>
      outcomeOf(
        pool.submit((value) => {
          throw value;
        }, value),
      );
    expect(await thrown({ plain: [1] })).toEqual({ plain: [1] });
    expect(await thrown(Number.NaN)).toBeNaN();
    expect(
      await outcomeOf(
        pool.submit(() => {
          throw () => 1;
        }),
      ),
    ).toEqual(expect.any(String));
  });
});

describe('of a burst of calls', () => {
  it('the first 32 of a turn have the frames of their own line, the others those of a call like them', async () => {
    const pool = new ThreadPool(1);
    const fail = () => {
      throw new Error('x');
    };
    const lines: string[] = [];
    const futures: PromiseLike<unknown>[] = [];
    const note = (future: PromiseLike<unknown>) => {
      lines.push((new Error().stack as string).split('\n')[2]?.match(/test\.ts:(\d+)/)?.[1] ?? '');
      futures.push(future);
    };
    for (let i = 0; i < 16; i += 1) {
      note(pool.submit(fail));
      note(pool.submit(fail));
    }
    note(pool.submit(fail));
    const seen = await Promise.all(
      futures.map(async (future) => ((await outcomeOf(future)) as Error).stack?.match(/errors\.test\.ts:(\d+)/)?.[1]),
    );
    expect(new Set(lines).size).toBe(3);
    expect(seen.slice(0, 32)).toEqual(lines.slice(0, 32));
    expect([lines[31], lines[32]]).toContain(seen[32]);
    await pool.shutdown();
  });
});

describe('words that a worker may say', () => {
  it('are told from all others without a throw, whatever shape they have', () => {
    let seed = 20_261_124;
    const random = (n: number): number => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      return seed % n;
    };
    const kinds = [
      'ready',
      'unfit',
      'bell',
      'done',
      'chunk',
      'failed',
      'stopped',
      'progress',
      'error',
      'value',
      'toString',
      '__proto__',
      '',
      7,
    ];
    const keys = [
      'kind',
      'seq',
      'value',
      'times',
      'error',
      'outcomes',
      'breaker',
      'name',
      'message',
      'stack',
      'properties',
      'cause',
      'errors',
    ];
    const made: unknown[] = [];
    const make = (depth: number): unknown => {
      const leaves = [
        null,
        undefined,
        0,
        -1,
        1.5,
        Number.NaN,
        2 ** 60,
        'x',
        true,
        1n,
        Symbol.iterator,
        new Int32Array(1),
        [],
        [1, 2],
        new Map(),
      ];
      if (depth === 0) return leaves[random(leaves.length)];
      if (made.length > 0 && random(10) === 0) return made[random(made.length)];
      const value: Record<string, unknown> | unknown[] = random(4) === 0 ? [] : {};
      made.push(value);
      for (let i = random(9); i >= 0; i -= 1) {
        const key = Array.isArray(value) ? i : keys[random(keys.length)];
        Reflect.set(value, key as string, make(depth - 1));
      }
      if (random(3) > 0) Reflect.set(value, 'kind', kinds[random(kinds.length)]);
      return value;
    };
    const heard = new Map<unknown, number>();
    for (let i = 0; i < 20_000; i += 1) {
      if (made.length > 50) made.length = 0;
      const message = make(random(5));
      const checked = checkMessage(message);
      expect(checked === undefined || checked === message).toBe(true);
      if (checked !== undefined) heard.set(checked.kind, (heard.get(checked.kind) ?? 0) + 1);
    }
    expect([...heard.keys()]).toContain('bell');
  });
});

describe('a worker that dies', () => {
  it('fails its call with an error that says where that was submitted', async () => {
    const pool = new ProcessPool(1, { isolation: 'process', onWorkerDeath: 'replace' });
    const error = (await outcomeOf(pool.submit(() => process.exit(3)))) as Error;
    expect(error.stack).toMatch(
      /WorkerDiedError: process \d+ .* ended with exit code 3 while it ran `anonymous`\n[\s\S]*at a call that was[\s\S]*errors\.test\.ts/,
    );
    await pool.shutdown();
  });
});
