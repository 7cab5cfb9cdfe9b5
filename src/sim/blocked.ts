/**
 * The threads that cannot go on now, and when they can again: those before a `Point` that is not ready, and the sleepers of a protocol
 * text. Virtual time is here too, for it passes only for those who wait.
 */
import { type Step, TIMED_OUT, type WaitOutcome, WOKEN, type Words } from '../steps/step.js';
import type { Moment } from './strategy.js';
import type { Point } from './switch-point.js';
import { world } from './world.js';

export class BlockedThreads {
  readonly #moment: Moment;
  /** Threads before a `Point` with a condition, whether or not it holds now. */
  readonly #waiting: number[] = [];
  readonly #points: (Point | undefined)[];
  /** Sleepers of protocol texts, first come first woken. */
  readonly #asleep: number[] = [];
  readonly #steps: (Step | undefined)[];
  readonly #deadlines: Float64Array;
  /** Of each thread, whether it can go on: with a hundred of them, looking it up in the list takes longer than all the rest. */
  readonly #able: Uint8Array;
  /** Whether anything has to be cleared away: in most schedules nobody waits. */
  #use: 'unused' | 'used' = 'unused';
  /** Those that could go on and are not to. */
  readonly #aside: Uint8Array;
  /** How a sleep ended, until the thread goes on. */
  readonly #outcomes: (WaitOutcome | undefined)[];

  constructor(moment: Moment) {
    this.#moment = moment;
    this.#able = new Uint8Array(moment.threads);
    this.#aside = new Uint8Array(moment.threads);
    this.#points = new Array(moment.threads).fill(undefined);
    this.#steps = new Array(moment.threads).fill(undefined);
    this.#outcomes = new Array(moment.threads).fill(undefined);
    this.#deadlines = new Float64Array(moment.threads).fill(Number.POSITIVE_INFINITY);
  }

  get isAnybody(): boolean {
    return this.#waiting.length > 0;
  }

  /** Whether it is one of those to choose from. */
  isAble(thread: number): boolean {
    return this.#able[thread] === 1;
  }

  /** Whether it cannot go on as things are. */
  isStuck(thread: number): boolean {
    return this.#steps[thread] !== undefined || this.#points[thread]?.ready?.() === false;
  }

  clear(): void {
    world.clock = 0;
    this.#able.fill(1);
    if (this.#use === 'unused') return;
    this.#use = 'unused';
    for (const thread of this.#waiting) this.#points[thread] = undefined;
    for (const thread of this.#asleep) this.#steps[thread] = undefined;
    this.#waiting.length = 0;
    this.#asleep.length = 0;
    this.#outcomes.fill(undefined);
    this.#aside.fill(0);
    this.#deadlines.fill(Number.POSITIVE_INFINITY);
  }

  /** A thread stands before an operation for which it may have to wait. */
  add(thread: number, point: Point): void {
    this.#use = 'used';
    this.#waiting.push(thread);
    this.#points[thread] = point;
    this.#deadlines[thread] = world.clock + point.timeout;
  }

  /** Who can go on now, of those before an operation. */
  recheck(): void {
    for (const thread of this.#waiting) {
      const point = this.#points[thread]!;
      if (point.ready!() || this.#deadlines[thread]! <= world.clock) this.#enable(thread);
      else this.disable(thread);
    }
  }

  /** The thread goes on from its `Point`: because it was ready, or because its time was up. */
  outcome(thread: number): WaitOutcome {
    const point = this.#points[thread];
    if (point === undefined) return WOKEN;
    this.#points[thread] = undefined;
    this.#waiting.splice(this.#waiting.indexOf(thread), 1);
    this.#deadlines[thread] = Number.POSITIVE_INFINITY;
    return point.ready!() ? WOKEN : TIMED_OUT;
  }

  /** The thread is not to go on, whether it could or not, until it is let on. */
  setAside(thread: number): void {
    this.#use = 'used';
    this.#aside[thread] = 1;
    this.disable(thread);
  }

  letOn(thread: number): void {
    this.#aside[thread] = 0;
    if (!this.isStuck(thread)) this.#enable(thread);
  }

  /** Falls asleep in a `wait` step. */
  sleep(thread: number, step: Step): void {
    this.#use = 'used';
    this.#asleep.push(thread);
    this.#steps[thread] = step;
    this.#deadlines[thread] = world.clock + step.second;
    this.disable(thread);
  }

  /** Wakes up to `most` sleepers of a word, oldest first; gives how many. */
  wake(words: Words, index: number, most: number): number {
    let woken = 0;
    for (let at = 0; at < this.#asleep.length && woken < most; ) {
      const thread = this.#asleep[at]!;
      const step = this.#steps[thread]!;
      if (step.words !== words || step.index !== index) {
        at += 1;
        continue;
      }
      this.#rouse(thread, WOKEN);
      woken += 1;
    }
    return woken;
  }

  /** How a sleep ended, told once. */
  takeOutcome(thread: number): WaitOutcome | undefined {
    const outcome = this.#outcomes[thread];
    this.#outcomes[thread] = undefined;
    return outcome;
  }

  /** Nobody can move: time passes until somebody's limit. All limits of that instant are over then. `false`: nobody has one. */
  passTime(): boolean {
    let next = Number.POSITIVE_INFINITY;
    for (const deadline of this.#deadlines) if (deadline < next) next = deadline;
    if (next === Number.POSITIVE_INFINITY) return false;
    world.clock = Math.max(world.clock, next);
    for (const thread of [...this.#asleep]) if (this.#deadlines[thread]! <= world.clock) this.#rouse(thread, TIMED_OUT);
    return true;
  }

  #rouse(thread: number, outcome: WaitOutcome): void {
    this.#asleep.splice(this.#asleep.indexOf(thread), 1);
    this.#steps[thread] = undefined;
    this.#deadlines[thread] = Number.POSITIVE_INFINITY;
    this.#outcomes[thread] = outcome;
    this.#enable(thread);
  }

  #enable(thread: number): void {
    if (this.#able[thread] === 1 || this.#aside[thread] === 1) return;
    this.#able[thread] = 1;
    const { enabled, count } = this.#moment;
    let at = count;
    while (at > 0 && enabled[at - 1]! > thread) at -= 1;
    for (let index = count; index > at; index -= 1) enabled[index] = enabled[index - 1]!;
    enabled[at] = thread;
    this.#moment.count = count + 1;
    this.#moment.set ^= bitOf(thread);
  }

  /** The thread cannot go on. */
  disable(thread: number): void {
    if (this.#able[thread] === 0) return;
    this.#able[thread] = 0;
    const { enabled, count } = this.#moment;
    let at = 0;
    while (enabled[at] !== thread) at += 1;
    // By hand: for so few, the array's own methods take longer to be called than to run.
    for (let index = at + 1; index < count; index += 1) enabled[index - 1] = enabled[index]!;
    this.#moment.count = count - 1;
    this.#moment.set ^= bitOf(thread);
  }
}

/** A thread's place in `Moment.set`. */
export function bitOf(thread: number): number {
  return 1 << (thread & 31);
}
