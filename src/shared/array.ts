/**
 * `SharedArray`: numbers of one type in a row of fixed length. Elements are plain loads and stores; `values` is the typed array itself.
 */
import { inspect } from 'node:util';
import { ArgumentError, describe, OutOfRangeError } from '../errors.js';
import { HANDLE, type Handle, opensBy } from '../host/traveller.js';
import { findKnown, remember } from '../lock/known.js';
import { createWords, HEAD, openWords, type SyncHandle } from '../lock/object-memory.js';
import { checkIndex } from './check.js';

const KIND = 'gil/shared/array';

const VIEWS = {
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  float32: Float32Array,
  float64: Float64Array,
  bigint64: BigInt64Array,
  biguint64: BigUint64Array,
} as const;

/** The typed array of each type of element. */
export interface ViewTypes {
  /** Whole numbers of 8 bits. */
  int8: Int8Array;
  /** Whole numbers of 8 bits, 0 or more. */
  uint8: Uint8Array;
  /** Whole numbers of 16 bits. */
  int16: Int16Array;
  /** Whole numbers of 16 bits, 0 or more. */
  uint16: Uint16Array;
  /** Whole numbers of 32 bits. */
  int32: Int32Array;
  /** Whole numbers of 32 bits, 0 or more. */
  uint32: Uint32Array;
  /** Floats of 32 bits. */
  float32: Float32Array;
  /** Floats of 64 bits: what a number is in JavaScript. */
  float64: Float64Array;
  /** Whole numbers of 64 bits, as `bigint`. */
  bigint64: BigInt64Array;
  /** Whole numbers of 64 bits, 0 or more, as `bigint`. */
  biguint64: BigUint64Array;
}

/** What the elements of a `SharedArray` are. */
export type ElementType = keyof ViewTypes;
/** The typed array of an element type. */
export type ViewOf<T extends ElementType> = ViewTypes[T];
/** What an element is in JavaScript. */
export type ElementOf<T extends ElementType> = ViewOf<T>[number];

/** A `SharedArray` on its way to another thread. */
export interface ArrayHandle<T extends ElementType = ElementType> extends SyncHandle<typeof KIND> {
  /** What its elements are. */
  readonly type: T;
}

/**
 * Numbers in a row that threads share. CPython `array.array`, `multiprocessing.Array`.
 *
 * @example
 * ```ts
 * import { SharedArray } from 'gil/shared';
 * const row = new SharedArray('float64', [1, 2, 3]);
 * row.set(0, row.at(-1) * 2);
 * console.log(row.length, [...row]); // => 3 [ 6, 2, 3 ]
 * ```
 */
export class SharedArray<T extends ElementType = 'float64'> implements Iterable<ElementOf<T>> {
  /** The one of a handle that came from another thread. @throws HandleError */
  static from<T extends ElementType>(handle: ArrayHandle<T>): SharedArray<T> {
    return findKnown<SharedArray<T>>(openWords(handle, KIND, 'SharedArray.from')) ?? new OpenedArray(handle);
  }

  /** To be sent to another thread by hand; among a task's arguments send the object itself. */
  readonly handle: ArrayHandle<T>;
  /** The elements themselves, as a typed array over the shared memory. */
  readonly values: ViewOf<T>;

  /**
   * @param type what the elements are
   * @param content how many, 0 or more, all zero; or what they are
   * @throws ArgumentError, OutOfRangeError
   */
  constructor(type: T, content: number | ArrayLike<ElementOf<T>>);
  constructor(type: T | ArrayHandle<T>, content: number | ArrayLike<ElementOf<T>> = 0) {
    this.handle = typeof type === 'object' ? type : create(type, typeof content === 'number' ? content : lengthOf(content));
    const words = openWords(this.handle, KIND, 'SharedArray');
    const View = VIEWS[this.handle.type] as unknown as new (memory: SharedArrayBuffer, offset: number, length: number) => ViewOf<T>;
    this.values = new View(words.buffer, FIRST, words[LENGTH]!);
    if (typeof content !== 'number') (this.values as unknown as { set(from: ArrayLike<unknown>): void }).set(content);
    remember(this, words);
  }

  /** @internal What of it travels. */
  get [HANDLE](): Handle {
    return this.handle;
  }

  /** How many elements there are. */
  get length(): number {
    return this.values.length;
  }

  /**
   * An element; `-1` is the last one.
   * @throws SharedIndexError if there is none
   */
  at(index: number): ElementOf<T> {
    return this.values[checkIndex(index, this.length, 'SharedArray')] as ElementOf<T>;
  }

  /**
   * Stores an element; `-1` is the last one.
   * @throws SharedIndexError if there is none
   */
  set(index: number, value: ElementOf<T>): void {
    (this.values as { [index: number]: ElementOf<T> })[checkIndex(index, this.length, 'SharedArray')] = value;
  }

  /** The elements as they are when each is reached. */
  *[Symbol.iterator](): Generator<ElementOf<T>, void> {
    for (const value of this.values as Iterable<ElementOf<T>>) yield value;
  }

  /** `<SharedArray int32 [ 1, 2 ]>`, also for `console.log`. */
  toString(): string {
    return `<SharedArray ${this.handle.type} ${inspect([...this])}>`;
  }
  /** The same. */
  [inspect.custom](): string {
    return this.toString();
  }
}

const OpenedArray = SharedArray as unknown as new <T extends ElementType>(handle: ArrayHandle<T>) => SharedArray<T>;

/** How many elements there are. Written once. */
const LENGTH = HEAD;
/** Where the elements begin, in bytes. */
const FIRST = (HEAD + 2) * 4;

function create<T extends ElementType>(type: T, length: number): ArrayHandle<T> {
  if (!Object.hasOwn(VIEWS, type)) {
    throw new ArgumentError(`SharedArray: expected one of ${Object.keys(VIEWS).join(', ')}; got ${describe(type)}`);
  }
  const most = 0x7fff_ffff;
  if (!(Number.isInteger(length) && length >= 0 && length * VIEWS[type].BYTES_PER_ELEMENT <= most)) {
    throw new OutOfRangeError(`SharedArray: expected a length, 0 or more and of less than 2 GiB in all; got ${describe(length)}`);
  }
  const words = createWords(2 + Math.ceil((length * VIEWS[type].BYTES_PER_ELEMENT) / 4));
  words[LENGTH] = length;
  return { kind: KIND, memory: words.buffer, name: 'SharedArray', type };
}

function lengthOf(content: unknown): number {
  if (typeof content === 'object' && content !== null && 'length' in content) return Number(content.length);
  throw new ArgumentError(`SharedArray: expected a length or the elements; got ${describe(content)}`);
}

opensBy<ArrayHandle>(KIND, (handle) => SharedArray.from(handle));
