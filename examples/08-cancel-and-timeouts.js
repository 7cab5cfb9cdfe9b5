// Time limits and calling off: a wait ends, a waiting call is cancelled, one that runs is stopped, even in the middle of a loop.
// Prints null, two errors of locks, then what became of four futures.
import { GlobalLock, report, sleep, ThreadPool } from 'gil';

const lock = new GlobalLock();
const release = await lock.acquire();
console.log('a lock, after 20 ms:', await lock.acquire({ timeout: 20 }));
const code = (error) => error.code;
console.log('with a signal:', await lock.acquire({ signal: AbortSignal.timeout(20) }).catch(code));
const waiting = lock.acquire().catch(code);
setTimeout(() => lock.cancel(), 20);
console.log('cancelled:', await waiting);
release();

const pool = new ThreadPool(1);
const first = pool.submit(() => {
  report('begun');
  sleep(100);
});
const second = pool.submit((n) => n + 1, 1);
const third = pool.submit((n) => n + 1, 1);
await first.progress().next();
console.log('running and waiting:', first.cancel(), second.cancel());
console.log('a result, after 0 ms:', await first.result({ timeout: 0 }).catch(code));
console.log(await third, first.done(), second.cancelled());

const endless = () => {
  try {
    for (;;);
  } finally {
    report('cleaned up');
  }
};
const fourth = pool.submitWith({ timeout: 50 }, endless);
fourth.on('progress', console.log);
console.log('an endless loop, after 50 ms:', await fourth.catch(code), '- workers:', pool.workerCount);

await pool.shutdown();
