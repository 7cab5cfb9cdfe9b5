/**
 * The steps that no driver has to wait for, performed on real memory. What is left to a driver is `wait`, and what to do when it cannot.
 */
import { now } from '../host/clock.js';
import { notify } from '../host/memory.js';
import type { Protocol, Step } from './step.js';

/** Performs any step but `wait`. */
export function perform(step: Step): number {
  switch (step.operation) {
    case 'load':
      return Atomics.load(step.words, step.index);
    case 'store':
      return Atomics.store(step.words, step.index, step.first);
    case 'cas':
      return Atomics.compareExchange(step.words, step.index, step.first, step.second);
    case 'add':
      return Atomics.add(step.words, step.index, step.first);
    case 'notify':
      return notify(step.words, step.index, step.first);
    case 'now':
      return now();
    case 'wait':
      throw new TypeError('a wait is performed by the driver');
  }
}

/** Makes a protocol return from where it stands. Its `finally` blocks are its way of withdrawing, and they never wait. */
export function withdraw<T>(protocol: Protocol<T>): void {
  let turn = protocol.return(undefined as T);
  while (!turn.done) turn = protocol.next(perform(turn.value));
}
