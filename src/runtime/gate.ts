/**
 * Looks that obey a schedule: a thread goes on from one only when it is its turn, and lets go of the real lock to wait for it. So a schedule that was
 * found elsewhere runs on real workers, through the real lock, switching where the dialect's interpreter can.
 */
import { notify, type Words, waitBlocking } from '../host/memory.js';
import type { GlobalLock } from '../lock/global-lock.js';
import type { Releaser } from '../lock/releaser.js';
import { createLooks, type Looks } from '../transform/looks.js';

/** A turn: a thread runs until it stands at its so-many-th look. `Infinity`: until it cannot go on, or has ended. */
export interface Turn {
  readonly thread: number;
  readonly looks: number;
}

/** Whose turn it is: the number of a turn. Written by the thread whose turn ends, or by the stage if that thread cannot go on. */
export const TURN = 0;
/** The turn that its thread has begun, plus 1. Written by that thread once it has the lock; read by the stage, which must not take a turn away from one that is still on its way. */
export const BEGUN = 1;
/** From here on, for each thread whether it has ended. Written by that thread. */
export const ENDED = 2;

/** Hands the turn on; nothing happens if somebody else has. Turns of threads that have ended are left out. */
export function passTurn(words: Words, turns: readonly Turn[], turn: number): void {
  let next = turn + 1;
  while (next < turns.length && Atomics.load(words, ENDED + turns[next]!.thread) !== 0) next += 1;
  if (Atomics.compareExchange(words, TURN, turn, next) === turn) notify(words, TURN, Number.POSITIVE_INFINITY);
}

export class Gate {
  /** For the text of the thread's function. */
  readonly looks: Looks;
  readonly #words: Words;
  readonly #turns: readonly Turn[];
  readonly #thread: number;
  readonly #lock: GlobalLock;
  #looked = 0;
  #held: Releaser | undefined;

  constructor(words: Words, turns: readonly Turn[], thread: number, lock: GlobalLock) {
    this.#words = words;
    this.#turns = turns;
    this.#thread = thread;
    this.#lock = lock;
    // A breaker that is always set: every look comes here.
    this.looks = createLooks({
      breaker: new Int32Array([1]),
      look: () => this.#look(),
      tick: () => this.#look(),
      resume: (value) => value,
      enter: () => {},
    });
  }

  /** Before the function is called. It has the lock afterwards, also where an event loop had let go of it. */
  begin(): void {
    this.#await();
  }

  /** After it has returned or thrown. */
  end(): void {
    Atomics.store(this.#words, ENDED + this.#thread, 1);
    const turn = Atomics.load(this.#words, TURN);
    this.#held?.();
    if (this.#turns[turn]?.thread === this.#thread) passTurn(this.#words, this.#turns, turn);
  }

  #look(): void {
    this.#looked += 1;
    const turn = Atomics.load(this.#words, TURN);
    const current = this.#turns[turn];
    if (current?.thread === this.#thread && this.#looked === current.looks) passTurn(this.#words, this.#turns, turn);
    this.#await();
  }

  /** Waits for the next turn, without the lock; when all turns are over, everybody goes on. */
  #await(): void {
    const wait = (): void => {
      for (let turn = Atomics.load(this.#words, TURN); !this.#mayGo(turn); turn = Atomics.load(this.#words, TURN)) {
        waitBlocking(this.#words, TURN, turn, Number.POSITIVE_INFINITY);
      }
    };
    if (!this.#mayGo(Atomics.load(this.#words, TURN)) && this.#lock.isHeldByCurrentThread()) this.#lock.releaseForIO(wait);
    else wait();
    this.#begun();
  }

  #mayGo(turn: number): boolean {
    const current = this.#turns[turn];
    return current === undefined || current.thread === this.#thread;
  }

  #begun(): void {
    if (this.#lock.isEnabled && !this.#lock.isHeldByCurrentThread()) this.#held = this.#lock.acquireSync();
    Atomics.store(this.#words, BEGUN, Atomics.load(this.#words, TURN) + 1);
  }
}
