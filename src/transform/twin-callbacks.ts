/**
 * Twins of native functions that call what they are given: their steps in the order of the language's specification, holes and lengths included,
 * with the callback's twin inside. Between two callbacks they are as atomic as the originals, and where the callback has no twin they are the originals.
 *
 * Not here: what calls back in an order that the specification leaves open (`sort`), or to make part of a text (`replace`, `JSON.stringify`).
 */
import { TWIN } from './twin.js';

type Callable = (...args: never[]) => unknown;
type Native = (...args: unknown[]) => unknown;
/** The twin of a native function. */
export type CallbackTwin = (this: unknown, ...args: unknown[]) => Generator<number, unknown>;
/** A callback's twin. */
type Callback = (...args: unknown[]) => Iterable<number>;

/** What the twins ask of the runtime. */
export interface CallbackSupply {
  /** The twin of a callback, if it has one. */
  twin(plain: unknown): Callback | undefined;
  /** A native function is called. */
  count(plain: Callable, args: readonly unknown[]): void;
}

interface Listed {
  readonly [index: number]: unknown;
}

/** Steps of a native function, given an object, its length, the callback's twin and the second argument. */
type Steps = (list: Listed, length: number, each: Callback, self: unknown) => Generator<number, unknown>;

const { apply } = Reflect;
/** CreateDataProperty. */
export const define = (list: object, index: number, value: unknown): void => {
  Object.defineProperty(list, index, { value, writable: true, enumerable: true, configurable: true });
};

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

/** Goes through what is there, by index; `stop` says with what it ends, if it ends there. */
function* present(
  list: Listed,
  length: number,
  each: Callback,
  self: unknown,
  stop: (given: unknown, value: unknown, index: number) => 'on' | 'over',
): Generator<number, void> {
  for (let index = 0; index < length; index += 1) {
    if (!(index in list)) continue;
    const value = list[index];
    if (stop(yield* each.call(self, value, index, list), value, index) === 'over') return;
  }
}

/** Looks for an item, holes being as good as `undefined`. */
function* sought(
  list: Listed,
  length: number,
  each: Callback,
  self: unknown,
  order: 'forwards' | 'backwards',
): Generator<number, readonly [value: unknown, index: number]> {
  const [first, by] = order === 'forwards' ? [0, 1] : [length - 1, -1];
  for (let index = first; index >= 0 && index < length; index += by) {
    const value = list[index];
    if (yield* each.call(self, value, index, list)) return [value, index];
  }
  return [undefined, -1];
}

const STEPS: Readonly<Record<string, Steps>> = {
  *forEach(list, length, each, self) {
    yield* present(list, length, each, self, () => 'on');
  },
  *map(list, length, each, self) {
    const made = speciesOf(list, length);
    yield* present(list, length, each, self, (given, _, index) => {
      define(made, index, given);
      return 'on';
    });
    return made;
  },
  *filter(list, length, each, self) {
    const made = speciesOf(list, 0);
    let to = 0;
    yield* present(list, length, each, self, (given, value) => {
      if (given) define(made, to++, value);
      return 'on';
    });
    return made;
  },
  *some(list, length, each, self) {
    let found = false;
    yield* present(list, length, each, self, (given) => {
      found = Boolean(given);
      return found ? 'over' : 'on';
    });
    return found;
  },
  *every(list, length, each, self) {
    let all = true;
    yield* present(list, length, each, self, (given) => {
      all = Boolean(given);
      return all ? 'on' : 'over';
    });
    return all;
  },
  *find(list, length, each, self) {
    return (yield* sought(list, length, each, self, 'forwards'))[0];
  },
  *findIndex(list, length, each, self) {
    return (yield* sought(list, length, each, self, 'forwards'))[1];
  },
  *findLast(list, length, each, self) {
    return (yield* sought(list, length, each, self, 'backwards'))[0];
  },
  *findLastIndex(list, length, each, self) {
    return (yield* sought(list, length, each, self, 'backwards'))[1];
  },
  *flatMap(list, length, each, self) {
    const made = speciesOf(list, 0);
    let to = 0;
    yield* present(list, length, each, self, (given) => {
      if (!Array.isArray(given)) define(made, to++, given);
      else for (let index = 0, end = lengthOf(given); index < end; index += 1) if (index in given) define(made, to++, given[index]);
      return 'on';
    });
    return made;
  },
};

/** The twins of the native functions that are known, by the functions themselves. */
export function createCallbackTwins({ twin, count }: CallbackSupply): ReadonlyMap<unknown, CallbackTwin> {
  const twins = new Map<unknown, CallbackTwin>();
  const natively = (native: Native, self: unknown, args: unknown[]): unknown => {
    count(native, args);
    return apply(native, self, args);
  };

  for (const [name, steps] of Object.entries(STEPS)) {
    const native = (Array.prototype as unknown as Readonly<Record<string, Native | undefined>>)[name];
    if (native === undefined) continue;
    twins.set(native, function* (this: unknown, ...args: unknown[]) {
      const each = twin(args[0]);
      // The original also knows best how to complain.
      if (each === undefined || this === null || this === undefined) return natively(native, this, args);
      count(native, []);
      const list = Object(this) as Listed;
      return yield* steps(list, lengthOf(list), each, args[1]);
    });
  }

  const reduce = (native: Native, order: 'forwards' | 'backwards'): void => {
    twins.set(native, function* (this: unknown, ...args: unknown[]) {
      const each = twin(args[0]);
      if (each === undefined || this === null || this === undefined) return natively(native, this, args);
      count(native, []);
      const list = Object(this) as Listed;
      const length = lengthOf(list);
      const [first, by] = order === 'forwards' ? [0, 1] : [length - 1, -1];
      const isInside = (index: number): boolean => index >= 0 && index < length;
      let index = first;
      let sum = args[1];
      if (args.length < 2) {
        while (isInside(index) && !(index in list)) index += by;
        if (!isInside(index)) throw new TypeError('Reduce of empty array with no initial value');
        sum = list[index];
        index += by;
      }
      for (; isInside(index); index += by) if (index in list) sum = yield* each.call(undefined, sum, list[index], index, list);
      return sum;
    });
  };
  reduce(Array.prototype.reduce as Native, 'forwards');
  reduce(Array.prototype.reduceRight as Native, 'backwards');

  // An iterator and `forEach` go through a collection alike: what is added meanwhile is seen, what is deleted is not.
  const collection = (native: Native, entries: Native, sizeOf: Native): void => {
    twins.set(native, function* (this: unknown, ...args: unknown[]) {
      const each = twin(args[0]);
      if (each === undefined || !has(sizeOf, this)) return natively(native, this, args);
      count(native, []);
      for (const [key, value] of apply(entries, this, []) as Iterable<readonly [unknown, unknown]>) {
        yield* each.call(args[1], value, key, this);
      }
      return undefined;
    });
  };
  collection(Map.prototype.forEach as Native, Map.prototype.entries as Native, sizeIn(Map.prototype));
  collection(Set.prototype.forEach as Native, Set.prototype.entries as Native, sizeIn(Set.prototype));

  const from = Array.from as Native;
  twins.set(from, function* (this: unknown, ...args: unknown[]) {
    const [items, , self] = args;
    const each = twin(args[1]);
    if (each === undefined || items === null || items === undefined) return natively(from, this, args);
    count(from, []);
    const method = (items as { readonly [Symbol.iterator]?: unknown })[Symbol.iterator] ?? undefined;
    if (method !== undefined && typeof method !== 'function') return apply(from, this, args);
    const list = Object(items) as Listed;
    const length = method === undefined ? lengthOf(list) : 0;
    const make = isConstructor(this) ? this : Array;
    const made = (method === undefined ? new make(length) : new make()) as { length: number };
    let index = 0;
    if (method === undefined) {
      for (; index < length; index += 1) define(made, index, yield* each.call(self, list[index], index));
    } else {
      for (const item of { [Symbol.iterator]: () => apply(method as Native, items, []) as Iterator<unknown> }) {
        define(made, index, yield* each.call(self, item, index));
        index += 1;
      }
    }
    made.length = index;
    return made;
  });

  callers(twins, twin, natively);
  return twins;
}

/** Functions whose whole work it is to call another. */
function callers(
  twins: Map<unknown, CallbackTwin>,
  twin: CallbackSupply['twin'],
  natively: (native: Native, self: unknown, args: unknown[]) => unknown,
): void {
  const { call, apply: applyTo, bind } = Function.prototype as unknown as Readonly<Record<'call' | 'apply' | 'bind', Native>>;
  twins.set(call, function* (this: unknown, ...args: unknown[]) {
    const callee = twin(this);
    if (callee === undefined) return natively(call, this, args);
    return yield* callee.call(...(args as [unknown]));
  });
  twins.set(applyTo, function* (this: unknown, ...args: unknown[]) {
    const callee = twin(this);
    if (callee === undefined) return natively(applyTo, this, args);
    return yield* callee.apply(args[0], listOf(args[1] ?? []));
  });
  twins.set(Reflect.apply, function* (this: unknown, ...args: unknown[]) {
    const callee = twin(args[0]);
    if (callee === undefined) return natively(Reflect.apply as Native, this, args);
    return yield* callee.apply(args[1], listOf(args[2]));
  });
  // biome-ignore lint/correctness/useYield: it is called as a twin is
  twins.set(bind, function* (this: unknown, ...args: unknown[]) {
    const bound = natively(bind, this, args) as object;
    const [self, ...first] = args;
    if (twin(this) === undefined) return bound;
    const target = this;
    Reflect.set(bound, TWIN, function* (...rest: unknown[]): Generator<number, unknown> {
      const callee = twin(target);
      return callee === undefined ? apply(target as Native, self, [...first, ...rest]) : yield* callee.call(self, ...first, ...rest);
    });
    return bound;
  });
}

/** CreateListFromArrayLike. */
export function listOf(list: unknown): unknown[] {
  // A function of the language that does nothing else with it, and complains if it is none.
  return apply(collect, undefined, list as unknown[]) as unknown[];
}
const collect = (...items: unknown[]): unknown[] => items;

function sizeIn(prototype: object): Native {
  return Object.getOwnPropertyDescriptor(prototype, 'size')!.get as Native;
}

function has(sizeOf: Native, value: unknown): boolean {
  try {
    apply(sizeOf, value, []);
    return true;
  } catch {
    return false;
  }
}

function isConstructor(value: unknown): value is new (...args: unknown[]) => object {
  if (typeof value !== 'function') return false;
  try {
    // Nothing of it runs: only what can be constructed has a proxy that can.
    Reflect.construct(new Proxy(value, { construct: () => ({}) }), []);
    return true;
  } catch {
    return false;
  }
}
