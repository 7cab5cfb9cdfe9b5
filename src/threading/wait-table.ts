/**
 * Who waits for whom: one table in shared memory for all threads of the process. Only blocking waits without a timeout stand in it, so
 * whoever stands in it does nothing else meanwhile. A row names the owner of what is waited for; following owners finds circles.
 *
 * A row is written between an odd and an even `SEQUENCE`, and anew each time the waiter has looked who the owner is: rows that nobody
 * renews are those of the dead.
 */
import type { Words } from '../host/memory.js';
import { createWords, HEAD, identityOf } from '../lock/object-memory.js';

/** How many waits have begun. */
const TICKETS = HEAD;
const FIRST = HEAD + 1;
/** How many threads can be seen to wait at once; more wait unseen. */
const ROWS = 256;

/** Whose row it is, or 0; `LEAVING` while it is cleared. */
const THREAD = 0;
const LEAVING = -1;
/** Odd while the row is being written. Never falls, also when the row is another thread's. */
const SEQUENCE = 1;
/** Which wait it is: the number it drew when it began. */
const TICKET = 2;
/** Who owns what it waits for, or 0. */
const OWNER = 3;
/** How long its text is, in bytes. */
const LENGTH = 4;
const ROW_WORDS = 5;

/** Where the texts begin: apart from the rows, so that following owners touches little memory. */
const TEXTS = FIRST + ROWS * ROW_WORDS;
const TEXT_BYTES = 4096;
/** A text that has not stood still for so many looks is that of a thread which died while it wrote. */
const LOOKS = 1000;

/** One row as it was at one moment. */
export interface Row {
  readonly at: number;
  readonly thread: number;
  readonly sequence: number;
  readonly ticket: number;
  readonly owner: number;
}

/** Memory for a table. */
export function createTable(): Words {
  return createWords(TEXTS - HEAD + (ROWS * TEXT_BYTES) / 4);
}

/** The table, as one thread sees it. */
export class WaitTable {
  readonly identity: string;
  readonly memory: SharedArrayBuffer;
  readonly #words: Words;

  constructor(words: Words) {
    this.#words = words;
    this.memory = words.buffer;
    this.identity = identityOf(words);
  }

  /** Draws a number for a wait that begins. */
  drawTicket(): number {
    return Atomics.add(this.#words, TICKETS, 1) + 1;
  }

  /** Finds a row for a thread's wait; `undefined` if all are taken. */
  enter(thread: number): number | undefined {
    for (let at = FIRST; at < TEXTS; at += ROW_WORDS) {
      if (Atomics.compareExchange(this.#words, at + THREAD, 0, thread) === 0) return at;
    }
    return undefined;
  }

  /** Writes one's row. `findOwner` looks who the owner is: within the writing, so that a sequence that is new means a look that is new. */
  write(at: number, ticket: number, findOwner: () => { readonly owner: number; readonly text: string }): void {
    const words = this.#words;
    const odd = Atomics.load(words, at + SEQUENCE) | 1;
    Atomics.store(words, at + SEQUENCE, odd);
    const { owner, text } = findOwner();
    const bytes = new TextEncoder().encode(text).subarray(0, TEXT_BYTES);
    this.#room(at).set(bytes);
    Atomics.store(words, at + LENGTH, bytes.length);
    Atomics.store(words, at + TICKET, ticket);
    Atomics.store(words, at + OWNER, owner);
    Atomics.store(words, at + SEQUENCE, odd + 1);
  }

  /** Gives the row back, unless somebody has done so already. */
  leave(at: number, thread: number): void {
    const words = this.#words;
    if (Atomics.compareExchange(words, at + THREAD, thread, LEAVING) !== thread) return;
    const odd = Atomics.load(words, at + SEQUENCE) | 1;
    Atomics.store(words, at + SEQUENCE, odd);
    Atomics.store(words, at + OWNER, 0);
    Atomics.store(words, at + SEQUENCE, odd + 1);
    Atomics.store(words, at + THREAD, 0);
  }

  /** Gives back what a dead thread left. */
  bury(thread: number): void {
    for (let at = FIRST; at < TEXTS; at += ROW_WORDS) this.leave(at, thread);
  }

  /** All waits that are not being written just now. */
  rows(): readonly Row[] {
    const rows: Row[] = [];
    for (let at = FIRST; at < TEXTS; at += ROW_WORDS) {
      const row = this.#read(at);
      if (row !== undefined && row.thread > 0) rows.push(row);
    }
    return rows;
  }

  /** The circle that this row is part of, beginning with it, as it was at one and the same moment; `undefined` if it was part of none. */
  circleOf(at: number): readonly Row[] | undefined {
    const circle: Row[] = [];
    for (let row = this.#read(at); row !== undefined; row = this.#find(row.owner)) {
      if (row.at === at && circle.length > 0)
        return circle.every((each) => this.#read(each.at)?.sequence === each.sequence) ? circle : undefined;
      // Who waits beside a circle comes upon it, too.
      if (circle.some((each) => each.at === row?.at)) return undefined;
      circle.push(row);
    }
    return undefined;
  }

  /** The text of a wait, or `undefined` if that wait is over. */
  textOf({ at, ticket }: Row): string | undefined {
    for (let look = 0; look < LOOKS; look++) {
      const before = this.#read(at);
      if (before === undefined) continue;
      if (before.ticket !== ticket || before.owner === 0) return undefined;
      const bytes = this.#room(at).slice(0, Atomics.load(this.#words, at + LENGTH));
      if (Atomics.load(this.#words, at + SEQUENCE) === before.sequence) return new TextDecoder().decode(bytes);
    }
    return undefined;
  }

  #find(thread: number): Row | undefined {
    if (thread === 0) return undefined;
    for (let at = FIRST; at < TEXTS; at += ROW_WORDS) {
      if (Atomics.load(this.#words, at + THREAD) === thread) return this.#read(at);
    }
    return undefined;
  }

  /** The row, unless it is being written. */
  #read(at: number): Row | undefined {
    const words = this.#words;
    const sequence = Atomics.load(words, at + SEQUENCE);
    if ((sequence & 1) !== 0) return undefined;
    const thread = Atomics.load(words, at + THREAD);
    const ticket = Atomics.load(words, at + TICKET);
    const owner = Atomics.load(words, at + OWNER);
    return Atomics.load(words, at + SEQUENCE) === sequence ? { at, thread, sequence, ticket, owner } : undefined;
  }

  #room(at: number): Uint8Array {
    const index = (at - FIRST) / ROW_WORDS;
    return new Uint8Array(this.memory, TEXTS * 4 + index * TEXT_BYTES, TEXT_BYTES);
  }
}
