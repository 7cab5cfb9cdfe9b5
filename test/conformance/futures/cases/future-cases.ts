/**
 * The cases of futures that stand alone: FS, CB.
 */
import { Future } from 'gil';
import { expect } from 'vitest';
import { code, log } from '../scene.js';
import { createFuture, look, sixFutures } from '../states.js';
import type { Shows } from './cases.js';

const timedOut = code('ERR_FUTURE_TIMEOUT');
const cancelled = code('ERR_FUTURE_CANCELLED');

export const futureCases: Shows = {
  'FS-01': () => {
    const futures = sixFutures();
    const before = futures.map(look);
    expect(futures.map((future) => future.cancel())).toEqual([true, false, true, true, false, false]);
    expect(look(futures[0])).toBe('cancelled done cancelled');
    expect(futures.slice(1).map(look)).toEqual(before.slice(1));
    // CANCELLED and CANCELLED_AND_NOTIFIED look the same; who may notify tells them apart.
    for (const at of [0, 2]) expect(futures[at].setRunningOrNotifyCancel()).toBe(false);
    expect(() => futures[3].setRunningOrNotifyCancel()).toThrow(code('ERR_FUTURE_STATE'));
  },

  'FS-02': () => {
    const futures = sixFutures();
    const before = futures.map(look);
    const read = (method: 'cancelled' | 'done' | 'running') => futures.map((future) => future[method]());
    expect(read('cancelled')).toEqual([false, false, true, true, false, false]);
    expect(read('done')).toEqual([false, false, true, true, true, true]);
    expect(read('running')).toEqual([false, true, false, false, false, false]);
    expect(futures.map(look)).toEqual(before);
  },

  'FS-03': async () => {
    const error = new TypeError('E');
    const futures = sixFutures();
    futures[4] = createFuture('failed', { error });
    for (const [at, expected] of [timedOut, timedOut, cancelled, cancelled].entries()) {
      await expect(futures[at].result({ timeout: 0 })).rejects.toEqual(expected);
    }
    await expect(futures[4].result({ timeout: 0 })).rejects.toBe(error);
    expect(await futures[5].result({ timeout: 0 })).toBe(42);
    expect(futures.slice(0, 2).map((future) => future.state)).toEqual(['pending', 'running']);
  },

  'FS-06': async () => {
    const future = createFuture('pending');
    const waiting = expect(future.result()).rejects.toEqual(cancelled);
    expect(future.cancel()).toBe(true);
    await waiting;
    expect(future.setRunningOrNotifyCancel()).toBe(false);
  },

  'FS-08': () => {
    const p = createFuture('pending');
    const q = createFuture('cancelled');
    expect([p.setRunningOrNotifyCancel(), q.setRunningOrNotifyCancel()]).toEqual([true, false]);
    const before = [look(p), look(q)];
    for (const future of [p, q]) expect(() => future.setRunningOrNotifyCancel()).toThrow(/unexpected state/);
    expect([look(p), look(q)]).toEqual(before);
    expect(before).toEqual(['running running', 'cancelled done cancelled']);
    expect(p.cancel()).toBe(false);
  },

  'CB-02': () => {
    const future = new Future<number>();
    const seen: boolean[] = [];
    future.addDoneCallback((done) => void seen.push(done.cancelled()));
    expect(future.cancel()).toBe(true);
    expect(seen).toEqual([true]);
    expect(future.cancel()).toBe(true);
    expect(future.setRunningOrNotifyCancel()).toBe(false);
    expect(seen).toEqual([true]);
  },

  'CB-03': () => {
    const errors = log();
    const future = new Future<number>();
    const seen: string[] = [];
    future.addDoneCallback(() => {
      throw new Error('doh!');
    });
    future.addDoneCallback(() => void seen.push('second'));
    expect(() => future.setResult(1)).not.toThrow();
    expect(seen).toEqual(['second']);
    expect(errors.join()).toMatch('doh!');
  },

  'CB-04': () => {
    const error = new TypeError('E');
    const seen: unknown[] = [];
    createFuture('finished', { value: 5 }).addDoneCallback((done) => void seen.push(done.resultNow()));
    createFuture('failed', { error }).addDoneCallback((done) => void seen.push(done.exceptionNow()));
    createFuture('cancelled').addDoneCallback((done) => void seen.push(done.cancelled()));
    expect(seen).toEqual([5, error, true]);
    expect(seen[1]).toBe(error);
  },

  'CB-05': () => {
    const errors = log();
    const future = createFuture('finished');
    const add = () =>
      future.addDoneCallback(() => {
        throw new Error('doh!');
      });
    expect(add).not.toThrow();
    expect(errors.join()).toMatch(/exception calling callback for <Future #\d+ state=finished returned number>.*doh!/);
  },
};
