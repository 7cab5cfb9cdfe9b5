/**
 * One side of the hand-off bench: takes its turn, gives it to the other side, and stamps the clock on both sides of the gap.
 */
import { workerData } from 'node:worker_threads';
import { SHARED } from './locks.js';

const { how, side, rounds, words, stamps, handle } = workerData;
const [TURN, GAVE] = [0, 1];
const clock = () => process.hrtime.bigint();
const lock = handle === undefined ? undefined : await SHARED.find(({ name }) => name === how).open(handle);

/** The gap: from the moment one side lets go until the other, which sleeps, has it. */
function stamp(round, gave) {
  stamps[round] = clock() - gave;
}

const gaveAt = new BigInt64Array(words.buffer, 64, 1);

function bare() {
  for (let round = side; round < rounds; round += 2) {
    while (Atomics.load(words, TURN) !== round) Atomics.wait(words, TURN, round - 1);
    if (round > 0) stamp(round, gaveAt[0]);
    pause();
    gaveAt[0] = clock();
    Atomics.store(words, TURN, round + 1);
    Atomics.notify(words, TURN, 1);
  }
}

function locked() {
  for (let round = side; round < rounds; round += 2) {
    // Sleeps, like the other side of the bare version, until the holder says that it has the lock: then this side asks for it too.
    for (let seen = Atomics.load(words, GAVE); seen < round; seen = Atomics.load(words, GAVE)) Atomics.wait(words, GAVE, seen);
    lock.lock();
    if (round > 0) stamp(round, gaveAt[0]);
    Atomics.store(words, GAVE, round + 1);
    Atomics.notify(words, GAVE, 1);
    pause();
    gaveAt[0] = clock();
    lock.unlock();
  }
}

/** Long enough for the other side to be asleep. */
function pause() {
  const until = performance.now() + 0.2;
  while (performance.now() < until) spin();
}

function spin() {
  for (let i = 0; i < 50; i += 1) Atomics.load(words, TURN);
}

(how === 'bare' ? bare : locked)();
// Some of the locks keep their thread alive.
process.exit();
