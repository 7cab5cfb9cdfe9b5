/**
 * What the events of a lock say in numbers: pure functions from events to counts, times and slices.
 */
import type { LockEvent } from '../events.js';
import type { Counts } from '../lock/stats.js';

/** The lock in one thread's hands, from the moment it came from another one to the moment it went to the next. */
export interface Slice {
  /** Whose. */
  readonly ident: number;
  /** When the lock came to it. */
  readonly start: number;
  /** When the lock came to another thread; for the last slice, when it was last let go. */
  readonly end: number;
}

/** What happened at the lock, of all threads. */
export interface LockMetrics extends Counts {
  /** How often the lock went to another thread than before. */
  readonly switches: number;
  /** How hard threads waited for each other, from 0 to 1: of all the time that they held the lock or waited for it, the share that they waited. */
  readonly contention: number;
}

/** The slices, in order. Between two of them the lock may have been free; it counts for the thread that had it last. */
export function slices(events: readonly LockEvent[]): Slice[] {
  const all: Slice[] = [];
  let owner = 0;
  let start = 0;
  let end = 0;
  for (const { type, ident, time } of events) {
    if (type === 'drop') end = time;
    if (type !== 'take' || ident === owner) continue;
    if (owner !== 0) all.push({ ident: owner, start, end: time });
    owner = ident;
    start = time;
  }
  if (owner !== 0) all.push({ ident: owner, start, end: Math.max(start, end) });
  return all;
}

/** Counts and times for each thread, by its identity. */
export function countsByThread(events: readonly LockEvent[]): ReadonlyMap<number, Counts> {
  return accountsOf(events);
}

function accountsOf(events: readonly LockEvent[]): Map<number, Account> {
  const accounts = new Map<number, Account>();
  for (const event of events) {
    const account = accounts.get(event.ident) ?? new Account();
    accounts.set(event.ident, account);
    account.enter(event);
  }
  return accounts;
}

/** Counts and times of all threads together. */
export function lockMetrics(events: readonly LockEvent[]): LockMetrics {
  const total = new Account();
  for (const account of accountsOf(events).values()) total.add(account);
  return {
    holds: total.holds,
    waits: total.waits,
    requests: total.requests,
    drops: { ...total.drops },
    held: total.held,
    waited: total.waited,
    switches: slices(events).length,
    contention: total.waited === 0 ? 0 : total.waited / (total.waited + total.held),
  };
}

class Account implements Counts {
  holds = 0;
  waits = 0;
  requests = 0;
  readonly drops = { forced: 0, voluntary: 0, final: 0 };
  held = 0;
  waited = 0;
  #since = 0;
  #waitsSince = Number.NaN;

  enter(event: LockEvent): void {
    const { time } = event;
    switch (event.type) {
      case 'wait':
        this.waits += 1;
        this.#waitsSince = time;
        break;
      case 'take':
        this.holds += 1;
        this.#since = time;
        this.#endWait(time);
        break;
      case 'give-up':
        this.#endWait(time);
        break;
      case 'request':
        this.requests += 1;
        break;
      case 'drop':
        this.drops[event.reason] += 1;
        this.held += time - this.#since;
        break;
    }
  }

  add(other: Account): void {
    this.holds += other.holds;
    this.waits += other.waits;
    this.requests += other.requests;
    this.drops.forced += other.drops.forced;
    this.drops.voluntary += other.drops.voluntary;
    this.drops.final += other.drops.final;
    this.held += other.held;
    this.waited += other.waited;
  }

  #endWait(time: number): void {
    if (!Number.isNaN(this.#waitsSince)) this.waited += time - this.#waitsSince;
    this.#waitsSince = Number.NaN;
  }
}

/** The counts of a thread that was never at the lock. */
export const NO_COUNTS: Counts = new Account();
