// The same work in worker threads with a lock each, and in child processes.
// Prints equal results, and what became of a pool whose process was killed: ERR_POOL_BROKEN ERR_WORKER_DIED.
import { ProcessPool } from 'gil';

const sumOfSquares = (n) => {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += i * i;
  return sum;
};

const workers = new ProcessPool(2);
const processes = new ProcessPool(2, { isolation: 'process' });
const inputs = [10, 100, 1000];

console.log('workers:  ', await workers.map(sumOfSquares, inputs).toArray());
console.log('processes:', await processes.map(sumOfSquares, inputs).toArray());

console.log('another process:', (await processes.submit(() => process.pid)) !== process.pid);

const error = await processes.submit(() => process.kill(process.pid, 'SIGKILL')).exception();
console.log(error.code, error.cause.code);

await workers.shutdown();
await processes.shutdown();
