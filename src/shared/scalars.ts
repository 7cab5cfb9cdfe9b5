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
export class SharedInt {
  /** The one of a handle that came from another thread. @throws HandleError */
  static from(handle: SyncHandle<typeof INT>): SharedInt {
    return findKnown<SharedInt>(openWords(handle, INT, 'SharedInt.from')) ?? new Opened.int(handle);
  }

  /** To be sent to another thread by hand; among a task's arguments send the object itself. */
  readonly handle: SyncHandle<typeof INT>;
  readonly #view: Int32Array;

  /**
   * @param value a whole number of 32 bits
   * @throws ArgumentError, OutOfRangeError
   */
  constructor(value?: number);
  constructor(value: number | SyncHandle<typeof INT> = 0) {
    this.handle = handleFor(value, INT, 'SharedInt');
    this.#view = new Int32Array(this.handle.memory, HEAD * 4, 1);
    if (typeof value !== 'object') this.#view[0] = checkNumber(value, 'SharedInt');
    register(this);
  }

  /** @internal What of it travels. */
  get [HANDLE](): Handle {
    return this.handle;
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
  valueOf(): number {
    return this.value;
  }
  /** `<SharedInt 3>`, also for `console.log`. */
  toString(): string {
    return `<SharedInt ${this.value}>`;
  }
  /** The same. */
  [inspect.custom](): string {
    return this.toString();
  }
}

/** A 64-bit integer that threads share, as a `bigint`. */
export class SharedBigInt {
  /** The one of a handle that came from another thread. @throws HandleError */
  static from(handle: SyncHandle<typeof BIGINT>): SharedBigInt {
    return findKnown<SharedBigInt>(openWords(handle, BIGINT, 'SharedBigInt.from')) ?? new Opened.bigint(handle);
  }

  /** To be sent to another thread by hand; among a task's arguments send the object itself. */
  readonly handle: SyncHandle<typeof BIGINT>;
  readonly #view: BigInt64Array;

  /**
   * @param value a whole number of 64 bits
   * @throws ArgumentError
   */
  constructor(value?: bigint);
  constructor(value: bigint | SyncHandle<typeof BIGINT> = 0n) {
    this.handle = handleFor(value, BIGINT, 'SharedBigInt');
    this.#view = new BigInt64Array(this.handle.memory, HEAD * 4, 1);
    if (typeof value !== 'object') {
      if (typeof value !== 'bigint') throw new ArgumentError(`SharedBigInt: expected a bigint; got ${describe(value)}`);
      this.#view[0] = value;
    }
    register(this);
  }

  /** @internal What of it travels. */
  get [HANDLE](): Handle {
    return this.handle;
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

  /** `<SharedBigInt 3>`, also for `console.log`. */
  toString(): string {
    return `<SharedBigInt ${this.value}>`;
  }
  /** The same. */
  [inspect.custom](): string {
    return this.toString();
  }
}

/** A 64-bit float that threads share. CPython: a module's global that holds a `float`. */
export class SharedFloat {
  /** The one of a handle that came from another thread. @throws HandleError */
  static from(handle: SyncHandle<typeof FLOAT>): SharedFloat {
    return findKnown<SharedFloat>(openWords(handle, FLOAT, 'SharedFloat.from')) ?? new Opened.float(handle);
  }

  /** To be sent to another thread by hand; among a task's arguments send the object itself. */
  readonly handle: SyncHandle<typeof FLOAT>;
  readonly #view: Float64Array;

  /**
   * @param value any number
   * @throws ArgumentError
   */
  constructor(value?: number);
  constructor(value: number | SyncHandle<typeof FLOAT> = 0) {
    this.handle = handleFor(value, FLOAT, 'SharedFloat');
    this.#view = new Float64Array(this.handle.memory, HEAD * 4, 1);
    if (typeof value !== 'object') this.#view[0] = checkNumber(value, 'SharedFloat');
    register(this);
  }

  /** @internal What of it travels. */
  get [HANDLE](): Handle {
    return this.handle;
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
  valueOf(): number {
    return this.value;
  }
  /** `<SharedFloat 0.5>`, also for `console.log`. */
  toString(): string {
    return `<SharedFloat ${this.value}>`;
  }
  /** The same. */
  [inspect.custom](): string {
    return this.toString();
  }
}

/** The constructors as `from` calls them: a public one takes values only. */
const Opened = {
  int: SharedInt as unknown as new (handle: SyncHandle<typeof INT>) => SharedInt,
  bigint: SharedBigInt as unknown as new (handle: SyncHandle<typeof BIGINT>) => SharedBigInt,
  float: SharedFloat as unknown as new (handle: SyncHandle<typeof FLOAT>) => SharedFloat,
};

function handleFor<Kind extends string>(value: unknown, kind: Kind, name: string): SyncHandle<Kind> {
  const isHandle = typeof value === 'object';
  const words = isHandle ? openWords(value, kind, name) : createWords(WORDS);
  return { kind, memory: words.buffer, name };
}

function register(object: { readonly handle: SyncHandle }): void {
  remember(object, new Int32Array(object.handle.memory));
}

opensBy(INT, SharedInt.from);
opensBy(BIGINT, SharedBigInt.from);
opensBy(FLOAT, SharedFloat.from);
