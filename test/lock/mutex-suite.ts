/**
 * What async-mutex promises of a mutex, as a suite of a factory: each test states one promise, and knows nothing of whose mutex it is.
 */
import type { MutexInterface } from 'async-mutex';
import { expect, it } from 'vitest';

/** Makes a free mutex that rejects with `cancelError` what is called off. */
export type Make = (cancelError?: Error) => MutexInterface;

/** Long enough for whatever could happen to have happened. */
async function someTurns(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Notes which of its promises have been fulfilled, in that order. */
function log() {
  const order: string[] = [];
  return { order, note: (name: string, promise: Promise<unknown>) => promise.then(() => order.push(name)) };
}

/** What holds whoever else wants the mutex. */
export function promisesToAnybody(make: Make): void {
  it('lets one in at a time', async () => {
    const mutex = make();
    let inside = 0;
    const visit = async () => {
      const release = await mutex.acquire();
      inside += 1;
      expect(inside).toBe(1);
      await someTurns();
      inside -= 1;
      release();
    };
    await Promise.all([visit(), visit(), visit()]);
  });

  it('serves its tasks in the order in which they came', async () => {
    const mutex = make();
    const { order, note } = log();
    const release = await mutex.acquire();
    const visits = ['a', 'b', 'c', 'd'].map((name) => note(name, mutex.acquire()).then(() => mutex.release()));
    release();
    await Promise.all(visits);
    expect(order).toEqual(['a', 'b', 'c', 'd']);
  });

  it('serves a higher priority first, and equal ones in the order in which they came', async () => {
    const mutex = make();
    const { order, note } = log();
    const release = await mutex.acquire();
    const visits = [0, -1, 5, 0, 5].map((priority, index) =>
      note(`${priority} as number ${index}`, mutex.acquire(priority)).then(() => mutex.release()),
    );
    release();
    await Promise.all(visits);
    expect(order).toEqual(['5 as number 2', '5 as number 4', '0 as number 0', '0 as number 3', '-1 as number 1']);
  });

  it('runExclusive has priorities too', async () => {
    const mutex = make();
    const order: number[] = [];
    const release = await mutex.acquire();
    const visits = [0, -1, 1].map((priority) => mutex.runExclusive(() => void order.push(priority), priority));
    release();
    await Promise.all(visits);
    expect(order).toEqual([1, 0, -1]);
  });

  it('runExclusive gives what the task gives, now or later, and holds the mutex until then', async () => {
    const mutex = make();
    expect(await mutex.runExclusive(() => 10)).toBe(10);
    const order: string[] = [];
    const slow = mutex.runExclusive(async () => {
      await someTurns();
      order.push('slow');
      return 11;
    });
    await mutex.runExclusive(() => void order.push('quick'));
    expect(await slow).toBe(11);
    expect(order).toEqual(['slow', 'quick']);
  });

  it('runExclusive passes on what the task throws or rejects with, and lets go', async () => {
    const mutex = make();
    const [thrown, rejected] = [new Error('thrown'), new Error('rejected')];
    await expect(
      mutex.runExclusive(() => {
        throw thrown;
      }),
    ).rejects.toBe(thrown);
    await expect(mutex.runExclusive(() => Promise.reject(rejected))).rejects.toBe(rejected);
    expect(await mutex.runExclusive(() => 'in')).toBe('in');
  });

  it('release() lets go like a releaser does, turn after turn', async () => {
    const mutex = make();
    let holds = 0;
    const visit = async () => {
      await mutex.acquire();
      holds += 1;
      mutex.release();
    };
    await Promise.all([visit(), visit(), visit()]);
    expect(holds).toBe(3);
  });

  it('a releaser lets go once: calling it again takes the mutex from nobody', async () => {
    const mutex = make();
    const first = await mutex.acquire();
    const second = mutex.acquire();
    first();
    const release = await second;
    first();
    expect(mutex.isLocked()).toBe(true);
    const third = log();
    const visit = third.note('third', mutex.acquire()).then(() => mutex.release());
    await someTurns();
    expect(third.order).toEqual([]);
    release();
    await visit;
  });

  it('cancel() calls off whoever waits, with the error it was made with, and not the holder', async () => {
    const cancelled = new Error('mine');
    const mutex = make(cancelled);
    const release = await mutex.acquire();
    let ran = false;
    const waiting = [
      mutex.acquire(),
      mutex.runExclusive(() => {
        ran = true;
      }),
      mutex.acquire(7),
    ];
    mutex.cancel();
    for (const end of await Promise.allSettled(waiting)) expect(end).toMatchObject({ status: 'rejected', reason: cancelled });
    expect(mutex.isLocked()).toBe(true);
    release();
    expect(await mutex.runExclusive(() => ran)).toBe(false);
  });

  it('waitForUnlock waits while it is held, and takes nothing', async () => {
    const mutex = make();
    const release = await mutex.acquire();
    const { order, note } = log();
    const seen = [note('first', mutex.waitForUnlock()), note('second', mutex.waitForUnlock())];
    await someTurns();
    expect(order).toEqual([]);
    release();
    await Promise.all(seen);
    expect(await mutex.runExclusive(() => 'not taken')).toBe('not taken');
  });

  it('waitForUnlock goes on waiting while tasks are served that came before', async () => {
    const mutex = make();
    const release = await mutex.acquire();
    const second = mutex.acquire();
    const { order, note } = log();
    const seen = note('seen', mutex.waitForUnlock());
    release();
    const releaseSecond = await second;
    await someTurns();
    expect(order).toEqual([]);
    releaseSecond();
    await seen;
  });

  it('waitForUnlock that begins when the mutex is on its way to a task waits for that task', async () => {
    const mutex = make();
    const release = await mutex.acquire();
    const queued = mutex.acquire();
    release();
    const { order, note } = log();
    const seen = note('seen', mutex.waitForUnlock());
    const releaseQueued = await queued;
    await someTurns();
    expect(order).toEqual([]);
    releaseQueued();
    await seen;
  });

  it('waitForUnlock with a priority looks before tasks of a lower one, and after those of a higher one', async () => {
    const mutex = make();
    const release = await mutex.acquire();
    const queued = mutex.acquire(0);
    const { order, note } = log();
    const high = note('high', mutex.waitForUnlock(1));
    const low = note('low', mutex.waitForUnlock(-1));
    release();
    await high;
    const releaseQueued = await queued;
    await someTurns();
    expect(order).toEqual(['high']);
    releaseQueued();
    await low;
    expect(order).toEqual(['high', 'low']);
  });

  it('cancel() does not concern those who only look', async () => {
    const mutex = make();
    const release = await mutex.acquire();
    const seen = mutex.waitForUnlock();
    mutex.cancel();
    release();
    await seen;
  });
}

/** What can be seen at once when nobody else is there. */
export function promisesToTheOnlyThread(make: Make): void {
  it('a new one is not locked, and waitForUnlock does not wait', async () => {
    const mutex = make();
    expect(mutex.isLocked()).toBe(false);
    await Promise.all([mutex.waitForUnlock(), mutex.waitForUnlock(-3)]);
  });

  it('a free one is taken at once, whatever the priority; the others stand in line', async () => {
    const mutex = make();
    const { order, note } = log();
    const visits = [0, -1, 1].map((priority) => note(`${priority}`, mutex.acquire(priority)).then(() => mutex.release()));
    expect(mutex.isLocked()).toBe(true);
    await Promise.all(visits);
    expect(order).toEqual(['0', '1', '-1']);
  });

  it('isLocked is true as long as anybody holds it or stands in line', async () => {
    const mutex = make();
    const [first, second] = [mutex.acquire(), mutex.acquire()];
    expect(mutex.isLocked()).toBe(true);
    const releaseFirst = await first;
    releaseFirst();
    expect(mutex.isLocked()).toBe(true);
    const releaseSecond = await second;
    expect(mutex.isLocked()).toBe(true);
    releaseSecond();
    expect(mutex.isLocked()).toBe(false);
  });

  it('release() lets go at once', async () => {
    const mutex = make();
    await mutex.acquire();
    mutex.release();
    expect(mutex.isLocked()).toBe(false);
  });

  it('the tasks that were called off do not lock it again', async () => {
    const mutex = make();
    const release = await mutex.acquire();
    const gone = mutex.acquire().catch(() => 'gone');
    mutex.cancel();
    expect(mutex.isLocked()).toBe(true);
    release();
    expect(mutex.isLocked()).toBe(false);
    expect(await gone).toBe('gone');
    await someTurns();
    expect(mutex.isLocked()).toBe(false);
  });

  it('the first in line may be released for by whoever asked for it first', async () => {
    const mutex = make();
    void mutex.acquire();
    const second = mutex.acquire();
    const seen = mutex.waitForUnlock(1);
    mutex.release();
    await seen;
    await second;
    mutex.release();
    expect(mutex.isLocked()).toBe(false);
  });
}
