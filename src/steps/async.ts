/**
 * The async driver: a `wait` becomes a promise, so that an event loop never blocks. Everything between two waits runs at once.
 */
import { waitAsync } from '../host/memory.js';
import { perform, withdraw } from './perform.js';
import type { Protocol, Step } from './step.js';

/**
 * Runs a protocol to its end, sleeping in promises. When `signal` aborts during a sleep, the protocol is made to return from there
 * (its `finally` blocks are its way of withdrawing) and the promise rejects with what `refusal` gives.
 */
export async function runAsync<T>(protocol: Protocol<T>, signal?: AbortSignal, refusal?: () => Error): Promise<T> {
  let turn = protocol.next();
  while (!turn.done) {
    const step = turn.value;
    if (step.operation !== 'wait') {
      turn = protocol.next(perform(step));
      continue;
    }
    const outcome = signal?.aborted ? 'aborted' : await sleep(step, signal);
    if (outcome !== 'aborted') {
      turn = protocol.next(outcome);
      continue;
    }
    withdraw(protocol);
    throw refusal?.() ?? signal?.reason;
  }
  return turn.value;
}

async function sleep(step: Step, signal: AbortSignal | undefined): Promise<number | 'aborted'> {
  const wait = waitAsync(step.words, step.index, step.first, step.second);
  if (typeof wait === 'number') return wait;
  if (signal === undefined) return wait.outcome;
  return new Promise((resolve) => {
    const onAbort = (): void => {
      wait.abandon();
      resolve('aborted');
    };
    signal.addEventListener('abort', onAbort, { once: true });
    wait.outcome.then((outcome) => {
      signal.removeEventListener('abort', onAbort);
      resolve(outcome);
    });
  });
}
