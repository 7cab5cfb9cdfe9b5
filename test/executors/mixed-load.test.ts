/**
 * Everything at once: threads that compute, sleep, do I/O, wait for another lock, in sync and async tasks, and the main thread
 * contending for both locks, with a switch interval so short that requests rain. Nothing is lost and nothing hangs.
 */
import { type DialectName, GlobalLock, releaseForIO, sleep, ThreadPool } from 'gil';
import { describe, expect, it } from 'vitest';

const DIALECTS: DialectName[] = ['cpython-2.7', 'cpython-3.9', 'cpython-3.10', 'cpython-3.13', 'cpython-3.13t'];
const TASKS = 240;

type Job = (cell: Int32Array, other: GlobalLock) => unknown;

const QUIET: Job[] = [
  (cell) => {
    let sum = 0;
    for (let i = 0; i < 20_000; i += 1) sum += (cell[1] as number) & i;
    return sum;
  },
  async () => {
    for (let i = 0; i < 3; i += 1) await new Promise((resolve) => setTimeout(resolve, 1));
  },
  () => {
    sleep(1);
    sleep(0);
  },
  () =>
    releaseForIO(() => {
      let turns = 0;
      while (turns < 1e5) turns += 1;
      return turns;
    }),
];

/** Read, work, write, under the other lock: had two been inside, one would be lost. */
const COUNTING: Job[] = [
  (cell, other) =>
    other.runExclusiveSync(() => {
      const seen = cell[0] as number;
      for (let i = 0; i < 1000; i += 1);
      cell[0] = seen + 1;
    }),
  async (cell, other) => {
    const release = await other.acquire();
    const seen = cell[0] as number;
    for (let i = 0; i < 1000; i += 1);
    cell[0] = seen + 1;
    release();
  },
];

describe.each(DIALECTS)('%s', (dialect) => {
  it('gets through', async () => {
    const pool = new ThreadPool(8, { dialect, switchInterval: 0.05 });
    const other = new GlobalLock({ switchInterval: 0.05 });
    const cell = new Int32Array(new SharedArrayBuffer(8));
    const jobs = [...QUIET, ...COUNTING];
    let [next, counted] = [0, 0];
    const submitAll = async () => {
      while (next < TASKS) {
        const job = jobs[next % jobs.length] as Job;
        next += 1;
        if (COUNTING.includes(job)) counted += 1;
        await pool.submit(job, cell, other);
      }
    };
    const contend = async () => {
      while (next < TASKS) {
        const release = await pool.lock.acquire();
        await new Promise((resolve) => setImmediate(resolve));
        await pool.lock.checkpointAsync();
        release();
        await other.runExclusive(() => {
          counted += 1;
          cell[0] = (cell[0] as number) + 1;
        });
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    };
    await Promise.all([...Array.from({ length: 16 }, submitAll), contend(), contend()]);
    expect(cell[0]).toBe(counted);
    // A worker whose task has ended may still be on its way out of the lock.
    await pool.shutdown();
    expect([pool.lock.isLocked(), other.isLocked(), pool.lock.stats().waiting, other.stats().waiting]).toEqual([false, false, 0, 0]);
    expect(pool.lock.stats().threads).toBe(1);
  });
});
