/**
 * No call is lost, however workers come and go: each of these has once left a future pending for ever, or ended a shutdown too early.
 */
import { InterpreterPool, ProcessPool } from 'gil';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { atGate, makeGate } from '../conformance/pool/gate.js';
import { turn } from './futures.js';

const range = (end: number): number[] => Array.from({ length: end }, (_, i) => i);

describe('shutdown()', () => {
  it('waits for workers that are about to be replaced', async () => {
    const pool = new ProcessPool(1, { maxTasksPerWorker: 1 });
    const futures = range(4).map((n) => pool.submit((n) => n, n));
    await pool.shutdown();
    expect(futures.map((future) => future.resultNow())).toEqual(range(4));
    expect(pool.workerCount).toBe(0);
  });

  it('ends when what waited for a replacement is cancelled', async () => {
    const pool = new ProcessPool(1, { maxTasksPerWorker: 1 });
    const [first, ...others] = range(3).map((n) => pool.submit((n) => n, n));
    first?.addDoneCallback(() => others.map((future) => future.cancel()));
    await pool.shutdown();
    expect(others.map((future) => future.cancelled())).toEqual([true, true]);
  });
});

describe('a worker', () => {
  it('goes on though more calls were called off before it began them than there is room for', async () => {
    // It begins nothing before this is open.
    const words = new Int32Array(new SharedArrayBuffer(4));
    const initializer = (words: Int32Array) => void Atomics.wait(words, 0, 0);
    const pool = new InterpreterPool(1, { initializer, initArgs: [words] });
    for (const n of range(1100)) expect(pool.submit((n) => n, n).cancel()).toBe(true);
    Atomics.store(words, 0, 1);
    Atomics.notify(words, 0);
    expect(await pool.submit(() => 'next')).toBe('next');
    await pool.shutdown();
  });

  it('is idle once, though calls were called off while they were being handed out; so it is not ended while it runs', async () => {
    const gate = makeGate();
    const pool = new InterpreterPool(2);
    const [first, second, third] = range(3).map((n) => pool.submit(atGate<number>, gate.path, n));
    expect([first?.cancel(), third?.cancel()]).toEqual([true, true]);
    await turn();
    expect([pool.workerCount, pool.idleCount]).toEqual([2, 1]);
    const last = pool.submit(atGate<number>, gate.path, 3);
    const ended = pool.shutdown();
    gate.open();
    await ended;
    expect([second?.resultNow(), last.resultNow()]).toEqual([1, 3]);
  });

  it('in another process whose initializer fails loses no call', async () => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {});
    onTestFinished(() => logged.mockRestore());
    const pool = new ProcessPool(1, {
      isolation: 'process',
      initializer: () => {
        throw new Error('no start');
      },
    });
    const futures = range(2).map((n) => pool.submit((n) => n, n));
    for (const future of futures) expect(await future.exception()).toMatchObject({ code: 'ERR_POOL_BROKEN' });
    await pool.shutdown();
  });
});
