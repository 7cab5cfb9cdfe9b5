/**
 * The line of a lock whose dialect hands it to the longest waiting (Ruby's `readyq`). A thread in line has drawn a ticket and sleeps on
 * the word that bears it. The holder calls the lowest ticket by clearing it, and then puts that thread's name on the lock in one
 * instruction: the lock is never free between the two, so nobody can slip in.
 */
import { add, cas, load, type Protocol, store } from '../steps/step.js';
import type { Contender } from './contender.js';
import { HIGHEST, NOBODY, placeOf, TENANT, TICKET, TICKETS_DRAWN } from './layout.js';

/** Whose place in line counts: everybody's, or everybody's but that of this thread's own event loop. */
export type Line = 'all' | 'others';

/** A place in line. */
export interface Ticket {
  readonly number: number;
  /** The ticket of an async task of this same thread, which waits behind the blocking call that draws now; 0 if there is none. */
  readonly behind: number;
}

/** Whether threads stand in line for this lock. */
export function hasLine({ dialect }: Contender): boolean {
  return dialect.next === 'longest-waiting';
}

/** Draws a ticket. */
export function* lineUp({ words, place }: Contender): Protocol<Ticket> {
  const behind = yield* load(words, place + TICKET);
  // Never 0, which means: called.
  const number = ((yield* add(words, TICKETS_DRAWN, 1)) << 1) | 1;
  yield* store(words, place + TICKET, number);
  return { number, behind };
}

/** Whether the ticket was called: the lock is ours, or will be in a moment. */
export function* isCalled({ words, place }: Contender, { number }: Ticket): Protocol<boolean> {
  return (yield* load(words, place + TICKET)) !== number;
}

/** Gives the ticket back; `called` if it was called before. */
export function* leaveLine({ words, place }: Contender, { number, behind }: Ticket): Protocol<'left' | 'called'> {
  if ((yield* cas(words, place + TICKET, number, behind)) === number) return 'left';
  yield* store(words, place + TICKET, behind);
  return 'called';
}

/** The thread that has waited longest, or `NOBODY`. */
export function* firstInLine(self: Contender, line: Line): Protocol<{ readonly ident: number; readonly ticket: number }> {
  const { words } = self;
  let first = { ident: NOBODY, ticket: 0 };
  const highest = yield* load(words, HIGHEST);
  for (let ident = 1; ident <= highest; ident += 1) {
    if (line === 'others' && ident === self.ident) continue;
    const ticket = yield* load(words, placeOf(ident) + TICKET);
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
    const tenant = yield* load(self.words, place + TENANT);
    if (tenant <= 0 || (yield* cas(self.words, place + TICKET, ticket, 0)) !== ticket) continue;
    return { ident, tenant };
  }
}
