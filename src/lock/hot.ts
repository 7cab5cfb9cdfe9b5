/**
 * The fast paths of a lock: one compare-and-swap in, one subtraction out, and nothing else while nobody waits. Whatever they cannot
 * settle in place is the protocol text's.
 */
import type { Dialect } from '../dialects/dialect.js';
import type { Words } from '../host/memory.js';
import { CORES } from '../host/thread.js';
import { runBlocking } from '../steps/blocking.js';
import type { Contender } from './contender.js';
import { BREAKER, FINAL_DROPS, holderIn, LAST_HOLDER, LOCK, LOOPS, NOBODY, OBSERVED, waitersIn } from './layout.js';
import { hasLine, isUnclaimed } from './line.js';
import { drop, taken } from './protocol.js';

/** How often a thread looks again before it goes to sleep: about a microsecond, where another core may let go of the lock meanwhile. */
const SPINS = CORES > 1 ? 200 : 0;

/** One thread's fast paths at one lock. */
export class Hot {
  readonly lock: Dialect['lock'];
  readonly #self: Contender;
  readonly #words: Words;
  readonly #ident: number;
  readonly #place: number;
  /** Whether a hand-over has more to it than a name on a word. */
  readonly #handOver: 'plain' | 'by-the-text';

  constructor(self: Contender) {
    this.lock = self.dialect.lock;
    this.#self = self;
    this.#words = self.words;
    this.#ident = self.ident;
    this.#place = self.place;
    this.#handOver = self.recorder === undefined && !hasLine(self) && self.dialect.rank.by !== 'behaviour' ? 'plain' : 'by-the-text';
  }

  /** Whether this thread holds it. A plain read: nobody else takes this thread's name away. */
  isHeld(): boolean {
    return holderIn(this.#words[LOCK]!) === this.#ident && (this.#handOver === 'plain' || !isUnclaimed(this.#self));
  }

  /** Takes a lock that is free at this moment. */
  take(): boolean {
    const self = this.#self;
    const words = this.#words;
    const ident = this.#ident;
    const place = this.#place;
    if (self.debt !== 'none') return false;
    const lock = Atomics.compareExchange(words, LOCK, NOBODY, ident);
    // Free, with others waiting: whoever comes first has it (law 6), but not where they stand in line.
    const free = lock === NOBODY || (this.#handOver === 'plain' && holderIn(lock) === NOBODY);
    if (!free || (lock !== NOBODY && Atomics.compareExchange(words, LOCK, lock, lock | ident) !== lock)) return false;
    if (words[LAST_HOLDER] === ident && words[OBSERVED] === 0) {
      if (words[place + BREAKER] !== 0) words[place + BREAKER] = 0;
      if (self.ownRequest !== 0) self.ownRequest = 0;
      if (self.inherited !== NOBODY) self.inherited = NOBODY;
    } else {
      runBlocking(taken(self));
    }
    return true;
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
    const words = this.#words;
    const place = this.#place;
    if (words[place + BREAKER] !== 0 || words[OBSERVED] !== 0 || this.#handOver === 'by-the-text') {
      runBlocking(drop(this.#self, 'final', 'later'));
      return;
    }
    words[place + FINAL_DROPS]! += 1;
    if (waitersIn(Atomics.sub(words, LOCK, this.#ident)) > 0) Atomics.notify(words, LOCK, 1 + Atomics.load(words, LOOPS));
  }
}
