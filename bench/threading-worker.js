/**
 * A thread of the threading bench: from each gate to each stop it enters and leaves, or puts, or gets, as fast as it can, and
 * counts.
 */
import { workerData } from 'node:worker_threads';
import { KINDS } from './threading-subjects.js';
import { COUNTS, ENDED, GATE, INSIDE, NEVER, READY, STOP } from './threading-words.js';

const { kind, name, handle, words, threads, me } = workerData;
const subject = await KINDS[kind].find((each) => each.name === name).open(handle);

function both() {
  const { enter, leave } = subject;
  let count = 0;
  while (words[STOP] === 0) {
    enter();
    words[INSIDE] += 1;
    leave();
    count += 1;
  }
  return count;
}

/** Each number in turn, to this thread itself. */
function toItself() {
  const { put, get } = subject;
  let count = 0;
  for (; words[STOP] === 0; count += 1) {
    put(count);
    check(get(), count);
  }
  words[INSIDE] = count;
  return count;
}

/** What is put last tells the other side to stop. */
function putting() {
  const { put } = subject;
  let count = 0;
  for (; words[STOP] === 0; count += 1) put(count);
  put(-1);
  words[INSIDE] = count;
  return 0;
}

function getting() {
  const { get } = subject;
  let count = 0;
  for (let item = get(); item !== -1; item = get()) {
    check(item, count);
    count += 1;
  }
  return count;
}

function check(item, expected) {
  if (item !== expected) throw new Error(`${name}: expected ${expected} from the queue; got ${item}`);
}

const forQueues = threads === 1 ? [toItself] : [putting, getting];
const run = kind === 'Queue' ? forQueues[me] : both;
Atomics.add(words, READY, 1);
for (let round = 1; ; round += 1) {
  for (let seen = Atomics.load(words, GATE); seen < round; seen = Atomics.load(words, GATE)) Atomics.wait(words, GATE, seen);
  if (Atomics.load(words, GATE) === NEVER) break;
  words[COUNTS + me] = run();
  Atomics.add(words, ENDED, 1);
}
// Some of the peers keep their thread alive.
process.exit();
