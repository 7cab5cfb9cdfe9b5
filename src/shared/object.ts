/**
 * `SharedObject`: a record of named numbers with plain property access. `counter.value += 1` is a real load and a real store of shared
 * memory, so everything that Python's threads can do to an attribute can be done to it.
 */
import { inspect } from 'node:util';
import { ArgumentError, describe } from '../errors.js';
import { HANDLE, type Handle, opensBy } from '../host/traveller.js';
import { findKnown, remember } from '../lock/known.js';
import { createWords, HEAD, openWords, type SyncHandle } from '../lock/object-memory.js';
import { countAsNative } from '../transform/native.js';
import { checkNumber } from './check.js';
import { SharedFieldError } from './errors.js';

const KIND = 'gil/shared/object';

/** Where a record has its numbers. */
const VIEW = Symbol('view');

/** A `SharedObject` on its way to another thread. */
export interface ObjectHandle extends SyncHandle<typeof KIND> {
  /** The names of its fields, in order. */
  readonly fields: readonly string[];
}

/** What every record has beside its fields. */
export interface SharedRecord {
  /** @internal What of it travels. */
  readonly [HANDLE]: Handle;
}

class Base implements SharedRecord {
  readonly [VIEW]: Float64Array;
  readonly [HANDLE]: ObjectHandle;

  constructor(handle: ObjectHandle) {
    this[HANDLE] = handle;
    this[VIEW] = new Float64Array(handle.memory, HEAD * 4, handle.fields.length);
    // Its class is named after its shape; what is written to a name that it does not have must not become a property of this thread's own.
    for (const symbol of [VIEW, HANDLE]) Object.defineProperty(this, symbol, { enumerable: false });
    Object.preventExtensions(this);
  }

  [inspect.custom](): string {
    return `<SharedObject ${inspect({ ...this.toJSON() })}>`;
  }

  toJSON(): Record<string, number> {
    return Object.fromEntries(this[HANDLE].fields.map((name, index) => [name, this[VIEW][index]!]));
  }
}

/** Names that everybody asks every object for. */
const COMMON = new Set(['then', 'toJSON', 'asymmetricMatch', 'nodeType', 'tagName', '$$typeof', '@@__IMMUTABLE_ITERABLE__@@']);

/** At the end of the chain of prototypes: only what a record does not have comes here. */
const UNKNOWN = new Proxy(Object.create(null) as object, {
  get(_, name, record) {
    if (typeof name === 'symbol' || COMMON.has(name)) return undefined;
    if (name in Object.prototype) return Reflect.get(Object.prototype, name, record);
    throw noField(record as Base, name, 'read');
  },
  set(_, name, __, record) {
    throw noField(record as Base, String(name), 'written');
  },
});
Object.setPrototypeOf(Base.prototype, UNKNOWN);

function noField(record: Base, name: string, done: 'read' | 'written'): SharedFieldError {
  const fields = record[HANDLE]?.fields.join(', ') ?? '';
  return new SharedFieldError(
    `SharedObject: the field ${describe(name)} was ${done}, and there is none; its fields are: ${fields}. Name every field when you make it`,
  );
}

/** One class for each list of names, so that an access is as fast as one of an ordinary object's accessors. */
const shapes = new Map<string, new (handle: ObjectHandle) => Base>();

function shapeOf(fields: readonly string[]): new (handle: ObjectHandle) => Base {
  const key = JSON.stringify(fields);
  let Shape = shapes.get(key);
  if (Shape === undefined) {
    Shape = class SharedObject extends Base {};
    for (const [index, name] of fields.entries()) {
      const accessor = {
        enumerable: true,
        get(this: Base) {
          return this[VIEW][index];
        },
        set(this: Base, value: number) {
          this[VIEW][index] = value;
        },
      };
      Object.defineProperty(Shape.prototype, name, accessor);
      countAsNative(accessor.get, accessor.set);
    }
    shapes.set(key, Shape);
  }
  return Shape;
}

/** Makes a record; `SharedObject.from(handle)` opens one. */
export interface SharedObjectConstructor {
  /**
   * A record that threads share.
   *
   * @param fields the names, each with its first number
   * @throws ArgumentError
   */
  new <Fields extends Record<string, number>>(fields: Fields): SharedObject<Fields>;
  /** What is sent to another thread by hand; among a task's arguments send the record itself. */
  handleOf(record: SharedRecord): ObjectHandle;
  /** The record of a handle that came from another thread. @throws HandleError */
  from<Fields extends Record<string, number>>(handle: ObjectHandle): SharedObject<Fields>;
}

/** A record of named numbers. */
export type SharedObject<Fields extends Record<string, number> = Record<string, number>> = SharedRecord & { [K in keyof Fields]: number };

/**
 * A record of named numbers that threads share: 64-bit floats behind ordinary properties. Its fields are those it was made with; any
 * other name is an error, read or written. CPython: an instance with `__slots__`.
 *
 * @example
 * ```ts
 * import { SharedObject } from 'gil/shared';
 * const counter = new SharedObject({ value: 0, errors: 0 });
 * counter.value += 1;
 * console.log(counter); // => <SharedObject { value: 1, errors: 0 }>
 * ```
 */
export const SharedObject: SharedObjectConstructor = Object.assign(
  class SharedObject {
    constructor(fields: Record<string, number>) {
      if (typeof fields !== 'object' || fields === null) {
        throw new ArgumentError(`SharedObject: expected the fields, such as { value: 0 }; got ${describe(fields)}`);
      }
      const names = Object.keys(fields);
      const reserved = names.find((name) => name in Object.prototype || COMMON.has(name));
      if (reserved !== undefined)
        throw new ArgumentError(`SharedObject: a field cannot be named ${describe(reserved)}; choose another name`);
      const words = createWords(names.length * 2);
      const handle: ObjectHandle = { kind: KIND, memory: words.buffer, name: 'SharedObject', fields: names };
      const record = open(handle);
      for (const name of names) Reflect.set(record, name, checkNumber(fields[name], `SharedObject: ${name}`));
      // biome-ignore lint/correctness/noConstructorReturn: the record is of the class of its shape
      return record;
    }
  },
  {
    handleOf: (record: SharedRecord) => (record as Base)[HANDLE],
    from: (handle: ObjectHandle) => findKnown<Base>(openWords(handle, KIND, 'SharedObject.from')) ?? open(handle),
  },
) as unknown as SharedObjectConstructor;

function open(handle: ObjectHandle): Base {
  const record = new (shapeOf(handle.fields))(handle);
  remember(record, new Int32Array(handle.memory));
  return record;
}

opensBy<ObjectHandle>(KIND, (handle) => SharedObject.from(handle));
