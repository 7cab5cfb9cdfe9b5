/**
 * One number that threads share: `SharedInt`, `SharedBigInt`, `SharedFloat`. `value` is a plain load and a plain store, and between the
 * two anything may happen that the dialect allows: that is what they are for.
 */
import { inspect } from 'node:util';
import { ArgumentError, describe } from '../errors.js';
import { HANDLE, type Handle, opensBy } from '../host/traveller.js';
import { findKnown, remember } from '../lock/known.js';
import { createWords, HEAD, openWords, type SyncHandle } from '../lock/object-memory.js';
import { checkNumber } from './check.js';

const INT = 'gil/shared/int';
const BIGINT = 'gil/shared/bigint';
const FLOAT = 'gil/shared/float';

/** How many words a number has. */
const WORDS = 2;

/** What all of them have beside their number. Each has a view of its own: a property that is sometimes of one kind and sometimes of another is slow. */
export abstract class SharedScalar<Kind extends string> {
  /** To be sent to another thread by hand; among a task's arguments send the object itself. */
  readonly handle: SyncHandle<Kind>;

  /** @internal */
  protected constructor(value: unknown, kind: Kind, name: string) {
    const words = typeof value === 'object' ? openWords(value, kind, name) : createWords(WORDS);
    this.handle = { kind, memory: words.buffer, name };
    remember(this, words);
  }

  /** The number. */
  abstract value: number | bigint;

  /** @internal What of it travels. */
  get [HANDLE](): Handle {
    return this.handle;
  }

  /** `<SharedInt 3>`, also for `console.log`. */
  toString(): string {
    return `<${this.handle.name} ${this.value}>`;
  }
  /** The same. */
  [inspect.custom](): string {
    return this.toString();
  }
}

/**
 * A 32-bit integer that threads share. CPython: a module's global that holds a small `int`.
 *
 * @example
 * ```ts
 * import { ThreadPool } from 'gil';
 * import { SharedInt } from 'gil/shared';
 * const counter = new SharedInt();
 * const count = (counter: SharedInt) => {
 *   for (let i = 0; i < 1000; i++) counter.value += 1;
 * };
 * await using pool = new ThreadPool(2, { dialect: 'cpython-3.13' }); // no look between load and store: nothing is lost
 * await Promise.all([pool.submit(count, counter), pool.submit(count, counter)]);
 * console.log(counter.value); // => 2000
 * ```
 */
export class SharedInt extends SharedScalar<typeof INT> {
  /** The one of a handle that came from another thread. @throws HandleError */
  static from(handle: SyncHandle<typeof INT>): SharedInt {
    return findKnown<SharedInt>(openWords(handle, INT, 'SharedInt.from')) ?? new Opened.int(handle);
  }

  readonly #view: Int32Array;

  /**
   * @param value a whole number of 32 bits
   * @throws ArgumentError, OutOfRangeError
   */
  constructor(value?: number);
  constructor(value: number | SyncHandle<typeof INT> = 0) {
    super(value, INT, 'SharedInt');
    this.#view = new Int32Array(this.handle.memory, HEAD * 4, 1);
    if (typeof value !== 'object') this.#view[0] = checkNumber(value, 'SharedInt');
  }

  /** The number: a plain load and a plain store; `value += 1` is both. Stores keep the lowest 32 bits. */
  get value(): number {
    return this.#view[0]!;
  }
  /** Stores it. */
  set value(value: number) {
    this.#view[0] = value;
  }

  /**
   * Adds in one step that no other thread can come between, with or without a lock.
   * @returns what was there before
   */
  atomicAdd(amount: number): number {
    return Atomics.add(this.#view, 0, amount);
  }

  /** The number, where one is needed. */
  override valueOf(): number {
    return this.value;
  }
}

/** A 64-bit integer that threads share, as a `bigint`. */
export class SharedBigInt extends SharedScalar<typeof BIGINT> {
  /** The one of a handle that came from another thread. @throws HandleError */
  static from(handle: SyncHandle<typeof BIGINT>): SharedBigInt {
    return findKnown<SharedBigInt>(openWords(handle, BIGINT, 'SharedBigInt.from')) ?? new Opened.bigint(handle);
  }

  readonly #view: BigInt64Array;

  /**
   * @param value a whole number of 64 bits
   * @throws ArgumentError
   */
  constructor(value?: bigint);
  constructor(value: bigint | SyncHandle<typeof BIGINT> = 0n) {
    super(value, BIGINT, 'SharedBigInt');
    this.#view = new BigInt64Array(this.handle.memory, HEAD * 4, 1);
    if (typeof value !== 'object') {
      if (typeof value !== 'bigint') throw new ArgumentError(`SharedBigInt: expected a bigint; got ${describe(value)}`);
      this.#view[0] = value;
    }
  }

  /** The number: a plain load and a plain store. Stores keep the lowest 64 bits. */
  get value(): bigint {
    return this.#view[0]!;
  }
  /** Stores it. */
  set value(value: bigint) {
    this.#view[0] = value;
  }

  /**
   * Adds in one step that no other thread can come between, with or without a lock.
   * @returns what was there before
   */
  atomicAdd(amount: bigint): bigint {
    return Atomics.add(this.#view, 0, amount);
  }
}

/** A 64-bit float that threads share. CPython: a module's global that holds a `float`. */
export class SharedFloat extends SharedScalar<typeof FLOAT> {
  /** The one of a handle that came from another thread. @throws HandleError */
  static from(handle: SyncHandle<typeof FLOAT>): SharedFloat {
    return findKnown<SharedFloat>(openWords(handle, FLOAT, 'SharedFloat.from')) ?? new Opened.float(handle);
  }

  readonly #view: Float64Array;

  /**
   * @param value any number
   * @throws ArgumentError
   */
  constructor(value?: number);
  constructor(value: number | SyncHandle<typeof FLOAT> = 0) {
    super(value, FLOAT, 'SharedFloat');
    this.#view = new Float64Array(this.handle.memory, HEAD * 4, 1);
    if (typeof value !== 'object') this.#view[0] = checkNumber(value, 'SharedFloat');
  }

  /** The number: a plain load and a plain store. */
  get value(): number {
    return this.#view[0]!;
  }
  /** Stores it. */
  set value(value: number) {
    this.#view[0] = value;
  }

  /** The number, where one is needed. */
  override valueOf(): number {
    return this.value;
  }
}

/** The constructors as `from` calls them: a public one takes values only. */
const Opened = {
  int: SharedInt as unknown as new (handle: SyncHandle<typeof INT>) => SharedInt,
  bigint: SharedBigInt as unknown as new (handle: SyncHandle<typeof BIGINT>) => SharedBigInt,
  float: SharedFloat as unknown as new (handle: SyncHandle<typeof FLOAT>) => SharedFloat,
};

opensBy(INT, SharedInt.from);
opensBy(BIGINT, SharedBigInt.from);
opensBy(FLOAT, SharedFloat.from);
