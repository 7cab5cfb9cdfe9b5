/**
 * The async driver: a `wait` becomes a promise, so that an event loop never blocks. Everything between two waits runs at once.
 */
import { onAbort } from '../host/abort.js';
import { now } from '../host/clock.js';
import { enterSection, leaveSection } from '../host/interrupted.js';
import { waitAsync } from '../host/memory.js';
import { perform, withdrawal } from './perform.js';
import { type Protocol, type Step, TIMED_OUT } from './step.js';

/**
 * Runs a protocol to its end, sleeping in promises. When `signal` aborts during a sleep, the protocol withdraws from there by its
 * `finally` blocks and the answer is `undefined`.
 */
export async function runAsync<T>(protocol: Protocol<T>, signal?: AbortSignal): Promise<T | undefined> {
  let turn = untilWait(protocol, undefined);
  while (!turn.done) {
    const outcome = signal?.aborted ? 'aborted' : await sleep(turn.value, signal);
    if (outcome === 'aborted') {
      await runAsync(withdrawal(protocol));
      return undefined;
    }
    turn = untilWait(protocol, outcome);
  }
  return turn.value;
}

/** Goes on, with what the last wait gave, to the next wait or the end. */
function untilWait<T>(protocol: Protocol<T>, outcome: number | undefined): IteratorResult<Step, T> {
  enterSection();
  try {
    let turn = outcome === undefined ? protocol.next() : protocol.next(outcome);
    while (!turn.done && turn.value.operation !== 'wait') turn = protocol.next(perform(turn.value));
    return turn;
  } finally {
    leaveSection();
  }
}

/**
 * Sleeps for no less than its time, in naps. An event loop's timers may be early by up to a millisecond, which can be the whole of a
 * switch interval: nobody is to be asked before it is over (law 7).
 */
async function sleep(step: Step, signal: AbortSignal | undefined): Promise<number | 'aborted'> {
  const end = now() + step.second;
  for (let left = step.second; ; left = end - now()) {
    const outcome = await nap(step, left, signal);
    if (outcome !== TIMED_OUT || now() >= end) return outcome;
    if (signal?.aborted) return 'aborted';
  }
}

async function nap({ words, index, first, third }: Step, ms: number, signal: AbortSignal | undefined): Promise<number | 'aborted'> {
  // Counted before it is in the platform's line and until its end has been heard of: never too low.
  if (third !== 0) Atomics.add(words, third, 1);
  const wait = waitAsync(words, index, first, ms);
  if (typeof wait === 'number') {
    if (third !== 0) Atomics.sub(words, third, 1);
    return wait;
  }
  return new Promise((resolve) => {
    const deafen =
      signal &&
      onAbort(signal, () => {
        wait.abandon();
        resolve('aborted');
      });
    wait.outcome.then((outcome) => {
      if (third !== 0) Atomics.sub(words, third, 1);
      deafen?.();
      resolve(outcome);
    });
  });
}
