/**
 * `map`: CPython executor.py (ExecutorTest.test_map…), against a pool that is played by the test: it settles what it likes, when it likes.
 */
import { describe, expect, it, vi } from 'vitest';
import { Future } from '../../src/executors/future.js';
import type { AnyIterable, Args } from '../../src/executors/inputs.js';
import type { MapTarget, Outcome } from '../../src/executors/map-feed.js';
import { type MapOptions, startMap } from '../../src/executors/map-results.js';
import { code, collectGarbage, turn } from './futures.js';

const DONE = { done: true, value: undefined };
const value = (value: unknown) => ({ done: false, value });

interface Call {
  readonly args: Args;
  readonly future: Future<unknown>;
  isRunning: boolean;
}

/** A pool in which nothing happens by itself. A call gives its first argument; `begin` says that a worker has it. */
class FakePool implements MapTarget<unknown> {
  readonly calls: Call[] = [];
  isShutDown = false;

  submit(args: Args): Future<unknown> {
    if (this.isShutDown) throw new Error('shut down');
    const work = { isRunning: () => call.isRunning, revoke: () => !call.isRunning };
    const call: Call = { args, isRunning: false, future: new Future<unknown>(work) };
    this.calls.push(call);
    return call.future;
  }

  /** What was submitted, by first argument. */
  get inputs(): unknown[] {
    return this.calls.map(({ args }) => args[0]);
  }

  get cancelled(): unknown[] {
    return this.calls.filter(({ future }) => future.cancelled()).map(({ args }) => args[0]);
  }

  begin(index: number): void {
    (this.calls[index] as Call).isRunning = true;
  }

  finish(index: number): void {
    this.calls[index]?.future.setResult(this.calls[index]?.args[0]);
  }

  fail(index: number, error: unknown): void {
    this.calls[index]?.future.setException(error);
  }

  map(iterables: readonly AnyIterable<unknown>[], options: MapOptions = {}) {
    return startMap(this, iterables, options);
  }
}

/** One whose calls are done as soon as they are submitted. */
class QuickPool extends FakePool {
  override submit(args: Args): Future<unknown> {
    const future = super.submit(args);
    future.setResult(args[0]);
    return future;
  }
}

/** One that knows chunks: 'bad' inputs fail. */
class ChunkPool extends FakePool {
  readonly chunks: { readonly calls: readonly Args[]; readonly future: Future<readonly Outcome<unknown>[]> }[] = [];

  submitChunk(calls: readonly Args[]): Future<readonly Outcome<unknown>[]> {
    if (this.isShutDown) throw new Error('shut down');
    const future = new Future<readonly Outcome<unknown>[]>({ isRunning: () => false, revoke: () => true });
    this.chunks.push({ calls, future });
    return future;
  }

  run(index: number): void {
    const chunk = this.chunks[index];
    chunk?.future.setResult(
      chunk.calls.map(([input]) => (input === 'bad' ? { kind: 'error', error: undefined } : { kind: 'value', value: input })),
    );
  }
}

function* count(until = Number.POSITIVE_INFINITY): Generator<number, void, undefined> {
  for (let n = 0; n < until; n += 1) yield n;
}

async function* countLater(until = Number.POSITIVE_INFINITY): AsyncGenerator<number, void, undefined> {
  for (const n of count(until)) {
    await turn();
    yield n;
  }
}

describe('map', () => {
  it('gives the results in the order of the inputs, whatever is done first', async () => {
    const pool = new FakePool();
    const results = pool.map([count(3)]);
    expect(pool.inputs).toEqual([0, 1, 2]);
    for (const index of [2, 0, 1]) pool.finish(index);
    expect(await results.toArray()).toEqual([0, 1, 2]);
    expect(await results.next()).toEqual(DONE);
  });

  it('zips its inputs: the shortest ends it, in turn as in Python; none at all give nothing', async () => {
    const pool = new QuickPool();
    const [left, right] = [count(), count()];
    const close = vi.spyOn(left, 'return');
    expect(await pool.map([left, 'ab', right]).toArray()).toEqual([0, 1]);
    expect(pool.calls.map(({ args }) => args)).toEqual([
      [0, 'a', 0],
      [1, 'b', 1],
    ]);
    expect(close).toHaveBeenCalledOnce();
    expect(await new FakePool().map([]).toArray()).toEqual([]);
    expect(await pool.map([[]], { bufferSize: 2 }).toArray()).toEqual([]);
  });

  it('keeps the order of steps that are asked for together', async () => {
    const pool = new FakePool();
    const results = pool.map([count(3)], { bufferSize: 1 });
    const steps = [results.next(), results.next(), results.next(), results.next()];
    for (let index = 0; index < 3; index += 1) {
      await turn();
      pool.finish(index);
    }
    expect(await Promise.all(steps)).toEqual([value(0), value(1), value(2), DONE]);
  });

  it('says at the call what is wrong, and has submitted nothing', () => {
    const pool = new ChunkPool();
    const attempt = (options: object, inputs: unknown[] = [[1]]) => {
      try {
        pool.map(inputs as [], options);
      } catch (error) {
        return `${error}`;
      }
      return 'nothing';
    };
    for (const bufferSize of ['foo', 2.5, Number.NaN])
      expect(attempt({ bufferSize })).toMatch(/^ArgumentError: bufferSize must be an integer or null; got /);
    for (const bufferSize of [0, -1]) expect(attempt({ bufferSize })).toMatch(/^OutOfRangeError: bufferSize must be null or > 0; got /);
    for (const chunkSize of [0, -1]) expect(attempt({ chunkSize })).toMatch(/^OutOfRangeError: chunksize must be >= 1\. /);
    expect(attempt({ chunkSize: '2' })).toMatch(/^ArgumentError: chunksize must be an integer; .*got "2"/);
    expect(attempt({ onError: 'go on' })).toBe(`ArgumentError: onError: expected 'stop' or 'continue'; got "go on"`);
    expect(attempt({ timeout: -1 })).toMatch(/^OutOfRangeError: timeout/);
    expect(attempt({}, [[1], 5])).toBe('ArgumentError: input 2 of map: expected an iterable or an async iterable; got 5');
    expect([...pool.calls, ...pool.chunks]).toEqual([]);
    expect(new FakePool().map([[1]], { chunkSize: -1 })).toBeDefined();
  });

  it('throws what a sync input throws, at the call; what was submitted runs', async () => {
    const pool = new FakePool();
    const close = vi.fn();
    const failing = function* () {
      yield 1;
      throw new Error('input');
    };
    const other = (function* () {
      try {
        yield* count();
      } finally {
        close();
      }
    })();
    expect(() => pool.map([other, failing()])).toThrow('input');
    expect(pool.inputs).toEqual([0]);
    expect(pool.cancelled).toEqual([]);
    expect(close).toHaveBeenCalledOnce();
  });

  it('throws at the call if the pool is shut down', () => {
    const pool = new FakePool();
    pool.isShutDown = true;
    const input = count();
    expect(() => pool.map([input])).toThrow('shut down');
    expect(input.next().done).toBe(true);
  });
});

describe('an error of a task', () => {
  it.each([[new Error('x')], [undefined], [null], [0]])('ends the results (%s); what has not begun is cancelled', async (error) => {
    const pool = new FakePool();
    const results = pool.map([count(5)]);
    pool.finish(0);
    pool.fail(1, error);
    pool.begin(2);
    expect(await results.next()).toEqual(value(0));
    expect(await results.next().catch((reason) => ({ reason }))).toEqual({ reason: error });
    expect(pool.cancelled).toEqual([3, 4]);
    expect([await results.next(), await results.next()]).toEqual([DONE, DONE]);
  });

  it('is one step among others with onError: continue; nothing is cancelled', async () => {
    const pool = new FakePool();
    const results = pool.map([count(4)], { onError: 'continue' });
    pool.finish(0);
    pool.fail(1, undefined);
    pool.finish(2);
    expect(await results.next()).toEqual(value(0));
    expect(await results.next().catch((reason) => ({ reason }))).toEqual({ reason: undefined });
    expect(await results.next()).toEqual(value(2));
    expect(pool.cancelled).toEqual([]);
    pool.calls[3]?.future.cancel();
    await expect(results.next()).rejects.toThrow(code('ERR_FUTURE_CANCELLED'));
    expect(await results.next()).toEqual(DONE);
  });

  it('also closes the inputs of a buffered map', async () => {
    const pool = new FakePool();
    const input = count();
    const results = pool.map([input], { bufferSize: 2 });
    pool.fail(0, new Error('x'));
    await expect(results.next()).rejects.toThrow('x');
    expect(pool.cancelled).toEqual([1, 2]);
    expect(input.next().done).toBe(true);
  });
});

describe('a deadline', () => {
  it('ends the results; what is there is given, what is waited for is cancelled too', async () => {
    const pool = new FakePool();
    const results = pool.map([count(4)], { timeout: 1, onError: 'continue' });
    pool.finish(0);
    pool.finish(1);
    expect([await results.next(), await results.next()]).toEqual([value(0), value(1)]);
    await expect(results.next()).rejects.toThrow(/^map: result 2 was not there 1 ms after the call/);
    expect(pool.cancelled).toEqual([2, 3]);
    expect([await results.next(), await results.next()]).toEqual([DONE, DONE]);
  });

  it('of 0 gives what is there', async () => {
    const pool = new FakePool();
    const results = pool.map([count(2)], { timeout: 0 });
    pool.finish(0);
    expect(await results.next()).toEqual(value(0));
    const step = results.next();
    expect(pool.cancelled).toEqual([1]);
    await expect(step).rejects.toThrow(code('ERR_FUTURE_TIMEOUT'));
    const later = new FakePool().map([countLater()], { timeout: 0 });
    await expect(later.next()).rejects.toThrow(code('ERR_FUTURE_TIMEOUT'));
  });

  it('is not what a task means that throws the like', async () => {
    const pool = new FakePool();
    const results = pool.map([count(2)], { onError: 'continue', timeout: 60_000 });
    const error = Object.assign(new Error('own'), { code: 'ERR_FUTURE_TIMEOUT', name: 'TimeoutError' });
    pool.fail(0, error);
    pool.finish(1);
    await expect(results.next()).rejects.toBe(error);
    expect(await results.next()).toEqual(value(1));
  });
});

describe('leaving', () => {
  it('cancels what has not begun and closes the inputs', async () => {
    const pool = new FakePool();
    const input = count();
    const results = pool.map([input], { bufferSize: 3 });
    pool.finish(0);
    pool.begin(1);
    for await (const result of results) {
      expect(result).toBe(0);
      break;
    }
    expect(pool.cancelled).toEqual([2, 3]);
    expect(input.next().done).toBe(true);
    expect(await results.next()).toEqual(DONE);
  });

  it('ends the steps that wait', async () => {
    const pool = new FakePool();
    const results = pool.map([count(3)]);
    pool.begin(0);
    const steps = [results.next(), results.next()];
    await turn();
    await results[Symbol.asyncDispose]();
    expect(await Promise.all(steps)).toEqual([DONE, DONE]);
    expect(pool.cancelled).toEqual([1, 2]);
  });

  it('is not what garbage does: what nobody reads still runs', () => {
    const pool = new FakePool();
    pool.map([count(3)]);
    expect(pool.cancelled).toEqual([]);
  });

  it('by signal: the rest is cancelled, the next step has the reason', async () => {
    const [pool, controller] = [new FakePool(), new AbortController()];
    const results = pool.map([count(3)], { signal: controller.signal, onError: 'continue' });
    pool.finish(0);
    pool.begin(1);
    controller.abort('enough');
    expect(pool.cancelled).toEqual([2]);
    await expect(results.next()).rejects.toBe('enough');
    expect(await results.next()).toEqual(DONE);
    const waiting = new AbortController();
    const step = new FakePool().map([count(1)], { signal: waiting.signal }).next();
    await turn();
    waiting.abort('later');
    await expect(step).rejects.toBe('later');
  });

  it('by a signal that has aborted before: nothing is submitted', async () => {
    const pool = new FakePool();
    const results = pool.map([count()], { signal: AbortSignal.abort('before') });
    expect(pool.calls).toEqual([]);
    await expect(results.next()).rejects.toBe('before');
    expect(await results.next()).toEqual(DONE);
  });

  it('by a signal that aborts while a sync input is asked: that input is told afterwards', async () => {
    const [pool, controller, close] = [new FakePool(), new AbortController(), vi.fn()];
    const input = (function* () {
      try {
        yield 0;
        controller.abort('enough');
        yield 1;
        yield 2;
      } finally {
        close();
      }
    })();
    const results = pool.map([input, count()], { signal: controller.signal });
    expect(pool.inputs).toEqual([0]);
    expect(pool.cancelled).toEqual([0]);
    expect(close).toHaveBeenCalledOnce();
    await expect(results.next()).rejects.toBe('enough');
  });
});

describe('a buffer', () => {
  it('takes so many inputs and no more until a result is asked for, even if all is done', async () => {
    const pool = new QuickPool();
    const input = [10, 20, 30, 40].values();
    pool.map([input], { bufferSize: 2 });
    await turn();
    expect(pool.inputs).toEqual([10, 20]);
    expect(input.next().value).toBe(30);
  });

  it('submits one more at each step before it waits', async () => {
    const pool = new FakePool();
    const results = pool.map([count()], { bufferSize: 2 });
    expect(pool.inputs).toEqual([0, 1]);
    const step = results.next();
    expect(pool.inputs).toEqual([0, 1, 2]);
    pool.finish(0);
    expect(await step).toEqual(value(0));
    await turn();
    expect(pool.inputs).toEqual([0, 1, 2]);
    await results.return();
  });

  it.each([1, 2, 3, 7])('of %d gives all results in order', async (bufferSize) => {
    expect(await new QuickPool().map([count(5), count()], { bufferSize }).toArray()).toEqual([0, 1, 2, 3, 4]);
    expect(await new QuickPool().map([countLater(5), count()], { bufferSize }).toArray()).toEqual([0, 1, 2, 3, 4]);
  });

  it('outlives the pool: what is buffered, then the error, then the end', async () => {
    const pool = new QuickPool();
    const input = count();
    const results = pool.map([input], { bufferSize: 2 });
    pool.isShutDown = true;
    expect([await results.next(), await results.next()]).toEqual([value(0), value(1)]);
    await expect(results.next()).rejects.toThrow('shut down');
    expect([await results.next(), await results.next()]).toEqual([DONE, DONE]);
    expect(input.next().done).toBe(true);
  });

  it('gives what came before an input that fails', async () => {
    const failing = function* () {
      yield* count(3);
      throw new Error('input');
    };
    const results = new QuickPool().map([failing()], { bufferSize: 2 });
    expect([await results.next(), await results.next(), await results.next()]).toEqual([value(0), value(1), value(2)]);
    await expect(results.next()).rejects.toThrow('input');
    expect(await results.next()).toEqual(DONE);
  });
});

describe('chunks', () => {
  it('are submitted as one and given one by one', async () => {
    const pool = new ChunkPool();
    const results = pool.map([count(5)], { chunkSize: 2 });
    expect(pool.chunks.map(({ calls }) => calls)).toEqual([[[0], [1]], [[2], [3]], [[4]]]);
    for (const index of [2, 1, 0]) pool.run(index);
    expect(await results.toArray()).toEqual([0, 1, 2, 3, 4]);
    expect(pool.calls).toEqual([]);
  });

  it('are what a buffer counts, and what is asked for one more of when one has been given', async () => {
    const pool = new ChunkPool();
    const results = pool.map([count()], { chunkSize: 2, bufferSize: 1 });
    expect(pool.chunks).toHaveLength(1);
    pool.run(0);
    expect(await results.next()).toEqual(value(0));
    expect(pool.chunks).toHaveLength(2);
    expect(await results.next()).toEqual(value(1));
    expect(pool.chunks).toHaveLength(2);
    const step = results.next();
    expect(pool.chunks).toHaveLength(3);
    pool.run(1);
    expect(await step).toEqual(value(2));
    await results.return();
    expect(pool.chunks.map(({ future }) => future.cancelled())).toEqual([false, false, true]);
  });

  it('fail as one', async () => {
    const pool = new ChunkPool();
    const results = pool.map([['a', 'b', 'c', 'bad', 'e', 'f']], { chunkSize: 2 });
    pool.run(0);
    pool.run(1);
    expect([await results.next(), await results.next()]).toEqual([value('a'), value('b')]);
    expect(await results.next().catch((reason) => ({ reason }))).toEqual({ reason: undefined });
    expect(pool.chunks[2]?.future.cancelled()).toBe(true);
    expect(await results.next()).toEqual(DONE);
  });

  it('fail call by call with onError: continue', async () => {
    const pool = new ChunkPool();
    const results = pool.map([['a', 'bad', 'c', 'd', 'e']], { chunkSize: 3, onError: 'continue' });
    pool.run(0);
    pool.chunks[1]?.future.setException('the pool broke');
    const steps = [];
    for (let i = 0; i < 6; i += 1) steps.push(await results.next().catch((reason) => ({ reason })));
    const broke = { reason: 'the pool broke' };
    expect(steps).toEqual([value('a'), { reason: undefined }, value('c'), broke, broke, DONE]);
  });

  it('of one are no chunks', async () => {
    const pool = new ChunkPool();
    pool.map([count(2)], { chunkSize: 1 });
    expect([pool.calls.length, pool.chunks.length]).toEqual([2, 0]);
  });

  it('are made of async inputs too; the calls before one that fails are given', async () => {
    const pool = new ChunkPool();
    const failing = async function* () {
      yield* countLater(3);
      throw new Error('input');
    };
    const results = pool.map([failing()], { chunkSize: 2 });
    const steps = [results.next(), results.next(), results.next()];
    await vi.waitUntil(() => pool.chunks.length === 2);
    pool.run(0);
    pool.run(1);
    expect(await Promise.all(steps)).toEqual([value(0), value(1), value(2)]);
    await expect(results.next()).rejects.toThrow('input');
    expect(await results.next()).toEqual(DONE);
  });
});

describe('async inputs', () => {
  it('are taken in the background, in order, and may be mixed with sync ones', async () => {
    const pool = new QuickPool();
    const results = pool.map([countLater(3), 'abcd']);
    expect(pool.calls).toEqual([]);
    expect(await results.toArray()).toEqual([0, 1, 2]);
    expect(pool.calls.map(({ args }) => args)).toEqual([
      [0, 'a'],
      [1, 'b'],
      [2, 'c'],
    ]);
  });

  it('are drained without anybody asking, up to the buffer', async () => {
    const all = new QuickPool();
    all.map([countLater(5)]);
    await vi.waitUntil(() => all.calls.length === 5);
    const buffered = new QuickPool();
    const results = buffered.map([countLater()], { bufferSize: 2 });
    await vi.waitUntil(() => buffered.calls.length === 2);
    for (let i = 0; i < 5; i += 1) await turn();
    expect(buffered.inputs).toEqual([0, 1]);
    expect(await results.next()).toEqual(value(0));
    await vi.waitUntil(() => buffered.calls.length === 3);
    await results.return();
  });

  it('that fail reject the step that gets so far', async () => {
    const pool = new QuickPool();
    const input = (async function* () {
      yield 1;
      throw new Error('input');
    })();
    const results = pool.map([input, count()]);
    expect(await results.next()).toEqual(value(1));
    await expect(results.next()).rejects.toThrow('input');
    expect(await results.next()).toEqual(DONE);
  });

  it('are closed by leaving, which waits for that', async () => {
    const pool = new QuickPool();
    let isClosed = false;
    const input = (async function* () {
      try {
        yield* count();
      } finally {
        await turn();
        isClosed = true;
      }
    })();
    const results = pool.map([input], { bufferSize: 1 });
    expect(await results.next()).toEqual(value(0));
    await vi.waitUntil(() => pool.calls.length === 2);
    await results.return();
    expect(isClosed).toBe(true);
  });

  it('are not waited for when they are being asked: they may never answer', async () => {
    const pool = new QuickPool();
    const close = vi.fn(() => new Promise<never>(() => {}));
    let answer: (turn: IteratorResult<number>) => void = () => {};
    const input = {
      [Symbol.asyncIterator]: () => ({ next: () => new Promise<IteratorResult<number>>((resolve) => (answer = resolve)), return: close }),
    };
    const results = pool.map([input]);
    const step = results.next();
    await results.return();
    expect(await step).toEqual(DONE);
    expect(close).toHaveBeenCalledOnce();
    answer({ done: false, value: 1 });
    await turn();
    expect(pool.calls).toEqual([]);
  });
});

describe('memory', () => {
  it('keeps neither a result that was given nor its future', async () => {
    const refs: WeakRef<object>[] = [];
    const target: MapTarget<object> = {
      submit: () => {
        const [future, result] = [new Future<object>(), { big: true }];
        refs.push(new WeakRef(future), new WeakRef(result));
        future.setResult(result);
        return future;
      },
    };
    const results = startMap(target, [count(3)], {});
    await results.next();
    await results.next();
    await collectGarbage();
    expect(refs.map((ref) => ref.deref() !== undefined)).toEqual([false, false, false, false, true, true]);
    expect((await results.next()).done).toBe(false);
  });
});
