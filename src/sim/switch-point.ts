/**
 * Where a thread under exploration may be switched: what its generator yields. Between two of them it runs alone.
 * - nothing: just a switch point
 * - a number: a place in a transformed text, see `transform/sites.ts`
 * - a `Point`: an operation that it announces, and for which it may have to wait
 * - a `Step`: one step of a protocol text, performed when the thread is chosen; its result is what the `yield` gives
 */
import type { Step } from '../steps/step.js';

/** What a thread is about to do, in the words of a timeline. */
export type Announcement = 'read' | 'write' | 'acquire' | 'release' | 'wait' | 'notify' | 'sleep' | 'join' | 'call' | 'yield';

/** An announced operation. A class, so that all of them have one shape. */
export class Point {
  /** What is about to be done. */
  readonly announcement: Announcement;
  /** What it is done to. Two points of different targets are about different things. */
  readonly target: unknown;
  /** Whether it could go on now; `undefined`: always. Asked after each move of any thread, so it must only look. */
  readonly ready: (() => boolean) | undefined;
  /** How long it waits at most, in virtual milliseconds. A thread that goes on by this is given `TIMED_OUT`. */
  readonly timeout: number;
  constructor(announcement: Announcement, target: unknown, ready?: () => boolean, timeout = Number.POSITIVE_INFINITY) {
    this.announcement = announcement;
    this.target = target;
    this.ready = ready;
    this.timeout = timeout;
  }
}

/** Where a thread stands that has ended. */
export const OVER = new Point('yield', 'over');

/** What a thread yields. */
export type SwitchPoint = undefined | number | Point | Step;

/** A thread under exploration. */
export type VirtualThread<T = unknown> = Generator<SwitchPoint, T, number>;
