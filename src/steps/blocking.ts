/**
 * The blocking driver: a `wait` puts the thread to sleep. For workers, and for whoever calls a `Sync` method.
 */
import { waitBlocking } from '../host/memory.js';
import { perform, withdrawal } from './perform.js';
import type { Protocol, Step, WaitOutcome } from './step.js';

/**
 * Runs a protocol to its end on this thread.
 * @throws CannotBlockError if it would have to sleep on a thread that may not; it has withdrawn by then
 */
export function runBlocking<T>(protocol: Protocol<T>): T {
  let turn = protocol.next();
  while (!turn.done) {
    const step = turn.value;
    turn = protocol.next(step.operation === 'wait' ? sleep(step, protocol) : perform(step));
  }
  return turn.value;
}

function sleep(step: Step, protocol: Protocol<unknown>): WaitOutcome {
  try {
    return waitBlocking(step.words, step.index, step.first, step.second);
  } catch (error) {
    runBlocking(withdrawal(protocol));
    throw error;
  }
}
