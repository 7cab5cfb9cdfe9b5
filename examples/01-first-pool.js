// A pool of threads, one task, many tasks, and an error that comes back.
// Prints 42, then [ 1, 4, 9 ], then RangeError: 0 is too small.
import { ThreadPool } from 'gil';

const pool = new ThreadPool(2);

console.log(await pool.submit((a, b) => a + b, 40, 2));

const square = (x) => x * x;
console.log(await pool.map(square, [1, 2, 3]).toArray());

const refuse = (n) => {
  throw new RangeError(`${n} is too small`);
};
const error = await pool.submit(refuse, 0).exception();
console.log(`${error.name}: ${error.message}`);

await pool.shutdown();
