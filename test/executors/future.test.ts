/**
 * Futures: concurrent.futures' states and answers, and a promise's manners. Without workers where none is needed.
 */
import { inspect } from 'node:util';
import { ThreadPool } from 'gil';
import { describe, expect, it, vi } from 'vitest';
import { Future } from '../../src/executors/future.js';

const code = (name: string) => expect.objectContaining({ code: name });

/** A future in each state; the setters are the pool's, so they are not part of the public type's promise. */
const future = {
  pending: () => new Future<number>(),
  running: () => {
    const made = new Future<number>();
    made.setRunningOrNotifyCancel();
    return made;
  },
  cancelled: () => {
    const made = new Future<number>();
    made.cancel();
    return made;
  },
  failed: () => {
    const made = future.running();
    made.setException(new RangeError('no'));
    return made;
  },
  succeeded: () => {
    const made = future.running();
    made.setResult(42);
    return made;
  },
};

describe('a future', () => {
  it.each([
    ['pending', { cancelled: false, running: false, done: false }, true],
    ['running', { cancelled: false, running: true, done: false }, false],
    ['cancelled', { cancelled: true, running: false, done: true }, true],
    ['failed', { cancelled: false, running: false, done: true }, false],
    ['succeeded', { cancelled: false, running: false, done: true }, false],
  ] as const)('%s', (state, expected, cancellable) => {
    const it = future[state]();
    expect({ cancelled: it.cancelled(), running: it.running(), done: it.done() }).toEqual(expected);
    expect(it.cancel()).toBe(cancellable);
  });

  it('gives its result or its error, now or when there is one', async () => {
    expect(future.succeeded().resultNow()).toBe(42);
    expect(future.succeeded().exceptionNow()).toBeNull();
    expect(() => future.failed().resultNow()).toThrow(RangeError);
    expect(future.failed().exceptionNow()).toBeInstanceOf(RangeError);
    expect(() => future.pending().resultNow()).toThrow(code('ERR_FUTURE_STATE'));
    expect(() => future.cancelled().exceptionNow()).toThrow(code('ERR_FUTURE_CANCELLED'));
    const later = future.running();
    const [result, exception] = [later.result(), later.exception()];
    later.setResult(1);
    expect(await result).toBe(1);
    expect(await exception).toBeNull();
    expect(await future.failed().exception()).toBeInstanceOf(RangeError);
    await expect(future.cancelled().exception()).rejects.toThrow(code('ERR_FUTURE_CANCELLED'));
  });

  it('a timeout rejects, and leaves the future as it was', async () => {
    const running = future.running();
    await expect(running.result({ timeout: 0 })).rejects.toThrow(code('ERR_FUTURE_TIMEOUT'));
    expect(running.running()).toBe(true);
    expect(await future.succeeded().result({ timeout: 0 })).toBe(42);
    expect(() => running.result({ timeout: -1 })).toThrow(code('ERR_GIL_RANGE'));
  });

  it('is settled once', () => {
    const done = future.succeeded();
    expect(() => done.setResult(43)).toThrow(/^FINISHED: <Future #\d+ state=finished returned number>/);
    expect(() => done.setException(new Error('x'))).toThrow(code('ERR_FUTURE_STATE'));
    expect(done.resultNow()).toBe(42);
  });

  it('calls back synchronously when it is done, at once if it is, and survives a callback that throws', () => {
    const complain = vi.spyOn(console, 'error').mockImplementation(() => {});
    const calls: unknown[] = [];
    const running = future.running();
    running.addDoneCallback(() => {
      throw new Error('callback');
    });
    running.addDoneCallback((done) => calls.push(done.resultNow()));
    expect(calls).toEqual([]);
    running.setResult(1);
    expect(calls).toEqual([1]);
    running.addDoneCallback(() => calls.push('late'));
    expect(calls).toEqual([1, 'late']);
    const pending = future.pending();
    pending.addDoneCallback((done) => calls.push(done.cancelled()));
    pending.cancel();
    expect(calls).toEqual([1, 'late', true]);
    expect(complain).toHaveBeenCalledExactlyOnceWith(
      expect.stringMatching(/^exception calling callback for <Future #\d+/),
      expect.any(Error),
    );
    complain.mockRestore();
  });

  it('says what it is', () => {
    expect(inspect(future.pending())).toMatch(/^<Future #\d+ state=pending>$/);
    expect(String(future.failed())).toMatch(/^<Future #\d+ state=finished raised RangeError>$/);
    expect(String(future.succeeded())).toMatch(/returned number>$/);
    expect(String(future.cancelled())).toMatch(/state=cancelled>$/);
  });

  it('that fails unread raises no unhandledRejection', async () => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    const pool = new ThreadPool(1, { dialect: 'cpython-3.13' });
    const failed = pool.submit(() => {
      throw new Error('nobody reads this');
    });
    await pool.shutdown();
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', unhandled);
    expect(failed.done()).toBe(true);
    expect(unhandled).not.toHaveBeenCalled();
  });
});
