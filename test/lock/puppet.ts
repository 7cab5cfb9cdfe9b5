/**
 * A scripted driver for the protocol text: performs each step on real words, and leaves it to the test how every sleep ends. So the
 * order of two threads' steps is the test's choice, and no time passes.
 */
import { perform } from '../../src/steps/perform.js';
import type { Protocol, Step, WaitOutcome } from '../../src/steps/step.js';

/** A thread that runs until it sleeps, or to its end. */
export class Puppet<T> {
  readonly #protocol: Protocol<T>;
  /** The sleep it is in. */
  sleep: Step | undefined;
  result: T | undefined;
  state: 'ready' | 'asleep' | 'done' = 'ready';

  constructor(protocol: Protocol<T>) {
    this.#protocol = protocol;
    this.#run(protocol.next());
  }

  /** Ends its sleep. */
  wake(outcome: WaitOutcome): this {
    this.#run(this.#protocol.next(outcome));
    return this;
  }

  /** Makes it return from its sleep, as an aborted wait does. */
  callOff(): void {
    this.#run(this.#protocol.return(undefined as T));
  }

  #run(first: IteratorResult<Step, T>): void {
    let turn = first;
    while (!turn.done && turn.value.operation !== 'wait') turn = this.#protocol.next(perform(turn.value));
    this.state = turn.done ? 'done' : 'asleep';
    this.sleep = turn.done ? undefined : turn.value;
    if (turn.done) this.result = turn.value;
  }
}
