// Several threads call one WebAssembly library that is not thread-safe, over one memory, in six ways.
// Prints millions of calls a second for blocks of three sizes, and how many counts went wrong: only without a lock there are any.
// `node count.js [THREADS]`
import { InterpreterPool, tasks, ThreadPool } from 'gil';
import { Lock } from 'gil/threading';
import { bytes } from './module.js';

const THREADS = Number(process.argv[2] ?? 2);
const SIZES = [64, 1024, 16_384];
/** Each thread has so many blocks, in a part of the memory that is its own. */
const BLOCKS = 64;
/** All threads together go through so many bytes, so many times. */
const BYTES = 2 ** 24;
const ROUNDS = 5;
const PAGE = 65_536;
const PART = BLOCKS * Math.max(...SIZES);
const TABLE = { start: 64 / 4, end: 64 / 4 + 512 };

const module = new WebAssembly.Module(bytes);
const memory = new WebAssembly.Memory({ initial: 1 + (THREADS * PART) / PAGE, maximum: 1024, shared: true });
const words = new Int32Array(memory.buffer);
for (let i = PAGE / 4; i < words.length; i++) words[i] = Math.imul((i * 4) % PART, 0x9e3779b1);

const { plain, released, locked, lockedBriefly } = tasks(new URL('./work.js', import.meta.url));
const lock = new Lock();
const ways = {
  'one thread': { pool: new InterpreterPool(1), threads: 1, task: plain },
  'no lock': { pool: new InterpreterPool(THREADS), threads: THREADS, task: plain },
  'the GIL': { pool: new ThreadPool(THREADS), threads: THREADS, task: plain },
  'the GIL, released for `digest`': { pool: new ThreadPool(THREADS), threads: THREADS, task: released },
  'a Lock around both': { pool: new InterpreterPool(THREADS), threads: THREADS, task: locked },
  'a Lock around `count`': { pool: new InterpreterPool(THREADS), threads: THREADS, task: lockedBriefly },
};
for (const way of Object.values(ways)) Object.assign(way, { wrong: 0, speeds: SIZES.map(() => []) });

/** One round: every block is counted as often as `BYTES` says, by all threads of a way together. Gives millions of calls a second. */
async function run({ pool, threads, task }, block) {
  const turns = BYTES / block / BLOCKS / threads;
  words.fill(0, 0, TABLE.end);
  const start = performance.now();
  await pool.map(task, Array.from({ length: threads }, (_, i) => ({ module, memory, at: PAGE + i * PART, block, blocks: BLOCKS, turns, lock }))).toArray();
  return BYTES / block / (performance.now() - start) / 1000;
}

/** How far the counts of all calls and of each key are from those that one thread came to. */
function difference(right) {
  let wrong = Math.abs(right[0] - words[0]);
  const count = (table) => {
    const counts = new Map();
    for (let at = TABLE.start; at < TABLE.end; at += 2) counts.set(table[at], (counts.get(table[at]) ?? 0) + table[at + 1]);
    return counts;
  };
  const counts = count(words);
  for (const [key, times] of count(right)) wrong += Math.abs(times - (counts.get(key) ?? 0));
  return wrong;
}

for (let round = -1; round < ROUNDS; round++) {
  for (const [size, block] of SIZES.entries()) {
    let right;
    for (const way of Object.values(ways)) {
      const speed = await run(way, block);
      right ??= words.slice(0, TABLE.end);
      way.wrong += difference(right);
      if (round >= 0) way.speeds[size].push(speed); // the round before is for starting and compiling
    }
  }
}

const middle = (values) => values.sort((a, b) => a - b)[values.length >> 1];
const print = (name, cells) => console.log([name.padEnd(31), ...cells.map((cell) => cell.padStart(16))].join(''));
print('millions of calls a second', [...SIZES.map((block) => `${block} bytes`), 'wrong counts']);
const base = ways['one thread'].speeds.map(middle);
for (const [name, { pool, speeds, wrong }] of Object.entries(ways)) {
  print(name, [...speeds.map((each, size) => `${middle(each).toFixed(3)} (× ${(middle(each) / base[size]).toFixed(2)})`), String(wrong)]);
  await pool.shutdown();
}
