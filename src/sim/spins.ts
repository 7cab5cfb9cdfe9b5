/**
 * Recognises a thread that goes round in a loop and only waits: it makes one move after another, and nothing of what threads share changes. Then the
 * others are let go on, and it stands aside until something has changed. Looks seldom, and only at who has run for long: others pay nothing.
 * What a thread counts for itself cannot be seen, so this proves nothing about it; what is left out by it is said with every claim.
 */
import type { BlockedThreads } from './blocked.js';
import { Picture } from './picture.js';
import type { Moment } from './strategy.js';

/** So many moves in a row that change nothing are a loop that waits. */
export const SPIN = 512;
/** Who has stood aside could have done so after fewer moves: up to so many are tried. */
export const IDLE = 16;
/** How often somebody looks. */
const STRIDE = 64;

export class Spins {
  /** When to look next. */
  lookAt = STRIDE;
  /** What cannot be seen, so that nothing can be said. */
  unseen: string | undefined;
  readonly #moment: Moment;
  readonly #blocked: BlockedThreads;
  /** How things stood when somebody began to be watched; and how they stand now. */
  #then = new Picture();
  #now = new Picture();
  /** Whose moves are watched, since which step, and how long until the next look. */
  #thread = -1;
  #since = 0;
  #stride = STRIDE;
  #aside: number[] = [];
  /** While somebody stands aside: how many moves each has made since. */
  readonly #idle: Int32Array;

  constructor(moment: Moment, blocked: BlockedThreads) {
    this.#moment = moment;
    this.#blocked = blocked;
    this.#idle = new Int32Array(moment.threads);
  }

  clear(): void {
    this.lookAt = STRIDE;
    this.#thread = -1;
    this.#stride = STRIDE;
    if (this.#aside.length > 0) this.#aside = [];
  }

  get isAnybodyAside(): boolean {
    return this.#aside.length > 0;
  }

  /** Gives who is seen to spin, and since when nothing has changed. */
  look(state: unknown): { readonly thread: number; readonly since: number } | undefined {
    const { step, current } = this.#moment;
    if (this.isAnybodyAside) {
      this.lookAt = step + 1;
      if (!this.#take(state).equals(this.#then)) {
        this.release();
        return undefined;
      }
      this.#idle[current]! += 1;
      return this.#idle[current]! >= SPIN && this.#blocked.isAble(current) ? { thread: current, since: this.#since } : undefined;
    }
    const from = current === this.#thread ? this.#since : step - STRIDE;
    this.lookAt = step + STRIDE;
    if (!this.#blocked.isAble(current) || !this.#isRow(current, Math.max(0, from))) {
      this.#thread = -1;
      this.#stride = STRIDE;
      return undefined;
    }
    const now = this.#take(state);
    if (now.unseen !== undefined) {
      this.unseen = now.unseen;
      this.lookAt = Number.POSITIVE_INFINITY;
      return undefined;
    }
    if (current === this.#thread && now.equals(this.#then))
      return step - this.#since >= SPIN ? { thread: current, since: this.#since } : undefined;
    // Who changes something each time is looked at ever more seldom.
    if (current === this.#thread) this.#stride *= 2;
    this.lookAt = step + this.#stride;
    this.#watch(current);
    return undefined;
  }

  /** It was no spin: something changed in between, and changed back. */
  forget(): void {
    this.#stride *= 2;
    this.lookAt = this.#moment.step + this.#stride;
    this.#watch(this.#thread);
  }

  /** The thread stands aside until something has changed. */
  setAside(thread: number): void {
    const { step } = this.#moment;
    if (this.#aside.length === 0) {
      [this.#then, this.#now] = [this.#now, this.#then];
      this.#idle.fill(0);
      this.#since = step;
    }
    this.#aside.push(thread);
    this.#blocked.setAside(thread);
    this.lookAt = step + 1;
  }

  /** Everybody may go on. */
  release(): void {
    for (const thread of this.#aside) this.#blocked.letOn(thread);
    this.#aside = [];
    this.#thread = -1;
    this.#stride = STRIDE;
    this.lookAt = this.#moment.step + STRIDE;
  }

  #watch(thread: number): void {
    [this.#then, this.#now] = [this.#now, this.#then];
    this.#thread = thread;
    this.#since = this.#moment.step;
  }

  #take(state: unknown): Picture {
    return this.#now.take(state);
  }

  #isRow(thread: number, from: number): boolean {
    const { trace, step } = this.#moment;
    for (let at = step - 1; at >= from; at -= 1) if (trace[at] !== thread) return false;
    return true;
  }
}
