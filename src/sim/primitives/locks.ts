/**
 * `Lock`, `RLock` and `Condition` for virtual threads: the texts of `lock/mutex.ts` and `threading/condition-text.ts`, in the name of the
 * virtual thread.
 */
import { ABANDONED, DEPTH, dropMutex, FREE, ownerIn, type Party, STATE, takeMutex } from '../../lock/mutex.js';
import { checkSync } from '../../lock/options.js';
import { createReleaser, type Releaser } from '../../lock/releaser.js';
import { runBlocking } from '../../steps/blocking.js';
import { TIMED_OUT } from '../../steps/step.js';
import { Condition } from '../../threading/condition.js';
import { awaitNotify, notifyOldest } from '../../threading/condition-text.js';
import { Lock } from '../../threading/lock.js';
import { notOwner } from '../../threading/misuse.js';
import { RLock } from '../../threading/rlock.js';
import type { VirtualThread } from '../switch-point.js';
import { world } from '../world.js';
import { atOnce, before, carry, giveTwins, releasing, untilOf } from './carry.js';
import { runIt } from './tasks.js';

/** Who holds a lock, as the number of a virtual thread from 0, or -1. */
export function holderOf({ party }: Lock | RLock): number {
  return ownerIn(party.words[STATE]!) - 1;
}

/** The virtual thread at a lock. Its number is its own: which worker it runs in means nothing here. */
export function partyOf({ party: { words } }: Lock | RLock): Party {
  return { words, number: world.thread + 1, suspect: () => {} };
}

export function isFree({ words }: Party): boolean {
  return words[STATE] === FREE;
}

function* acquire(lock: Lock | RLock, options?: { readonly timeout?: number | undefined }): VirtualThread<Releaser | null> {
  const self = partyOf(lock);
  const timeout = checkSync(options);
  const isOwn = (): boolean => lock instanceof RLock && ownerIn(self.words[STATE]!) === self.number;
  if ((yield* before('acquire', lock, () => isFree(self) || isOwn(), timeout)) === TIMED_OUT) return null;
  return takeNow(lock, self);
}

export function takeNow(lock: Lock | RLock, self: Party): Releaser | null {
  const { words, number } = self;
  if (lock instanceof RLock && ownerIn(words[STATE]!) === number) words[DEPTH]! += 1;
  else if (!runBlocking(takeMutex(self, Number.NEGATIVE_INFINITY))) return null;
  const abandoned = words[ABANDONED] !== 0;
  words[ABANDONED] = 0;
  return releasing(
    createReleaser({ isHeld: () => ownerIn(words[STATE]!) === number, drop: () => letGo(lock, self, 'release') }, abandoned),
  );
}

export function letGo(lock: Lock | RLock, self: Party, method: string): void {
  const { words, number } = self;
  if (lock instanceof Lock) {
    if (words[STATE] === FREE) lock.release();
    else runBlocking(dropMutex(self));
    return;
  }
  const owner = ownerIn(words[STATE]!);
  if (owner !== number) throw notOwner(method, 'lock', lock.name, owner);
  if (words[DEPTH]! > 0) words[DEPTH]! -= 1;
  else runBlocking(dropMutex(self));
}

function* runHolding<T>(lock: Lock | RLock, task: () => T): VirtualThread<T> {
  const release = yield* acquire(lock);
  try {
    return (yield* runIt(task)) as T;
  } finally {
    release?.();
  }
}

export function checkHeld(condition: Condition, method: string): void {
  const holder = holderOf(condition.lock);
  if (holder !== world.thread) throw notOwner(method, `lock of the condition '${condition.name}',`, condition.lock.name, holder + 1);
}

function* awaitCondition(condition: Condition, until: number): VirtualThread<boolean> {
  checkHeld(condition, 'waitSync');
  const lock = partyOf(condition.lock);
  // Who is notified goes on when it can have the lock: until then there is nothing that it could do.
  const text = awaitNotify({ words: condition.words, lock }, until);
  return (yield* carry(text, 'wait', condition, () => isFree(lock))) === 'notified';
}

/** Gives the classes of locks their twins. */
export function equipLocks(): void {
  for (const kind of [Lock, RLock] as const) {
    giveTwins(kind.prototype as Lock | RLock, {
      *acquireSync(options?: { readonly timeout?: number }) {
        return yield* acquire(this, options);
      },
      *tryAcquire() {
        yield* before('acquire', this);
        return takeNow(this, partyOf(this));
      },
      release: atOnce(function (this: Lock | RLock) {
        letGo(this, partyOf(this), 'release');
      }),
      *runExclusiveSync(task: () => unknown) {
        return yield* runHolding(this, task);
      },
    });
  }

  giveTwins(RLock.prototype, {
    isOwned: atOnce(function (this: RLock) {
      return holderOf(this) === world.thread;
    }),
  });

  giveTwins(Condition.prototype, {
    *acquireSync(options?: { readonly timeout?: number }) {
      return yield* acquire(this.lock, options);
    },
    *tryAcquire() {
      yield* before('acquire', this.lock);
      return takeNow(this.lock, partyOf(this.lock));
    },
    release: atOnce(function (this: Condition) {
      letGo(this.lock, partyOf(this.lock), 'release');
    }),
    *runExclusiveSync(task: () => unknown) {
      return yield* runHolding(this.lock, task);
    },
    *waitSync(options?: { readonly timeout?: number }) {
      checkSync(options);
      yield* before('wait', this);
      return yield* awaitCondition(this, untilOf(options));
    },
    *waitForSync(predicate: () => unknown, options?: { readonly timeout?: number }) {
      checkSync(options);
      const until = untilOf(options);
      for (let result = yield* runIt(predicate); ; result = yield* runIt(predicate)) {
        if (result || until <= world.clock) return result;
        yield* before('wait', this);
        yield* awaitCondition(this, until);
      }
    },
    *notify(n = 1) {
      yield* before('notify', this);
      checkHeld(this, 'notify');
      runBlocking(notifyOldest(this.words, n));
    },
    *notifyAll() {
      yield* before('notify', this);
      checkHeld(this, 'notifyAll');
      runBlocking(notifyOldest(this.words, Number.POSITIVE_INFINITY));
    },
  });
}
