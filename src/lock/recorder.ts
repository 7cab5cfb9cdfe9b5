/**
 * The event log of a lock: a ring in shared memory that every thread of the lock writes to and any may read. A slot is drawn by one
 * atomic addition, next to the event itself, so the order of the slots is the order of what happened to the lock. When the ring is
 * full the oldest events give way.
 */
import type { DropReason, LockEvent } from '../events.js';
import { now } from '../host/clock.js';
import { allocate, type Words } from '../host/memory.js';

/** Head: how many events there were so far. Written by whoever records. */
const DRAWN = 0;
const HEAD = 8;
/** A record: its number from 1, written last; what, who, its thread's number, the switch number, a detail; the time as a 64-bit float. */
const RECORD = 8;
const [NUMBER, KIND, IDENT, THREAD, SWITCHES, DETAIL, TIME] = [0, 1, 2, 3, 4, 5, 3] as const;

const KINDS = ['wait', 'take', 'give-up', 'request', 'drop', 'abandoned'] as const satisfies readonly LockEvent['type'][];
const REASONS = ['forced', 'voluntary', 'final'] as const satisfies readonly DropReason[];

/** What happened: the part of an event that only whoever records it knows. */
export type Happened =
  | { readonly type: 'wait' | 'take' | 'give-up' | 'abandoned' }
  | { readonly type: 'request'; readonly holder: number }
  | { readonly type: 'drop'; readonly reason: DropReason };

/** Where a protocol writes down what it does. */
export interface Recorder {
  record(what: Happened, who: { readonly ident: number; readonly thread: number; readonly switchNumber: number }): void;
}

/** Memory for `capacity` events. */
export function createLog(capacity: number): SharedArrayBuffer {
  return allocate(HEAD + capacity * RECORD).buffer;
}

/** Writes to a log and reads it. */
export class EventLog implements Recorder {
  readonly #words: Words;
  readonly #times: Float64Array;
  readonly #capacity: number;

  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory);
    this.#times = new Float64Array(memory);
    this.#capacity = (this.#words.length - HEAD) / RECORD;
  }

  record(what: Happened, { ident, thread, switchNumber }: { ident: number; thread: number; switchNumber: number }): void {
    const words = this.#words;
    const drawn = Atomics.add(words, DRAWN, 1);
    const at = HEAD + (drawn % this.#capacity) * RECORD;
    // A reader must not take half of this for an event: first unpublished, then written, then published.
    Atomics.store(words, at + NUMBER, 0);
    words[at + KIND] = KINDS.indexOf(what.type);
    words[at + IDENT] = ident;
    words[at + THREAD] = thread;
    words[at + SWITCHES] = switchNumber;
    words[at + DETAIL] = what.type === 'drop' ? REASONS.indexOf(what.reason) : what.type === 'request' ? what.holder : 0;
    this.#times[at / 2 + TIME] = now();
    Atomics.store(words, at + NUMBER, drawn + 1);
  }

  /** Everything that is still there, oldest first. Events that are being written at this moment are left out, and what came after them. */
  read(): LockEvent[] {
    const drawn = Atomics.load(this.#words, DRAWN);
    const events: LockEvent[] = [];
    for (let number = Math.max(0, drawn - this.#capacity); number < drawn; number += 1) {
      const event = this.#readOne(number);
      if (event !== undefined) events.push(event);
      else if (events.length > 0) break;
    }
    return events;
  }

  #readOne(number: number): LockEvent | undefined {
    const words = this.#words;
    const at = HEAD + (number % this.#capacity) * RECORD;
    if (Atomics.load(words, at + NUMBER) !== number + 1) return undefined;
    const [kind = 0, ident = 0, thread = 0, switchNumber = 0, detail = 0] = words.subarray(at + KIND, at + KIND + 5);
    const time = this.#times[at / 2 + TIME] ?? 0;
    // Overwritten while it was read?
    if (Atomics.load(words, at + NUMBER) !== number + 1) return undefined;
    const happening = { time, ident, threadId: thread - 1, switchNumber };
    const type = KINDS[kind] ?? 'wait';
    if (type === 'drop') return { type, ...happening, reason: REASONS[detail] ?? 'final' };
    if (type === 'request') return { type, ...happening, holder: detail };
    return { type, ...happening };
  }
}
