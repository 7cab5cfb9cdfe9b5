/**
 * What the primitives say to whoever uses them wrongly.
 */
import { NotHeldError } from '../errors.js';

/** CPython: "release unlocked lock". */
export function unheldLock(method: string, what: string, name: string): NotHeldError {
  return new NotHeldError(`${method}: expected the ${what} '${name}' to be held, but it is free; acquire it first`);
}

/** CPython: "cannot release un-acquired lock". */
export function notOwner(method: string, what: string, name: string, owner: number): NotHeldError {
  const held = owner === 0 ? 'nobody does' : `thread ${owner - 1} does`;
  return new NotHeldError(`${method}: expected this thread to hold the ${what} '${name}', but ${held}; acquire it first`);
}
