/**
 * The line of a lock whose dialect hands it to the longest waiting (Ruby's `readyq`). A thread in line has drawn a ticket and sleeps on
 * the word that bears it. The holder calls the lowest ticket by clearing it, and then puts that thread's name on the lock in one
 * instruction: the lock is never free between the two, so nobody can slip in.
 */
import { add, cas, load, type Protocol, store } from '../steps/step.js';
import type { Contender } from './contender.js';
import { HIGHEST, holderIn, LOCK, NOBODY, placeOf, TENANT, TICKET, TICKETS_DRAWN } from './layout.js';

/** Whose place in line counts: everybody's, or everybody's but that of this thread's own event loop. */
export type Line = 'all' | 'others';

/**
 * A place in line. A thread has one word for it, and may wait twice at once: a task of its event loop, and over it a blocking call. The
 * inner one keeps what it found, and puts it back.
 */
export interface Ticket {
  number: number;
  /** What the word bore before. */
  readonly behind: number;
  /** The ticket of the outer wait, or 0. */
  readonly outer: number;
}

/** Whether threads stand in line for this lock. */
export function hasLine({ dialect }: Contender): boolean {
  return dialect.next === 'longest-waiting';
}

/**
 * Whether this thread was handed the lock for one of its tasks, which has not come for it yet: it is on its way through the event loop.
 * Until then nobody of this thread holds it, and a blocking call that comes by takes it in the task's stead.
 */
export function isUnclaimed({ words, ident, place, lined, takenOver }: Contender): boolean {
  return lined !== 0 && lined !== takenOver && words[place + TICKET] === 0 && holderIn(words[LOCK]!) === ident;
}

/** Draws a ticket. */
export function* lineUp(self: Contender): Protocol<Ticket> {
  const ticket = { number: 0, behind: yield load(self.words, self.place + TICKET), outer: self.lined };
  yield* drawAgain(self, ticket);
  return ticket;
}

/** A new number, at the end of the line. */
export function* drawAgain(self: Contender, ticket: Ticket): Protocol<void> {
  const { words, place } = self;
  // Never 0, which means: called.
  ticket.number = ((yield add(words, TICKETS_DRAWN, 1)) << 1) | 1;
  self.lined = ticket.number;
  yield store(words, place + TICKET, ticket.number);
}

/** What has become of a wait in line: nothing yet; called, and the lock will be ours in a moment; it is ours; or another wait of this thread took it. */
export function* fateOf(self: Contender, { number, outer }: Ticket): Protocol<'in-line' | 'called' | 'ours' | 'taken-over'> {
  const { words, ident, place } = self;
  const called = (yield load(words, place + TICKET)) !== number;
  if (called && self.takenOver === number) return 'taken-over';
  if (holderIn(yield load(words, LOCK)) !== ident) return called ? 'called' : 'in-line';
  if (called) return 'ours';
  if (outer === 0) return 'in-line';
  // By the outer ticket: its task is asleep as long as this call blocks.
  self.takenOver = outer;
  return 'ours';
}

/** Gives the ticket back; `called` if it was called before, and the lock that came with it has not been used: then it is in line until that is passed on. */
export function* leaveLine(self: Contender, { number, behind, outer }: Ticket): Protocol<'left' | 'called'> {
  const { words, place } = self;
  const called = (yield cas(words, place + TICKET, number, behind)) !== number;
  if (called) yield store(words, place + TICKET, behind);
  if (called && self.takenOver !== number) return 'called';
  self.lined = outer;
  return 'left';
}

/** The thread that has waited longest, or `NOBODY`. */
export function* firstInLine(self: Contender, line: Line): Protocol<{ readonly ident: number; readonly ticket: number }> {
  const { words } = self;
  let first = { ident: NOBODY, ticket: 0 };
  const highest = yield load(words, HIGHEST);
  for (let ident = 1; ident <= highest; ident += 1) {
    if (line === 'others' && ident === self.ident) continue;
    // One that is being cleared is dead.
    if ((yield load(words, placeOf(ident) + TENANT)) <= 0) continue;
    const ticket = yield load(words, placeOf(ident) + TICKET);
    // By their difference, because the numbers wrap around.
    if (ticket !== 0 && (first.ident === NOBODY || ((ticket - first.ticket) | 0) < 0)) first = { ident, ticket };
  }
  return first;
}

/** Calls the thread that has waited longest, and says which tenant of the place was meant; `ident` is `NOBODY` if there is none. */
export function* callNext(self: Contender, line: Line): Protocol<{ readonly ident: number; readonly tenant: number }> {
  for (;;) {
    const { ident, ticket } = yield* firstInLine(self, line);
    if (ident === NOBODY) return { ident, tenant: 0 };
    const place = placeOf(ident);
    const tenant = yield load(self.words, place + TENANT);
    if ((yield cas(self.words, place + TICKET, ticket, 0)) !== ticket) continue;
    return { ident, tenant };
  }
}
