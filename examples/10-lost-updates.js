// `counter.value += 1` is a load and a store: when does another thread come between? And what does a lock cost?
// Prints for each dialect how many of 4000000 updates were lost: some, 0, some; and 0 with a lock.
import { ThreadPool } from 'gil';
import { SharedObject } from 'gil/shared';
import { Barrier, Lock } from 'gil/threading';

const THREADS = 4;
const UPDATES = 1_000_000;

function count(counter, lock, updates, start) {
  start.waitSync(); // all of them begin together
  for (let i = 0; i < updates; i++) {
    if (lock !== null) lock.acquireSync();
    counter.value += 1;
    if (lock !== null) lock.release();
  }
}

async function lostUnder(dialect, lock) {
  const pool = new ThreadPool(THREADS, { dialect, switchInterval: 0.1 });
  const counter = new SharedObject({ value: 0 });
  const start = new Barrier(THREADS);
  await Promise.all(Array.from({ length: THREADS }, () => pool.submit(count, counter, lock, UPDATES, start)));
  await pool.shutdown();
  return THREADS * UPDATES - counter.value;
}

for (const dialect of ['cpython-3.9', 'cpython-3.13', 'cpython-3.13t']) console.log(`${dialect}: ${await lostUnder(dialect, null)} lost`);
console.log(`cpython-3.9 with a lock: ${await lostUnder('cpython-3.9', new Lock())} lost`);
