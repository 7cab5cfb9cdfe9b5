/**
 * The blocking driver: a `wait` puts the thread to sleep. For workers, and for whoever calls a `Sync` method.
 */
import { waitBlocking } from '../host/memory.js';
import { perform } from './perform.js';
import type { Protocol } from './step.js';

/** Runs a protocol to its end on this thread. */
export function runBlocking<T>(protocol: Protocol<T>): T {
  let turn = protocol.next();
  while (!turn.done) {
    const step = turn.value;
    const result = step.operation === 'wait' ? waitBlocking(step.words, step.index, step.first, step.second) : perform(step);
    turn = protocol.next(result);
  }
  return turn.value;
}
