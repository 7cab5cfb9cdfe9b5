/**
 * How a virtual thread calls a primitive of `gil/threading`: by the text that live threads run, in one go, until it would have to sleep.
 * So a call is one move, as a native call is under the lock. That the texts themselves are right is shown elsewhere, step by step.
 */
import type { Releaser } from '../../lock/releaser.js';
import { perform } from '../../steps/perform.js';
import { CHANGED, type Protocol, TIMED_OUT, type WaitOutcome, WOKEN } from '../../steps/step.js';
import { TWIN } from '../../transform/twin.js';
import { type Announcement, Point, type SwitchPoint, type VirtualThread } from '../switch-point.js';
import { world } from '../world.js';

/** Stands before a call: everywhere that calls are announced, else only if the thread has to wait. Gives how the wait ended. */
export function* before(
  announcement: Announcement,
  target: object,
  ready?: () => boolean,
  timeout?: number,
): Generator<Point, WaitOutcome, number> {
  if (world.calls[world.thread] === 'quiet' && (ready === undefined || ready())) {
    world.quietCalls?.push(new Point(announcement, target));
    return WOKEN;
  }
  return (yield new Point(announcement, target, ready, timeout)) as WaitOutcome;
}

/** Runs a text. Where it sleeps, the thread waits until the word has changed, and `also` holds. */
export function* carry<T>(
  protocol: Protocol<T>,
  announcement: Announcement,
  target: object,
  also?: () => boolean,
): Generator<Point, T, number> {
  let turn = protocol.next();
  while (!turn.done) {
    const { operation, words, index, first, second } = turn.value;
    if (operation === 'now') turn = protocol.next(world.clock);
    else if (operation !== 'wait') turn = protocol.next(perform(turn.value));
    else if (Atomics.load(words, index) !== first) turn = protocol.next(CHANGED);
    else {
      const ready = (): boolean => Atomics.load(words, index) !== first && (also === undefined || also());
      const outcome = yield new Point(announcement, target, ready, second);
      turn = protocol.next(outcome === TIMED_OUT ? TIMED_OUT : WOKEN);
    }
  }
  return turn.value;
}

/** Until when, on the virtual clock. */
export function untilOf(options: { readonly timeout?: number | undefined } | undefined): number {
  return options?.timeout === undefined ? Number.POSITIVE_INFINITY : world.clock + options.timeout;
}

/** A method's twin. */
type Twin<C> = (this: C, ...args: never[]) => VirtualThread;

const NOWHERE: readonly SwitchPoint[] = [];

/** The twin of a method in which nobody else can run. */
export function atOnce<C, A extends never[], R>(run: (this: C, ...args: A) => R): (this: C, ...args: A) => VirtualThread<R> {
  return function* (...args) {
    yield* NOWHERE;
    return run.apply(this, args);
  };
}

/** What a call has given to let go with, as virtual threads may call it. */
export function releasing<R extends Releaser | null>(releaser: R): R {
  if (releaser !== null) Reflect.set(releaser, TWIN, atOnce(releaser));
  return releaser;
}

/** Gives methods of a class their twins. */
export function giveTwins<C extends object>(prototype: C, twins: Readonly<Record<string, Twin<C>>> & ThisType<C>): void {
  for (const [name, twin] of Object.entries(twins)) Reflect.set(Reflect.get(prototype, name) as object, TWIN, twin);
}
