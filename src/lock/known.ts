/**
 * The primitives that this thread knows: one object for each, however often its handle arrives; and who is told when a thread has died
 * that may have owned one. They are held weakly.
 */
import { getAcquainted, suspect, watchChildren } from '../host/kin.js';
import { isPassing, type Words } from '../host/memory.js';
import { onThreadExit, THREAD_NUMBER } from '../host/thread.js';
import type { Party } from './mutex.js';
import { identityOf } from './object-memory.js';

/** A primitive that has an owner, or counts threads that may die. */
export interface Mortal {
  /** A thread has died: takes back what it left here. */
  bury(threadNumber: number): void;
}

const known = new Map<string, WeakRef<object>>();
const gone = new FinalizationRegistry<string>((identity) => {
  if (known.get(identity)?.deref() === undefined) known.delete(identity);
});

/** The object of this memory that this thread has already. */
export function findKnown<T extends object>(words: Words): T | undefined {
  return known.get(identityOf(words))?.deref() as T | undefined;
}

/** From now on this object stands for this memory in this thread. */
export function remember(object: object, words: Words): void {
  if (isPassing()) return;
  if (known.size === 0) {
    watchChildren(mourn);
    onThreadExit(farewell);
  }
  const identity = identityOf(words);
  known.set(identity, new WeakRef(object));
  gone.register(object, identity);
}

function mourn(threadNumber: number): void {
  for (const reference of known.values()) {
    const object = reference.deref();
    if (object !== undefined && 'bury' in object) (object as Mortal).bury(threadNumber);
  }
}

function farewell(): void {
  mourn(THREAD_NUMBER);
}

/** This thread at a mutex. */
export function partyAt(words: Words): Party {
  return { words, number: THREAD_NUMBER, suspect: (owner, when) => (when === 'at-first' ? getAcquainted : suspect)(owner) };
}
