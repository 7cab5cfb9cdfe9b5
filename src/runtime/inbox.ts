/**
 * The calls that a worker was sent and has not begun, in the order in which they came.
 */
import type { ToWorker } from './messages.js';

/** One call, as a worker runs it. */
export interface Call extends Omit<Extract<ToWorker, { kind: 'call' }>, 'kind'> {
  /** Why it could not be made out, if so. Then nothing is known of it but its number. */
  readonly unreadable?: { readonly cause: unknown };
}

type Calls = Extract<ToWorker, { kind: 'call' | 'calls' }>;

/** Where calls wait. */
export class Inbox {
  readonly #messages: (Calls | { readonly kind: 'unreadable'; readonly cause: unknown })[] = [];
  /** How far the first message has been read. */
  #position = 0;
  #read = 0;
  #last = -1;

  push(message: Calls): void {
    this.#messages.push(message);
  }

  /** A call has come that cannot be made out. Only calls hold what may be like that. */
  pushUnreadable(cause: unknown): void {
    this.#messages.push({ kind: 'unreadable', cause });
  }

  isEmpty(): boolean {
    return this.#messages.length === 0;
  }

  next(): Call | undefined {
    const call = this.#take();
    if (call !== undefined) this.#last = call.seq;
    return call;
  }

  #take(): Call | undefined {
    const message = this.#messages[0];
    if (message === undefined) return undefined;
    if (message.kind === 'call') {
      this.#messages.shift();
      return message;
    }
    if (message.kind === 'unreadable') {
      this.#messages.shift();
      // The numbers of calls have no gaps, so it is the one after the last.
      return { seq: this.#last + 1, key: -1, args: NONE, encoding: 'plain', calls: 'one', context: undefined, unreadable: message };
    }
    const { first, calls } = message;
    const from = this.#position + 2;
    const to = from + (calls[this.#position + 1] as number);
    const call: Call = {
      seq: first + this.#read,
      key: calls[this.#position] as number,
      args: from === to ? NONE : calls.slice(from, to),
      encoding: 'plain',
      calls: 'one',
      context: undefined,
    };
    this.#position = to;
    this.#read += 1;
    if (to === calls.length) {
      this.#messages.shift();
      this.#position = 0;
      this.#read = 0;
    }
    return call;
  }
}

const NONE: readonly unknown[] = [];
