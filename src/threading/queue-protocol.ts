/**
 * How threads wait at a queue: the protocol text under `put`, `get` and `join`. Under the mutex a thread does what it came for, or stands
 * in a line and sleeps; whoever changes what a line waits for wakes as many as can go on, and nobody if nobody sleeps.
 *
 * For each line, SLEEPERS − WAKING is at least the number of threads that sleep and have not been woken: the dead and the late make it
 * higher, which costs a needless wake-up and loses none. CPython Lib/queue.py, with a condition for each line.
 */
import type { Words } from '../host/memory.js';
import { dropMutex, ownerIn, type Party, STATE, takeMutex } from '../lock/mutex.js';
import { add, load, notify, now, type Protocol, wait } from '../steps/step.js';
import { LOOPS, SLEEPERS, WAKING } from './queue-layout.js';

const FOREVER = Number.POSITIVE_INFINITY;

/** What a thread does at a queue, under its mutex. */
export interface Errand<T> {
  readonly self: Party;
  /** The word of the line that it stands in if it cannot go on. */
  readonly line: number;
  /** Whether it can go on, be it to an error. */
  readonly isReady: () => boolean;
  /** Does it. */
  readonly go: () => T;
  /** The line of the one that may go on now, to be woken once the mutex is free; 0 if there is none. Forgets it. */
  readonly called: () => number;
}

/** Waits until the errand can be done, and does it; says so if it could not be done by the time `until`. */
export function* running<T>(errand: Errand<T>, until: number): Protocol<{ readonly value: T } | 'late'> {
  const { self } = errand;
  yield* takeMutex(self, FOREVER);
  try {
    return (yield* stand(errand, until)) === 'late' ? 'late' : { value: errand.go() };
  } finally {
    // It is somebody else's if this thread has withdrawn and may not even wait for the mutex.
    if (ownerIn(yield load(self.words, STATE)) === self.number) yield* dropMutex(self);
    const line = errand.called();
    if (line !== 0) yield* wake(self.words, line);
  }
}

/** Sleeps until the errand can go on. With the mutex before and after, also if it has to withdraw. */
function* stand<T>({ self, line, isReady }: Errand<T>, until: number): Protocol<'ready' | 'late'> {
  if (isReady()) return 'ready';
  const { words } = self;
  let at: 'inside' | 'outside' = 'inside';
  words[line + SLEEPERS]! += 1;
  try {
    while (!isReady()) {
      const left = until === FOREVER ? until : until - (yield now(words));
      if (left <= 0) return 'late';
      const seen = yield load(words, line);
      at = 'outside';
      yield* dropMutex(self);
      yield wait(words, line, seen, left, line + LOOPS);
      yield* takeMutex(self, FOREVER);
      at = 'inside';
      heard(words, line);
    }
    return 'ready';
  } finally {
    if (at === 'outside') {
      yield* takeMutex(self, FOREVER);
      heard(words, line);
    }
    words[line + SLEEPERS]! -= 1;
    // It gives up, perhaps with a wake-up that was somebody else's.
    if (at === 'outside' && isReady() && beckon(words, line)) yield* wake(words, line);
  }
}

/** Under the mutex: one that slept has come. Also if its time was up: it may have been counted all the same. */
function heard(words: Words, line: number): void {
  if (words[line + WAKING]! > 0) words[line + WAKING]! -= 1;
}

/** Under the mutex: one in the line may go on. Says whether somebody is there to be woken. */
export function beckon(words: Words, line: number): boolean {
  if (words[line + SLEEPERS]! <= words[line + WAKING]!) return false;
  words[line + WAKING]! += 1;
  Atomics.add(words, line, 1);
  return true;
}

/** Wakes one, and whoever else it takes for a wake-up to arrive. */
export function* wake(words: Words, line: number): Protocol<void> {
  yield notify(words, line, 1 + (yield load(words, line + LOOPS)));
}

/** All in the line look again: a rule has changed, or one of them is dead. */
export function* wakeAll(words: Words, line: number): Protocol<void> {
  yield add(words, line, 1);
  yield notify(words, line, FOREVER);
}
