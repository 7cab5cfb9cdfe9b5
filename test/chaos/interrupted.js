/**
 * One thread of a chaos run with interrupts: takes the lock and runs loops that never look, native code now and then, and dies in its own way.
 */
import { threadId, workerData } from 'node:worker_threads';
import { GlobalLock } from 'gil';
import { alone, die, PROGRESS, random, STOP } from './words.js';

const { handle, words, seed, fate, patience } = workerData;
const lock = GlobalLock.from(handle);
const lockWords = new Int32Array(handle.memory);
const draw = random(seed);
const NOWHERE = new Int32Array(new SharedArrayBuffer(4));
const NATIVE = [
  () => /^(a+)+$/.test(`${'a'.repeat(12 + draw(8))}b`),
  () => JSON.parse(JSON.stringify(Array.from({ length: draw(3000) }, (_, i) => ({ i })))),
  () => Atomics.wait(NOWHERE, 0, 0, draw(4)),
  () => lock.releaseForIO(() => Atomics.wait(NOWHERE, 0, 0, draw(4))),
  () => Array.from({ length: draw(2000) }, (_, i) => (i * 7919) % 1000).sort((a, b) => a - b),
];

while (words[STOP] === 0) {
  const hold =
    draw(4) > 0 ? lock.acquireSync() : draw(2) === 0 ? lock.acquireSync({ timeout: draw(4) }) : await lock.acquire({ timeout: draw(10) });
  if (hold === null) continue;
  for (let turn = draw(30); turn > 0 && words[STOP] === 0; turn -= 1) {
    for (let work = draw(6000); work > 0; work -= 1) alone(words, lockWords, threadId);
    Atomics.add(words, PROGRESS, 1);
    if (draw(8) === 0) NATIVE[draw(NATIVE.length)]();
  }
  if (fate !== 'terminate' && performance.now() > patience) die(words, threadId, fate);
  hold();
}
