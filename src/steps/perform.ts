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

/** What is thrown into a protocol that is to withdraw. Not a `return()`: a `yield*` whose inner `finally` takes steps would go on after it. */
const WITHDRAW = Symbol('withdraw');

/** A protocol that stops where it stands, by way of its `finally` blocks, as a protocol of its own: withdrawing may have to wait too. */
export function* withdrawal(protocol: Protocol<unknown>): Protocol<void> {
  try {
    let turn = protocol.throw(WITHDRAW);
    while (!turn.done) turn = protocol.next(yield turn.value);
  } catch (error) {
    if (error !== WITHDRAW) throw error;
  }
}
