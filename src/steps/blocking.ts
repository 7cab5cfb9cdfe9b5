/**
 * The blocking driver: a `wait` puts the thread to sleep. For workers, and for whoever calls a `Sync` method.
 */
import { enterSection, isDoomed, leaveSection, waitUninterrupted } from '../host/interrupted.js';
import { perform, withdrawal } from './perform.js';
import type { Protocol, Step, WaitOutcome } from './step.js';

/**
 * Runs a protocol to its end on this thread.
 * @throws CannotBlockError if it would have to sleep on a thread that may not; it has withdrawn by then
 */
export function runBlocking<T>(protocol: Protocol<T>): T {
  enterSection();
  try {
    let turn = protocol.next();
    while (!turn.done) {
      const step = turn.value;
      turn = protocol.next(step.operation === 'wait' ? sleep(step, protocol) : perform(step));
    }
    return turn.value;
  } finally {
    leaveSection();
  }
}

function sleep(step: Step, protocol: Protocol<unknown>): WaitOutcome {
  const { words, index, first, second } = step;
  try {
    return waitUninterrupted(words, index, first, second);
  } catch (error) {
    if (!isDoomed(error)) runBlocking(withdrawal(protocol));
    throw error;
  }
}
