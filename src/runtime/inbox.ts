/**
 * The calls that a worker was sent and has not begun, in the order in which they came.
 */
import type { Encoding, ToWorker } from './messages.js';

/** One call, as a worker runs it. */
export interface Call {
  readonly seq: number;
  readonly key: number;
  readonly args: readonly unknown[];
  readonly encoding: Encoding;
  readonly calls: 'one' | 'all' | 'stop';
  readonly context: unknown;
}

type Calls = Extract<ToWorker, { kind: 'call' | 'calls' }>;

/** Where calls wait. */
export class Inbox {
  readonly #messages: Calls[] = [];
  /** How far the first message has been read. */
  #position = 0;
  #read = 0;

  push(message: Calls): void {
    this.#messages.push(message);
  }

  isEmpty(): boolean {
    return this.#messages.length === 0;
  }

  next(): Call | undefined {
    const message = this.#messages[0];
    if (message === undefined) return undefined;
    if (message.kind === 'call') {
      this.#messages.shift();
      return message;
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
