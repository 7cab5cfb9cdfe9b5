/**
 * The locks that this thread is at: one object for each, however often its handle arrives, and what becomes of this thread's place when
 * the object is no longer used, when the thread ends, and when another thread dies.
 */
import type { Words } from '../host/memory.js';
import { onThreadExit } from '../host/thread.js';
import { runBlocking } from '../steps/blocking.js';
import { identityOf } from './layout.js';
import { clearPlaces } from './place.js';
import { bury } from './protocol.js';

/** A place at a lock, to be left. */
interface Lease {
  readonly words: Words;
  readonly ident: number;
  readonly callOffFarewell: () => void;
}

/** Locks of one class. They are held weakly: one that nobody uses any more leaves its place. */
export class Registry<Lock extends object> {
  readonly #locks = new Map<string, { readonly lock: WeakRef<Lock>; readonly words: Words }>();
  readonly #unused = new FinalizationRegistry<Lease>(({ words, ident, callOffFarewell }) => {
    callOffFarewell();
    runBlocking(bury(words, ident));
    const identity = identityOf(words);
    if (this.#locks.get(identity)?.lock.deref() === undefined) this.#locks.delete(identity);
  });

  /** The lock of this memory that this thread is at already. */
  find(words: Words): Lock | undefined {
    return this.#locks.get(identityOf(words))?.lock.deref();
  }

  /** This thread, as `ident`, is at this lock from now on. If it ends by itself, even while it holds the lock, its place is cleared. */
  add(lock: Lock, words: Words, ident: number): void {
    this.#locks.set(identityOf(words), { lock: new WeakRef(lock), words });
    const callOffFarewell = onThreadExit(() => runBlocking(bury(words, ident)));
    this.#unused.register(lock, { words, ident, callOffFarewell });
  }

  /** A thread was terminated, or ended without a farewell: takes back whatever it left at any lock that this thread knows. */
  bury(threadNumber: number): void {
    for (const { words } of this.#locks.values()) clearPlaces(words, threadNumber);
  }
}
