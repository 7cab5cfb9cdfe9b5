// Several threads call one WebAssembly library that is not thread-safe, over one memory, in six ways.
// Prints millions of calls a second for blocks of three sizes, and how many counts went wrong: only without a lock there are any.
// `node count.js [MEGABYTES [ROUNDS [THREADS]]]`: so many megabytes are read in each round, 16 if it is not said.
import { InterpreterPool, ThreadPool, tasks } from 'gil';
import { Lock } from 'gil/threading';
import { bytes } from './module.js';

const [megabytes = 16, rounds = 7, threads = 2] = process.argv.slice(2).map(Number);
const sizes = [64, 1024, 16_384];
/** Each thread has so many blocks, in a part of the memory that is its own; the first page is the table's. */
const blocks = 64;
const part = blocks * Math.max(...sizes);
const page = 65_536;
/** The table's words. */
const [start, end] = [64 / 4, 64 / 4 + 256 * 2];

const module = new WebAssembly.Module(bytes);
const memory = new WebAssembly.Memory({ initial: 1 + (threads * part) / page, maximum: 1024, shared: true });
const words = new Int32Array(memory.buffer);
for (let i = page / 4; i < words.length; i++) words[i] = Math.imul((i * 4) % part, 0x9e3779b1);

const { plain, released, locked, lockedBriefly } = tasks(new URL('./work.js', import.meta.url));
const lock = new Lock();
const ways = [
  { name: 'one thread', pool: new InterpreterPool(1), task: plain },
  { name: 'no lock', pool: new InterpreterPool(threads), task: plain },
  { name: 'the GIL', pool: new ThreadPool(threads), task: plain },
  { name: 'the GIL, released for `digest`', pool: new ThreadPool(threads), task: released },
  { name: 'a Lock around both', pool: new InterpreterPool(threads), task: locked },
  { name: 'a Lock around `count`', pool: new InterpreterPool(threads), task: lockedBriefly },
].map((way) => ({ ...way, wrong: 0, speeds: new Map(sizes.map((block) => [block, []])) }));

/** Counts every block often enough for the megabytes, and gives millions of calls a second. */
async function run({ name, pool, task }, block) {
  const here = name === 'one thread' ? 1 : threads;
  const turns = Math.ceil((megabytes * 2 ** 20) / (blocks * block * threads));
  const work = (turns, i) => ({ module, memory, at: page + i * part, block, blocks, turns, lock });
  words.fill(0, 0, end);
  const begin = performance.now();
  await pool
    .map(
      task,
      Array.from({ length: here }, (_, i) => work((turns * threads) / here, i)),
    )
    .toArray();
  return (turns * threads * blocks) / (performance.now() - begin) / 1000;
}

/** How far the counts are from those that one thread came to. */
function difference(right) {
  const tables = [right, words].map((table) => {
    const counts = new Map([['calls', table[0]]]);
    for (let at = start; at < end; at += 2) counts.set(table[at], (counts.get(table[at]) ?? 0) + table[at + 1]);
    return counts;
  });
  return [...tables[0]].reduce((sum, [key, count]) => sum + Math.abs(count - (tables[1].get(key) ?? 0)), 0);
}

// In each round all ways in turn. In the first one threads start and code is compiled: it is not measured.
for (let round = 0; round <= rounds; round++) {
  for (const block of sizes) {
    let right;
    for (const way of ways) {
      const speed = await run(way, block);
      right ??= words.slice(0, end);
      way.wrong += difference(right);
      if (round > 0) way.speeds.get(block).push(speed);
    }
  }
}

const middle = (values) => values.sort((a, b) => a - b)[values.length >> 1];
const print = (name, cells) => console.log(name.padEnd(31) + cells.map((cell) => cell.padStart(17)).join(''));
print('millions of calls a second', [...sizes.map((block) => `${block} bytes`), 'wrong counts']);
for (const { name, speeds, wrong, pool } of ways) {
  const cells = sizes.map(
    (block) => `${middle(speeds.get(block)).toFixed(3)} (× ${(middle(speeds.get(block)) / middle(ways[0].speeds.get(block))).toFixed(2)})`,
  );
  print(name, [...cells, String(wrong)]);
  await pool.shutdown();
}
