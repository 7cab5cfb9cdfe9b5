// Time limits and calling off, as far as they exist: a wait ends, a queued task is cancelled, a running one goes on.
// Prints null, two errors of locks, then the states of three futures.
import { GlobalLock, sleep, ThreadPool } from 'gil';

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
const nap = (ms) => sleep(ms);
const first = pool.submit(nap, 100);
const second = pool.submit(nap, 100);
const third = pool.submit((n) => n + 1, 1);
console.log('running and queued:', first.cancel(), second.cancel());
console.log('a result, after 0 ms:', await first.result({ timeout: 0 }).catch(code));
console.log(await third, first.done(), second.cancelled());

await pool.shutdown({ cancelFutures: true });
