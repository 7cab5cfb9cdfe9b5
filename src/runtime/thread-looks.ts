/**
 * The looks of this thread: what transformed code calls when its breaker is set, and how it gets the lock back after an `await`.
 *
 * An event loop holds the lock while it runs JavaScript and lets go when it has nothing to run, as a Python event loop lets go in
 * `select()`. So whoever continues after an `await` first makes sure of the lock, and whoever took it there lets go once the loop is idle.
 */
import { whenIdle } from '../host/clock.js';
import type { GlobalLock } from '../lock/global-lock.js';
import { createLooks, type Looks, publishLooks } from '../transform/looks.js';

/** The looks of a thread that lives under `lock`; also where modules of this thread find them. */
export function createThreadLooks(lock: GlobalLock): Looks {
  const enter = (): void => enterFromLoop(lock);
  const looks = createLooks({
    breaker: lock.seat.breaker,
    look: () => lock.checkpoint(),
    tick: (weight) => lock.checkpoint(weight),
    resume: (value) => {
      enter();
      return value;
    },
    enter,
  });
  publishLooks(looks);
  return looks;
}

/** Takes the lock for what the event loop runs now, and gives it back when the loop has run dry. */
function enterFromLoop(lock: GlobalLock): void {
  if (!lock.isEnabled || lock.isHeldByCurrentThread()) return;
  lock.acquireSync();
  releaseWhenIdle(lock);
}

/** Gives the lock back when the event loop has run dry. */
export function releaseWhenIdle(lock: GlobalLock): void {
  whenIdle(() => {
    if (lock.isHeldByCurrentThread()) lock.release();
  });
}
