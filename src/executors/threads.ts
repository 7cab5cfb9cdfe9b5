/**
 * Which threads there are, as far as this one knows: the main thread, itself, those that it has started, and those that it was sent.
 */
import { open } from '../host/traveller.js';
import { GlobalLock } from '../lock/global-lock.js';
import { currentLife, mainLife } from '../runtime/thread-life.js';
import { aliveThreads, Thread } from './thread.js';

/**
 * The thread that this code runs in: the `Thread` whose target it is, the main thread, or a worker as such. CPython `threading.current_thread`.
 *
 * @example
 * ```ts
 * import { currentThread, Thread } from 'gil/threading';
 * console.log(currentThread().name); // => MainThread
 * const told = new Int32Array(new SharedArrayBuffer(4));
 * const thread = new Thread({ name: 'seven', target: (told: Int32Array) => { told[0] = currentThread().name.length; }, args: [told] });
 * thread.start();
 * await thread.join();
 * console.log(told[0]); // => 5
 * ```
 */
export function currentThread(): Thread {
  return open(currentLife()) as Thread;
}

/** The main thread of the process. CPython `threading.main_thread`. */
export function mainThread(): Thread {
  return Thread.from(mainLife());
}

/**
 * The threads that are alive, as far as this one knows them: the main thread, itself, those that it started, and those that it was sent.
 * CPython `threading.enumerate`, which knows all.
 */
export function enumerate(): Thread[] {
  return [...new Set([mainThread(), currentThread(), ...aliveThreads()])];
}

/** How many threads `enumerate()` gives. CPython `threading.active_count`. */
export function activeCount(): number {
  return enumerate().length;
}

/** The identity of this thread at its lock, from 1: what `currentThread().ident` is. CPython `threading.get_ident`. */
export function getIdent(): number {
  return GlobalLock.default.seat.ident;
}
