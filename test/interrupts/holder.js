/**
 * A thread that takes the lock and then runs code that never looks. What it does is said by `what`; it tells in shared words how far it is.
 */
import { pbkdf2Sync } from 'node:crypto';
import { workerData } from 'node:worker_threads';
import { GlobalLock } from 'gil';
import { HELD, NATIVE, STOP } from './words.js';

const { handle, words, what } = workerData;
const lock = GlobalLock.from(handle);

/** How far native code is: 1 inside, 2 behind it. */
const native = (call) => {
  Atomics.store(words, NATIVE, 1);
  call();
  Atomics.store(words, NATIVE, 2);
};

const WORK = {
  loop: () => {
    while (words[STOP] === 0);
  },
  parse: () => {
    native(() => JSON.parse(text));
    WORK.loop();
  },
  hash: () => {
    native(() => pbkdf2Sync('secret', 'salt', 150_000, 32, 'sha256'));
    WORK.loop();
  },
  regexp: () => {
    native(() => /^(a+)+$/.test(`${'a'.repeat(24)}b`));
    WORK.loop();
  },
  wait: () => {
    native(() => Atomics.wait(words, STOP, 0, 60));
    WORK.loop();
  },
  rest: async () => {
    await new Promise((resolve) => setTimeout(resolve, 60));
    Atomics.store(words, NATIVE, 2);
  },
  error: () => {
    while (words[STOP] === 0);
    throw new Error('as ever');
  },
};

const text = what === 'parse' ? JSON.stringify(Array.from({ length: 200_000 }, (_, i) => ({ i, name: `n${i}` }))) : '';

lock.acquireSync();
Atomics.store(words, HELD, 1);
Atomics.notify(words, HELD);
await WORK[what]();
lock.release();
