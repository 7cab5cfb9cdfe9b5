/**
 * The shared memory of a primitive: a head that says what it is and which one, then its own words. What travels is a handle.
 */
import { describe, HandleError } from '../errors.js';
import { allocate, type Words } from '../host/memory.js';
import { randomWord } from '../host/random.js';
import { THREAD_NUMBER } from '../host/thread.js';
import type { Handle } from '../host/traveller.js';

/** Which one it is: the thread that made it and a random word. Written once. Each message makes a new object of the same memory, so objects do not tell. */
const IDENTITY = 0;
/** A layout's number, written once: a handle of another version is refused. */
const LAYOUT = 2;
const LAYOUT_VALUE = 1;

/** The first word that is the primitive's own. */
export const HEAD = 4;

/** A primitive on its way to another thread. */
export interface SyncHandle<Kind extends string = string> extends Handle {
  /** What it is. */
  readonly kind: Kind;
  /** Its shared words. */
  readonly memory: SharedArrayBuffer;
  /** For messages. */
  readonly name: string;
  /** Of a lock that detects deadlocks: the table of who waits for whom. */
  readonly deadlocks?: SharedArrayBuffer;
}

/** Zeroed words for a new primitive, `count` of them its own. */
export function createWords(count: number): Words {
  const words = allocate(HEAD + count);
  words[IDENTITY] = THREAD_NUMBER;
  words[IDENTITY + 1] = randomWord();
  words[LAYOUT] = LAYOUT_VALUE;
  return words;
}

/** Which primitive this is the memory of: the same in every thread. */
export function identityOf(words: Words): string {
  return `${words[IDENTITY]}.${words[IDENTITY + 1]}`;
}

/**
 * The words that a handle brings.
 * @throws HandleError unless it is one of this kind and of this version
 */
export function openWords(handle: unknown, kind: string, method: string): Words {
  const given = (handle ?? {}) as Partial<SyncHandle>;
  if (given.kind !== kind || !(given.memory instanceof SharedArrayBuffer)) {
    throw new HandleError(`${method}: expected a handle of kind ${kind}; got ${describe(handle)}. Send the object's \`handle\``);
  }
  const words = new Int32Array(given.memory);
  if (words[LAYOUT] === LAYOUT_VALUE) return words;
  throw new HandleError(`${method}: the handle is that of another version of this package; let both threads import the same copy of gil`);
}
