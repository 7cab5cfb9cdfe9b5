/**
 * Shared memory and how a thread sleeps on it: the only place that names `Atomics.wait`, `waitAsync` and `notify`.
 */
import { CannotBlockError } from '../errors.js';
import { hold, letGo } from './keep-alive.js';

/** Memory that every thread of a lock sees: 32-bit words over one SharedArrayBuffer. */
export type Words = Int32Array<SharedArrayBuffer>;

/** How a wait ended: somebody notified; the word had changed before the sleep; the time was up. */
export const WOKEN = 0;
export const CHANGED = 1;
export const TIMED_OUT = 2;
export type WaitOutcome = typeof WOKEN | typeof CHANGED | typeof TIMED_OUT;

const OUTCOME = { ok: WOKEN, 'not-equal': CHANGED, 'timed-out': TIMED_OUT } as const;

/** `count` zeroed words. */
export function allocate(count: number): Words {
  return arena === undefined ? new Int32Array(new SharedArrayBuffer(count * 4)) : arena.allocate(count);
}

/** Memory for objects that are made anew time and again, and of which the last ones are forgotten: the same memory each time, zeroed. */
export class Arena {
  readonly #pieces: Words[] = [];
  #next = 0;

  /** Calls `make`, whose allocations come from here: in the same order, the same memory as the last time. */
  fill<T>(make: () => T): T {
    const outer = arena;
    arena = this;
    this.#next = 0;
    try {
      return make();
    } finally {
      arena = outer;
    }
  }

  /** @internal */
  allocate(count: number): Words {
    const at = this.#next;
    this.#next += 1;
    const known = this.#pieces[at];
    if (known?.length === count) return known.fill(0);
    const words = new Int32Array(new SharedArrayBuffer(count * 4));
    this.#pieces[at] = words;
    return words;
  }
}

let arena: Arena | undefined;

/** Whether objects are being made that nobody will look for, and that no other thread will ever see. */
export function isPassing(): boolean {
  return arena !== undefined;
}

/** A word that nobody ever changes. */
export const NOTHING = allocate(1);

/**
 * Sleeps while `words[index]` is `seen`, for at most `timeout` ms. Blocks the thread.
 * @throws CannotBlockError on a thread that may not
 */
export function waitBlocking(words: Words, index: number, seen: number, timeout: number): WaitOutcome {
  try {
    return OUTCOME[Atomics.wait(words, index, seen, timeout)];
  } catch (cause) {
    // On words like these it throws for one reason only.
    throw cannotBlock(cause);
  }
}

let ability: boolean | undefined;

/** Whether this thread may block. Worker threads may, and so may the main threads of Node, Bun and Deno; that of a web page may not. */
export function mayBlock(): boolean {
  ability ??= tryToBlock();
  return ability;
}

function tryToBlock(): boolean {
  try {
    Atomics.wait(NOTHING, 0, 1, 0);
    return true;
  } catch {
    return false;
  }
}

/** What a thread that may not block is told when it would have to. */
export function cannotBlock(cause?: unknown): CannotBlockError {
  return new CannotBlockError(
    "this thread would have to block, and it may not: expected a worker; got a thread such as a web page's main thread. " +
      'Use `await lock.acquire()`, `runExclusive` and `await lock.checkpointAsync()`, which never block',
    cause === undefined ? undefined : { cause },
  );
}

/** A sleep that does not block the thread: over already, or a promise and a way to give it up. */
export interface AsyncWait {
  readonly outcome: Promise<WaitOutcome>;
  /** Stop waiting. A wake-up that was meant for this sleeper goes to the next one, so that none is eaten. */
  abandon(): void;
}

/** No async sleep is longer: one that was given up stays in the platform's line until it is woken or its time is up. */
const LONGEST = 1000;

/** Like `waitBlocking`, without blocking; keeps the process alive until it ends. Its time may be up early: whoever minds looks at the clock. */
export function waitAsync(words: Words, index: number, seen: number, timeout: number): WaitOutcome | AsyncWait {
  const wait = Atomics.waitAsync(words, index, seen, Math.min(timeout, LONGEST));
  if (!wait.async) return OUTCOME[wait.value];
  let state: 'waiting' | 'abandoned' | 'over' = 'waiting';
  hold();
  const outcome = wait.value.then((value) => {
    if (state === 'waiting') letGo();
    else if (value === 'ok') Atomics.notify(words, index, 1);
    state = 'over';
    return OUTCOME[value];
  });
  return {
    outcome,
    abandon() {
      if (state !== 'waiting') return;
      state = 'abandoned';
      letGo();
    },
  };
}

/** Wakes up to `count` sleepers on `words[index]`; blocking and async ones stand in one queue, first come first woken. */
export function notify(words: Words, index: number, count: number): number {
  return Atomics.notify(words, index, count);
}

/** Blocks the thread for `ms` milliseconds. */
export function sleepBlocking(ms: number): void {
  waitBlocking(NOTHING, 0, 0, ms);
}
