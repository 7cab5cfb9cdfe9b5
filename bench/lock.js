/**
 * What the lock costs when nobody else wants it: against the two instructions that any lock needs, and against async-mutex.
 */
import { Mutex } from 'async-mutex';
import { GlobalLock } from 'gil';
import { ratio } from './measure.js';

const ROUNDS = 300_000;

export async function run() {
  const lock = new GlobalLock();
  const mutex = new Mutex();
  const words = new Int32Array(new SharedArrayBuffer(64));

  const bare = () => {
    for (let i = 0; i < ROUNDS; i += 1) {
      Atomics.compareExchange(words, 0, 0, 1);
      Atomics.store(words, 0, 0);
    }
  };
  const acquireRelease = () => {
    for (let i = 0; i < ROUNDS; i += 1) {
      lock.acquireSync();
      lock.release();
    }
  };
  const exclusive = () => {
    for (let i = 0; i < ROUNDS; i += 1) lock.runExclusiveSync(nothing);
  };
  const held = new GlobalLock();
  held.acquireSync();
  const releasing = () => {
    for (let i = 0; i < ROUNDS; i += 1) held.releaseForIO(nothing);
  };
  const asyncMutex = async () => {
    for (let i = 0; i < ROUNDS / 10; i += 1) (await mutex.acquire())();
  };
  const asyncLock = async () => {
    for (let i = 0; i < ROUNDS / 10; i += 1) (await lock.acquire())();
  };

  return [
    {
      name: 'lock: acquireSync + release ÷ CAS + store',
      ...(await ratio({ base: bare, subject: acquireRelease, unit: ROUNDS })),
      reach: 2,
    },
    { name: 'lock: runExclusiveSync ÷ CAS + store', ...(await ratio({ base: bare, subject: exclusive, unit: ROUNDS })), reach: 2 },
    { name: 'lock: releaseForIO ÷ CAS + store', ...(await ratio({ base: bare, subject: releasing, unit: ROUNDS })), reach: 2 },
    { name: 'lock: await acquire ÷ async-mutex', ...(await ratio({ base: asyncMutex, subject: asyncLock, unit: ROUNDS / 10 })), reach: 1 },
  ];
}

function nothing() {}
