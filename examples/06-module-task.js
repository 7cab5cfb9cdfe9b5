// Tasks of a module: they may use its variables, its other functions, and what it imports.
// Prints [ 25, 168, 1229 ], then what the one worker remembers: 3 calls.
import { TaskExportError, ThreadPool, tasks } from 'gil';

const { countPrimes, report, nothing } = tasks(new URL('./work.js', import.meta.url));

const pool = new ThreadPool(1);
console.log(await pool.map(countPrimes, [100, 1000, 10000]).toArray());
console.log(await pool.submit(report));

const error = await pool.submit(nothing).exception();
console.log(error instanceof TaskExportError, error.code);

await pool.shutdown();
