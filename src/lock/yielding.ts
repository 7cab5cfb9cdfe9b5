/**
 * Letting go and coming back, for a thread that goes on afterwards: at a look, and around I/O.
 */
import { cannotBlock, mayBlock } from '../host/memory.js';
import { runBlocking } from '../steps/blocking.js';
import type { Contender } from './contender.js';
import type { Hot } from './hot.js';
import { BREAKER, holderIn, LOCK, VOLUNTARY_DROPS, WAITING, waitersIn } from './layout.js';
import { isUnclaimed } from './line.js';
import { drop, take } from './protocol.js';
import { isAsked } from './request.js';
import { isThenable } from './thenable.js';

/** Whether a look must let go: somebody asked this very hold, or, in a dialect of ticks, they are used up. */
export function isDue(self: Contender, ticks: number): boolean {
  const { words, ident, place, dialect } = self;
  const held = holderIn(words[LOCK]!) === ident && !isUnclaimed(self);
  if (dialect.request.by !== 'ticks') return words[place + BREAKER] !== 0 && held && runBlocking(isAsked(self));
  self.ticks -= ticks;
  if (self.ticks >= 0 || !held) return false;
  self.ticks = dialect.request.ticks;
  return true;
}

/**
 * Drops the lock on request and takes it again.
 * @throws CannotBlockError, with the lock still held, if others wait for it and this thread may not block
 */
export function yieldBlocking(self: Contender): void {
  if (!mayBlock()) {
    const { words, place } = self;
    if (waitersIn(Atomics.load(words, LOCK)) > words[place + WAITING]!) throw cannotBlock();
    return;
  }
  runBlocking(drop(self, 'forced', 'now'));
  takeAgain(self);
}

/** Runs `task` without the lock; has it again when `task` is over, however it ends. A promise is waited for by `takeAgainLater`. */
export function withoutLock<T>(self: Contender, hot: Hot, task: () => T, takeAgainLater: () => Promise<unknown>): T {
  if (!hot.leave(VOLUNTARY_DROPS)) runBlocking(drop(self, 'voluntary', mayBlock() ? 'now' : 'later'));
  let result: T;
  try {
    result = task();
  } catch (error) {
    comeBack(self, hot);
    throw error;
  }
  if (isThenable(result)) return Promise.resolve(result).finally(takeAgainLater) as T;
  comeBack(self, hot);
  return result;
}

function comeBack(self: Contender, hot: Hot): void {
  if (!hot.take() && !hot.spin()) takeAgain(self);
}

function takeAgain(self: Contender): void {
  runBlocking(take(self, Number.POSITIVE_INFINITY));
}
