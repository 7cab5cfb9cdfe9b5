/**
 * One thread of a chaos run: takes the lock in every way there is, and dies in its own.
 */
import { threadId, workerData } from 'node:worker_threads';
import { GlobalLock } from 'gil';
import { die, enter, leave, random, STOP } from './words.js';

const { handle, words, seed, fate, patience } = workerData;
const lock = GlobalLock.from(handle);
const draw = random(seed);
const NOWHERE = new Int32Array(new SharedArrayBuffer(4));
let work = 0;

while (words[STOP] === 0) {
  const way = draw(8);
  const hold = way < 5 ? lock.acquireSync() : way < 6 ? lock.acquireSync({ timeout: draw(4) }) : await lock.acquire({ timeout: draw(10) });
  if (hold === null) continue;
  enter(words, threadId);
  for (let turn = draw(20); turn > 0; turn -= 1) {
    for (work = draw(3000); work > 0; work -= 1);
    if (draw(3) > 0) continue;
    // Lets go and comes back: meanwhile it is not its name that must be there.
    leave(words, threadId);
    if (draw(4) === 0) lock.releaseForIO(() => Atomics.wait(NOWHERE, 0, 0, draw(3)));
    else if (draw(3) === 0) await lock.checkpointAsync();
    else lock.checkpoint();
    enter(words, threadId);
  }
  if (fate !== 'terminate' && performance.now() > patience) die(words, threadId, fate);
  leave(words, threadId);
  hold();
}
