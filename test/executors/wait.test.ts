/**
 * `wait`: CPython test_wait.py, with futures that stand alone in the place of tasks at a gate.
 */
import { ThreadPool, wait as waitFor } from 'gil';
import { describe, expect, it, vi } from 'vitest';
import { Future } from '../../src/executors/future.js';
import { wait } from '../../src/executors/wait.js';
import { code, futureThatIs, pooled, turn } from './futures.js';

/** Whether a promise is settled by now. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  const settled = vi.fn();
  promise.then(settled, settled);
  await turn();
  return settled.mock.calls.length > 0;
}

// All that tells futures apart is private: to `toEqual` one would be like another.
expect.addEqualityTesters([(a, b) => (a instanceof Future && b instanceof Future ? a === b : undefined)]);

const sets = (done: Future<number>[], notDone: Future<number>[]) => ({ done: new Set(done), notDone: new Set(notDone) });

describe('wait', () => {
  it('waits for all: failures and cancellations count, and are no errors', async () => {
    const [value, failed, cancelled, pending] = [
      futureThatIs.succeeded(),
      futureThatIs.failed(),
      futureThatIs.notified(),
      futureThatIs.pending(),
    ];
    const { future, work } = pooled();
    const waiting = wait([value, failed, cancelled, pending, future]);
    pending.setException(undefined);
    expect(await isSettled(waiting)).toBe(false);
    future.cancel();
    expect(work.revoked).toBe(1);
    expect(await waiting).toEqual(sets([value, failed, cancelled, pending, future], []));
  });

  it('takes any iterable, and each future once', async () => {
    const future = futureThatIs.pending();
    function* thrice() {
      for (let i = 0; i < 3; i += 1) yield future;
    }
    const all = [wait(thrice()), wait([future, future], { returnWhen: 'FIRST_COMPLETED' }), wait(new Set([future]))];
    future.setResult(1);
    for (const result of await Promise.all(all)) expect(result).toEqual(sets([future], []));
    for (const returnWhen of ['ALL_COMPLETED', 'FIRST_COMPLETED', 'FIRST_EXCEPTION'] as const)
      expect(await wait([], { returnWhen })).toEqual(sets([], []));
  });

  it('FIRST_COMPLETED: until one is done; one that was only cancelled is not', async () => {
    const [cancelled, quick, blocked] = [futureThatIs.cancelled(), futureThatIs.running(), futureThatIs.running()];
    const waiting = wait([cancelled, quick, blocked], { returnWhen: 'FIRST_COMPLETED' });
    expect(await isSettled(waiting)).toBe(false);
    quick.setResult(1);
    expect(await waiting).toEqual(sets([quick], [cancelled, blocked]));
  });

  it('FIRST_COMPLETED: at once with what is done', async () => {
    const [notified, finished, blocked] = [futureThatIs.notified(), futureThatIs.succeeded(), futureThatIs.running()];
    expect(await wait([notified, finished, blocked], { returnWhen: 'FIRST_COMPLETED' })).toEqual(sets([notified, finished], [blocked]));
  });

  it('is told of a cancelled future by setRunningOrNotifyCancel(), and not by cancel()', async () => {
    const future = futureThatIs.pending();
    const waiting = wait([future]);
    future.cancel();
    expect(await isSettled(waiting)).toBe(false);
    future.setRunningOrNotifyCancel();
    expect(await waiting).toEqual(sets([future], []));
  });

  it('FIRST_EXCEPTION: a success does not end it, a failure does', async () => {
    const [a, b, blocked] = [futureThatIs.running(), futureThatIs.running(), futureThatIs.running()];
    const waiting = wait([a, b, blocked], { returnWhen: 'FIRST_EXCEPTION' });
    a.setResult(1);
    expect(await isSettled(waiting)).toBe(false);
    b.setException(0);
    expect(await waiting).toEqual(sets([a, b], [blocked]));
  });

  it('FIRST_EXCEPTION: cancellations do not end it', async () => {
    const [value, cancelled, notified] = [futureThatIs.succeeded(), futureThatIs.cancelled(), futureThatIs.notified()];
    const [failing, blocked, later] = [futureThatIs.running(), futureThatIs.running(), futureThatIs.pending()];
    const waiting = wait([value, cancelled, notified, failing, blocked, later], { returnWhen: 'FIRST_EXCEPTION' });
    later.cancel();
    later.setRunningOrNotifyCancel();
    expect(await isSettled(waiting)).toBe(false);
    failing.setException(new Error('x'));
    expect(await waiting).toEqual(sets([value, notified, failing, later], [cancelled, blocked]));
  });

  it('FIRST_EXCEPTION: at once if one has failed, at the end if none fails', async () => {
    const [failed, blocked, ending] = [futureThatIs.failed(), futureThatIs.running(), futureThatIs.running()];
    expect(await wait([failed, blocked], { returnWhen: 'FIRST_EXCEPTION' })).toEqual(sets([failed], [blocked]));
    const waiting = wait([ending], { returnWhen: 'FIRST_EXCEPTION' });
    ending.setResult(1);
    expect(await waiting).toEqual(sets([ending], []));
  });

  it('gives what there is at the timeout, and forgets the rest', async () => {
    const done = [futureThatIs.notified(), futureThatIs.failed(), futureThatIs.succeeded()];
    const blocked = futureThatIs.running();
    const forget = vi.spyOn(blocked, 'unwatch');
    for (const timeout of [0, 1]) expect(await wait([...done, blocked], { timeout })).toEqual(sets(done, [blocked]));
    expect(forget).toHaveBeenCalledOnce();
    expect(blocked.running()).toBe(true);
    blocked.setResult(1);
    expect(blocked.resultNow()).toBe(1);
  });

  it('ends with the reason of its signal, and cancels nothing', async () => {
    const [future, controller] = [futureThatIs.pending(), new AbortController()];
    const forget = vi.spyOn(future, 'unwatch');
    const waiting = wait([future], { signal: controller.signal });
    controller.abort('enough');
    await expect(waiting).rejects.toBe('enough');
    expect(forget).toHaveBeenCalledOnce();
    expect(future.state).toBe('pending');
    await expect(wait([], { signal: AbortSignal.abort('before') })).rejects.toBe('before');
  });

  it('says at the call what is wrong', () => {
    const future = futureThatIs.succeeded();
    expect(() => wait([future], { returnWhen: 'ANY' as never })).toThrow(
      /^returnWhen: expected 'ALL_COMPLETED', 'FIRST_COMPLETED' or 'FIRST_EXCEPTION'; got "ANY"$/,
    );
    expect(() => wait(future as never)).toThrow(/^futures: expected an iterable of futures, such as an array; got a Future$/);
    expect(() => wait([future, Promise.resolve()] as never)).toThrow(/got a Promise among them$/);
    expect(() => wait([future], { timeout: -1 })).toThrow(code('ERR_GIL_RANGE'));
    expect(() => wait([future], 5 as never)).toThrow(code('ERR_GIL_ARGUMENT'));
  });

  it('sees 100 tasks of a pool end together', async () => {
    const pool = new ThreadPool(5, { switchInterval: 0.001 });
    const gate = new Int32Array(new SharedArrayBuffer(4));
    const pass = (cell: Int32Array) => {
      while (Atomics.load(cell, 0) === 0);
    };
    const futures = Array.from({ length: 100 }, () => pool.submit(pass, gate));
    const waiting = Promise.all([waitFor(futures), waitFor(futures, { returnWhen: 'FIRST_EXCEPTION' })]);
    Atomics.store(gate, 0, 1);
    for (const { done, notDone } of await waiting) expect([done.size, notDone.size]).toEqual([100, 0]);
    await pool.shutdown();
  });
});
