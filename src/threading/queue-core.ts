/**
 * The inside of every queue: one mutex, three lines, the items. What can be done at once is done without a step of the protocol, in one
 * compare-and-swap in and one out; whoever finds the mutex taken, or has to wait, looks a while before it sleeps: a thread that sleeps and
 * is woken for each item moves a hundredth of the items. It looks without the Global Interpreter Lock, so that others can bring what it waits for.
 */
import { notify, type Words } from '../host/memory.js';
import { reserve } from '../host/reserve.js';
import { CORES, THREAD_NUMBER } from '../host/thread.js';
import { partyAt } from '../lock/known.js';
import { buryMutex, dropMutex, FREE, type Party, STATE } from '../lock/mutex.js';
import { createWords, type SyncHandle } from '../lock/object-memory.js';
import { releaseForIO } from '../runtime/release.js';
import { runBlocking } from '../steps/blocking.js';
import type { Protocol } from '../steps/step.js';
import type { Order, Packed } from './queue-items.js';
import {
  ALL_DONE,
  BYTES,
  CAPACITY,
  DONES,
  type DRAINING,
  type IMMEDIATE,
  LOOPS,
  MAX_SIZE,
  NOT_EMPTY,
  NOT_FULL,
  OPEN,
  QUEUE_WORDS,
  SHUT,
  sizeOf,
  unfinishedIn,
} from './queue-layout.js';
import { beckon, type Errand, running, wakeAll } from './queue-protocol.js';
import { FIRST_CAPACITY, MOST_SLOTS, Slots } from './queue-slots.js';
import { AT_ONCE, waitLater } from './waiting.js';

/** How often a thread looks for the mutex, and for what it waits for, before it sleeps: some microseconds. In vain if threads cannot run at once. */
const LOOKS_FOR_MUTEX = CORES > 1 ? 200 : 0;
const LOOKS = CORES > 1 ? 1000 : 0;
const FIRST_BYTES = 4096;
/** 1 GiB of address space, for slots, and for blocks unless it is told otherwise. */
export const MOST_BYTES = MOST_SLOTS * 8;

/** Instead of an outcome. */
export const LATE = Symbol('late');
export const SHUT_DOWN = Symbol('shut down');

/** A queue on its way to another thread. */
export interface QueueHandle<Kind extends string = string> extends SyncHandle<Kind> {
  /** The items: numbers, and where the others are. */
  readonly slots: SharedArrayBuffer;
  /** The items that are not numbers. */
  readonly blocks: SharedArrayBuffer;
}

/** The shared memory of a new queue. */
export function createQueueMemory<Kind extends string>(kind: Kind, name: string, maxBytes: number): QueueHandle<Kind> {
  const words = createWords(QUEUE_WORDS);
  words[CAPACITY] = FIRST_CAPACITY;
  words[BYTES] = Math.min(FIRST_BYTES, maxBytes);
  const slots = reserve(FIRST_CAPACITY * 8, MOST_BYTES);
  return { kind, memory: words.buffer, name, slots, blocks: reserve(Math.min(FIRST_BYTES, maxBytes), maxBytes) };
}

/** What putting and getting come to. */
export type PutOutcome = 'done' | typeof LATE | typeof SHUT_DOWN;
export type GetOutcome = number | Packed | typeof LATE | typeof SHUT_DOWN;

/** One thread at one queue. */
export class QueueCore {
  readonly words: Words;
  readonly #self: Party;
  readonly #slots: Slots;
  readonly #getting: Errand<number | Packed | typeof SHUT_DOWN>;
  readonly #joining: Errand<'done'>;
  /** The line that somebody was called from, until it is woken. */
  #beckoned = 0;

  constructor(words: Words, { slots, blocks }: QueueHandle, order: Order) {
    this.words = words;
    this.#self = partyAt(words);
    this.#slots = new Slots(words, slots, blocks, order);
    this.#getting = this.#errand(NOT_EMPTY, this.#hasItem, this.#get);
    this.#joining = this.#errand(ALL_DONE, this.#isAllDone, () => 'done');
  }

  /** Puts an item in if there is room; else `LATE`. */
  tryPut(item: number | Packed): PutOutcome {
    if (!this.#tryEnter()) return this.#sleep(this.#putting(item), AT_ONCE);
    try {
      return this.#hasRoom() ? this.#put(item) : LATE;
    } finally {
      this.#leave();
    }
  }

  /** Takes the next item out if there is one; else `LATE`. */
  tryGet(): GetOutcome {
    if (!this.#tryEnter()) return this.#sleep(this.#getting, AT_ONCE);
    try {
      return this.#hasItem() ? this.#get() : LATE;
    } finally {
      this.#leave();
    }
  }

  /** Waits for room, blocking the thread. */
  putSync(item: number | Packed, until: number): PutOutcome {
    return this.#block(this.#putting(item), until);
  }
  /** Waits for room in a promise. */
  put(item: number | Packed, until: number, signal: AbortSignal | undefined): Promise<PutOutcome> {
    return this.#later(this.#putting(item), until, signal);
  }
  /** Waits for an item, blocking the thread. */
  getSync(until: number): GetOutcome {
    return this.#block(this.#getting, until);
  }
  /** Waits for an item in a promise. */
  get(until: number, signal: AbortSignal | undefined): Promise<GetOutcome> {
    return this.#later(this.#getting, until, signal);
  }
  /** Waits until all is done, blocking the thread. */
  joinSync(until: number): 'done' | typeof LATE {
    return this.#isAllDone() ? 'done' : this.#block(this.#joining, until);
  }
  /** Waits until all is done, in a promise. */
  async join(until: number, signal: AbortSignal | undefined): Promise<'done' | typeof LATE> {
    return this.#isAllDone() && !signal?.aborted ? 'done' : this.#later(this.#joining, until, signal);
  }

  /** @internal Waiting for room, an item, or the end of all, as texts that somebody else drives. */
  *putSteps(item: number | Packed, until: number): Protocol<PutOutcome> {
    return this.#finish(yield* running(this.#putting(item), until));
  }
  /** @internal */
  *getSteps(until: number): Protocol<GetOutcome> {
    return this.#finish(yield* running(this.#getting, until));
  }
  /** @internal */
  *joinSteps(until: number): Protocol<'done' | typeof LATE> {
    return this.#finish(yield* running(this.#joining, until));
  }

  /** One more is done; says so if there was none left. */
  taskDone(): 'done' | 'too often' {
    return this.#atOnce((): 'done' | 'too often' => {
      const { words } = this;
      if (unfinishedIn(words) === 0) return 'too often';
      words[DONES]! += 1;
      if (unfinishedIn(words) === 0) runBlocking(wakeAll(words, ALL_DONE));
      return 'done';
    });
  }

  /** From now on nothing is put in; with `IMMEDIATE` nothing is taken out either. */
  shutdown(mode: typeof DRAINING | typeof IMMEDIATE): void {
    this.#atOnce(() => {
      this.words[SHUT] = Math.max(this.words[SHUT]!, mode);
      this.#callAll();
    });
  }

  /** From now on it holds so many. */
  resize(maxSize: number): void {
    this.#atOnce(() => {
      this.words[MAX_SIZE] = maxSize;
      this.#callAll();
    });
  }

  /** A thread has died: its mutex is taken back, and a wake-up that it was given, or was about to give, is given to all. */
  bury(threadNumber: number): void {
    runBlocking(buryMutex(this.#self, threadNumber));
    this.#callAll();
  }

  readonly #hasRoom = (): boolean => {
    const { words } = this;
    return words[MAX_SIZE] === 0 || sizeOf(words) < words[MAX_SIZE]! || words[SHUT] !== OPEN;
  };
  readonly #hasItem = (): boolean => sizeOf(this.words) > 0 || this.words[SHUT] !== OPEN;
  readonly #isAllDone = (): boolean => unfinishedIn(this.words) === 0;

  #put(item: number | Packed): 'done' | typeof SHUT_DOWN {
    if (this.words[SHUT] !== OPEN) return SHUT_DOWN;
    this.#slots.push(item);
    if (beckon(this.words, NOT_EMPTY)) this.#beckoned = NOT_EMPTY;
    return 'done';
  }

  readonly #get = (): number | Packed | typeof SHUT_DOWN => {
    if (sizeOf(this.words) === 0) return SHUT_DOWN;
    const item = this.#slots.pop();
    if (beckon(this.words, NOT_FULL)) this.#beckoned = NOT_FULL;
    return item;
  };

  #putting(item: number | Packed): Errand<'done' | typeof SHUT_DOWN> {
    const go = (): 'done' | typeof SHUT_DOWN => {
      let outcome: 'room left' | 'done' | typeof SHUT_DOWN = 'room left';
      try {
        outcome = this.#put(item);
        return outcome;
      } finally {
        // No memory for this one. Whoever else waits may have something smaller.
        if (outcome === 'room left' && beckon(this.words, NOT_FULL)) this.#beckoned = NOT_FULL;
      }
    };
    return this.#errand(NOT_FULL, this.#hasRoom, go);
  }

  #errand<T>(line: number, isReady: () => boolean, go: () => T): Errand<T> {
    return { self: this.#self, line, isReady, go, called: this.#called };
  }

  readonly #called = (): number => {
    const line = this.#beckoned;
    this.#beckoned = 0;
    return line;
  };

  #callAll(): void {
    for (const line of [NOT_EMPTY, NOT_FULL, ALL_DONE]) runBlocking(wakeAll(this.words, line));
  }

  /** Under the mutex, which nobody has for long. */
  #atOnce<T>(go: () => T): T {
    if (!this.#tryEnter())
      return this.#sleep(
        this.#errand(ALL_DONE, () => true, go),
        AT_ONCE,
      ) as T;
    try {
      return go();
    } finally {
      this.#leave();
    }
  }

  /** Waits until the errand can be done, and does it, blocking the thread: awake for a while, then asleep. */
  #block<T>(errand: Errand<T>, until: number): T | typeof LATE {
    return releaseForIO(() => {
      for (let looks = LOOKS; looks > 0; looks--) {
        if (!errand.isReady() || !this.#tryEnter()) continue;
        try {
          if (errand.isReady()) return errand.go();
        } finally {
          this.#leave();
        }
      }
      return this.#finish(runBlocking(running(errand, until)));
    });
  }

  /** The same, without looking first. */
  #sleep<T>(errand: Errand<T>, until: number): T | typeof LATE {
    return this.#finish(releaseForIO(() => runBlocking(running(errand, until))));
  }

  /** The same in a promise, whose event loop goes on meanwhile. */
  async #later<T>(errand: Errand<T>, until: number, signal: AbortSignal | undefined): Promise<T | typeof LATE> {
    return this.#finish(await waitLater(running(errand, until), signal));
  }

  #finish<T>(outcome: { readonly value: T } | 'late'): T | typeof LATE {
    return outcome === 'late' ? LATE : outcome.value;
  }

  /** Takes the mutex if it is free soon. */
  #tryEnter(): boolean {
    const { words } = this;
    if (Atomics.compareExchange(words, STATE, FREE, THREAD_NUMBER) === FREE) return true;
    for (let looks = LOOKS_FOR_MUTEX; looks > 0; looks--) {
      if (Atomics.load(words, STATE) === FREE && Atomics.compareExchange(words, STATE, FREE, THREAD_NUMBER) === FREE) return true;
    }
    return false;
  }

  #leave(): void {
    const { words } = this;
    if (Atomics.compareExchange(words, STATE, THREAD_NUMBER, FREE) !== THREAD_NUMBER) runBlocking(dropMutex(this.#self));
    const line = this.#beckoned;
    if (line === 0) return;
    this.#beckoned = 0;
    notify(words, line, 1 + Atomics.load(words, line + LOOPS));
  }
}
