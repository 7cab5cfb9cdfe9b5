/**
 * What every pool does, whichever it is: runs, orders, fails, cancels, ends.
 */
import { threadId } from 'node:worker_threads';
import { currentTask, currentThread, type Executor, report, sleep, ThreadPool } from 'gil';
import { afterAll, describe, expect, it } from 'vitest';
import { POOLS, type PoolKind, withPool } from './pools.js';

const code = (name: string) => expect.objectContaining({ code: name });

describe.each(POOLS)('$name', (kind: PoolKind) => {
  describe('a pool of two', () => {
    let shared: Executor | undefined;
    const pool = () => {
      shared ??= kind.make(2);
      return shared;
    };
    afterAll(() => shared?.shutdown());

    it('runs functions of any kind, by value', async () => {
      expect(await pool().submit((a, b) => a ** b, 2, 8)).toBe(256);
      function named(n: number): number {
        return n < 2 ? n : named(n - 1) + named(n - 2);
      }
      expect(await pool().submit(named, 15)).toBe(610);
      expect(await pool().submit(async (x: number) => (await Promise.resolve(x)) + 1, 1)).toBe(2);
      const object = {
        method(x: number) {
          return x * 2;
        },
      };
      expect(await pool().submit(object.method, 21)).toBe(42);
      expect(
        await pool().submit(
          (...parts: string[]) => {
            class Joiner {
              #all: string[] = [];
              add(part: string) {
                this.#all.push(part);
                return this;
              }
              toString() {
                return this.#all.join('-');
              }
            }
            const joiner = new Joiner();
            for (const part of parts) joiner.add(part);
            return `${joiner}`;
          },
          'a',
          'b',
        ),
      ).toBe('a-b');
    });

    it("may use this package's own exports, as a test file imports them", async () => {
      const name = await pool().submit(() => {
        sleep(1);
        return currentThread()?.name;
      });
      expect(name).toMatch(/^(Thread|Interpreter|Process)Pool-\d+_[01]$/);
      expect(currentThread()).toBeNull();
    });

    it('copies arguments and results, and keeps what structured clone keeps', async () => {
      const given = { date: new Date(0), map: new Map([['a', [1n]]]), set: new Set(['x']), bytes: new Uint8Array([1, 2]), none: undefined };
      const taken = await pool().submit((value) => {
        value.map.set('b', []);
        return value;
      }, given);
      expect(taken).toEqual({
        ...given,
        map: new Map([
          ['a', [1n]],
          ['b', []],
        ]),
      });
      expect(given.map.size).toBe(1);
    });

    it('maps in the order of the inputs, over several at once, until the shortest ends', async () => {
      expect(
        await pool()
          .map((x) => x * x, [3, 1, 2])
          .toArray(),
      ).toEqual([9, 1, 4]);
      expect(
        await pool()
          .map((x, y) => `${x}${y}`, ['a', 'b', 'c'], new Set([1, 2]))
          .toArray(),
      ).toEqual(['a1', 'b2']);
      expect(
        await pool()
          .map(() => 1)
          .toArray(),
      ).toEqual([]);
      const seen: number[] = [];
      for await (const value of pool().map((x: number) => x + 1, [1, 2, 3])) seen.push(value);
      expect(seen).toEqual([2, 3, 4]);
    });

    it('ends a map at the first error, and there are no more values', async () => {
      const results = pool().map(
        (x) => {
          if (x === 2) throw new RangeError(`no ${x}`);
          return x;
        },
        [1, 2, 3],
      );
      expect(await results.next()).toEqual({ done: false, value: 1 });
      await expect(results.next()).rejects.toThrow('no 2');
      expect(await results.next()).toEqual({ done: true, value: undefined });
    });

    it('brings errors back with class, message, properties, remote stack and cause', async () => {
      const error = (await pool()
        .submit(function failing() {
          const cause = Object.assign(new TypeError('deep'), { code: 'E_DEEP' });
          throw Object.assign(new RangeError('far', { cause }), { detail: { x: 1 } });
        })
        .exception()) as RangeError & { detail: unknown; cause: TypeError };
      expect(error).toBeInstanceOf(RangeError);
      expect(error).toMatchObject({ name: 'RangeError', message: 'far', detail: { x: 1 } });
      expect(error.stack).toMatch(/RangeError: far\n\s+at failing \(gil-task:failing:\d+/);
      expect(error.cause).toBeInstanceOf(TypeError);
      expect(error.cause).toMatchObject({ message: 'deep', code: 'E_DEEP' });
    });

    it('keeps the name of a class it does not know, and the errors of an AggregateError', async () => {
      const custom = await pool()
        .submit(() => {
          class TooCold extends Error {
            override name = 'TooCold';
            degrees = -3;
          }
          throw new TooCold('brr');
        })
        .exception();
      expect(custom).toBeInstanceOf(Error);
      expect(custom).toMatchObject({ name: 'TooCold', message: 'brr', degrees: -3 });
      const many = (await pool()
        .submit(() => Promise.reject(new AggregateError([new TypeError('one'), 2], 'many')))
        .exception()) as AggregateError;
      expect(many).toBeInstanceOf(AggregateError);
      expect(many.message).toBe('many');
      expect(many.errors).toEqual([new TypeError('one'), 2]);
    });

    it.each([undefined, null, 0, '', false, 'text'])('a thrown %s is still an error', async (thrown) => {
      const outcome = await pool()
        .submit((value) => {
          throw value;
        }, thrown)
        .then(
          (value) => ({ value }),
          (error) => ({ error }),
        );
      expect(outcome).toEqual({ error: thrown });
    });

    it('fails one future for what cannot be cloned, names it, and goes on', async () => {
      await expect(pool().submit((a, b) => a + b, 1, (() => 2) as never)).rejects.toMatchObject({
        code: 'ERR_TASK_CLONE',
        message: expect.stringMatching(/argument 2 of `.*` cannot be sent/),
      });
      await expect(pool().submit(() => Symbol('s'))).rejects.toMatchObject({
        code: 'ERR_TASK_CLONE',
        message: expect.stringMatching(/the result of `.*` cannot be sent/),
      });
      await expect(
        pool().submit(() => ({
          get trap() {
            throw new Error('getter');
          },
        })),
      ).rejects.toMatchObject({ code: 'ERR_TASK_CLONE' });
      expect(await pool().submit(() => 'well')).toBe('well');
    });
  });

  it('starts workers on demand, reuses idle ones first, and no more than it may', async () => {
    await withPool(kind, 3, async (pool) => {
      expect(pool.workerCount).toBe(0);
      for (let i = 0; i < 3; i += 1) await pool.submit((x) => x, i);
      expect(pool.workerCount).toBe(1);
      await Promise.all([1, 2, 3, 4, 5, 6].map((x) => pool.submit((y) => y, x)));
      expect(pool.workerCount).toBe(3);
    });
  });

  it('runs elsewhere', async () => {
    await withPool(kind, 1, async (pool) => {
      const where = await pool.submit(() => [process.pid, currentThread()?.threadId]);
      expect(where).not.toEqual([process.pid, threadId]);
    });
  });

  it('does what was submitted before a shutdown, and refuses what comes after', async () => {
    const pool = kind.make(1);
    const futures = Array.from({ length: 20 }, (_, i) => pool.submit((x) => x, i));
    const ended = pool.shutdown();
    expect(() => pool.submit(() => 1)).toThrow(code('ERR_POOL_SHUTDOWN'));
    await ended;
    expect(futures.map((future) => future.resultNow())).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect(pool.workerCount).toBe(0);
    await pool.shutdown();
  });

  it('cancels what has not begun when asked to', async () => {
    const pool = kind.make(1, { gracePeriod: 1e9 });
    const letGo = new AbortController();
    const first = pool.submitWith({ signal: letGo.signal }, () => {
      return new Promise<number>((resolve) => {
        currentTask()?.signal.addEventListener('abort', () => resolve(0));
        report('begun');
      });
    });
    const futures = [first, ...Array.from({ length: 19 }, (_, i) => pool.submit((x) => x, i + 1))];
    await first.progress().next();
    expect([first.running(), first.cancel()]).toEqual([true, false]);
    expect([futures[1]?.running(), futures[1]?.cancel()]).toEqual([false, true]);
    const ended = pool.shutdown({ cancelFutures: true });
    letGo.abort();
    await ended;
    expect(first.resultNow()).toBe(0);
    expect(futures.slice(1).every((future) => future.cancelled())).toBe(true);
    await expect(futures[2]).rejects.toMatchObject({ code: 'ERR_FUTURE_CANCELLED' });
  });

  it('is a resource: leaving its scope shuts it down', async () => {
    const pool = kind.make(1);
    const future = pool.submit(() => 'done');
    await pool[Symbol.asyncDispose]();
    expect(future.resultNow()).toBe('done');
    expect(pool.workerCount).toBe(0);
  });

  it('is broken by a worker that exits: every future says so, each with an error of its own, and nothing hangs', async () => {
    const pool = kind.make(2);
    const exits = pool.submit(function exiting() {
      process.exit(99);
    });
    const others = Array.from({ length: 5 }, () => pool.submit(() => new Promise(() => {})));
    const errors = await Promise.all([exits, ...others].map((future) => future.exception()));
    for (const error of errors) {
      expect(error).toMatchObject({ code: 'ERR_POOL_BROKEN', cause: { code: 'ERR_WORKER_DIED', exitCode: 99 } });
      expect((error as Error).message).toMatch(/exit code 99 while it ran `exiting`/);
    }
    expect(new Set(errors).size).toBe(errors.length);
    expect(() => pool.submit(() => 1)).toThrow(code('ERR_POOL_BROKEN'));
    await pool.shutdown();
    expect(pool.workerCount).toBe(0);
  });

  it('is broken by an error that nobody catches, which is the cause', async () => {
    const pool = kind.make(1);
    const future = pool.submit(() => {
      setImmediate(() => {
        throw new RangeError('stray');
      });
      return new Promise(() => {});
    });
    const error = (await future.exception()) as { cause: { cause?: { message: string }; exitCode: number } };
    expect(error).toMatchObject({ code: 'ERR_POOL_BROKEN', cause: { code: 'ERR_WORKER_DIED', exitCode: 1 } });
    expect(error.cause.cause).toBeInstanceOf(RangeError);
    expect(error.cause.cause).toMatchObject({ message: 'stray' });
    await pool.shutdown();
  });
});

describe('the constructors', () => {
  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('refuse %s workers', (bad) => {
    for (const { make } of POOLS) expect(() => make(bad)).toThrow(code('ERR_GIL_RANGE'));
  });

  it.each(['4', null, {}])('refuse %s as a number of workers', (bad) => {
    for (const { make } of POOLS) expect(() => make(bad as never)).toThrow(code('ERR_GIL_ARGUMENT'));
  });

  it('take the names a user gives', async () => {
    const pool = new ThreadPool(1, { threadNamePrefix: 'SpecialPool' });
    expect(await pool.submit(() => currentThread()?.name)).toBe('SpecialPool_0');
    await pool.shutdown();
  });
});

describe('a pool whose workers cannot be started', () => {
  it('is broken, and says why', async () => {
    // Too little to start in. With even less, Node 22 and newer end the whole process before there is a worker that could fail.
    const pool = new ThreadPool(2, { resourceLimits: { maxOldGenerationSizeMb: 4 } });
    const future = pool.submit(() => 1);
    await expect(future).rejects.toMatchObject({
      code: 'ERR_POOL_BROKEN',
      message: expect.stringMatching(/could not be started/),
      cause: { code: 'ERR_WORKER_DIED', cause: { code: 'ERR_WORKER_OUT_OF_MEMORY' } },
    });
    expect(() => pool.submit(() => 1)).toThrow(code('ERR_POOL_BROKEN'));
    await pool.shutdown();
  });
});

describe('something thrown that throws when it is looked at', () => {
  it('is still one error on its future', async () => {
    const pool = new ThreadPool(1, { dialect: 'cpython-3.13' });
    const error = await pool
      .submit(() => {
        throw Object.defineProperty(new Error('x'), 'message', {
          get() {
            throw new Error('trap');
          },
        });
      })
      .exception();
    expect(error).toMatchObject({ message: 'something was thrown that cannot be read' });
    expect(await pool.submit(() => 'well')).toBe('well');
    await pool.shutdown();
  });
});
