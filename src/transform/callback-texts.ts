/**
 * Native functions that call what they are given, as generator texts that can be switched in a callback: their steps in the order of the language's
 * specification, holes and lengths included. Between two callbacks they are as atomic as the originals. Twins run them as they are; where functions are
 * taken apart they are too, so a text calls helpers for what is done differently.
 *
 * Not here: what calls back in an order that the specification leaves open (`sort`), or to make part of a text (`replace`, `JSON.stringify`).
 */
import { VALUE_HELPERS } from './twin-runtime.js';

/** Any native function. */
export type Native = (...args: unknown[]) => unknown;

/** What is done differently by those that run the texts. */
export interface CallbackHelpers {
  /** Whether there is a callback in which somebody could be switched; if not, the original is called. */
  calls(value: unknown): boolean;
  /** The original, which also knows best how to complain. */
  natively(native: Native, self: unknown, args: unknown[]): unknown;
  /** It goes through the callbacks itself. */
  begins(native: Native): void;
  /** Goes through a `Map` or a `Set`: an iterator and `forEach` do that alike, so what is added meanwhile is seen, what is deleted is not. */
  entriesOf(made: object): Iterable<unknown>;
  /** Goes through what has this method for its `Symbol.iterator`. */
  iterate(items: unknown, method: Native): Iterable<unknown>;
  /** What `Array.from` makes, called on `self`. */
  makeFor(self: unknown, ...length: number[]): object;
}

const { define } = VALUE_HELPERS;

/** ToLength of the object's length. */
export function lengthOf(list: object): number {
  const length = Math.trunc(+(list as { readonly length: number }).length);
  return length > 0 ? Math.min(length, Number.MAX_SAFE_INTEGER) : 0;
}

/** ArraySpeciesCreate: an array of the sort that the object is. */
export function speciesOf(list: object, length: number): object {
  if (!Array.isArray(list)) return new Array(length);
  let made: unknown = list.constructor;
  if ((typeof made === 'object' && made !== null) || typeof made === 'function') {
    made = (made as { readonly [Symbol.species]?: unknown })[Symbol.species] ?? undefined;
  }
  if (made === undefined) return new Array(length);
  return new (made as new (length: number) => object)(length);
}

/** CreateListFromArrayLike. */
export function listOf(list: unknown): unknown[] {
  // A function of the language that does nothing else with it, and complains if it is none.
  return Reflect.apply(collect, undefined, list as unknown[]);
}
const collect = (...items: unknown[]): unknown[] => items;

function isOf(made: unknown, { prototype }: { readonly prototype: object }): boolean {
  try {
    Reflect.apply(Object.getOwnPropertyDescriptor(prototype, 'size')!.get!, made, []);
    return true;
  } catch {
    return false;
  }
}

/** What the texts call, whoever runs them. */
export const CALLBACK_HELPERS = {
  define,
  lengthOf,
  listOf,
  speciesOf,
  isArray: (value: unknown): boolean => Array.isArray(value),
  isFunction: (value: unknown): boolean => typeof value === 'function',
  isMissing: (value: unknown): boolean => value === undefined || value === null,
  isKeyed: (made: unknown, native: Native): boolean => isOf(made, native === Map.prototype.forEach ? Map : Set),
  iteratorOf: (items: unknown): unknown => Reflect.get(Object(items) as object, Symbol.iterator, items),
  objectOf: (value: unknown): object => Object(value) as object,
  restOf: (given: readonly unknown[]): unknown[] => given.slice(1),
};

/** The beginning of what goes through an object with a length. */
const THROUGH_LIST = `const call = args[0];
    if (!calls(call) || isMissing(this)) return natively(native, this, args);
    begins(native);
    const list = objectOf(this);
    const length = lengthOf(list);`;

/** `begin` comes before the first callback, `each` behind every one, with what it gave in `given`, and `end` behind the last one. */
function list(begin: string, each: string, end: string): string {
  return `function* (...args) {
    ${THROUGH_LIST}
    const self = args[1];
    ${begin}
    for (let index = 0; index < length; index += 1) {
      if (!(index in list)) continue;
      const value = list[index];
      const given = yield* $gil.on3(call, self, value, index, list);
      ${each}
    }
    ${end}
  }`;
}

/** Holes are as good as `undefined`. */
function search(from: string, until: string, by: 1 | -1, found: string, none: string): string {
  return `function* (...args) {
    ${THROUGH_LIST}
    const self = args[1];
    for (let index = ${from}; ${until}; index += ${by}) {
      const value = list[index];
      if (yield* $gil.on3(call, self, value, index, list)) return ${found};
    }
    return ${none};
  }`;
}

function reduce(first: string, by: 1 | -1): string {
  return `function* (...args) {
    ${THROUGH_LIST}
    let index = ${first};
    let sum = args[1];
    if (args.length < 2) {
      while (index >= 0 && index < length && !(index in list)) index += ${by};
      if (index < 0 || index >= length) throw new TypeError('Reduce of empty array with no initial value');
      sum = list[index];
      index += ${by};
    }
    for (; index >= 0 && index < length; index += ${by}) {
      if (index in list) sum = yield* $gil.onn(call, undefined, sum, list[index], index, list);
    }
    return sum;
  }`;
}

function collection(head: string, given: string): string {
  return `function* (...args) {
    const call = args[0];
    if (!calls(call) || !isKeyed(this, native)) return natively(native, this, args);
    begins(native);
    const self = args[1];
    for (const ${head} of entriesOf(this)) yield* $gil.on3(call, self, ${given}, this);
  }`;
}

const FORWARDS = ['0', 'index < length', 1] as const;
const BACKWARDS = ['length - 1', 'index >= 0', -1] as const;

const OF_ARRAYS: Readonly<Record<string, string>> = {
  forEach: list('', '', ''),
  map: list('const made = speciesOf(list, length);', 'define(made, index, given);', 'return made;'),
  filter: list('const made = speciesOf(list, 0); let to = 0;', 'if (given) { define(made, to, value); to += 1; }', 'return made;'),
  some: list('', 'if (given) return true;', 'return false;'),
  every: list('', 'if (!given) return false;', 'return true;'),
  find: search(...FORWARDS, 'value', 'undefined'),
  findIndex: search(...FORWARDS, 'index', '-1'),
  findLast: search(...BACKWARDS, 'value', 'undefined'),
  findLastIndex: search(...BACKWARDS, 'index', '-1'),
  flatMap: list(
    'const made = speciesOf(list, 0); let to = 0;',
    `if (!isArray(given)) { define(made, to, given); to += 1; }
      else {
        const end = lengthOf(given);
        for (let at = 0; at < end; at += 1) if (at in given) { define(made, to, given[at]); to += 1; }
      }`,
    'return made;',
  ),
  reduce: reduce('0', 1),
  reduceRight: reduce('length - 1', -1),
};

const FROM = `function* (...args) {
  const items = args[0];
  const call = args[1];
  const self = args[2];
  if (!calls(call) || isMissing(items)) return natively(native, this, args);
  const method = iteratorOf(items);
  if (!isMissing(method) && !isFunction(method)) return natively(native, this, args);
  begins(native);
  let made;
  let index = 0;
  if (isMissing(method)) {
    const list = objectOf(items);
    const length = lengthOf(list);
    made = makeFor(this, length);
    for (; index < length; index += 1) define(made, index, yield* $gil.on2(call, self, list[index], index));
  } else {
    made = makeFor(this);
    for (const item of iterate(items, method)) {
      define(made, index, yield* $gil.on2(call, self, item, index));
      index += 1;
    }
  }
  made.length = index;
  return made;
}`;

const CALL = `function* (...args) {
  if (!calls(this)) return natively(native, this, args);
  return yield* $gil.onn(this, args[0], ...restOf(args));
}`;
const APPLY = `function* (...args) {
  if (!calls(this)) return natively(native, this, args);
  return yield* $gil.onn(this, args[0], ...listOf(args[1] ?? []));
}`;
const REFLECT = `function* (...args) {
  if (!calls(args[0])) return natively(native, this, args);
  return yield* $gil.onn(args[0], args[1], ...listOf(args[2]));
}`;
const BIND = `function* (...args) {
  if (!calls(this)) return natively(native, this, args);
  const target = this;
  const self = args[0];
  const first = restOf(args);
  return $gil.pair(natively(native, this, args), function* (...rest) {
    return yield* $gil.onn(target, self, ...first, ...rest);
  });
}`;

const { call, apply, bind } = Function.prototype;

/** By the native functions; those that this platform has. */
export const CALLBACK_TEXTS: ReadonlyMap<unknown, string> = new Map<unknown, string>([
  ...Object.entries(OF_ARRAYS).map(([name, text]) => [Reflect.get(Array.prototype, name) as unknown, text] as const),
  [Map.prototype.forEach, collection('[key, value]', 'value, key')],
  [Set.prototype.forEach, collection('value', 'value, value')],
  [Array.from, FROM],
  [call, CALL],
  [apply, APPLY],
  [Reflect.apply, REFLECT],
  [bind, BIND],
]);
