/**
 * `RefCounted`: the count of references that every Python object has, by itself. It says at once what CPython would crash of later: a use
 * after free, a count below zero, a leak.
 */
import { inspect } from 'node:util';
import { ArgumentError, describe } from '../errors.js';
import { THREAD_NUMBER } from '../host/thread.js';
import { HANDLE, type Handle, opensBy } from '../host/traveller.js';
import { findKnown, remember } from '../lock/known.js';
import { createWords, openWords, type SyncHandle } from '../lock/object-memory.js';
import { checkName } from '../lock/options.js';
import { runBlocking } from '../steps/blocking.js';
import type { Words } from '../steps/step.js';
import { RefCountError } from './errors.js';
import { COUNT_WORDS, decrefBiased, FREED, type Left, LOCAL, leftOf, merge, ONE, OWNER, QUEUED, SHARED, STATES } from './refcount-text.js';

const KIND = 'gil/shared/refcounted';

/**
 * How references are counted. `plain`: by a load and a store; right only where a Global Interpreter Lock protects all who count. `atomic`: by one
 * instruction; always right. `biased`: the maker counts its own by loads and stores, all others together count theirs atomically (PEP 703); always right.
 */
export type Counting = 'plain' | 'atomic' | 'biased';

/** How a `RefCounted` is made. */
export interface RefCountedOptions {
  /** How its references are counted. @default 'biased' */
  readonly counting?: Counting;
  /** For messages. @default 'object' */
  readonly name?: string;
}

/** A `RefCounted` on its way to another thread. It carries no reference. */
export interface RefCountedHandle extends SyncHandle<typeof KIND> {
  /** How its references are counted. */
  readonly counting: Counting;
}

/**
 * A count of references that threads share. It begins with one, its maker's; whoever gives back the last one frees it. Sending it to another
 * thread counts nothing: count one for the other thread first. CPython Include/refcount.h.
 *
 * @example
 * ```ts
 * import { RefCounted } from 'gil/shared';
 * const page = new RefCounted({ name: 'page' });
 * page.dealloc = () => console.log('the last one is gone');
 * page.incref();
 * console.log(page.decref()); // => alive
 * page.decref(); // prints: the last one is gone
 * try {
 *   page.incref();
 * } catch (error) {
 *   console.log((error as { code: string }).code); // => ERR_REFCOUNT
 * }
 * ```
 */
export class RefCounted {
  /** The one of a handle that came from another thread. @throws HandleError */
  static from(handle: RefCountedHandle): RefCounted {
    return findKnown<RefCounted>(openWords(handle, KIND, 'RefCounted.from')) ?? new Opened(handle);
  }

  /** For messages. */
  readonly name: string;
  /** How its references are counted. */
  readonly counting: Counting;
  /** To be sent to another thread by hand; among a task's arguments send the object itself. */
  readonly handle: RefCountedHandle;
  /** What this thread does when it gives back the last reference. CPython `tp_dealloc`. */
  dealloc: (() => void) | undefined;
  readonly #words: Words;

  /**
   * Something with one reference.
   * @throws ArgumentError
   */
  constructor(options?: RefCountedOptions);
  constructor(options: RefCountedOptions | RefCountedHandle = {}) {
    const { counting = 'biased', name = 'object' } = options;
    if (counting !== 'plain' && counting !== 'atomic' && counting !== 'biased') {
      throw new ArgumentError(`RefCounted: counting: expected 'plain', 'atomic' or 'biased'; got ${describe(counting)}`);
    }
    this.counting = counting;
    this.name = checkName(name);
    const words = 'memory' in options ? openWords(options, KIND, 'RefCounted') : create(counting);
    this.handle = { kind: KIND, memory: words.buffer, name, counting };
    this.#words = words;
    remember(this, words);
  }

  /** @internal What of it travels. */
  get [HANDLE](): Handle {
    return this.handle;
  }

  /** How many references there are, as far as this thread can see. */
  get count(): number {
    const words = this.#words;
    this.#mergeQueued();
    return words[LOCAL]! + (Atomics.load(words, SHARED) >> 2);
  }

  /** Whether the last reference was given back. */
  get isFreed(): boolean {
    this.#mergeQueued();
    return Atomics.load(this.#words, FREED) !== 0;
  }

  /**
   * Counts one reference more; `using _mine = object.incref()` gives it back at the end of the block.
   * @throws RefCountError if it is freed already
   */
  incref(): this {
    const words = this.#words;
    if (words[FREED] !== 0) throw this.#usedAfterFree('incref');
    if (this.counting === 'atomic') Atomics.add(words, LOCAL, 1);
    else if (this.counting === 'plain') words[LOCAL]! += 1;
    else if (words[OWNER] === THREAD_NUMBER) {
      words[LOCAL]! += 1;
      this.#mergeQueued();
    } else Atomics.add(words, SHARED, ONE);
    return this;
  }

  /**
   * Gives one reference back. With the last one the object is freed, and this thread's `dealloc` is called.
   * @returns whether it lives
   * @throws RefCountError if it is freed already, or more was given back than was counted
   */
  decref(): 'alive' | 'freed' {
    const words = this.#words;
    if (words[FREED] !== 0) throw this.#usedAfterFree('decref');
    if (this.counting === 'atomic') return this.#leave(leftOf(Atomics.sub(words, LOCAL, 1) - 1));
    if (this.counting === 'plain') {
      words[LOCAL]! -= 1;
      return this.#leave(leftOf(words[LOCAL]!));
    }
    if (words[OWNER] === THREAD_NUMBER) {
      if (words[LOCAL]! > 1) {
        words[LOCAL]! -= 1;
        return this.#mergeQueued();
      }
    } else {
      const shared = Atomics.load(words, SHARED);
      if ((shared & STATES) === 0 && shared > 0 && Atomics.compareExchange(words, SHARED, shared, shared - ONE) === shared) return 'alive';
    }
    return this.#leave(runBlocking(decrefBiased(words, THREAD_NUMBER)));
  }

  /**
   * Says that by now nobody has a reference any more.
   * @throws RefCountError if somebody has: a leak
   */
  assertFreed(): void {
    if (this.isFreed) return;
    throw new RefCountError(
      `RefCounted '${this.name}': a leak: expected that all references were given back; got ${this.count} that ${this.count === 1 ? 'was' : 'were'} not. Call decref for each`,
    );
  }

  /** Gives one reference back, unless it is freed. */
  [Symbol.dispose](): void {
    this.decref();
  }

  /** `<RefCounted 'page' biased, 2 references>`, also for `console.log`. */
  toString(): string {
    const state = this.isFreed ? 'freed' : `${this.count} reference${this.count === 1 ? '' : 's'}`;
    return `<RefCounted '${this.name}' ${this.counting}, ${state}>`;
  }
  /** The same. */
  [inspect.custom](): string {
    return this.toString();
  }

  /** @internal The owner has died: what it had counted is never given back, but nobody waits for it to merge. */
  bury(threadNumber: number): void {
    if (Atomics.load(this.#words, OWNER) === threadNumber) this.#leave(runBlocking(merge(this.#words)));
  }

  /** The owner looks after what others could not give back without it. */
  #mergeQueued(): 'alive' | 'freed' {
    const words = this.#words;
    if ((words[SHARED]! & STATES) !== QUEUED || words[OWNER] !== THREAD_NUMBER) return 'alive';
    return this.#leave(runBlocking(merge(words)));
  }

  #leave(left: Left): 'alive' | 'freed' {
    if (left === 'some') return 'alive';
    if (left === 'negative') {
      throw new RefCountError(
        `RefCounted '${this.name}': a negative count: expected a reference to give back; got more calls of decref than references. Somebody gave back what was not theirs, or an incref was lost`,
      );
    }
    if (Atomics.compareExchange(this.#words, FREED, 0, THREAD_NUMBER) !== 0) throw this.#usedAfterFree('decref');
    this.dealloc?.();
    return 'freed';
  }

  #usedAfterFree(method: string): RefCountError {
    const by = this.#words[FREED]! - 1;
    return new RefCountError(
      `RefCounted '${this.name}': a use after free: expected a live object in ${method}; it was freed by ${by === 0 ? 'the main thread' : `worker ${by}`}. Count a reference for whoever uses it`,
    );
  }
}

/** The constructor as `from` calls it. */
const Opened = RefCounted as unknown as new (handle: RefCountedHandle) => RefCounted;

function create(counting: Counting): Words {
  const words = createWords(COUNT_WORDS);
  words[LOCAL] = 1;
  words[OWNER] = counting === 'biased' ? THREAD_NUMBER : 0;
  return words;
}

opensBy(KIND, RefCounted.from);
