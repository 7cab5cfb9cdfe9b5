/**
 * The fast paths of a lock: one compare-and-swap in, another one out, and nothing else while nobody waits. Whatever they cannot
 * settle in place is the protocol text's.
 */
import { now } from '../host/clock.js';
import { enterSection, leaveSection } from '../host/interrupted.js';
import type { Words } from '../host/memory.js';
import { CORES } from '../host/thread.js';
import { runBlocking } from '../steps/blocking.js';
import { beginHold, count, endHold } from './account.js';
import type { Contender } from './contender.js';
import { wakeForced } from './forced-switch.js';
import {
  ABANDONED,
  BREAKER,
  BY_THE_TEXT,
  DETAILS,
  FINAL_DROPS,
  FORCED,
  holderIn,
  LAST_HOLDER,
  LOCK,
  LOOPS,
  NOBODY,
  SWITCH_NUMBER,
  type VOLUNTARY_DROPS,
  WOKEN,
  waitersIn,
} from './layout.js';
import { isUnclaimed } from './line.js';
import { drop, taken } from './protocol.js';
import { createReleaser, type Releaser } from './releaser.js';

/** How often a thread looks again before it goes to sleep: about a microsecond, where another core may let go of the lock meanwhile. */
const SPINS = CORES > 1 ? 200 : 0;

/** One thread's fast paths at one lock. */
export class Hot {
  readonly #self: Contender;
  readonly #words: Words;
  readonly #ident: number;
  readonly #place: number;

  /** Whose fast paths these are. Kept because releasers keep this: a lock that nobody refers to leaves its place, but not while it is held. */
  readonly owner: object;

  constructor(self: Contender, owner: object) {
    this.owner = owner;
    this.#self = self;
    this.#words = self.words;
    this.#ident = self.ident;
    this.#place = self.place;
  }

  /** Whether this thread holds it. A plain read: nobody else takes this thread's name away. */
  isHeld(): boolean {
    return holderIn(this.#words[LOCK]!) === this.#ident && (this.#self.lined === 0 || !isUnclaimed(this.#self));
  }

  /** Takes a lock that is free at this moment. */
  take(): boolean {
    const self = this.#self;
    const words = this.#words;
    const ident = this.#ident;
    if (self.hindrance !== 'none') return false;
    enterSection();
    const lock = Atomics.compareExchange(words, LOCK, NOBODY, ident);
    if (lock !== NOBODY && !this.#barge(lock)) {
      leaveSection();
      return false;
    }
    const details = words[DETAILS]!;
    if ((details & BY_THE_TEXT) !== 0) {
      runBlocking(taken(self));
      leaveSection();
      return true;
    }
    if (words[LAST_HOLDER] !== ident) this.#succeed();
    else if (self.inherited !== NOBODY) self.inherited = NOBODY;
    if (words[this.#place + BREAKER] !== 0) words[this.#place + BREAKER] = 0;
    if (self.ownRequest !== 0) self.ownRequest = 0;
    if (details !== 0) beginHold(self, now());
    leaveSection();
    return true;
  }

  /** Another thread had it before: as `taken` in `protocol.ts` has it. */
  #succeed(): void {
    const words = this.#words;
    Atomics.store(words, LAST_HOLDER, this.#ident);
    Atomics.add(words, SWITCH_NUMBER, 1);
    // After the store: a forced dropper counts itself first and looks at the holder then, so one of the two sees the other.
    if (Atomics.load(words, FORCED) !== 0) runBlocking(wakeForced(words));
    const inherited = Atomics.load(words, ABANDONED);
    this.#self.inherited = inherited;
    if (inherited !== NOBODY) Atomics.store(words, ABANDONED, NOBODY);
  }

  /** The lock is free with others waiting: whoever comes first has it (law 6), but not where they stand in line. */
  #barge(lock: number): boolean {
    const words = this.#words;
    if (holderIn(lock) !== NOBODY || (words[DETAILS]! & BY_THE_TEXT) !== 0) return false;
    return Atomics.compareExchange(words, LOCK, lock, lock | this.#ident) === lock;
  }

  /** What `acquire` gives once this thread has the lock. */
  releaser(): Releaser {
    return createReleaser(this, this.#self.inherited !== NOBODY);
  }

  /** With others waiting, as `letGo` in `hand-on.ts` does it, without the steps: this is where threads fight for a lock. */
  #letGo(): void {
    const words = this.#words;
    const ident = this.#ident;
    let lock = words[LOCK]!;
    for (let seen = -1; seen !== lock; ) {
      if (seen !== -1) lock = seen;
      seen = Atomics.compareExchange(words, LOCK, lock, waitersIn(lock) === 0 ? NOBODY : (lock | WOKEN) - ident);
    }
    const loops = Atomics.load(words, LOOPS);
    if (waitersIn(lock) > 0 && ((lock & WOKEN) === 0 || loops > 0)) Atomics.notify(words, LOCK, 1 + loops);
  }

  /** Looks for a moment whether the lock is let go: a short hold elsewhere is over sooner than a sleep begins. */
  spin(): boolean {
    for (let look = 0; look < SPINS; look += 1) {
      if (holderIn(Atomics.load(this.#words, LOCK)) === NOBODY && this.take()) return true;
    }
    return false;
  }

  /** Lets go of the lock, which this thread holds. */
  drop(): void {
    if (!this.leave(FINAL_DROPS)) runBlocking(drop(this.#self, 'final', 'later'));
  }

  /** The same, without the text; `false`, and nothing is done, where that has to be asked: somebody wants the lock, or a log to know. */
  leave(reason: typeof FINAL_DROPS | typeof VOLUNTARY_DROPS): boolean {
    const words = this.#words;
    const details = words[DETAILS]!;
    if (words[this.#place + BREAKER] !== 0 || (details & BY_THE_TEXT) !== 0) return false;
    enterSection();
    count(this.#self, reason);
    if (details !== 0) endHold(this.#self, now());
    const ident = this.#ident;
    if (Atomics.compareExchange(words, LOCK, ident, NOBODY) !== ident) this.#letGo();
    leaveSection();
    return true;
  }
}
