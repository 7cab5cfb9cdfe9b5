/**
 * Futures: concurrent.futures' states and answers (CPython test_future.py), and a promise's manners. Without workers where none is needed.
 */
import { inspect } from 'node:util';
import { ThreadPool } from 'gil';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ThrownValueError } from '../../src/errors.js';
import { Future } from '../../src/executors/future.js';
import { code, collectGarbage, futureThatIs, pooled, turn } from './futures.js';

const STATES = ['pending', 'running', 'cancelled', 'notified', 'failed', 'succeeded'] as const;
const DONE: readonly string[] = ['cancelled', 'notified', 'failed', 'succeeded'];
const CANCELLED: readonly string[] = ['cancelled', 'notified'];

const silence = () => vi.spyOn(console, 'error').mockImplementation(() => {});
afterEach(() => vi.restoreAllMocks());

/** What `process` hears of rejections that nobody handled while `use` runs. */
async function unhandledDuring(use: () => unknown): Promise<unknown[]> {
  const heard: unknown[] = [];
  const hear = (error: unknown) => heard.push(error);
  process.on('unhandledRejection', hear);
  await use();
  await turn();
  await turn();
  process.off('unhandledRejection', hear);
  return heard;
}

describe('the state of a future', () => {
  it.each(STATES)('%s: cancelled(), done(), running(), state', (name) => {
    const future = futureThatIs[name]();
    expect(future.cancelled()).toBe(CANCELLED.includes(name));
    expect(future.done()).toBe(DONE.includes(name));
    expect(future.running()).toBe(name === 'running');
    const shown = { notified: 'cancelled', failed: 'finished', succeeded: 'finished' } as Record<string, string>;
    expect(future.state).toBe(shown[name] ?? name);
  });

  it.each([
    ['pending', true, 'cancelled'],
    ['running', false, 'running'],
    ['cancelled', true, 'cancelled'],
    ['notified', true, 'cancelled'],
    ['failed', false, 'finished'],
    ['succeeded', false, 'finished'],
  ] as const)('%s: cancel() is %s and leaves it %s', (name, expected, after) => {
    const future = futureThatIs[name]();
    expect([future.cancel(), future.cancel()]).toEqual([expected, expected]);
    expect(future.state).toBe(after);
  });

  it('begins once; a cancelled one is notified once', () => {
    const [begun, cancelled] = [futureThatIs.pending(), futureThatIs.cancelled()];
    expect(begun.setRunningOrNotifyCancel()).toBe(true);
    expect(cancelled.setRunningOrNotifyCancel()).toBe(false);
    expect(() => begun.setRunningOrNotifyCancel()).toThrow(/^RUNNING: <Future #\d+ state=running>: .*unexpected state/);
    expect(() => cancelled.setRunningOrNotifyCancel()).toThrow(
      /^CANCELLED_AND_NOTIFIED: <Future #\d+ state=cancelled>: .*unexpected state/,
    );
    expect(() => futureThatIs.succeeded().setRunningOrNotifyCancel()).toThrow(code('ERR_FUTURE_STATE'));
    expect(begun.cancel()).toBe(false);
    expect(begun.running()).toBe(true);
    expect(cancelled.cancelled()).toBe(true);
  });

  it('is settled once, from pending too', () => {
    const done = futureThatIs.pending();
    done.setResult(42);
    expect(() => done.setResult(43)).toThrow(/^FINISHED: <Future #\d+ state=finished returned number>/);
    expect(() => done.setException(new Error('x'))).toThrow(code('ERR_FUTURE_STATE'));
    expect(done.resultNow()).toBe(42);
    const error = new Error('first');
    const failed = futureThatIs.pending();
    failed.setException(error);
    expect(() => failed.setException(new Error('second'))).toThrow(/^FINISHED: <Future #\d+ state=finished raised Error>/);
    expect(failed.exceptionNow()).toBe(error);
    expect(() => futureThatIs.cancelled().setResult(1)).toThrow(/^CANCELLED: /);
    expect(() => futureThatIs.notified().setException(1)).toThrow(/^CANCELLED_AND_NOTIFIED: /);
  });

  it('says what it is', () => {
    expect(inspect(futureThatIs.pending())).toMatch(/^<Future #\d+ state=pending>$/);
    expect(String(futureThatIs.running())).toMatch(/^<Future #\d+ state=running>$/);
    expect(String(futureThatIs.cancelled())).toMatch(/^<Future #\d+ state=cancelled>$/);
    expect(String(futureThatIs.notified())).toMatch(/^<Future #\d+ state=cancelled>$/);
    expect(String(futureThatIs.failed())).toMatch(/^<Future #\d+ state=finished raised RangeError>$/);
    expect(String(futureThatIs.succeeded())).toMatch(/^<Future #\d+ state=finished returned number>$/);
    const odd = (value: unknown) => {
      const future = new Future<unknown>();
      future.setResult(value);
      return String(future).replace(/.* /, '');
    };
    expect([null, undefined, () => {}, Object.create(null), [1], new Map()].map(odd)).toEqual(
      ['null', 'undefined', 'function', 'object', 'Array', 'Map'].map((kind) => `${kind}>`),
    );
  });

  it('can be read in one piece that does not change any more', () => {
    const error = new Error('x');
    const snapshots = [
      futureThatIs.pending(),
      futureThatIs.running(),
      futureThatIs.notified(),
      futureThatIs.failed(error),
      futureThatIs.failed(null),
      futureThatIs.succeeded(),
    ].map((future) => future.snapshot());
    expect(snapshots).toEqual([
      { state: 'pending', done: false, cancelled: false },
      { state: 'running', done: false, cancelled: false },
      { state: 'cancelled', done: true, cancelled: true },
      { state: 'finished', done: true, cancelled: false, kind: 'error', exception: error },
      { state: 'finished', done: true, cancelled: false, kind: 'error', exception: null },
      { state: 'finished', done: true, cancelled: false, kind: 'value', result: 42 },
    ]);
    expect(snapshots.every(Object.isFrozen)).toBe(true);
  });
});

describe('a future of a pool', () => {
  it('asks whether it runs, until it is done', () => {
    const { future, work } = pooled();
    expect([future.state, future.running()]).toEqual(['pending', false]);
    work.running = true;
    expect([future.state, future.running(), future.cancel()]).toEqual(['running', true, false]);
    expect(() => future.setRunningOrNotifyCancel()).toThrow(/^RUNNING: /);
    future.setResult(1);
    expect([future.state, future.running(), future.cancel()]).toEqual(['finished', false, false]);
  });

  it('is cancelled and notified at once if the pool lets go of its call', () => {
    const { future, work } = pooled();
    const seen: unknown[] = [];
    future.addDoneCallback((done) => seen.push(done.cancelled()));
    expect([future.cancel(), future.cancel()]).toEqual([true, true]);
    expect(work.revoked).toBe(1);
    expect(seen).toEqual([true]);
    expect(() => future.setRunningOrNotifyCancel()).toThrow(/^CANCELLED_AND_NOTIFIED: /);
  });

  it('lets go of the call once it is done', async () => {
    const made = () => {
      const { future, work } = pooled();
      return { future, call: new WeakRef(work) };
    };
    const [done, cancelled, open] = [made(), made(), made()];
    done.future.setResult(1);
    cancelled.future.cancel();
    await collectGarbage();
    expect([done, cancelled, open].map(({ call }) => call.deref() !== undefined)).toEqual([false, false, true]);
    expect(open.future.done()).toBe(false);
  });

  it('keeps what the pool made of it while it was being called off', () => {
    const future: Future<number> = new Future<number>({
      isRunning: () => false,
      revoke: () => {
        future.setException(new Error('the pool broke'));
        return true;
      },
    });
    expect(future.cancel()).toBe(false);
    expect(future.state).toBe('finished');
  });
});

describe('result() and exception()', () => {
  it('give what is there, now or later', async () => {
    expect(futureThatIs.succeeded().resultNow()).toBe(42);
    expect(futureThatIs.succeeded().exceptionNow()).toBeNull();
    const error = new Error('x');
    const failed = futureThatIs.failed(error);
    expect(failed.exceptionNow()).toBe(error);
    expect(() => failed.resultNow()).toThrow(error);
    expect(() => futureThatIs.pending().resultNow()).toThrow(/^PENDING: .*resultNow/);
    expect(() => futureThatIs.cancelled().exceptionNow()).toThrow(code('ERR_FUTURE_CANCELLED'));
    expect(await failed.exception()).toBe(error);
    await expect(failed.result()).rejects.toBe(error);
    await expect(failed.result({ timeout: 5 })).rejects.toBe(error);
  });

  it('wait for it', async () => {
    const [later, failing] = [futureThatIs.pending(), futureThatIs.pending()];
    const all = Promise.allSettled([
      later.result(),
      later.result({ timeout: 60_000 }),
      later.exception(),
      later,
      failing.exception(),
      failing,
    ]);
    await turn();
    later.setResult(1);
    failing.setException('bad');
    expect((await all).map((each) => (each.status === 'fulfilled' ? each.value : { rejected: each.reason }))).toEqual([
      1,
      1,
      null,
      1,
      'bad',
      { rejected: 'bad' },
    ]);
  });

  it('are woken by a plain cancel()', async () => {
    const future = futureThatIs.pending();
    const all = Promise.allSettled([future, future.result({ timeout: 60_000 }), future.exception()]);
    future.cancel();
    expect(await all).toEqual(Array(3).fill({ status: 'rejected', reason: code('ERR_FUTURE_CANCELLED') }));
  });

  it.each(STATES)('with a timeout of 0, %s', async (name) => {
    const error = new Error('x');
    const future = name === 'failed' ? futureThatIs.failed(error) : futureThatIs[name]();
    const before = future.state;
    const expected = {
      pending: [code('ERR_FUTURE_TIMEOUT'), code('ERR_FUTURE_TIMEOUT')],
      running: [code('ERR_FUTURE_TIMEOUT'), code('ERR_FUTURE_TIMEOUT')],
      cancelled: [code('ERR_FUTURE_CANCELLED'), code('ERR_FUTURE_CANCELLED')],
      notified: [code('ERR_FUTURE_CANCELLED'), code('ERR_FUTURE_CANCELLED')],
      failed: [error, error],
      succeeded: [42, null],
    }[name];
    const answers = [future.result({ timeout: 0 }), future.exception({ timeout: 0 })].map((each) => each.catch((reason) => reason));
    expect(future.state).toBe(before);
    // It asks at the call, and does not wait for what comes right after.
    if (!future.done()) future.setResult(1);
    expect(await Promise.all(answers)).toEqual(expected);
  });

  it('end at a timeout, and leave nothing behind', async () => {
    const future = futureThatIs.running();
    const forget = vi.spyOn(future, 'unwatch');
    await expect(future.result({ timeout: 1 })).rejects.toThrow(/^<Future #\d+ state=running> was not done after 1 ms/);
    expect(forget).toHaveBeenCalledOnce();
    expect(future.running()).toBe(true);
    expect(() => future.result({ timeout: -1 })).toThrow(code('ERR_GIL_RANGE'));
    expect(() => future.exception({ timeout: '1' as never })).toThrow(code('ERR_GIL_ARGUMENT'));
    expect(() => future.result(null as never)).toThrow(code('ERR_GIL_ARGUMENT'));
  });

  it('end when their signal aborts, with its reason; the future is as it was', async () => {
    const future = futureThatIs.running();
    const [first, second] = [new AbortController(), new AbortController()];
    const answers = Promise.allSettled([
      future.result({ signal: first.signal }),
      future.exception({ signal: second.signal, timeout: 60_000 }),
    ]);
    first.abort('enough');
    second.abort();
    expect(await answers).toMatchObject([{ reason: 'enough' }, { reason: { name: 'AbortError' } }]);
    expect(future.state).toBe('running');
    await expect(futureThatIs.succeeded().result({ signal: AbortSignal.abort('before') })).rejects.toBe('before');
    const after = new AbortController();
    const late = future.result({ signal: after.signal });
    future.setResult(1);
    after.abort();
    expect(await late).toBe(1);
    expect(() => future.result({ signal: {} as never })).toThrow(code('ERR_GIL_ARGUMENT'));
  });

  it.each([[undefined], [null], [0], [''], [false], [Number.NaN]])('take a thrown %j for a failure', async (thrown) => {
    const future = futureThatIs.failed();
    const falsy = new Future<number>();
    falsy.setException(thrown);
    expect(await Promise.allSettled([falsy, falsy.result(), falsy.result({ timeout: 0 })])).toEqual(
      Array(3).fill({ status: 'rejected', reason: thrown }),
    );
    const caught = vi.fn();
    await falsy.catch(caught);
    expect(caught).toHaveBeenCalledExactlyOnceWith(thrown);
    expect(falsy.failed).toBe(true);
    const error = await falsy.exception();
    if (thrown === null || thrown === undefined) {
      expect(error).toBeInstanceOf(ThrownValueError);
      expect(error).toMatchObject({ code: 'ERR_TASK_THROWN_VALUE', value: thrown, name: 'ThrownValueError' });
    } else expect(error).toBe(thrown);
    expect(future.failed).toBe(true);
  });
});

describe('a future as a promise', () => {
  it('has its manners', async () => {
    const future = futureThatIs.succeeded();
    const lastly = vi.fn();
    expect(await future.then((value) => value + 1)).toBe(43);
    expect(await future.finally(lastly)).toBe(42);
    expect(await futureThatIs.failed('x').catch((error) => `caught ${error}`)).toBe('caught x');
    expect(await future.catch(() => 0)).toBe(42);
    expect(lastly).toHaveBeenCalledOnce();
  });

  it('that fails unread raises no unhandledRejection', async () => {
    const heard = await unhandledDuring(async () => {
      const pool = new ThreadPool(1, { dialect: 'cpython-3.13' });
      const failed = pool.submit(() => {
        throw new Error('nobody reads this');
      });
      await pool.shutdown();
      expect(failed.done()).toBe(true);
      futureThatIs.failed();
    });
    expect(heard).toEqual([]);
  });

  it('leaves each reader alone with its rejection', async () => {
    const [before, after] = [futureThatIs.pending(), futureThatIs.failed('after')];
    const heard = await unhandledDuring(() => {
      before.result();
      before.then(() => {});
      before.result().catch(() => {});
      before.setException('before');
      after.result();
      after.exception();
      after.catch(() => {});
    });
    expect(heard.sort()).toEqual(['after', 'before', 'before']);
  });
});

describe('done callbacks', () => {
  it('are called in what makes it done, in order, each as often as it was added', () => {
    const calls: unknown[] = [];
    const twice = (done: Future<number>) => calls.push(done.resultNow());
    const future = futureThatIs.running();
    for (const callback of [twice, () => calls.push('between'), twice]) future.addDoneCallback(callback);
    expect(calls).toEqual([]);
    future.setResult(1);
    expect(calls).toEqual([1, 'between', 1]);
    const failing = futureThatIs.running();
    failing.addDoneCallback((done) => calls.push(done.exceptionNow()));
    failing.setException('error');
    expect(calls.at(-1)).toBe('error');
  });

  it('are called once, by the first cancel()', () => {
    const seen: unknown[] = [];
    const future = futureThatIs.pending();
    future.addDoneCallback((done) => seen.push(done.cancelled()));
    expect([future.cancel(), seen.length, future.cancel(), future.setRunningOrNotifyCancel()]).toEqual([true, 1, true, false]);
    expect(seen).toEqual([true]);
  });

  it('are called at once if it is done', () => {
    const seen: unknown[] = [];
    futureThatIs.succeeded(5).addDoneCallback((done) => seen.push(done.resultNow()));
    futureThatIs.failed('E').addDoneCallback((done) => seen.push(done.exceptionNow()));
    futureThatIs.cancelled().addDoneCallback((done) => seen.push(done.cancelled()));
    expect(seen).toEqual([5, 'E', true]);
  });

  it('that are added by a callback run before later ones', () => {
    const calls: string[] = [];
    const future = futureThatIs.pending();
    future.addDoneCallback((done) => {
      done.addDoneCallback(() => calls.push('inner'));
      calls.push('first');
    });
    future.addDoneCallback(() => calls.push('second'));
    future.setResult(1);
    expect(calls).toEqual(['inner', 'first', 'second']);
  });

  it('may throw or reject: that is reported, and nobody else is disturbed', async () => {
    const complain = silence();
    const calls: unknown[] = [];
    const doh = new Error('doh!');
    const future = futureThatIs.pending();
    future.addDoneCallback(() => {
      throw doh;
    });
    future.addDoneCallback(async () => {
      throw doh;
    });
    future.addDoneCallback((done) => calls.push(done.resultNow()));
    future.setResult(1);
    expect(calls).toEqual([1]);
    futureThatIs.succeeded().addDoneCallback(() => {
      throw doh;
    });
    expect(await unhandledDuring(() => {})).toEqual([]);
    const words = [expect.stringMatching(/^exception calling callback for <Future #\d+ state=finished returned number>$/), doh];
    expect(complain.mock.calls).toEqual([words, words, words]);
    expect(() => future.addDoneCallback(5 as never)).toThrow(code('ERR_GIL_ARGUMENT'));
  });

  it('run after those who wait have been told, and before they go on', async () => {
    const order: string[] = [];
    const future = futureThatIs.pending();
    const reader = future.then(() => order.push('reader'));
    future.watch({ onDone: () => order.push('watcher') });
    future.addDoneCallback(() => order.push('callback'));
    future.setResult(1);
    await reader;
    expect(order).toEqual(['watcher', 'callback', 'reader']);
  });
});

describe('watchers', () => {
  it('hear of a cancelled future twice, of another once; those who left hear nothing', () => {
    const future = futureThatIs.pending();
    const heard: string[] = [];
    const watcher = (name: string) => ({ onDone: () => heard.push(`${name} done`), onSettled: () => heard.push(`${name} settled`) });
    const [a, b, c] = [watcher('a'), watcher('b'), watcher('c')];
    for (const each of [a, b, c]) future.watch(each);
    future.unwatch(b);
    future.cancel();
    expect(heard).toEqual(['a done', 'c done']);
    future.setRunningOrNotifyCancel();
    expect(heard.slice(2)).toEqual(['a settled', 'c settled']);
    const pool = pooled().future;
    pool.watch(a);
    pool.cancel();
    expect(heard.slice(4)).toEqual(['a done', 'a settled']);
  });
});

describe('progress', () => {
  it('reaches listeners while the task is under way', () => {
    const complain = silence();
    const seen: unknown[] = [];
    const future = futureThatIs.running();
    const listener = (value: unknown) => seen.push(value);
    const bad = () => {
      throw new Error('doh!');
    };
    future.report('unheard');
    future.on('progress', bad).on('progress', listener).on('progress', listener);
    future.report(1);
    future.off('progress', listener).report(2);
    future.setResult(1);
    future.report(3);
    future.on('progress', listener).report(4);
    expect(seen).toEqual([1, 1, 2]);
    expect(complain).toHaveBeenCalledTimes(2);
    expect(complain).toHaveBeenCalledWith(expect.stringMatching(/^exception calling progress listener for <Future/), expect.any(Error));
    expect(() => future.on('end' as never, listener)).toThrow(code('ERR_GIL_ARGUMENT'));
    expect(() => future.off('progress', 5 as never)).toThrow(code('ERR_GIL_ARGUMENT'));
  });

  it('is an async iterable that loses nothing and ends with the future', async () => {
    const future = futureThatIs.running();
    future.report('before anybody listens');
    const steps = future.progress();
    const early = [steps.next(), steps.next()];
    for (const value of [1, undefined, 3]) future.report(value);
    future.setException('x');
    expect(await Promise.all(early)).toEqual([
      { done: false, value: 1 },
      { done: false, value: undefined },
    ]);
    expect([await steps.next(), await steps.next(), await steps.next()]).toEqual([
      { done: false, value: 3 },
      { done: true, value: undefined },
      { done: true, value: undefined },
    ]);
    expect(await futureThatIs.succeeded().progress().next()).toEqual({ done: true, value: undefined });
    const cancelled = futureThatIs.pending();
    const waiting = cancelled.progress().next();
    cancelled.cancel();
    expect((await waiting).done).toBe(true);
  });

  it('stops listening when the loop is left', async () => {
    const future = futureThatIs.running();
    const [off, unwatch] = [vi.spyOn(future, 'off'), vi.spyOn(future, 'unwatch')];
    const steps = future.progress();
    future.report(1);
    future.report(2);
    for await (const step of steps) {
      expect(step).toBe(1);
      break;
    }
    expect(off).toHaveBeenCalledOnce();
    expect(unwatch).toHaveBeenCalledOnce();
    future.report(3);
    expect((await steps.next()).done).toBe(true);
  });
});
