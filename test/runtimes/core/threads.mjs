/**
 * Worker threads for the core checks, on every runtime: a worker runs one of the scenes below, named in its data, and answers with
 * what the scene returned. A scene has the lock and 64 shared words for gates and counters.
 */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { GlobalLock, sleep } from 'gil';

export const words = () => new Int32Array(new SharedArrayBuffer(64 * 4));

/** Opens gate `index`. */
export function open(memory, index) {
  Atomics.add(memory, index, 1);
  Atomics.notify(memory, index);
}

/** Waits, without blocking, until gate `index` has been opened `count` times. */
export async function untilOpen(memory, index, count = 1) {
  while (Atomics.load(memory, index) < count) await new Promise((resolve) => setTimeout(resolve, 1));
}

/** Blocks until gate `index` is open. */
function gate(memory, index) {
  while (Atomics.load(memory, index) === 0) Atomics.wait(memory, index, 0, 50);
}

const scenes = {
  /** Takes the lock, opens gate 0, and lets go when gate 1 is open. */
  holds: (lock, memory) => {
    const release = lock.acquireSync();
    open(memory, 0);
    gate(memory, 1);
    release();
    return 'held it';
  },
  /** Takes the lock, opens gate 0, and lets go after a while, whatever anybody does. */
  holdsForAWhile: (lock, memory) => {
    const release = lock.acquireSync();
    open(memory, 0);
    sleep(100);
    release();
    return 'held it';
  },
  /** Opens gate 0, waits for the lock, has it once, and says so in word 2. */
  wants: (lock, memory) => {
    open(memory, 0);
    const release = lock.acquireSync();
    Atomics.add(memory, 2, 1);
    release();
    return 'had it';
  },
  /** Adds to word 3, which nothing but the lock protects, looking whether it is asked to let go. */
  adds: (lock, memory, { rounds }) => {
    open(memory, 0);
    gate(memory, 1);
    for (let round = 0; round < rounds; round += 1) {
      const release = lock.acquireSync();
      for (let turn = 0; turn < 200; turn += 1) memory[3] = memory[3] + 1;
      lock.checkpoint();
      for (let turn = 0; turn < 200; turn += 1) memory[3] = memory[3] + 1;
      release();
    }
    return 'added';
  },
  /** The same on the worker's event loop. */
  addsAsync: async (lock, memory, { rounds }) => {
    open(memory, 0);
    for (let round = 0; round < rounds; round += 1) {
      await lock.runExclusive(async () => {
        const seen = memory[3];
        await Promise.resolve();
        memory[3] = seen + 1;
      });
    }
    return 'added';
  },
  /** Ends the thread with the lock in its hands. */
  exitsHolding: (lock) => {
    lock.acquireSync();
    process.exit(3);
  },
};

/** Starts a worker that runs a scene. `how`: its handle comes with its data, or later in a message. */
export function start(scene, lock, memory, options = {}, how = 'data') {
  const data = { scene, memory, options, ...(how === 'data' ? { handle: lock.handle } : {}) };
  const worker = new Worker(new URL(import.meta.url), { workerData: data });
  const gone = new Promise((resolve) => worker.once('exit', resolve));
  const answer = new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the worker ended with ${code} and no answer`)));
  });
  answer.catch(() => {});
  if (how === 'message') worker.postMessage({ handle: lock.handle });
  return { worker, answer, gone };
}

if (!isMainThread && workerData?.scene in scenes) {
  const { scene, memory, options, handle } = workerData;
  const run = async (lockHandle) => parentPort.postMessage(await scenes[scene](GlobalLock.from(lockHandle), memory, options));
  if (handle) run(handle);
  else parentPort.once('message', (message) => run(message.handle));
}
