// A dialect is a record: here the priority GIL of bpo-7946, proposed for CPython and never merged. Who does I/O gets the lock at once.
// Prints how long after its I/O a thread has the lock back beside one that computes: a switch interval, and next to nothing.
import { dialects, releaseForIO, ThreadPool } from 'gil';

/** @type {import('gil').Dialect} */
const priorityGil = {
  ...dialects['cpython-3.13'],
  name: 'priority-gil',
  // A thread that lets go by itself does I/O, and ranks above one that had to be made to.
  rank: { by: 'behaviour', first: 1, afterForcedDrop: 0, afterVoluntaryDrop: 1 },
  preemption: 'at-once-by-higher-rank',
};

const compute = (words) => {
  let sum = 0;
  while (Atomics.load(words, 0) === 0) sum += Math.sqrt(sum + 1);
  return sum;
};
const waits = (calls) => {
  const [each, nothing] = [[], new Int32Array(new SharedArrayBuffer(4))];
  for (let i = 0; i < calls; i++) {
    // Waiting for a millisecond stands for I/O.
    const done = releaseForIO(() => Atomics.wait(nothing, 0, 0, 1) && performance.now());
    each.push(performance.now() - done);
  }
  return each.sort((a, b) => a - b)[calls >> 1];
};

for (const dialect of ['cpython-3.13', priorityGil]) {
  const pool = new ThreadPool(2, { dialect });
  const words = new Int32Array(new SharedArrayBuffer(4));
  const computing = pool.submit(compute, words);
  const wait = await pool.submit(waits, 100);
  Atomics.store(words, 0, 1);
  await computing;
  console.log(`${pool.lock.dialect.name}: ${wait.toFixed(2)} ms`);
  await pool.shutdown();
}
