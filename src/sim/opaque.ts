/**
 * What happens where a thread calls a function that has a text and cannot be seen into.
 */
import { SpecError } from './errors.js';
import { world } from './world.js';

/** To take it for atomic without being told so would be a verdict about another program. */
export function onOpaque(plain: object, reason: string): void {
  const name = (plain as { name?: string }).name || 'a function';
  world.offence = new SpecError(`${reason}. If it may count as native, in which nobody else runs, say so: atomic: [${name}]`);
  throw world.offence;
}
