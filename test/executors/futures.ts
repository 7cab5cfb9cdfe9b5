/**
 * Futures in each state a future can be in, and what suites about them look at. No workers.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'vitest';
import { Future, type Work } from '../../src/executors/future.js';

/** CPython's six module-level futures: a fresh one each time. */
export const futureThatIs = {
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
  notified: () => {
    const made = futureThatIs.cancelled();
    made.setRunningOrNotifyCancel();
    return made;
  },
  failed: (error: unknown = new RangeError('no')) => {
    const made = futureThatIs.running();
    made.setException(error);
    return made;
  },
  succeeded: (value = 42) => {
    const made = futureThatIs.running();
    made.setResult(value);
    return made;
  },
};

/** A future of a pool that is played by the test. */
export function pooled<T = number>(): { future: Future<T>; work: Work & { running: boolean; revoked: number } } {
  const work = {
    running: false,
    revoked: 0,
    isRunning: () => work.running,
    revoke: () => {
      if (!work.running) work.revoked += 1;
      return !work.running;
    },
  };
  return { future: new Future<T>(work), work };
}

/** An error of this package. */
export const code = (name: string) => expect.objectContaining({ code: name });

/** Lets everything that is ready happen. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Afterwards what nobody holds is gone. */
export async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc');
  await turn();
  (runInNewContext('gc') as () => void)();
}
