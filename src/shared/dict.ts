/**
 * `SharedDict`: numbers under string or number keys. Each method is one operation that no other thread can come between, as those of
 * CPython's `dict` are; `dict.set(key, dict.get(key) + 1)` is two.
 */
import { inspect } from 'node:util';
import { ArgumentError, describe } from '../errors.js';
import { HANDLE, type Handle, opensBy } from '../host/traveller.js';
import { findKnown, partyAt, remember } from '../lock/known.js';
import { ABANDONED, buryMutex, MUTEX_WORDS, type Party } from '../lock/mutex.js';
import { createWords, openWords, type SyncHandle } from '../lock/object-memory.js';
import { runBlocking } from '../steps/blocking.js';
import { checkNumber, checkSize } from './check.js';
import { checkKey, type Key } from './key.js';
import { within } from './section.js';
import { createTable, TABLE_WORDS, Table, type TableMemory } from './table.js';

const KIND = 'gil/shared/dict';
const MAX_SIZE = 1_048_576;
/** More than that the index could not number. */
const MOST = 2 ** 25;

/** A `SharedDict` on its way to another thread. */
export interface DictHandle extends SyncHandle<typeof KIND> {
  /** Its insides. */
  readonly table: TableMemory;
}

/** How a `SharedDict` is made. */
export interface SharedDictOptions {
  /**
   * How many keys it may grow to, 1 to 2^25; string keys may have 64 bytes each on an average. Address space for them is reserved at once;
   * memory is used as it grows. @default 1048576
   */
  readonly maxSize?: number;
}

/**
 * A dictionary that threads share: strings of up to 255 bytes and numbers are keys, numbers are values. Its keys are in the order in which
 * they came. CPython Objects/dictobject.c.
 *
 * @example
 * ```ts
 * import { SharedDict } from 'gil/shared';
 * const stock = new SharedDict({ apples: 3 });
 * stock.set('pears', 1).set(7, 0.5);
 * console.log(stock.get('apples'), stock.get('plums'), [...stock.keys()]); // => 3 undefined [ 'apples', 'pears', 7 ]
 * ```
 */
export class SharedDict implements Iterable<[string | number, number]> {
  /** The one of a handle that came from another thread. @throws HandleError */
  static from(handle: DictHandle): SharedDict {
    return findKnown<SharedDict>(openWords(handle, KIND, 'SharedDict.from')) ?? new OpenedDict(handle);
  }

  /** To be sent to another thread by hand; among a task's arguments send the dictionary itself. */
  readonly handle: DictHandle;
  readonly #self: Party;
  readonly #table: Table;

  /**
   * @param content what it begins with: an object, or pairs of keys and values
   * @throws ArgumentError, OutOfRangeError, SharedKeyError, SharedMemoryError
   */
  constructor(content?: Readonly<Record<string, number>> | Iterable<readonly [string | number, number]>, options?: SharedDictOptions);
  constructor(
    content: Readonly<Record<string, number>> | Iterable<readonly [Key, number]> | DictHandle = {},
    options: SharedDictOptions = {},
  ) {
    if (typeof content !== 'object' || content === null) {
      throw new ArgumentError(`SharedDict: expected what it begins with, such as { apples: 3 }; got ${describe(content)}`);
    }
    const given = isHandle(content) ? content : undefined;
    this.handle = given ?? create(options);
    const words = openWords(this.handle, KIND, 'SharedDict');
    this.#self = partyAt(words);
    this.#table = new Table(words, this.handle.table);
    remember(this, words);
    if (given !== undefined) return;
    const pairs =
      Symbol.iterator in content
        ? (content as Iterable<readonly [Key, number]>)
        : Object.entries(content as Readonly<Record<string, number>>);
    for (const [key, value] of pairs) this.set(key, value);
  }

  /** @internal What of it travels. */
  get [HANDLE](): Handle {
    return this.handle;
  }

  /** How many keys there are. */
  get size(): number {
    return this.#within(() => this.#table.size);
  }

  /**
   * The value of a key; `undefined` if it is not there.
   * @throws SharedKeyError
   */
  get(key: string | number): number | undefined {
    const checked = checkKey(key);
    return this.#within(() => this.#table.get(checked));
  }

  /** Whether the key is there. @throws SharedKeyError */
  has(key: string | number): boolean {
    return this.get(key) !== undefined;
  }

  /**
   * Stores a value under a key, new or not.
   * @throws SharedKeyError, ArgumentError; SharedMemoryError if there are as many keys as there may be
   */
  set(key: string | number, value: number): this {
    const checked = checkKey(key);
    checkNumber(value, 'SharedDict.set');
    this.#within(() => this.#table.set(checked, value));
    return this;
  }

  /**
   * The value of a key, which gets `value` if it is not there: one operation, so of all threads that try just one stores its own. CPython `dict.setdefault`.
   * @throws as `set`
   */
  setDefault(key: string | number, value: number): number {
    const checked = checkKey(key);
    checkNumber(value, 'SharedDict.setDefault');
    return this.#within(() => {
      const seen = this.#table.get(checked);
      if (seen === undefined) this.#table.set(checked, value);
      return seen ?? value;
    });
  }

  /** Takes a key out; says whether it was there. @throws SharedKeyError */
  delete(key: string | number): boolean {
    return this.pop(key) !== undefined;
  }

  /**
   * Takes a key out: one operation, so of all threads that try just one gets the value. CPython `dict.pop`.
   * @returns its value; `undefined` if it was not there
   * @throws SharedKeyError
   */
  pop(key: string | number): number | undefined {
    const checked = checkKey(key);
    return this.#within(() => this.#table.delete(checked));
  }

  /** Takes all keys out. */
  clear(): void {
    this.#within(() => this.#table.clear());
  }

  /** The keys at this moment. */
  keys(): IterableIterator<string | number> {
    return this.#copy()
      .map(([key]) => key)
      .values();
  }
  /** The values at this moment. */
  values(): IterableIterator<number> {
    return this.#copy()
      .map(([, value]) => value)
      .values();
  }
  /** The keys with their values at this moment. */
  entries(): IterableIterator<[string | number, number]> {
    return this.#copy().values();
  }
  /** The same. */
  [Symbol.iterator](): IterableIterator<[string | number, number]> {
    return this.entries();
  }

  /** `<SharedDict { 'apples' => 3 }>`, also for `console.log`. */
  toString(): string {
    return `<SharedDict ${inspect(new Map(this.#copy())).replace(/^Map\(\d+\) /, '')}>`;
  }
  /** The same. */
  [inspect.custom](): string {
    return this.toString();
  }

  /** @internal */
  bury(threadNumber: number): void {
    runBlocking(buryMutex(this.#self, threadNumber));
  }

  #copy(): [Key, number][] {
    return this.#within(() => this.#table.entries());
  }

  #within<T>(operation: () => T): T {
    return within(this.#self, () => {
      this.#check();
      return operation();
    });
  }

  /** A thread may have died within a section. */
  #check(): void {
    const { words } = this.#self;
    if (words[ABANDONED] === 0) return;
    words[ABANDONED] = 0;
    this.#table.recover();
  }
}

/** The constructor as `from` calls it. */
const OpenedDict = SharedDict as unknown as new (handle: DictHandle) => SharedDict;

function isHandle(content: object): content is DictHandle {
  return 'kind' in content && 'table' in content && (content.kind as unknown) === KIND;
}

function create(options: SharedDictOptions): DictHandle {
  if (typeof options !== 'object' || options === null) {
    throw new ArgumentError(`SharedDict: expected { maxSize } as options; got ${describe(options)}`);
  }
  const { maxSize = MAX_SIZE } = options;
  checkSize(maxSize, MOST, 'SharedDict: maxSize');
  const words = createWords(MUTEX_WORDS + TABLE_WORDS);
  return { kind: KIND, memory: words.buffer, name: 'SharedDict', table: createTable(words, maxSize) };
}

opensBy(KIND, SharedDict.from);
