// Four threads parse with a package that nobody transformed, `npm install acorn`: by its looks each keeps the lock for a whole parse.
// Prints how much of the lock each thread had, for looks and for interrupts, when the first of them was through.
import { readFileSync } from 'node:fs';
import { GlobalLock, ThreadPool } from 'gil';

const url = import.meta.resolve('acorn');
const text = readFileSync(new URL(url), 'utf8')
  .replaceAll(/^export .*$/gm, '')
  .replaceAll(/^(const|let) /gm, 'var ');

for (const preemption of ['checkpoint', 'interrupt']) {
  const lock = new GlobalLock();
  const pool = new ThreadPool(4, { lock, preemption });
  const parse = async (url, text) => (await import(url)).parse(text, { ecmaVersion: 'latest' }).end;
  await Promise.all(Array.from({ length: 4 }, () => pool.submit(parse, url, text)));
  const before = lock.stats().perThread.map(({ held }) => held);
  const futures = Array.from({ length: 4 }, () => pool.submit(parse, url, text.repeat(10)));
  await Promise.race(futures);
  const held = lock
    .stats()
    .perThread.map(({ held }, i) => held - before[i])
    .slice(1);
  const all = held.reduce((sum, each) => sum + each);
  console.log(preemption.padEnd(10), held.map((each) => `${((each / all) * 100).toFixed(0)} %`.padStart(5)).join(' '));
  await pool.shutdown();
}
