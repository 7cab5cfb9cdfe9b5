/**
 * CPython Lib/test/test_concurrent_futures/test_future.py.
 */
import { inspect } from 'node:util';
import { Future } from 'gil';
import { expect } from 'vitest';
import { adapted, type Proofs } from './registry.js';
import { code, log } from './scene.js';
import { createFuture, look, sixFutures } from './states.js';

const ASYNC = 'the wait is a promise';

/** Adds a callback that reads the future as soon as it is called. */
function reading<T>(future: Future<number>, read: (future: Future<number>) => T): T[] {
  const seen: T[] = [];
  future.addDoneCallback((done) => void seen.push(read(done)));
  return seen;
}

const timedOut = code('ERR_FUTURE_TIMEOUT');
const cancelled = code('ERR_FUTURE_CANCELLED');

export const futureTests: Proofs = {
  test_done_callback_with_result: () => {
    const future = new Future<number>();
    const seen = reading(future, (done) => done.resultNow());
    future.setResult(5);
    expect(seen).toEqual([5]);
  },

  test_done_callback_with_exception: () => {
    const future = new Future<number>();
    const seen = reading(future, (done) => done.exceptionNow());
    const error = new Error('test');
    future.setException(error);
    expect(seen.length).toBe(1);
    expect(seen[0]).toBe(error);
  },

  test_done_callback_with_cancel: () => {
    const future = new Future<number>();
    const seen = reading(future, (done) => done.cancelled());
    expect(future.cancel()).toBe(true);
    expect(seen).toEqual([true]);
  },

  test_done_callback_raises: () => {
    const errors = log();
    const future = new Future<number>();
    future.addDoneCallback(() => {
      throw new Error('doh!');
    });
    const seen = reading(future, (done) => done.resultNow());
    future.setResult(5);
    expect(seen).toEqual([5]);
    expect(errors.join()).toMatch('doh!');
  },

  test_done_callback_already_successful: () => {
    const future = createFuture('finished', { value: 5 });
    expect(reading(future, (done) => done.resultNow())).toEqual([5]);
  },

  test_done_callback_already_failed: () => {
    const error = new Error('test');
    const seen = reading(createFuture('failed', { error }), (done) => done.exceptionNow());
    expect(seen[0]).toBe(error);
  },

  test_done_callback_already_cancelled: () => {
    expect(reading(createFuture('cancelled'), (done) => done.cancelled())).toEqual([true]);
  },

  test_done_callback_raises_already_succeeded: () => {
    const errors = log();
    const future = createFuture('finished');
    future.addDoneCallback(() => {
      throw new Error('doh!');
    });
    expect(errors.join()).toMatch(`exception calling callback for ${future}`);
    expect(errors.join()).toMatch('doh!');
  },

  test_repr: adapted('a number stands for the address', () => {
    const texts = ['pending', 'running', 'cancelled', 'cancelled', 'finished raised RangeError', 'finished returned number'];
    for (const [at, future] of sixFutures().entries()) {
      expect(inspect(future)).toMatch(new RegExp(`^<Future #\\d+ state=${texts[at]}>$`));
      expect(String(future)).toBe(inspect(future));
    }
  }),

  test_cancel: () => {
    const futures = sixFutures();
    expect(futures.map((future) => future.cancel())).toEqual([true, false, true, true, false, false]);
    expect(futures.map((future) => future.state)).toEqual(['cancelled', 'running', 'cancelled', 'cancelled', 'finished', 'finished']);
    // Of the cancelled ones only those that nobody has told of it can be told: the third and the first, now.
    const notify = (future: Future<number>) => future.setRunningOrNotifyCancel();
    expect(notify(futures[0])).toBe(false);
    expect(notify(futures[2])).toBe(false);
    expect(() => notify(futures[3])).toThrow(code('ERR_FUTURE_STATE'));
  },

  test_cancelled: () => {
    expect(sixFutures().map((future) => future.cancelled())).toEqual([false, false, true, true, false, false]);
  },

  test_done: () => {
    expect(sixFutures().map((future) => future.done())).toEqual([false, false, true, true, true, true]);
  },

  test_running: () => {
    expect(sixFutures().map((future) => future.running())).toEqual([false, true, false, false, false, false]);
  },

  test_result_with_timeout: adapted(ASYNC, async () => {
    const error = new RangeError('stored');
    const futures = sixFutures();
    futures[4] = createFuture('failed', { error });
    const before = futures.map(look);
    const expected = [timedOut, timedOut, cancelled, cancelled];
    for (const [at, each] of expected.entries()) await expect(futures[at].result({ timeout: 0 })).rejects.toEqual(each);
    await expect(futures[4].result({ timeout: 0 })).rejects.toBe(error);
    expect(await futures[5].result({ timeout: 0 })).toBe(42);
    expect(futures.map(look)).toEqual(before);
  }),

  test_result_with_success: async () => {
    const future = createFuture('pending');
    const result = future.result({ timeout: 60_000 });
    future.setResult(42);
    expect(await result).toBe(42);
  },

  test_result_with_cancel: async () => {
    const future = createFuture('pending');
    const result = future.result({ timeout: 60_000 });
    const seen = expect(result).rejects.toEqual(cancelled);
    future.cancel();
    await seen;
  },

  test_exception_with_timeout: adapted(ASYNC, async () => {
    const error = new RangeError('stored');
    const futures = sixFutures();
    futures[4] = createFuture('failed', { error });
    const expected = [timedOut, timedOut, cancelled, cancelled];
    for (const [at, each] of expected.entries()) await expect(futures[at].exception({ timeout: 0 })).rejects.toEqual(each);
    expect(await futures[4].exception({ timeout: 0 })).toBe(error);
    expect(await futures[5].exception({ timeout: 0 })).toBeNull();
  }),

  test_exception_with_success: adapted('setException in place of a hand in the private condition', async () => {
    const future = createFuture('pending');
    const exception = future.exception({ timeout: 60_000 });
    const error = new RangeError('late');
    future.setException(error);
    expect(await exception).toBe(error);
  }),

  test_multiple_set_result: () => {
    const future = createFuture('finished', { value: 1 });
    expect(() => future.setResult(2)).toThrow(code('ERR_FUTURE_STATE'));
    expect(() => future.setResult(2)).toThrow(/^FINISHED: <Future #\d+ state=finished returned number>/);
    expect(future.resultNow()).toBe(1);
  },

  test_multiple_set_exception: () => {
    const error = new RangeError('first');
    const future = createFuture('failed', { error });
    expect(() => future.setException(new Error('second'))).toThrow(/^FINISHED: <Future #\d+ state=finished raised RangeError>/);
    expect(future.exceptionNow()).toBe(error);
  },

  test_get_snapshot: adapted('no other thread can come between: one frozen object for each state', () => {
    const error = new RangeError('no');
    const futures = sixFutures();
    futures[4] = createFuture('failed', { error });
    const open = { done: false, cancelled: false };
    const called = { state: 'cancelled', done: true, cancelled: true };
    const finished = { state: 'finished', done: true, cancelled: false };
    expect(futures.map((future) => future.snapshot())).toEqual([
      { state: 'pending', ...open },
      { state: 'running', ...open },
      called,
      called,
      { ...finished, kind: 'error', exception: error },
      { ...finished, kind: 'value', result: 42 },
    ]);
    const before = futures[1].snapshot();
    futures[1].setResult(1);
    expect(before).toEqual({ state: 'running', ...open });
    expect(Object.isFrozen(before)).toBe(true);
  }),
};
