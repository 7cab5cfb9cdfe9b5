/**
 * What starting and joining threads costs: 30 of them that each run for 1 ms, against 30 such tasks on a warm pool of 30 workers.
 */
import { GlobalLock, sleep, ThreadPool } from 'gil';
import { Thread } from 'gil/threading';
import { ratio } from './measure.js';

const COUNT = 30;

/** Rests with the lock let go, as I/O does. */
const rest = () => sleep(1);
const burn = () => {
  for (const end = performance.now() + 1; performance.now() < end; );
};

export async function run() {
  const rows = [];
  for (const [name, task] of Object.entries({ 'that sleep 1 ms': rest, 'that burn 1 ms': burn })) {
    const lock = new GlobalLock();
    const pool = new ThreadPool(COUNT, { lock: new GlobalLock() });
    const base = () => Promise.all(Array.from({ length: COUNT }, () => pool.submit(task)));
    const subject = async () => {
      const threads = Array.from({ length: COUNT }, () => new Thread({ target: task, lock }));
      for (const thread of threads) thread.start();
      for (const thread of threads) await thread.join();
    };
    const blocking = () => {
      const threads = Array.from({ length: COUNT }, () => new Thread({ target: task, lock }));
      for (const thread of threads) thread.start();
      for (const thread of threads) thread.joinSync();
    };
    rows.push({ name: `threads: ${COUNT} ${name}, start + join ÷ warm pool`, ...(await ratio({ base, subject, pairs: 11 })), reach: 2 });
    rows.push({
      name: `threads: ${COUNT} ${name}, start + joinSync ÷ warm pool`,
      ...(await ratio({ base, subject: blocking, pairs: 11 })),
      reach: 2,
    });
    await pool.shutdown();
  }
  return rows;
}
