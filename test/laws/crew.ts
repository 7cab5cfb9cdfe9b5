/**
 * Worker threads for actors. A thread that has finished its part is used again on the next stage: starting one for each part of each law
 * would take most of the run. Not on the same stage, where it would be the same thread to the lock; and not if it is stuck.
 */
import { Worker } from 'node:worker_threads';
import { GlobalLock, type LockHandle } from 'gil';
import { blockingPerformer, driveSync } from './drive.js';
import { makeOps, SHARED_WORDS, type Words } from './ops.js';

/** A part, as it is sent to a thread. */
export interface Part {
  readonly handle: LockHandle;
  readonly words: Words;
  readonly number: number;
  readonly input: unknown;
  readonly text: string;
}

type FromThread =
  | { readonly kind: 'joined'; readonly ident: number }
  | { readonly kind: 'done'; readonly value: unknown }
  | { readonly kind: 'failed'; readonly message: string; readonly code: unknown };

/** A part that a thread is playing. */
export interface Playing {
  readonly ident: Promise<number>;
  readonly answer: Promise<unknown>;
  /** The thread leaves the stage: terminated, if it is still playing. */
  end(): Promise<void>;
}

const THREAD = `
  const { parentPort } = require('node:worker_threads');
  const makeOps = (${makeOps});
  const driveSync = (${driveSync});
  const blockingPerformer = (${blockingPerformer});
  const gil = import('gil');
  parentPort.on('message', async ({ handle, words, number, input, text }) => {
    try {
      const lock = (await gil).GlobalLock.from(handle);
      const ops = makeOps({ words, number, input, stats: () => lock.stats(), holds: () => lock.isHeldByCurrentThread() });
      parentPort.postMessage({ kind: 'joined', ident: lock.seat.ident });
      const value = driveSync(eval(text)(ops), blockingPerformer(lock, words, driveSync));
      parentPort.postMessage({ kind: 'done', value });
    } catch (error) {
      parentPort.postMessage({ kind: 'failed', message: String(error?.stack ?? error), code: error?.code });
    }
  });
`;

const idle: Worker[] = [];

/** Has so many threads ready, so that the first laws do not wait for threads to start. */
export async function rehearse(threads: number): Promise<void> {
  const words: Words = new Int32Array(new SharedArrayBuffer(SHARED_WORDS * 4));
  const { handle } = new GlobalLock();
  const all = Array.from({ length: threads }, (_, number) => play({ handle, words, number, input: undefined, text: '(function* () {})' }));
  await Promise.all(all.map(({ answer }) => answer));
  await Promise.all(all.map((each) => each.end()));
}

/** Gives a part to a thread. */
export function play(part: Part): Playing {
  const worker = idle.pop() ?? new Worker(THREAD, { eval: true });
  const ident = deferred<number>();
  const answer = deferred<unknown>();
  let state: 'playing' | 'over' | 'left' = 'playing';
  const onMessage = (message: FromThread): void => {
    if (message.kind === 'joined') {
      ident.resolve(message.ident);
      return;
    }
    // One that is being terminated may still say so.
    if (state === 'playing') state = 'over';
    if (message.kind === 'done') answer.resolve(message.value);
    else answer.reject(Object.assign(new Error(`in a thread: ${message.message}`), { code: message.code }));
  };
  const onError = (error: unknown): void => answer.reject(error);
  const onExit = (): void => answer.reject(new Error('the thread ended'));
  worker.on('message', onMessage).once('error', onError).once('exit', onExit);
  answer.promise.catch(() => {});
  worker.postMessage(part);
  return {
    ident: ident.promise,
    answer: answer.promise,
    end: async () => {
      const before = state;
      state = 'left';
      if (before === 'playing') await worker.terminate();
      if (before !== 'over') return;
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      idle.push(worker);
    },
  };
}

/** Sends every thread home. */
export async function dismiss(): Promise<void> {
  await Promise.all(idle.splice(0).map((worker) => worker.terminate()));
}

interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (reason: unknown) => void;
}

function deferred<T>(): Deferred<T> {
  let resolve: (value: T) => void = () => {};
  let reject: (reason: unknown) => void = () => {};
  const promise = new Promise<T>((res, rej) => {
    resolve = res;
    reject = rej;
  });
  return { promise, resolve, reject };
}
