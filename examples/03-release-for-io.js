// Native work with the lock held, and with the lock released: what a C extension should do.
// Prints both times; on two cores the released one takes about half.
import { releasing, ThreadPool } from 'gil';

const held = async (secret) => {
  const { pbkdf2Sync } = await import('node:crypto');
  return pbkdf2Sync(secret, 'salt', 200_000, 32, 'sha256').toString('hex');
};
const released = async (secret) => {
  const { pbkdf2Sync } = await import('node:crypto');
  return releasing(pbkdf2Sync)(secret, 'salt', 200_000, 32, 'sha256').toString('hex');
};

const pool = new ThreadPool(2);
const timed = async (task) => {
  const start = performance.now();
  const keys = await pool.map(task, ['one', 'two']).toArray();
  return { ms: performance.now() - start, keys: keys.join() };
};

await Promise.all([timed(held), timed(released)]); // the threads start
const [slow, fast] = [await timed(held), await timed(released)];
console.log(`held:     ${slow.ms.toFixed(0)} ms`);
console.log(`released: ${fast.ms.toFixed(0)} ms`);
console.log(`the same keys: ${slow.keys === fast.keys}`);

await pool.shutdown();
