/**
 * `asCompleted`: CPython test_as_completed.py, and the two places where it is other than there.
 */
import { asCompleted as completedOf, ThreadPool } from 'gil';
import { describe, expect, it, vi } from 'vitest';
import { asCompleted } from '../../src/executors/as-completed.js';
import { Future } from '../../src/executors/future.js';
import { code, futureThatIs, pooled, turn } from './futures.js';

async function all<F>(completed: AsyncIterable<F>): Promise<F[]> {
  const futures: F[] = [];
  for await (const future of completed) futures.push(future);
  return futures;
}

describe('asCompleted', () => {
  it('gives each future once, whatever became of it', async () => {
    const given = [futureThatIs.notified(), futureThatIs.failed(), futureThatIs.succeeded(), futureThatIs.running()];
    const got = all(asCompleted(given));
    given[3]?.setException(undefined);
    expect(await got).toEqual(given);
  });

  it('gives the tasks of a pool', async () => {
    const pool = new ThreadPool(2, { dialect: 'cpython-3.13' });
    const submitted = [1, 2, 3].map((n) => pool.submit((x) => x, n));
    const got = await all(completedOf(submitted));
    expect(got).toHaveLength(3);
    expect(new Set(got)).toEqual(new Set(submitted));
    await pool.shutdown();
  });

  it('takes any iterable, and each future once', async () => {
    const [future, later] = [futureThatIs.succeeded(), futureThatIs.running()];
    function* many() {
      yield* [future, later, future, later, future];
    }
    const got = all(asCompleted(many()));
    later.setResult(1);
    expect(await got).toEqual([future, later]);
    expect(await all(asCompleted([]))).toEqual([]);
  });

  it('gives what is done first, then the others in the order in which they are', async () => {
    const futures = [1, 2, 3, 4].map(() => new Future<number>());
    const [first, second, third, fourth] = futures as [Future<number>, Future<number>, Future<number>, Future<number>];
    third.setResult(3);
    const completed = asCompleted(futures);
    fourth.setResult(4);
    second.setException(new Error('2'));
    first.setResult(1);
    expect(await all(completed)).toEqual([third, fourth, second, first]);
  });

  it('does not take a future for done that was only cancelled; a pool says so at once', async () => {
    const alone = futureThatIs.pending();
    const { future } = pooled();
    const completed = asCompleted([alone, future]);
    const [one, two] = [completed.next(), completed.next()];
    alone.cancel();
    future.cancel();
    expect((await one).value).toBe(future);
    alone.setRunningOrNotifyCancel();
    expect((await two).value).toBe(alone);
    expect((await completed.next()).done).toBe(true);
  });

  it.each([0, 1])('gives what is done before it reports a timeout of %d ms', async (timeout) => {
    const done = [futureThatIs.succeeded(), futureThatIs.failed()];
    const open = [futureThatIs.pending(), futureThatIs.running()];
    const forget = open.map((future) => vi.spyOn(future, 'unwatch'));
    const completed = asCompleted([...open, ...done], { timeout });
    expect([(await completed.next()).value, (await completed.next()).value]).toEqual(done);
    await expect(completed.next()).rejects.toThrow(/^2 \(of 4\) futures unfinished/);
    expect(await completed.next()).toEqual({ done: true, value: undefined });
    expect(open.map((future) => future.state)).toEqual(['pending', 'running']);
    for (const unwatch of forget) expect(unwatch).toHaveBeenCalledOnce();
  });

  it('is overdue by the code of the package, and also counts what was done after the deadline', async () => {
    const [late, open] = [futureThatIs.running(), futureThatIs.running()];
    const completed = asCompleted([late, open], { timeout: 0 });
    late.setResult(1);
    expect((await completed.next()).value).toBe(late);
    await expect(completed.next()).rejects.toThrow(code('ERR_FUTURE_TIMEOUT'));
  });

  it('is not overdue when everything is done by the time it is asked', async () => {
    const [a, b] = [futureThatIs.running(), futureThatIs.running()];
    const completed = asCompleted([a, b], { timeout: 0 });
    b.setResult(1);
    a.setResult(1);
    expect(await all(completed)).toEqual([b, a]);
  });

  it('reports the timeout to a consumer that waits, and the end to those behind it', async () => {
    const completed = asCompleted([futureThatIs.running()], { timeout: 1 });
    const [first, second] = [completed.next(), completed.next()];
    await expect(first).rejects.toThrow(/^1 \(of 1\) futures unfinished after 1 ms/);
    expect((await second).done).toBe(true);
  });

  it('ends at once with the reason of its signal', async () => {
    const [ready, open] = [futureThatIs.succeeded(), futureThatIs.running()];
    const forget = vi.spyOn(open, 'unwatch');
    const controller = new AbortController();
    const completed = asCompleted([ready, open], { signal: controller.signal, timeout: 60_000 });
    controller.abort('enough');
    expect(forget).toHaveBeenCalledOnce();
    expect(open.state).toBe('running');
    open.setResult(1);
    await expect(completed.next()).rejects.toBe('enough');
    expect((await completed.next()).done).toBe(true);
    await expect(asCompleted([ready], { signal: controller.signal }).next()).rejects.toBe('enough');
    const waiting = new AbortController();
    const next = asCompleted([futureThatIs.running()], { signal: waiting.signal }).next();
    waiting.abort('later');
    await expect(next).rejects.toBe('later');
  });

  it('leaves no listener behind when the loop is left', async () => {
    const [ready, open] = [futureThatIs.succeeded(), futureThatIs.running()];
    const forget = vi.spyOn(open, 'unwatch');
    const completed = asCompleted([ready, open]);
    for await (const future of completed) {
      expect(future).toBe(ready);
      break;
    }
    expect(forget).toHaveBeenCalledOnce();
    open.setResult(1);
    expect((await completed.next()).done).toBe(true);
    const other = asCompleted([futureThatIs.running()]);
    const waiting = other.next();
    await other[Symbol.asyncDispose]();
    expect((await waiting).done).toBe(true);
  });

  it('serves steps that were asked for together in their order', async () => {
    const [a, b] = [futureThatIs.running(), futureThatIs.running()];
    const completed = asCompleted([a, b]);
    const steps = [completed.next(), completed.next(), completed.next()];
    b.setResult(1);
    await turn();
    a.setResult(1);
    expect((await Promise.all(steps)).map(({ value }) => value)).toEqual([b, a, undefined]);
  });

  it('says at the call what is wrong', () => {
    expect(() => asCompleted(5 as never)).toThrow(code('ERR_GIL_ARGUMENT'));
    expect(() => asCompleted([5] as never)).toThrow(/^futures: expected what submit\(\) returned; got 5 among them$/);
    expect(() => asCompleted([], { timeout: Number.NaN })).toThrow(code('ERR_GIL_RANGE'));
    expect(() => asCompleted([], { signal: 5 as never })).toThrow(code('ERR_GIL_ARGUMENT'));
  });
});
