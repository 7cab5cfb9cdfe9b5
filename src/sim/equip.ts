/**
 * Gives what virtual threads may call its twins: when it is first needed, so that who only imports this package changes nothing.
 */
import { equipAtomic } from './atomic.js';
import { equipFunctions } from './primitives/functions.js';
import { equipLocks } from './primitives/locks.js';
import { equipWaiting } from './primitives/waiting.js';

let equipped: 'no' | 'yes' = 'no';

/** Once is enough. */
export function equip(): void {
  if (equipped === 'yes') return;
  equipped = 'yes';
  equipAtomic();
  equipFunctions();
  equipLocks();
  equipWaiting();
}
