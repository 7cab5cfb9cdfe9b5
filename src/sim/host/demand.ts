/**
 * What a virtual thread asks of the virtual host, besides the steps of a protocol: time on a processor, time of its own, and to run a text.
 */
import type { Protocol } from '../../steps/step.js';

/**
 * Whether a thread at work can be interrupted: at its looks; or never, because it has none (a native call) or nothing to lose (no lock).
 */
export type Attention = 'looking' | 'blind';

/** Something that a thread asks of the simulator. The methods of `ThreadContext` make these; a program only hands them on, by `yield*`. */
export abstract class Wish {
  /** What is wished for. */
  abstract readonly kind: 'work' | 'pause' | 'poll' | 'call';
}

/** Work on a processor, in nanoseconds. Gives how much of it was done: less than asked for if a look came upon a request. */
export class Work extends Wish {
  readonly kind = 'work';
  readonly amount: number;
  readonly attention: Attention;
  constructor(amount: number, attention: Attention) {
    super();
    this.amount = amount;
    this.attention = attention;
  }
}

/** Waits for something outside that takes so long, in nanoseconds: a timer, a disk. Needs no processor. */
export class Pause extends Wish {
  readonly kind = 'pause';
  readonly amount: number;
  constructor(amount: number) {
    super();
    this.amount = amount;
  }
}

/** Waits until something is the case, so many nanoseconds at most; looked at whenever another thread has run. Gives how the wait ended. */
export class Poll extends Wish {
  readonly kind = 'poll';
  readonly ready: () => boolean;
  readonly amount: number;
  constructor(ready: () => boolean, amount: number) {
    super();
    this.ready = ready;
    this.amount = amount;
  }
}

/** Runs a protocol to its end, which gives nothing: as `yield*` does, but at the same cost however deep the thread is in its own calls. */
export class Call extends Wish {
  readonly kind = 'call';
  readonly text: Protocol<unknown>;
  constructor(text: Protocol<unknown>) {
    super();
    this.text = text;
  }
}
