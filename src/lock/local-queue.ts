/**
 * The tasks of one event loop that want the same lock, or want to see it free, in a line of their own. Who is next is decided by
 * async-mutex's own semaphore, so order, priorities and the rules of `waitForUnlock` are as its users know them; what is added is
 * leaving the line: by a signal, a timeout, or `cancel()`.
 */
import { Semaphore } from 'async-mutex';
import { LockCancelledError } from '../errors.js';
import { onAbort } from '../host/abort.js';
import { after } from '../host/clock.js';
import type { AcquireOptions } from './options.js';

/** What a task waits for: to have the lock; to have the lock back, which nothing calls off; to see that it is free. */
export type Wish = 'take' | 'return' | 'look';

/** How a wait ended that was not called off. */
export type Outcome = 'turn' | 'overdue';

/** One waiting task. */
interface Place {
  readonly wish: Wish;
  readonly priority: number;
  /** Its wait is over; whatever it left behind is to be cleared away. */
  readonly leave: (settle: () => void) => void;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: Error) => void;
}

export class LocalQueue {
  /** Closed; opened for one task each time this thread has got the lock for its tasks. */
  #line = new Semaphore(0);
  readonly #takers = new Set<Place>();
  readonly #lookers = new Set<Place>();
  /** Places in the line whose task has left: it can only be entered at its end and left at its head. */
  #dead = 0;
  #admission: ((admitted: boolean) => void) | undefined;
  readonly #cancelError: Error | undefined;
  readonly #onLeave: () => void;

  /** `onLeave` is told whenever a task has left the line and has not got the lock. */
  constructor(cancelError: Error | undefined, onLeave: () => void) {
    this.#cancelError = cancelError;
    this.#onLeave = onLeave;
  }

  /** How many tasks want the lock. */
  get takers(): number {
    return this.#takers.size;
  }

  /** How many tasks want to see it free. */
  get lookers(): number {
    return this.#lookers.size;
  }

  /** Stands in line. Rejects when cancelled or aborted. */
  join(wish: Wish, { priority = 0, timeout, signal }: AcquireOptions): Promise<Outcome> {
    const places = wish === 'look' ? this.#lookers : this.#takers;
    return new Promise((resolve, reject) => {
      const leave = (settle: () => void): void => {
        places.delete(place);
        stopClock?.();
        deafen?.();
        settle();
      };
      const place: Place = { wish, priority, leave, resolve, reject };
      places.add(place);
      const limited = timeout !== undefined && timeout !== Number.POSITIVE_INFINITY;
      const stopClock = limited ? after(timeout, () => this.#giveUp(place, () => resolve('overdue'))) : undefined;
      const deafen = signal && onAbort(signal, () => this.#giveUp(place, () => reject(aborted(signal))));
      this.#enter(place);
    });
  }

  /** This thread has the lock: gives it to the first in line; `false` if everybody has left. */
  admit(): Promise<boolean> {
    return new Promise((resolve) => {
      this.#admission = resolve;
      this.#admitNext();
    });
  }

  /** The lock was seen to be free, and no task wants to take it: tells everybody who wanted to see that. */
  showUnlocked(): void {
    this.#renew();
    this.#line.setValue(1);
    this.#line.setValue(0);
  }

  /** Calls off every task that waits for the lock. */
  cancel(): void {
    for (const place of [...this.#takers]) {
      if (place.wish === 'take') this.#giveUp(place, () => place.reject(this.#cancelError ?? cancelled()));
    }
  }

  #enter(place: Place): void {
    if (place.wish === 'look') {
      void this.#line.waitForUnlock(1, place.priority).then(() => this.#shownTo(place));
    } else {
      void this.#line.acquire(1, place.priority).then(() => this.#turnOf(place));
    }
  }

  #shownTo(place: Place): void {
    if (!this.#lookers.has(place)) return;
    place.leave(() => place.resolve('turn'));
    this.#onLeave();
  }

  #turnOf(place: Place): void {
    if (!this.#takers.has(place)) {
      this.#dead -= 1;
      this.#admitNext();
      return;
    }
    place.leave(() => place.resolve('turn'));
    this.#settleAdmission(true);
  }

  #admitNext(): void {
    if (this.#takers.size > 0) this.#line.release();
    else this.#settleAdmission(false);
  }

  #settleAdmission(admitted: boolean): void {
    const settle = this.#admission;
    this.#admission = undefined;
    settle?.(admitted);
  }

  #giveUp(place: Place, settle: () => void): void {
    place.leave(settle);
    this.#dead += 1;
    // Now and then rather than each time, so that many who leave cost no more than a step each.
    if (this.#dead > this.#takers.size + this.#lookers.size) this.#renew();
    this.#onLeave();
  }

  /** Forms the line anew, without the places of those who have left. Not while one of it is on its way out of the door. */
  #renew(): void {
    if (this.#dead === 0 || this.#admission !== undefined) return;
    this.#dead = 0;
    this.#line = new Semaphore(0);
    for (const place of [...this.#takers, ...this.#lookers]) this.#enter(place);
  }
}

/** Why a wait ended without its turn. */
export function aborted(signal: AbortSignal | undefined): LockCancelledError {
  return new LockCancelledError('this wait for the lock was called off by its AbortSignal', { cause: signal?.reason });
}

function cancelled(): LockCancelledError {
  return new LockCancelledError('this acquire was called off by cancel()');
}
