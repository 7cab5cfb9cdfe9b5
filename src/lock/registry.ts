/**
 * The locks that this thread is at: one object for each, however often its handle arrives, and what becomes of this thread's place when
 * the object is no longer used, when the thread ends, and when another thread dies.
 */
import { watchChildren } from '../host/kin.js';
import type { Words } from '../host/memory.js';
import { onThreadExit } from '../host/thread.js';
import { runBlocking } from '../steps/blocking.js';
import { bury } from './burial.js';
import type { Contender } from './contender.js';
import { identityOf } from './layout.js';
import { clearPlaces } from './place.js';
import { beUninterruptible } from './preemption.js';

/** A place at a lock, to be left. */
interface Lease {
  readonly self: Contender;
  readonly callOffFarewell: () => void;
}

/** Locks of one class. They are held weakly: one that nobody uses any more leaves its place. */
export class Registry<Lock extends object> {
  readonly #locks = new Map<string, Lease & { readonly lock: WeakRef<Lock> }>();
  readonly #unused = new FinalizationRegistry<Lease>(({ self, callOffFarewell }) => {
    callOffFarewell();
    beUninterruptible(self);
    runBlocking(bury(self, self));
    const identity = identityOf(self.words);
    if (this.#locks.get(identity)?.lock.deref() === undefined) this.#locks.delete(identity);
  });

  /** A thread was terminated, or ended without a farewell: takes back whatever it left at any lock that this thread knows. */
  readonly #bury = (threadNumber: number): void => {
    for (const { self } of this.#locks.values()) clearPlaces(self, threadNumber);
  };

  /** The lock of this memory that this thread is at already. */
  find(words: Words): Lock | undefined {
    return this.#locks.get(identityOf(words))?.lock.deref();
  }

  /** This thread, as `self`, is at this lock from now on. If it ends by itself, even while it holds the lock, its place is cleared. */
  add(lock: Lock, self: Contender): void {
    if (this.#locks.size === 0) watchChildren(this.#bury);
    const lease = { self, callOffFarewell: onThreadExit(() => runBlocking(bury(self, self))) };
    this.#locks.set(identityOf(self.words), { lock: new WeakRef(lock), ...lease });
    this.#unused.register(lock, lease, self);
  }

  /** This thread has done with this lock. */
  remove(self: Contender): void {
    const identity = identityOf(self.words);
    this.#locks.get(identity)?.callOffFarewell();
    this.#unused.unregister(self);
    this.#locks.delete(identity);
    beUninterruptible(self);
    runBlocking(bury(self, self));
  }
}
