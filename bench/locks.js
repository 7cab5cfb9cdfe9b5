/**
 * The locks that are measured side by side: how each is made, sent to another thread, taken and let go. One that is not installed is
 * left out, and the table says so.
 */
import { threadId } from 'node:worker_threads';
import { Mutex } from 'async-mutex';
import { GlobalLock } from 'gil';

/** The least that any lock over shared memory does: one word, a sleep, a wake-up on each unlock. */
const bare = {
  name: 'bare Atomics',
  create: () => new SharedArrayBuffer(4),
  open(memory) {
    const word = new Int32Array(memory);
    return {
      lock() {
        while (Atomics.compareExchange(word, 0, 0, 1) !== 0) Atomics.wait(word, 0, 1);
      },
      unlock() {
        Atomics.store(word, 0, 0);
        Atomics.notify(word, 0, 1);
      },
    };
  },
};

const gil = {
  name: 'gil',
  create: () => new GlobalLock().handle,
  open(handle) {
    const lock = GlobalLock.from(handle);
    return { lock: () => lock.acquireSync(), unlock: () => lock.release() };
  },
};

/** The same with another dialect: a line instead of a race. */
const inLine = { ...gil, name: "gil, 'ruby-3.4'", create: () => new GlobalLock({ dialect: 'ruby-3.4' }).handle };

/** It needs two things that Node 20 has not, and puts a Worker of its own in the place of the global one. */
export async function importMultithreading() {
  globalThis.navigator ??= { hardwareConcurrency: 2 };
  Promise.withResolvers ??= function withResolvers() {
    let settle;
    const promise = new this((resolve, reject) => {
      settle = { resolve, reject };
    });
    return { promise, ...settle };
  };
  return import('multithreading');
}

const multithreading = {
  name: 'multithreading',
  create: () => new SharedArrayBuffer(4),
  async open(memory) {
    const { Mutex: SharedMutex } = await importMultithreading();
    const mutex = new SharedMutex(undefined, memory);
    let guard;
    return {
      lock() {
        guard = mutex.blockingLock();
      },
      unlock: () => guard.dispose(),
    };
  },
};

const workerMutex = {
  name: 'worker-mutex',
  create: () => new SharedArrayBuffer(12),
  async open(memory) {
    const { WorkerMutex } = (await import('worker-mutex')).default;
    const mutex = new WorkerMutex(memory);
    return { lock: () => mutex.lock(), unlock: () => mutex.unlock() };
  },
};

const atomicsSync = {
  name: 'atomics-sync',
  create: () => new SharedArrayBuffer(8),
  async open(memory) {
    const { Mutex: Text } = await import('atomics-sync');
    const words = new Int32Array(memory);
    const me = threadId + 1;
    return { lock: () => Text.lock(words, me), unlock: () => Text.unlock(words, me) };
  },
};

/** Those that threads can share. */
export const SHARED = [bare, gil, inLine, workerMutex, multithreading, atomicsSync];

/** For one event loop only. */
export const asyncMutex = { name: 'async-mutex', create: () => new Mutex() };

/** Those that are here. */
export async function installed(subjects = SHARED) {
  const here = [];
  for (const each of subjects) {
    try {
      await each.open(await each.create());
      here.push(each);
    } catch (error) {
      if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    }
  }
  return here;
}
