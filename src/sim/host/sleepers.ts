/**
 * Who sleeps on which word: the waiting lists behind `Atomics.wait`, for virtual threads. Which of several sleepers a notification goes to
 * is for nobody to rely on (law 19): whoever has slept longest, as in JavaScript; or, as with the condition variable of glibc, that one,
 * unless somebody is just falling asleep; or any of them.
 */
import type { Words } from '../../steps/step.js';
import type { Random } from '../random.js';

/** Whom a notification goes to. */
export type WakeUpOrder = 'first-come' | 'condition-variable' | 'by-seed';

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

/**
 * How long a thread takes to fall asleep, in nanoseconds: from saying so until the kernel has it in its list, two system calls' time.
 */
const DOZE = 2000;
/**
 * How often a signal that comes within that time finds the thread awake. On the reference machine the one that asked the holder to let go
 * got the lock itself in 41 of 65 hand-overs of two computing threads that were traced, before it slept.
 */
const AWAKE = 0.63;

/**
 * A condition variable of glibc: the one that has slept longest is woken, but whoever has counted itself among the sleepers and is not
 * asleep yet may take the signal. That is mostly the waiter that has just asked the holder to let go: others wait on.
 */
class ConditionVariable<Thread extends Sleeper> extends FirstCome<Thread> {
  readonly #random: Random;
  readonly #now: () => number;
  #last: Thread | undefined;
  #since = 0;

  constructor(random: Random, now: () => number) {
    super();
    this.#random = random;
    this.#now = now;
  }

  override add(thread: Thread): void {
    super.add(thread);
    this.#last = thread;
    this.#since = this.#now();
  }

  override remove(thread: Thread): void {
    super.remove(thread);
    if (this.#last === thread) this.#last = undefined;
  }

  override take(): Thread | undefined {
    const last = this.#last;
    if (last === undefined || this.#now() - this.#since > DOZE || this.#random.upTo(1) >= AWAKE) return super.take();
    this.remove(last);
    return last;
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
  readonly #now: () => number;
  /** By the memory, not the view: every handle brings a view of its own. */
  readonly #lines = new Map<SharedArrayBuffer, Map<number, Line<Thread>>>();

  constructor(order: WakeUpOrder, random: Random, now: () => number) {
    this.#order = order;
    this.#random = random;
    this.#now = now;
  }

  /** Who sleeps on this word; `undefined` if nobody ever has. */
  on({ buffer }: Words, index: number): Line<Thread> | undefined {
    return this.#lines.get(buffer)?.get(index);
  }

  /** The same, begun if need be. */
  begin(words: Words, index: number): Line<Thread> {
    const known = this.on(words, index);
    if (known !== undefined) return known;
    const line = this.#create();
    const lines = this.#lines.get(words.buffer) ?? new Map<number, Line<Thread>>();
    this.#lines.set(words.buffer, lines.set(index, line));
    return line;
  }

  #create(): Line<Thread> {
    switch (this.#order) {
      case 'first-come':
        return new FirstCome();
      case 'condition-variable':
        return new ConditionVariable(this.#random, this.#now);
      case 'by-seed':
        return new BySeed(this.#random);
    }
  }
}
