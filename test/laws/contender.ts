/**
 * The one place of the suite that reaches into the lock: an identity of its own for an actor that has no thread of its own, the protocol
 * text run for it, and the words that tell what a lock's face does not.
 */
import { GlobalLock } from 'gil';
import { now } from '../../src/host/clock.js';
import type { Contender } from '../../src/lock/contender.js';
import { BREAKER, LAST_HOLDER, placeOf, REQUESTS } from '../../src/lock/layout.js';
import { moveIn } from '../../src/lock/place.js';
import { drop, take } from '../../src/lock/protocol.js';
import { isDue } from '../../src/lock/yielding.js';
import { runAsync } from '../../src/steps/async.js';
import { runBlocking } from '../../src/steps/blocking.js';
import { type Protocol, wait } from '../../src/steps/step.js';
import type { Words } from './ops.js';

export type { Contender } from '../../src/lock/contender.js';

/** Runs it on the event loop; rejects when the actor is ended. */
async function run<T>(protocol: Protocol<T>, signal: AbortSignal): Promise<T> {
  const answer = await runAsync(protocol, signal);
  if (signal.aborted) throw new Error('the actor was ended');
  return answer as T;
}

const wordsOf = (lock: GlobalLock): Words => new Int32Array(lock.handle.memory);

/** This thread's own identity at the lock, which no declaration shows. */
export function identOf(lock: GlobalLock): number {
  return (lock as unknown as { readonly seat: { readonly ident: number } }).seat.ident;
}

/** Another thread, as far as the lock can tell. */
export function newContender(lock: GlobalLock): Contender {
  return moveIn(wordsOf(lock), lock.dialect);
}

export async function takeAsync(self: Contender, timeout: number | undefined, signal: AbortSignal): Promise<boolean> {
  const until = timeout === undefined ? Number.POSITIVE_INFINITY : now() + timeout;
  return run(take(self, until), signal);
}

export function tryTake(self: Contender): boolean {
  return runBlocking(take(self, Number.NEGATIVE_INFINITY));
}

/** Lets go for good; never waits. */
export function release(self: Contender): void {
  runBlocking(drop(self, 'final', 'later'));
}

/** One look. */
export async function lookAsync(self: Contender, signal: AbortSignal): Promise<void> {
  if (!isDue(self, 1)) return;
  await run(drop(self, 'forced', 'now'), signal);
  await takeAsync(self, undefined, signal);
}

/** Lets go while `body` runs. */
export async function ioAsync(self: Contender, body: () => Promise<unknown>, signal: AbortSignal): Promise<unknown> {
  await run(drop(self, 'voluntary', 'now'), signal);
  try {
    return await body();
  } finally {
    await takeAsync(self, undefined, signal);
  }
}

/** Whether the thread `ident` is asked to let go. */
export function isAsked(lock: GlobalLock, ident: number): boolean {
  return Atomics.load(wordsOf(lock), placeOf(ident) + BREAKER) !== 0;
}

/** Who holds or last held the lock. */
export function lastHolder(lock: GlobalLock): number {
  return Atomics.load(wordsOf(lock), LAST_HOLDER);
}

/** How often the thread `ident` has asked. */
export function requestsOf(lock: GlobalLock, ident: number): number {
  return Atomics.load(wordsOf(lock), placeOf(ident) + REQUESTS);
}

// --- for scripts ------------------------------------------------------------------------------------------------------

export type Reason = Parameters<typeof drop>[1];
export type Settle = Parameters<typeof drop>[2];

/** Three threads at one lock that run step by step. */
export function scriptedContenders(switchInterval: number) {
  const lock = new GlobalLock({ switchInterval });
  return { lock, A: newContender(lock), B: newContender(lock), C: newContender(lock) };
}

/** The protocol text of a take, a drop, and the question of a look. */
export { drop as dropping, take as taking } from '../../src/lock/protocol.js';
export { isAsked as askedBy } from '../../src/lock/request.js';

function* sleeping(words: Words, ms: number): Protocol<void> {
  yield wait(words, 0, 0, ms);
}

/** A sleep on an event loop; gives how long it was, in milliseconds. */
export async function sleepAsync(ms: number): Promise<number> {
  const words: Words = new Int32Array(new SharedArrayBuffer(4));
  const begin = performance.now();
  await runAsync(sleeping(words, ms));
  return performance.now() - begin;
}
