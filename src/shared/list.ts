/**
 * `SharedList`: numbers in a row that grows. `append`, `pop` and their like are one operation each, as in CPython; reading and storing an
 * element is one plain load or store, and `list.set(i, list.at(i) + 1)` is both.
 */
import { inspect } from 'node:util';
import { ArgumentError, describe } from '../errors.js';
import { grow, reserve } from '../host/reserve.js';
import { HANDLE, type Handle, opensBy } from '../host/traveller.js';
import { findKnown, partyAt, remember } from '../lock/known.js';
import { buryMutex, MUTEX_WORDS, type Party } from '../lock/mutex.js';
import { createWords, HEAD, openWords, type SyncHandle } from '../lock/object-memory.js';
import { runBlocking } from '../steps/blocking.js';
import type { Words } from '../steps/step.js';
import { checkIndex, checkNumber, checkSize } from './check.js';
import { SharedIndexError, SharedMemoryError } from './errors.js';
import { within } from './section.js';

const KIND = 'gil/shared/list';

/** How many elements there are. Written within a section, after the elements; read by anybody. */
const LENGTH = HEAD + MUTEX_WORDS;
const WORDS = MUTEX_WORDS + 2;

const BYTES = Float64Array.BYTES_PER_ELEMENT;
/** How many elements a new list has room for. */
const ROOM = 64;
const MAX_LENGTH = 4_194_304;
/** More than that no platform lets one buffer have. */
const MOST = 2 ** 28;

/** A `SharedList` on its way to another thread. */
export interface ListHandle extends SyncHandle<typeof KIND> {
  /** Its elements. */
  readonly items: SharedArrayBuffer;
}

/** How a `SharedList` is made. */
export interface SharedListOptions {
  /** How many elements it may grow to, 1 to 2^28. Address space for them is reserved at once; memory is used as it grows. @default 4194304 */
  readonly maxLength?: number;
}

/**
 * A list of numbers that threads share. CPython Objects/listobject.c.
 *
 * @example
 * ```ts
 * import { SharedList } from 'gil/shared';
 * const list = new SharedList([1, 2]);
 * list.append(3);
 * console.log(list.pop(), list.at(-1), list.length); // => 3 2 2
 * ```
 */
export class SharedList implements Iterable<number> {
  /** The one of a handle that came from another thread. @throws HandleError */
  static from(handle: ListHandle): SharedList {
    return findKnown<SharedList>(openWords(handle, KIND, 'SharedList.from')) ?? new OpenedList(handle);
  }

  /** To be sent to another thread by hand; among a task's arguments send the list itself. */
  readonly handle: ListHandle;
  readonly #words: Words;
  readonly #self: Party;
  /** The elements. A view of fixed length, made anew where it is too short: V8 is slow with one that follows. */
  #items: Float64Array;

  /**
   * @param values its first elements
   * @throws ArgumentError, OutOfRangeError; SharedMemoryError if they are too many
   */
  constructor(values?: Iterable<number>, options?: SharedListOptions);
  constructor(values: Iterable<number> | ListHandle = [], options: SharedListOptions = {}) {
    if (typeof values !== 'object' || values === null) {
      throw new ArgumentError(`SharedList: expected the first elements, such as [1, 2]; got ${describe(values)}`);
    }
    this.handle = 'memory' in values ? values : create(options);
    this.#words = openWords(this.handle, KIND, 'SharedList');
    this.#items = new Float64Array(this.handle.items, 0, this.handle.items.byteLength / BYTES);
    this.#self = partyAt(this.#words);
    remember(this, this.#words);
    if (!('memory' in values)) this.extend(values);
  }

  /** @internal What of it travels. */
  get [HANDLE](): Handle {
    return this.handle;
  }

  /** How many elements there are. */
  get length(): number {
    return this.#words[LENGTH]!;
  }

  /**
   * An element: one plain load; `-1` is the last one.
   * @throws SharedIndexError if there is none
   */
  at(index: number): number {
    const at = checkIndex(index, this.length, 'SharedList');
    return (at < this.#items.length ? this.#items : this.#refresh())[at]!;
  }

  /**
   * Stores an element that is there: one plain store; `-1` is the last one.
   * @throws SharedIndexError if there is none; ArgumentError
   */
  set(index: number, value: number): void {
    const at = checkIndex(index, this.length, 'SharedList');
    (at < this.#items.length ? this.#items : this.#refresh())[at] = checkNumber(value, 'SharedList.set');
  }

  /**
   * Adds an element at the end, in one operation.
   * @throws SharedMemoryError if the list is as long as it may become; ArgumentError
   */
  append(value: number): void {
    checkNumber(value, 'SharedList.append');
    within(this.#self, () => {
      const length = this.#words[LENGTH]!;
      this.#room(length + 1)[length] = value;
      // After the element: whoever sees the length sees what is there.
      Atomics.store(this.#words, LENGTH, length + 1);
    });
  }

  /**
   * Adds all of them at the end, in one operation.
   * @throws SharedMemoryError if there is no room for all: then none is added; ArgumentError
   */
  extend(values: Iterable<number>): void {
    const more = Float64Array.from(values, (value) => checkNumber(value, 'SharedList.extend'));
    within(this.#self, () => {
      const length = this.#words[LENGTH]!;
      this.#room(length + more.length).set(more, length);
      Atomics.store(this.#words, LENGTH, length + more.length);
    });
  }

  /**
   * Adds an element before the one at `index`, in one operation; beyond the ends it is the first or the last.
   * @throws SharedMemoryError, ArgumentError
   */
  insert(index: number, value: number): void {
    checkNumber(value, 'SharedList.insert');
    if (!Number.isInteger(index)) throw new ArgumentError(`SharedList.insert: expected a whole number as index; got ${describe(index)}`);
    within(this.#self, () => {
      const length = this.#words[LENGTH]!;
      const at = Math.min(Math.max(index < 0 ? index + length : index, 0), length);
      const items = this.#room(length + 1);
      items.copyWithin(at + 1, at, length);
      items[at] = value;
      Atomics.store(this.#words, LENGTH, length + 1);
    });
  }

  /**
   * Takes an element out, in one operation: the last one, or that at `index`.
   * @returns the element
   * @throws SharedIndexError if there is none
   */
  pop(index = -1): number {
    return within(this.#self, () => {
      const length = this.#words[LENGTH]!;
      if (length === 0) throw new SharedIndexError('SharedList.pop: expected an element to take out; the list is empty');
      const at = checkIndex(index, length, 'SharedList.pop');
      const items = this.#room(length);
      const value = items[at]!;
      items.copyWithin(at, at + 1, length);
      Atomics.store(this.#words, LENGTH, length - 1);
      return value;
    });
  }

  /** Takes out the first element that is `value`, in one operation; `false` if there is none. */
  remove(value: number): boolean {
    return within(this.#self, () => {
      const length = this.#words[LENGTH]!;
      const items = this.#room(length);
      const at = items.subarray(0, length).indexOf(value);
      if (at === -1) return false;
      items.copyWithin(at, at + 1, length);
      Atomics.store(this.#words, LENGTH, length - 1);
      return true;
    });
  }

  /** Takes all of them out, in one operation. */
  clear(): void {
    within(this.#self, () => Atomics.store(this.#words, LENGTH, 0));
  }

  /** Where the first element that is `value` is, or -1, in one operation. */
  indexOf(value: number): number {
    return this.toArray().indexOf(value);
  }
  /** Whether an element is `value`, in one operation; `NaN` is found, too. */
  includes(value: number): boolean {
    return this.toArray().includes(value);
  }

  /** A copy, in one operation: no other thread's `append` or `pop` falls into the midst of it. */
  toArray(): number[] {
    return within(this.#self, () => {
      const length = this.#words[LENGTH]!;
      return Array.from(this.#room(length).subarray(0, length));
    });
  }

  /** The elements as they are when each is reached. */
  *[Symbol.iterator](): Generator<number, void> {
    for (let index = 0; index < this.length; index += 1) yield (index < this.#items.length ? this.#items : this.#refresh())[index]!;
  }

  /** `<SharedList [ 1, 2 ]>`, also for `console.log`. */
  toString(): string {
    return `<SharedList ${inspect(this.toArray())}>`;
  }
  /** The same. */
  [inspect.custom](): string {
    return this.toString();
  }

  /** @internal */
  bury(threadNumber: number): void {
    runBlocking(buryMutex(this.#self, threadNumber));
  }

  /** The elements, with room for so many. Only within a section. */
  #room(length: number): Float64Array {
    if (length <= this.#items.length) return this.#items;
    const { items } = this.handle;
    const most = items.maxByteLength / BYTES;
    // A half more each time, so that growing is rare.
    const wanted = Math.min(Math.max(length, Math.ceil((items.byteLength / BYTES) * 1.5)), most);
    if (length > most || (length * BYTES > items.byteLength && grow(items, wanted * BYTES) === 'exhausted')) {
      throw new SharedMemoryError(`SharedList: expected at most ${most} elements, got ${length}; give a larger \`maxLength\``);
    }
    return this.#refresh();
  }

  #refresh(): Float64Array {
    this.#items = new Float64Array(this.handle.items, 0, this.handle.items.byteLength / BYTES);
    return this.#items;
  }
}

/** The constructor as `from` calls it. */
const OpenedList = SharedList as unknown as new (handle: ListHandle) => SharedList;

function create(options: SharedListOptions): ListHandle {
  if (typeof options !== 'object' || options === null) {
    throw new ArgumentError(`SharedList: expected { maxLength } as options; got ${describe(options)}`);
  }
  const { maxLength = MAX_LENGTH } = options;
  checkSize(maxLength, MOST, 'SharedList: maxLength');
  const items = reserve(Math.min(ROOM, maxLength) * BYTES, maxLength * BYTES);
  return { kind: KIND, memory: createWords(WORDS).buffer, name: 'SharedList', items };
}

opensBy(KIND, SharedList.from);
