/**
 * What the text of a twin calls: functions by their twins where they have one, natively where not. Nothing is allocated for a native call.
 */
import { propertyOf } from './property.js';
import { TWIN } from './twin.js';
import type { ClassKind } from './twin-construct.js';
import { type Class, createConstructing, type Maker } from './twin-new.js';

/** Any function, as twins call it. */
type Callable = (...args: unknown[]) => unknown;
/** What `yield*` takes. */
type Delegate = Iterable<number>;

/** Finds, or makes, the twin of a function that has none yet. Set by `twins.ts`. */
export interface TwinFinder {
  find(plain: object): Callable | undefined;
  /** Finds, or makes, what constructs an object step by step. */
  findMaker(made: object): Maker | undefined;
  /** A function is native from now on. */
  leave(plain: object): void;
  /** Whether somebody else might run in a function, if it were not called by native code. */
  isSwitchable(plain: object): boolean;
}

/** A native call that is over: what `yield*` gets when there is nothing to delegate to. There is one, for it is read at once. */
class Over implements Iterator<number, unknown>, Iterable<number> {
  readonly result: { done: true; value: unknown } = { done: true, value: undefined };
  [Symbol.iterator](): Iterator<number> {
    return this as Iterator<number>;
  }
  next(): IteratorReturnResult<unknown> {
    return this.result;
  }
}

/** What kind of member a twin belongs to; `fields` and `body` belong to the class. */
type MemberKind = 'value' | 'get' | 'set' | 'fields' | 'body';

/** Names under which some object may have an accessor: of others it is not looked for. */
export const knownAccessors = new Set<PropertyKey>();

const NONE: readonly string[] = [];

interface Member {
  readonly name: PropertyKey;
  readonly kind: MemberKind;
}

/** What texts call that is no call of the author's. */
export const VALUE_HELPERS = {
  step: (loaded: number, by: 1 | -1, _look?: unknown): number => {
    let next = loaded;
    // By these alone, objects become numbers once and BigInts stay what they are.
    if (by === 1) next++;
    else next--;
    return next;
  },
  property: (key: unknown): PropertyKey => Reflect.ownKeys({ [key as string]: 0 })[0] as PropertyKey,
  define: (object: object, name: PropertyKey, value: unknown): void => {
    Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
  },
};

export function createTwinRuntime(finder: TwinFinder) {
  const over = new Over();
  const natives = new Map<string, number>();
  const keys = new Map<MemberKind, Map<PropertyKey, symbol>>();
  const members = new Map<symbol, Member>();
  const generators = new WeakSet<object>();

  const give = (value: unknown): Delegate => {
    over.result.value = value;
    return over;
  };
  const twin = (plain: unknown): Callable | undefined => {
    if (typeof plain !== 'function') return undefined;
    const known: unknown = Reflect.get(plain, TWIN);
    return typeof known === 'function' ? (known as Callable) : finder.find(plain);
  };
  const isCallback = (argument: unknown): boolean => typeof argument === 'function' && finder.isSwitchable(argument);
  /** What is called back in there cannot be switched: whoever reads of it shall know. */
  const countName = (name: string): void => void natives.set(name, (natives.get(name) ?? 0) + 1);
  const count = (plain: unknown, calls: 'nothing' | 'back'): void => {
    const own = typeof plain === 'function' ? plain.name || 'a function' : 'nothing';
    countName(calls === 'back' ? `${own} (with a callback)` : generators.has(plain as object) ? `${own} (a generator)` : own);
  };
  const countWith = (plain: unknown, args: readonly unknown[]): void => count(plain, args.some(isCallback) ? 'back' : 'nothing');
  const on = (plain: Callable, self: unknown, args: unknown[]): Delegate => {
    const other = twin(plain);
    if (other !== undefined) return other.apply(self, args) as Delegate;
    countWith(plain, args);
    return give(plain.apply(self, args));
  };
  /** A method of an object that was read already: once, as written. What is none complains by its own name. */
  const natively = (o: Record<PropertyKey, Callable>, key: PropertyKey, f: unknown, args: unknown[]): Delegate =>
    give(typeof f === 'function' ? Reflect.apply(f, o, args) : o[key]!(...args));
  const method = (o: Record<PropertyKey, Callable>, key: PropertyKey, args: unknown[]): Delegate => {
    const f = o[key];
    const other = twin(f);
    if (other !== undefined) return other.apply(o, args) as Delegate;
    countWith(f, args);
    return natively(o, key, f, args);
  };
  const accessor = (object: unknown, name: PropertyKey, kind: 'get' | 'set'): Callable | undefined => {
    if (typeof name !== 'symbol' && (typeof name === 'number' || !knownAccessors.has(name))) return undefined;
    return twin(propertyOf(object, name)?.[kind]);
  };
  const constructing = createConstructing({
    find: (made) => finder.findMaker(made),
    countNew: (plain, args) => {
      const name = `new ${(typeof plain === 'function' && plain.name) || 'a class'}`;
      countName(args.some(isCallback) ? `${name} (with a callback)` : name);
    },
  });

  return {
    /** How often each function was called natively, by name. */
    natives,
    twin,
    countWith,
    on,
    after: (value: unknown, _look: unknown): unknown => value,
    ...VALUE_HELPERS,
    /** An accessor ran in one go. */
    seen: (name: string, value: unknown): unknown => {
      countName(name);
      return value;
    },
    call0: (f: Callable): Delegate => {
      const other = twin(f);
      if (other !== undefined) return other() as Delegate;
      count(f, 'nothing');
      return give(f());
    },
    call1: (f: Callable, a: unknown): Delegate => {
      const other = twin(f);
      if (other !== undefined) return other(a) as Delegate;
      count(f, isCallback(a) ? 'back' : 'nothing');
      return give(f(a));
    },
    call2: (f: Callable, a: unknown, b: unknown): Delegate => {
      const other = twin(f);
      if (other !== undefined) return other(a, b) as Delegate;
      count(f, isCallback(a) || isCallback(b) ? 'back' : 'nothing');
      return give(f(a, b));
    },
    call3: (f: Callable, a: unknown, b: unknown, c: unknown): Delegate => on(f, undefined, [a, b, c]),
    calln: (f: Callable, ...args: unknown[]): Delegate => on(f, undefined, args),
    method0: (o: Record<PropertyKey, Callable>, key: PropertyKey): Delegate => {
      const f = o[key] as Callable;
      const other = twin(f);
      if (other !== undefined) return other.call(o) as Delegate;
      count(f, 'nothing');
      return natively(o, key, f, []);
    },
    method1: (o: Record<PropertyKey, Callable>, key: PropertyKey, a: unknown): Delegate => {
      const f = o[key] as Callable;
      const other = twin(f);
      if (other !== undefined) return other.call(o, a) as Delegate;
      count(f, isCallback(a) ? 'back' : 'nothing');
      return natively(o, key, f, [a]);
    },
    method2: (o: Record<PropertyKey, Callable>, key: PropertyKey, a: unknown, b: unknown): Delegate => {
      const f = o[key] as Callable;
      const other = twin(f);
      if (other !== undefined) return other.call(o, a, b) as Delegate;
      count(f, isCallback(a) || isCallback(b) ? 'back' : 'nothing');
      return natively(o, key, f, [a, b]);
    },
    method3: (o: Record<PropertyKey, Callable>, key: PropertyKey, a: unknown, b: unknown, c: unknown): Delegate =>
      method(o, key, [a, b, c]),
    methodn: (o: Record<PropertyKey, Callable>, key: PropertyKey, ...args: unknown[]): Delegate => method(o, key, args),
    on0: (f: Callable, self: unknown): Delegate => on(f, self, []),
    on1: (f: Callable, self: unknown, a: unknown): Delegate => on(f, self, [a]),
    on2: (f: Callable, self: unknown, a: unknown, b: unknown): Delegate => on(f, self, [a, b]),
    on3: (f: Callable, self: unknown, a: unknown, b: unknown, c: unknown): Delegate => on(f, self, [a, b, c]),
    onn: (f: Callable, self: unknown, ...args: unknown[]): Delegate => on(f, self, args),
    get: (object: Record<PropertyKey, unknown>, name: PropertyKey): Delegate => {
      const other = accessor(object, name, 'get');
      return other === undefined ? give(object[name]) : (other.call(object) as Delegate);
    },
    *set(object: Record<PropertyKey, unknown>, name: PropertyKey, value: unknown): Generator<number, unknown> {
      const other = accessor(object, name, 'set');
      if (other === undefined) object[name] = value;
      else yield* other.call(object, value) as Delegate;
      return value;
    },
    pair: <F extends object>(plain: F, other: unknown): F => {
      Reflect.set(plain, TWIN, other);
      return plain;
    },
    /** A generator function of the text: what goes through its objects runs it in one go. */
    generator: <F extends object>(plain: F): F => {
      generators.add(plain);
      finder.leave(plain);
      return plain;
    },
    named: <F extends object>(plain: F, make: (plain: F) => unknown): F => {
      Reflect.set(plain, TWIN, make(plain));
      return plain;
    },
    key: (name: PropertyKey, kind: MemberKind): symbol => {
      const own = keys.get(kind) ?? new Map<PropertyKey, symbol>();
      keys.set(kind, own);
      let symbol = own.get(name);
      if (symbol === undefined) {
        symbol = Symbol(`${kind} ${String(name)}`);
        own.set(name, symbol);
        if (kind === 'get' || kind === 'set') knownAccessors.add(name);
        members.set(symbol, { name, kind });
      }
      return symbol;
    },
    link: <O extends object>(object: O, notes: readonly string[] = NONE): O => {
      for (const note of notes) countName(note);
      return link(object, members);
    },
    linkClass: (made: Class, kind: ClassKind, notes: readonly string[] = NONE): void => {
      link(made, members);
      const { fields, body } = takeParts(made.prototype, members);
      link(made.prototype, members);
      constructing.know(made, { kind, fields, body });
      for (const note of notes) countName(note);
    },
    /** Forgets how classes are constructed: under other rules it is something else. */
    forget: constructing.forget,
    makerOf: constructing.makerOf,
    ...constructing.text,
  };
}

/** Gives each method of an object the generator that stands beside it. */
function link<O extends object>(object: O, members: ReadonlyMap<symbol, Member>): O {
  for (const symbol of Object.getOwnPropertySymbols(object)) {
    const member = members.get(symbol);
    if (member === undefined || member.kind === 'fields' || member.kind === 'body') continue;
    const generator: unknown = Reflect.get(object, symbol);
    Reflect.deleteProperty(object, symbol);
    const plain = Object.getOwnPropertyDescriptor(object, member.name)?.[member.kind] as object | undefined;
    if (plain !== undefined) Reflect.set(plain, TWIN, generator);
  }
  return object;
}

/** The generators that construct objects of a class, which its text has put on its prototype. */
function takeParts(prototype: object, members: ReadonlyMap<symbol, Member>): Pick<Maker, 'fields' | 'body'> {
  const parts: { fields: Maker['fields']; body: Maker['body'] } = { fields: undefined, body: undefined };
  for (const symbol of Object.getOwnPropertySymbols(prototype)) {
    const kind = members.get(symbol)?.kind;
    if (kind !== 'fields' && kind !== 'body') continue;
    parts[kind] = Reflect.get(prototype, symbol) as Maker['body'];
    Reflect.deleteProperty(prototype, symbol);
  }
  return parts;
}
