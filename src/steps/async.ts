/**
 * The async driver: a `wait` becomes a promise, so that an event loop never blocks. Everything between two waits runs at once.
 */
import { now } from '../host/clock.js';
import { waitAsync } from '../host/memory.js';
import { perform } from './perform.js';
import { type Protocol, type Step, TIMED_OUT } from './step.js';

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
    let withdrawal = protocol.return(undefined as T);
    while (!withdrawal.done) withdrawal = protocol.next(perform(withdrawal.value));
    throw refusal?.() ?? signal?.reason;
  }
  return turn.value;
}

/**
 * Sleeps for no less than its time. An event loop's timers may be early by up to a millisecond, which can be the whole of a switch
 * interval: nobody is to be asked before it is over (law 7).
 */
async function sleep(step: Step, signal: AbortSignal | undefined): Promise<number | 'aborted'> {
  const end = now() + step.second;
  for (let left = step.second; ; left = end - now()) {
    const outcome = await nap(step, left, signal);
    if (outcome !== TIMED_OUT || now() >= end) return outcome;
    if (signal?.aborted) return 'aborted';
  }
}

async function nap(step: Step, ms: number, signal: AbortSignal | undefined): Promise<number | 'aborted'> {
  const wait = waitAsync(step.words, step.index, step.first, ms);
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
