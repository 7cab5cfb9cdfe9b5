/**
 * The language's own functions that depend on nothing but their arguments, and change nothing but those in a way that is seen.
 */

/** Whose functions are such. */
const TypedArray = Object.getPrototypeOf(Int8Array) as { readonly prototype: object };
const OWNERS: readonly object[] = [
  Array,
  Atomics,
  BigInt,
  Boolean,
  JSON,
  Map,
  Math,
  Number,
  Object,
  Set,
  String,
  console,
  Array.prototype,
  BigInt.prototype,
  Boolean.prototype,
  Error.prototype,
  Map.prototype,
  Number.prototype,
  Object.prototype,
  RegExp.prototype,
  Set.prototype,
  String.prototype,
  TypedArray,
  TypedArray.prototype,
];

/** A random number depends on more than its arguments, sleepers are no data, and what is fixed on an object is not seen in it. */
const HIDDEN = new Set<PropertyKey>([
  'constructor',
  'defineProperties',
  'defineProperty',
  'freeze',
  'notify',
  'pause',
  'preventExtensions',
  'random',
  'seal',
  'setPrototypeOf',
  'wait',
  'waitAsync',
]);

/** What may be called with `new`. */
export const BUILDERS: ReadonlySet<unknown> = new Set([
  Array,
  ArrayBuffer,
  Error,
  EvalError,
  Float32Array,
  Float64Array,
  Int16Array,
  Int32Array,
  Int8Array,
  Map,
  Object,
  RangeError,
  ReferenceError,
  RegExp,
  Set,
  SharedArrayBuffer,
  SyntaxError,
  TypeError,
  URIError,
  Uint16Array,
  Uint32Array,
  Uint8Array,
  Uint8ClampedArray,
]);

export const ERRORS = [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError] as const;

/** Number.isNaN is another one. */
const { isFinite: finite, isNaN: nan } = globalThis;

export const OWN: readonly unknown[] = [
  ...BUILDERS,
  structuredClone,
  parseInt,
  parseFloat,
  nan,
  finite,
  Symbol.for,
  Function.prototype.call,
  Function.prototype.apply,
  ...OWNERS.flatMap((owner) => [
    ...(typeof owner === 'function' ? [owner] : []),
    ...Reflect.ownKeys(owner)
      .filter((key) => !HIDDEN.has(key))
      .flatMap((key) => Object.values(Object.getOwnPropertyDescriptor(owner, key)!) as unknown[])
      .filter((value) => typeof value === 'function'),
  ]),
];
