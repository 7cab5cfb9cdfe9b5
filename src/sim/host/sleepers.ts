/**
 * Who sleeps on which word: the waiting lists behind `Atomics.wait`, for virtual threads. Which of several sleepers a notification goes to
 * is for nobody to rely on (law 19): whoever has slept longest, as in JavaScript, or any of them, as with a condition variable of POSIX.
 */
import type { Words } from '../../steps/step.js';
import type { Random } from '../random.js';

/** Whom a notification goes to. */
export type WakeUpOrder = 'first-come' | 'by-seed';

/** Who sleeps: in one line at a time. */
export interface Sleeper {
  /** Which place it has there. */
  seat: number;
}

/** All who sleep on one word. */
export interface Line<Thread> {
  /** Falls asleep. */
  add(thread: Thread): void;
  /** Wakes up by itself. */
  remove(thread: Thread): void;
  /** Takes out one, to be woken. */
  take(): Thread | undefined;
}

/** Who has slept longest is woken first. */
export class FirstCome<Thread> implements Line<Thread>, Iterable<Thread> {
  readonly #threads = new Set<Thread>();

  add(thread: Thread): void {
    this.#threads.add(thread);
  }

  remove(thread: Thread): void {
    this.#threads.delete(thread);
  }

  take(): Thread | undefined {
    for (const thread of this.#threads) {
      this.#threads.delete(thread);
      return thread;
    }
    return undefined;
  }

  [Symbol.iterator](): Iterator<Thread> {
    return this.#threads.values();
  }
}

/** Any may be woken. */
class BySeed<Thread extends Sleeper> implements Line<Thread> {
  readonly #threads: Thread[] = [];
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  add(thread: Thread): void {
    thread.seat = this.#threads.length;
    this.#threads.push(thread);
  }

  remove(thread: Thread): void {
    const { seat } = thread;
    if (this.#threads[seat] !== thread) return;
    const last = this.#threads.pop()!;
    if (last === thread) return;
    this.#threads[seat] = last;
    last.seat = seat;
  }

  take(): Thread | undefined {
    const { length } = this.#threads;
    const thread = this.#threads[length > 1 ? this.#random.below(length) : 0];
    if (thread !== undefined) this.remove(thread);
    return thread;
  }
}

export class Sleepers<Thread extends Sleeper> {
  readonly #order: WakeUpOrder;
  readonly #random: Random;
  /** By the memory, not the view: every handle brings a view of its own. */
  readonly #lines = new Map<SharedArrayBuffer, Map<number, Line<Thread>>>();

  constructor(order: WakeUpOrder, random: Random) {
    this.#order = order;
    this.#random = random;
  }

  /** Who sleeps on this word; `undefined` if nobody ever has. */
  on({ buffer }: Words, index: number): Line<Thread> | undefined {
    return this.#lines.get(buffer)?.get(index);
  }

  /** The same, begun if need be. */
  begin(words: Words, index: number): Line<Thread> {
    const known = this.on(words, index);
    if (known !== undefined) return known;
    const line = this.#order === 'first-come' ? new FirstCome<Thread>() : new BySeed<Thread>(this.#random);
    const lines = this.#lines.get(words.buffer) ?? new Map<number, Line<Thread>>();
    this.#lines.set(words.buffer, lines.set(index, line));
    return line;
  }
}
