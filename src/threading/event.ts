/**
 * `Event`: a flag that threads wait for. One word holds the flag and how often it was set, so that a waiter that was there when it was
 * set returns `true`, even if the flag is cleared before it runs.
 */
import { inspect } from 'node:util';
import type { Words } from '../host/memory.js';
import { HANDLE, opensBy } from '../host/traveller.js';
import { findKnown, remember } from '../lock/known.js';
import { createWords, HEAD, openWords, type SyncHandle } from '../lock/object-memory.js';
import { checkName, checkSync } from '../lock/options.js';
import { runBlocking } from '../steps/blocking.js';
import { cas, load, notify, now, type Protocol, wait } from '../steps/step.js';
import type { NamedOptions } from './lock.js';
import { type BlockingOptions, checkWaiting, untilOf, type WaitingOptions, waitLater, waitSync } from './waiting.js';

const KIND = 'gil/threading/event';

/** The flag in its lowest bit; above it how often it went up. */
export const STATE = HEAD;
const SET = 1;

/** Sets the flag and wakes everybody; a flag that is set stays as it is. */
export function* raise(words: Words): Protocol<void> {
  for (let state = yield load(words, STATE); (state & SET) === 0; ) {
    const seen = yield cas(words, STATE, state, (state + 2) | SET);
    if (seen === state) {
      yield notify(words, STATE, Number.POSITIVE_INFINITY);
      return;
    }
    state = seen;
  }
}

/** Clears the flag. Who waits goes on waiting. */
export function* lower(words: Words): Protocol<void> {
  for (let state = yield load(words, STATE); (state & SET) !== 0; ) {
    const seen = yield cas(words, STATE, state, state & ~SET);
    if (seen === state) return;
    state = seen;
  }
}

/** Waits until the flag is set, or has been since: any change from clear is one. `false` if the time `until` came first. */
export function* awaitFlag(words: Words, until: number): Protocol<boolean> {
  const seen = yield load(words, STATE);
  if ((seen & SET) !== 0) return true;
  for (;;) {
    const left = until === Number.POSITIVE_INFINITY ? until : until - (yield now(words));
    if (left <= 0) return false;
    yield wait(words, STATE, seen, left);
    if ((yield load(words, STATE)) !== seen) return true;
  }
}

/**
 * A flag that threads wait for. CPython `threading.Event`.
 *
 * @example
 * ```ts
 * import { Event } from 'gil/threading';
 * const ready = new Event();
 * console.log(await ready.wait({ timeout: 1 })); // => false
 * ready.set();
 * console.log(ready.waitSync()); // => true
 * ```
 */
export class Event {
  /**
   * The event of a handle that came from another thread.
   * @throws HandleError
   */
  static from(handle: SyncHandle<typeof KIND>): Event {
    return findKnown<Event>(openWords(handle, KIND, 'Event.from')) ?? create(handle);
  }

  /** For messages. */
  readonly name: string;
  /** This event, to be sent to another thread by hand. Pools and threads take it among the arguments of a task as it is. */
  readonly handle: SyncHandle<typeof KIND>;
  readonly #words: Words;

  /**
   * An event that is not set.
   * @throws ArgumentError
   */
  constructor(options?: NamedOptions);
  constructor(options: NamedOptions | SyncHandle<typeof KIND> = {}) {
    this.name = checkName(options.name ?? 'event');
    this.#words = 'memory' in options ? openWords(options, KIND, 'Event') : createWords(1);
    this.handle = { kind: KIND, memory: this.#words.buffer, name: this.name };
    remember(this, this.#words);
  }

  /** @internal What of it travels. */
  get [HANDLE](): SyncHandle<typeof KIND> {
    return this.handle;
  }

  /** Whether it is set. */
  isSet(): boolean {
    return (Atomics.load(this.#words, STATE) & SET) !== 0;
  }

  /** Sets it and wakes all who wait. CPython Lib/threading.py: Event.set. */
  set(): void {
    runBlocking(raise(this.#words));
  }

  /** Clears it: from now on whoever comes waits. Who waited when it was set is awake all the same. */
  clear(): void {
    runBlocking(lower(this.#words));
  }

  /**
   * Waits without blocking the thread until it is set.
   * @param options `{ timeout, signal }`, in milliseconds
   * @returns `false` if `timeout` passed first, else `true`
   * @throws LockCancelledError (as every error here: as a rejection) when the signal aborts; ArgumentError, OutOfRangeError
   */
  async wait(options?: WaitingOptions): Promise<boolean> {
    const { until, signal } = checkWaiting(options);
    return waitLater(awaitFlag(this.#words, until), signal);
  }

  /**
   * Blocks the thread until it is set; without the Global Interpreter Lock meanwhile, if it has to wait.
   * @returns `false` if `timeout` (milliseconds) passed first, else `true`
   * @throws ArgumentError, OutOfRangeError; CannotBlockError if it would have to wait and may not
   */
  waitSync(options?: BlockingOptions): boolean {
    const timeout = checkSync(options);
    return this.isSet() || (timeout > 0 && waitSync(awaitFlag(this.#words, untilOf(timeout))));
  }

  /** @internal Its shared words, for the text in the name of another thread. */
  get words(): Words {
    return this.#words;
  }

  /** `<Event 'event' unset>`, also for `console.log`. */
  toString(): string {
    return `<Event '${this.name}' ${this.isSet() ? 'set' : 'unset'}>`;
  }
  /** The same. */
  [inspect.custom](): string {
    return this.toString();
  }
}

/** Outside of the class, which a bundler would otherwise rename for naming itself: its name is in messages. */
function create(options: SyncHandle<typeof KIND>): Event {
  return new Event(options as NamedOptions);
}

opensBy(KIND, Event.from);
