/**
 * One blocking wait in a table of waits: it says whom it waits for, time and again, and finds out whether that is a circle.
 *
 * **No false alarms.** A circle is told of when it was seen at one moment, and seen again after each of its waits has looked anew who its owner
 * is. No wait was over between the two, so each thread was blocked from the first moment to its new look at least. The first of them to be
 * given its lock must have been given it after its own new look, by an owner who was blocked then, and who is blocked lets go of
 * nothing: so there is no first. A dead thread looks no more, so its circle is not confirmed; its lock is about to be free.
 *
 * **No misses.** Whoever waits looks at each nap of its sleep, so a circle that stands is seen and confirmed by all in it.
 * The one that began to wait last tells, and nobody else.
 */
import type { Row, WaitTable } from './wait-table.js';

/** Who owns what is waited for, at this moment, and what the wait says of itself. */
export type Look = () => { readonly owner: number; readonly text: string };

/** A wait in a circle. */
export interface Told {
  readonly thread: number;
  readonly text: string;
}

/** One blocking wait of one thread in one table. */
export class Lookout {
  readonly #table: WaitTable;
  readonly #thread: number;
  #at: number | undefined;
  #ticket = 0;
  /** A circle that was seen, and is yet to be confirmed. */
  #seen: readonly Row[] | undefined;

  constructor(table: WaitTable, thread: number) {
    this.#table = table;
    this.#thread = thread;
  }

  /** Writes down whom it waits for; gives the circle, beginning with this thread, if that is one and it is for this wait to tell. */
  look(look: Look): readonly Told[] | undefined {
    const table = this.#table;
    if (this.#at === undefined) {
      this.#at = table.enter(this.#thread);
      if (this.#at === undefined) return undefined;
      this.#ticket = table.drawTicket();
    }
    table.write(this.#at, this.#ticket, look);
    const circle = table.circleOf(this.#at);
    // This thread waits for itself: nothing is to be confirmed.
    const verdict = circle === undefined ? 'no' : circle.length === 1 ? 'yes' : isConfirmed(this.#seen ?? [], circle);
    if (verdict === 'no') this.#seen = circle;
    if (circle === undefined || verdict !== 'yes' || lastOf(circle).at !== this.#at) return undefined;
    const told: Told[] = [];
    for (const row of circle) {
      const text = table.textOf(row);
      if (text !== undefined) told.push({ thread: row.thread, text });
    }
    return told.length === circle.length ? told : undefined;
  }

  /** The wait is over. */
  end(): void {
    if (this.#at !== undefined) this.#table.leave(this.#at, this.#thread);
    this.#at = undefined;
  }
}

/** Whether the circle that was seen first still stood when it was seen again: the same waits, and each of them has looked meanwhile who its owner is. */
function isConfirmed(first: readonly Row[], again: readonly Row[]): 'yes' | 'not-yet' | 'no' {
  if (first.length !== again.length) return 'no';
  let answer: 'yes' | 'not-yet' = 'yes';
  for (const [index, row] of first.entries()) {
    const later = again[index]!;
    if (row.at !== later.at || row.ticket !== later.ticket) return 'no';
    if (((later.sequence - row.sequence) | 0) <= 0) answer = 'not-yet';
  }
  return answer;
}

/** The last that came: numbers may have wrapped around. */
function lastOf(circle: readonly Row[]): Row {
  return circle.reduce((last, row) => (((row.ticket - last.ticket) | 0) > 0 ? row : last));
}
