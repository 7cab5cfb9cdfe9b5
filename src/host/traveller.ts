/**
 * What stays itself when it goes to another thread: an object over shared memory, sent as its handle and opened on the other side by
 * whoever knows its kind. The classes live on many floors; what sends arguments knows none of them.
 */
import { describe, HandleError } from '../errors.js';

/** What of such an object travels: plain data and shared memory, with a word that says what it is. */
export interface Handle {
  /** What it is. */
  readonly kind: string;
}

/** Under this name an object has its handle, for whoever sends it. */
export const HANDLE = Symbol('gil/handle');

const openers = new Map<string, (handle: never) => object>();

/** From now on handles of this kind become objects of this thread by `open`. */
export function opensBy<H extends Handle>(kind: H['kind'], open: (handle: H) => object): void {
  openers.set(kind, open);
}

/** The handle of an object that stays itself, or `undefined`. */
export function handleOf(value: object): Handle | undefined {
  return HANDLE in value ? (value[HANDLE] as Handle) : undefined;
}

/**
 * The object of a handle, in this thread.
 * @throws HandleError if no thread could have sent it, or only one with another copy of this package
 */
export function open(handle: Handle): object {
  const opener = openers.get(handle.kind);
  if (opener !== undefined) return opener(handle as never);
  throw new HandleError(
    `gil: expected the handle of something that threads share; got ${describe(handle)}. Let both threads import the same copy of gil`,
  );
}
