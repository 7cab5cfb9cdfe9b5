// The same total work on 1 thread and on 4 that share one lock: they take turns.
// Prints both times, and how often the lock changed hands; with a ProcessPool the four would run in parallel.
import { ThreadPool } from 'gil';

const sumOfSquares = (n) => {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += i * i;
  return sum;
};

const pool = new ThreadPool(4);
const timed = async (parts) => {
  const start = performance.now();
  await pool.map(sumOfSquares, parts).toArray();
  return performance.now() - start;
};

await timed([1e6, 1e6, 1e6, 1e6]); // the threads start
const before = pool.lock.stats().switches;
const one = await timed([2e8]);
const four = await timed([5e7, 5e7, 5e7, 5e7]);
const { switches } = pool.lock.stats();

console.log(`1 thread:  ${one.toFixed(0)} ms`);
console.log(`4 threads: ${four.toFixed(0)} ms`);
console.log(`switches:  ${switches - before}`);

await pool.shutdown();
