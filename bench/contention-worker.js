/**
 * One thread of the contention bench: takes a lock and lets it go, as fast as it can, until told to stop; or passes it to and fro.
 */
import { workerData } from 'node:worker_threads';
import { SHARED } from './locks.js';

const { name, memory, words, me } = workerData;
/** Gate, stop, who was inside last. */
const [GATE, STOP, LAST] = [0, 1, 2];
/** From here on, a pair for each thread: how often, and the longest run in a row. */
const RESULTS = 8;

const { lock, unlock } = await SHARED.find((each) => each.name === name).open(memory);
for (let i = 0; i < 20_000; i += 1) {
  lock();
  unlock();
}
Atomics.add(words, GATE, 1);
Atomics.notify(words, GATE);
while (Atomics.load(words, GATE) >= 0) Atomics.wait(words, GATE, Atomics.load(words, GATE), 1);

let count = 0;
let run = 0;
let longest = 0;
while (words[STOP] === 0) {
  lock();
  run = words[LAST] === me ? run + 1 : 1;
  words[LAST] = me;
  unlock();
  if (run > longest) longest = run;
  count += 1;
}
words[RESULTS + me * 2] = count;
words[RESULTS + me * 2 + 1] = longest;
// Some of the locks keep their thread alive.
process.exit();
