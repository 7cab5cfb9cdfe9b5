/**
 * Worker threads for tests of the lock: each runs a function given by its text, with the lock and shared words, and answers.
 */
import { Worker } from 'node:worker_threads';
import type { GlobalLock } from 'gil';

/** What the function of a thread is given. */
export interface Scene {
  readonly lock: GlobalLock;
  /** 64 shared words, for gates and logs. */
  readonly words: Int32Array;
  readonly number: number;
  /** Waits until word `index` is no longer 0. */
  readonly gate: (index: number) => void;
  /** Opens a gate. */
  readonly open: (index: number) => void;
}

const PROGRAM = `
  const { workerData, parentPort } = require('node:worker_threads');
  import('gil').then(async ({ GlobalLock }) => {
    const { handle, words, number, text } = workerData;
    const lock = GlobalLock.from(handle);
    const gate = (index) => { while (Atomics.load(words, index) === 0) Atomics.wait(words, index, 0); };
    const open = (index) => { Atomics.add(words, index, 1); Atomics.notify(words, index); };
    parentPort.postMessage(await eval(text)({ lock, words, number, gate, open }));
  });
`;

/** A started thread. */
export interface TestThread {
  readonly worker: Worker;
  /** What the function returned. Rejects when the thread ends without an answer. */
  readonly answer: Promise<unknown>;
  /** Resolves when the thread is gone. */
  readonly gone: Promise<number>;
}

/** Shared words for a scene. */
export function sharedWords(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(64 * 4));
}

/** Starts a thread that runs `body`, which may use nothing but its argument. */
export function startThread(lock: GlobalLock, words: Int32Array, number: number, body: (scene: Scene) => unknown): TestThread {
  const worker = new Worker(PROGRAM, {
    eval: true,
    workerData: { handle: lock.handle, words, number, text: `(${body})` },
    resourceLimits: { maxOldGenerationSizeMb: 32 },
  });
  const gone = new Promise<number>((resolve) => worker.once('exit', resolve));
  const answer = new Promise<unknown>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (exitCode) => reject(new Error(`ended with ${exitCode} and no answer`)));
  });
  answer.catch(() => {});
  return { worker, answer, gone };
}

/** Waits, without blocking, until word `index` is no longer 0. */
export async function untilOpen(words: Int32Array, index: number): Promise<void> {
  while (Atomics.load(words, index) === 0) await new Promise((resolve) => setImmediate(resolve));
}

/** Opens a gate. */
export function open(words: Int32Array, index: number): void {
  Atomics.add(words, index, 1);
  Atomics.notify(words, index);
}
