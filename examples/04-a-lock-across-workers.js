// One lock in plain worker threads and on the main thread: it blocks the workers and never the event loop.
// Prints 400000: no step of read, compute, write got lost.
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { GlobalLock } from 'gil';

const STEPS = 100_000;

if (isMainThread) {
  const lock = new GlobalLock();
  const cell = new Int32Array(new SharedArrayBuffer(4));
  const workers = [1, 2, 3].map(() => new Worker(new URL(import.meta.url), { workerData: { handle: lock.handle, cell } }));
  const ended = workers.map((worker) => new Promise((resolve) => worker.once('exit', resolve)));
  for (let i = 0; i < STEPS; i++) {
    const release = await lock.acquire();
    const seen = cell[0];
    cell[0] = seen + 1;
    release();
  }
  await Promise.all(ended);
  console.log(cell[0]);
} else {
  const lock = GlobalLock.from(workerData.handle);
  const { cell } = workerData;
  for (let i = 0; i < STEPS; i++) {
    const release = lock.acquireSync();
    const seen = cell[0];
    cell[0] = seen + 1;
    release();
  }
}
