/**
 * Native functions that call what they are given, where functions are taken apart: the steps of twin-callbacks.ts as texts, so that a thread can stand
 * in a callback.
 */
import type { WrittenTwin } from './frames-compile.js';
import { define, lengthOf, listOf, speciesOf } from './twin-callbacks.js';

type Native = (...args: unknown[]) => unknown;

const HELPERS = {
  define,
  lengthOf,
  listOf,
  speciesOf,
  isFunction: (value: unknown): boolean => typeof value === 'function',
  isArray: (value: unknown): boolean => Array.isArray(value),
  /** The original knows best how to complain. */
  natively: (native: Native, self: unknown, args: unknown[]): unknown => Reflect.apply(native, self, args),
  objectOf: (value: unknown): object => Object(value) as object,
  isMissing: (value: unknown): boolean => value === undefined || value === null,
  hasMembers: (value: unknown, native: Native): boolean => isOf(value, native === Map.prototype.forEach ? Map.prototype : Set.prototype),
  isIterable: (items: object): boolean => !isNothing(Reflect.get(Object(items), Symbol.iterator)),
  isPlainArray: (made: unknown): boolean => made === Array,
  restOf: (given: readonly unknown[]): unknown[] => given.slice(1),
};

function isNothing(value: unknown): boolean {
  return value === undefined || value === null;
}

function isOf(value: unknown, prototype: object): boolean {
  const { get } = Object.getOwnPropertyDescriptor(prototype, 'size')!;
  try {
    Reflect.apply(get!, value, []);
    return true;
  } catch {
    return false;
  }
}

/** `begin` comes before the first callback, `each` behind every one, with what it gave in `given`, and `end` behind the last one. */
function list(begin: string, each: string, end: string): string {
  return `function* (...args) {
    const call = args[0];
    if (!isFunction(call) || isMissing(this)) return natively(native, this, args);
    const list = objectOf(this);
    const length = lengthOf(list);
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

function search(from: string, until: string, by: 1 | -1, found: string, none: string): string {
  return `function* (...args) {
    const call = args[0];
    if (!isFunction(call) || isMissing(this)) return natively(native, this, args);
    const list = objectOf(this);
    const length = lengthOf(list);
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
    const call = args[0];
    if (!isFunction(call) || isMissing(this)) return natively(native, this, args);
    const list = objectOf(this);
    const length = lengthOf(list);
    let index = ${first};
    let sum = args[1];
    if (args.length < 2) {
      while (index >= 0 && index < length && !(index in list)) index += ${by};
      if (index < 0 || index >= length) return natively(native, [], [call]);
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
    if (!isFunction(call) || !hasMembers(this, native)) return natively(native, this, args);
    const self = args[1];
    for (const ${head} of this) yield* $gil.on3(call, self, ${given}, this);
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
      else for (let at = 0; at < given.length; at += 1) if (at in given) { define(made, to, given[at]); to += 1; }`,
    'return made;',
  ),
  reduce: reduce('0', 1),
  reduceRight: reduce('length - 1', -1),
};

const FROM = `function* (...args) {
  const items = args[0];
  const call = args[1];
  const self = args[2];
  if (!isFunction(call) || isMissing(items)) return natively(native, this, args);
  if (!isPlainArray(this)) refuse('Array.from', 'makes something else than an array; expected it to be called as \`Array.from(…)\`');
  const made = [];
  let index = 0;
  if (isIterable(items)) {
    for (const item of items) {
      define(made, index, yield* $gil.on2(call, self, item, index));
      index += 1;
    }
  } else {
    const list = objectOf(items);
    const length = lengthOf(list);
    for (; index < length; index += 1) define(made, index, yield* $gil.on2(call, self, list[index], index));
  }
  made.length = index;
  return made;
}`;

const CALL = `function* (...args) {
  if (!isFunction(this)) return natively(native, this, args);
  return yield* $gil.onn(this, args[0], ...restOf(args));
}`;
const APPLY = `function* (...args) {
  if (!isFunction(this)) return natively(native, this, args);
  return yield* $gil.onn(this, args[0], ...listOf(args[1] ?? []));
}`;
const REFLECT = `function* (...args) {
  if (!isFunction(args[0])) return natively(native, this, args);
  return yield* $gil.onn(args[0], args[1], ...listOf(args[2]));
}`;
const BIND = `function* (...args) {
  if (!isFunction(this)) return natively(native, this, args);
  const target = this;
  const self = args[0];
  const first = restOf(args);
  return $gil.pair(natively(native, this, args), function* (...rest) {
    return yield* $gil.onn(target, self, ...first, ...rest);
  });
}`;

const { call, apply, bind } = Function.prototype;

const TEXTS = new Map<unknown, string>([
  ...Object.entries(OF_ARRAYS).map(([name, text]) => [Reflect.get(Array.prototype, name) as unknown, text] as const),
  [Map.prototype.forEach, collection('[key, value]', 'value, key')],
  [Set.prototype.forEach, collection('value', 'value, value')],
  [Array.from, FROM],
  [call, CALL],
  [apply, APPLY],
  [Reflect.apply, REFLECT],
  [bind, BIND],
]);

/** The text of a native function that calls what it is given; `undefined` for any other. `refuse` ends the search. */
export function callbackText(plain: object, refuse: (what: string, why: string) => never): WrittenTwin | undefined {
  const text = TEXTS.get(plain);
  return text === undefined ? undefined : { text, helpers: { ...HELPERS, native: plain, refuse } };
}
