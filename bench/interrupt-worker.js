/**
 * One thread of the interrupt bench, made by hand: nobody has transformed its loops. Runs until told to stop, or does a piece of work each
 * time it is told to.
 */
import { workerData } from 'node:worker_threads';
import { GlobalLock } from 'gil';

const { handle, words, turns } = workerData;
/** How many threads are ready, not 0 to stop, the number of the round, how many have done their piece of it. */
const [READY, STOP, ROUND, DONE] = [0, 1, 2, 3];
const lock = GlobalLock.from(handle);
const looks = lock.preemption === 'checkpoint';

function piece(count) {
  let x = 1;
  for (let i = 0; i < count; i += 1) x = (x * 3 + i) | 0;
  return x;
}

function add(word) {
  Atomics.add(words, word, 1);
  Atomics.notify(words, word);
}

add(READY);
if (turns === undefined) {
  lock.acquireSync();
  while (Atomics.load(words, STOP) === 0) {
    piece(1000);
    if (looks) lock.checkpoint();
  }
  lock.release();
} else {
  for (let round = 0; ; round += 1) {
    while (Atomics.load(words, ROUND) === round) Atomics.wait(words, ROUND, round);
    if (Atomics.load(words, STOP) !== 0) break;
    lock.acquireSync();
    piece(turns);
    lock.release();
    add(DONE);
  }
}
