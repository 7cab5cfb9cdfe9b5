/**
 * Which thread this is, and what to do when it ends.
 */
import { availableParallelism } from 'node:os';
import { isMainThread, threadId } from 'node:worker_threads';
import { whenIdle } from './clock.js';

/** How many threads can run at once. */
export const CORES = availableParallelism();

/** This thread's number in the process, from 1: the main thread is 1, so that 0 can mean nobody. */
export const THREAD_NUMBER = threadId + 1;

/** Whether this is the process's main thread. */
export const IS_MAIN_THREAD = isMainThread;

const farewells = new Set<() => void>();

/**
 * Runs `farewell` when this worker ends by itself (its end, `process.exit`, an uncaught error); not when it is terminated
 * from outside, which its parent must handle. Does nothing on the main thread, whose end ends everybody. Returns how to take it back.
 */
export function onThreadExit(farewell: () => void): () => void {
  if (isMainThread) return () => {};
  if (farewells.size === 0) {
    process.once('exit', () => {
      for (const each of farewells) each();
    });
  }
  farewells.add(farewell);
  return () => farewells.delete(farewell);
}

/** Ends this worker or child process now; what it has sent before still arrives. */
export function endThread(): never {
  process.exit(0);
}

const reallyExit: (code: number) => void = Reflect.get(process, 'reallyExit');

/** Ends this worker at once, without a farewell: what waits for it hears of its death. */
export function endAtOnce(): void {
  reallyExit.call(process, 1);
}

/** Tells `witness` of an error that nobody catches, just before this worker or child process ends of it. */
export function onUncaught(witness: (error: unknown) => void): void {
  process.once('uncaughtExceptionMonitor', witness);
}

/** In this turn of the event loop a promise may reject with `reason` though nobody waits for it: it has been told in another way. */
export function forgive(reason: unknown): void {
  const witness = (given: unknown): void => {
    // As Node does where nobody listens.
    if (given !== reason && process.listenerCount('unhandledRejection') === 1) throw given;
  };
  process.on('unhandledRejection', witness);
  whenIdle(() => process.off('unhandledRejection', witness));
}

let exiting: 'no' | 'yes' = 'no';
process.once('exit', () => {
  exiting = 'yes';
});

/** Whether this thread is on its way out: its last handlers run, and nothing that is begun now will be finished. */
export function isExiting(): boolean {
  return exiting === 'yes';
}
