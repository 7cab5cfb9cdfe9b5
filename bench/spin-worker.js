/**
 * One side of a fast hand-off: takes the lock when the other has it, keeps it for a microsecond, and stamps how long the gap was.
 */
import { workerData } from 'node:worker_threads';

const { url, side, rounds, words, stamps, handle } = workerData;
const { GlobalLock } = await import(url);
const lock = GlobalLock.from(handle);
const TURN = 0;
const gaveAt = new BigInt64Array(words.buffer, 64, 1);
const clock = () => process.hrtime.bigint();

for (let round = side; round < rounds; round += 2) {
  while (Atomics.load(words, TURN) < round);
  const release = lock.acquireSync();
  if (round > 0) stamps[round] = clock() - gaveAt[0];
  Atomics.store(words, TURN, round + 1);
  const until = clock() + 1000n;
  while (clock() < until);
  gaveAt[0] = clock();
  release();
}
