/**
 * What the texts of frames call, and how they tell who runs them what is to be done: which function is called, or what is yielded.
 */
import { describe } from '../errors.js';
import { StatefulError } from './frames-error.js';
import { propertyOf } from './property.js';

/** An activation of a function. A class, so that all of them have one shape. */
export class Frame {
  /** Which of the program's functions. */
  readonly code: number;
  /** Where in it. */
  pc = 0;
  readonly locals: unknown[];
  /** Of a function made in another one: the activation that made it. */
  readonly outer: Frame | undefined;

  constructor(code: number, locals: unknown[], outer: Frame | undefined) {
    this.code = code;
    this.locals = locals;
    this.outer = outer;
  }
}

/** A function that was made in a frame: its code, and whose variables it uses. */
export interface Closure {
  readonly code: number;
  readonly outer: Frame;
}

/** A function of any kind. */
type Callable = (...args: unknown[]) => unknown;

/** What is called with `new`. */
type Constructible = new (...args: unknown[]) => object;

/** Who knows what a function is. */
export interface CodeFinder {
  /** The number of its code, or -1 if it is native. */
  codeOf(plain: object): number;
  /** A function is called with `new`. */
  made(plain: unknown): void;
  /** The number of the code that constructs objects of a class, or -1 if it is done natively. */
  constructorOf(made: unknown): number;
  /** The number of the code of `super(…)`. */
  above(): number;
}

/** What compiled texts know of who runs them. */
export class Machine {
  value: unknown;
  callee = -1;
  self: unknown;
  outer: Frame | undefined;
  /** Which function it is that is called, where that is known only then. */
  plain: unknown;
  /** Why the thread cannot be gone on with, even if it catches that. */
  refusal: StatefulError | undefined;
  readonly closures = new WeakMap<object, Closure>();
  readonly #finder: CodeFinder;

  constructor(finder: CodeFinder) {
    this.#finder = finder;
  }

  refuse(error: StatefulError): never {
    this.refusal ??= error;
    throw error;
  }

  /** Whether a call has to be taken apart; if not, its result is the value. */
  on(plain: Callable, self: unknown, args: unknown[]): boolean {
    if (this.#enters(plain, self, args)) return true;
    this.value = plain.apply(self, args);
    return false;
  }

  call(plain: Callable, args: unknown[]): boolean {
    if (this.#enters(plain, undefined, args)) return true;
    this.value = plain(...args);
    return false;
  }

  method(object: Record<PropertyKey, Callable>, key: PropertyKey, args: unknown[]): boolean {
    if (this.#enters(object[key], object, args)) return true;
    this.value = object[key]!(...args);
    return false;
  }

  get(object: Record<string, unknown>, name: string): boolean {
    const getter = propertyOf(object, name)?.get as Callable | undefined;
    if (getter !== undefined && this.#enters(getter, object, [])) return true;
    this.value = object[name];
    return false;
  }

  set(object: Record<string, unknown>, name: string, args: unknown[]): boolean {
    const setter = propertyOf(object, name)?.set as Callable | undefined;
    if (setter !== undefined && this.#enters(setter, object, args)) return true;
    object[name] = args[0];
    return false;
  }

  /** An object is made, by frames or natively. */
  new(made: Constructible, args: unknown[]): boolean {
    if (this.#constructs(made, made, args)) return true;
    this.value = new made(...args);
    return false;
  }

  /** An object of another class is made, as far as this class does it. */
  as(newTarget: Constructible, made: Constructible, args: unknown[]): boolean {
    if (this.#constructs(newTarget, made, args)) return true;
    this.value = Reflect.construct(made, args, newTarget);
    return false;
  }

  /** `super(…)`. */
  above(newTarget: unknown, own: unknown, args: unknown[]): boolean {
    return this.#enter(this.#finder.above(), [newTarget, own, args]);
  }

  #constructs(newTarget: unknown, made: unknown, args: unknown[]): boolean {
    const code = this.#finder.constructorOf(made);
    return code >= 0 && this.#enter(code, [newTarget, made, args]);
  }

  #enter(code: number, args: unknown[]): true {
    this.callee = code;
    this.self = undefined;
    this.outer = undefined;
    this.plain = undefined;
    this.value = args;
    return true;
  }

  /** A function inside another one is made. */
  closure<F extends object>(plain: F, outer: Frame, code: number): F {
    this.closures.set(plain, { code, outer });
    return plain;
  }

  /** What is called with `new`. */
  made(plain: unknown): unknown {
    this.#finder.made(plain);
    return plain;
  }

  items(all: unknown): readonly unknown[] {
    if (Array.isArray(all)) return all;
    if (typeof all === 'string') return [...all];
    if (isKeyed(all)) return [...all.keys()];
    return this.refuse(
      new StatefulError(
        'for … of',
        `goes through ${describe(all)} across a switch point; expected an array, a Map or a Set, as in \`for (const item of [...items])\``,
      ),
    );
  }

  /** Whether `for … of` is at its end: with a Map or Set, its keys must be those that it began with. */
  isBehind(items: readonly unknown[], at: number, all: unknown): boolean {
    if (items !== all && isKeyed(all)) {
      let same = 0;
      for (const key of all.keys()) {
        if (same >= items.length || !Object.is(key, items[same])) same = Number.POSITIVE_INFINITY;
        same += 1;
      }
      if (same !== items.length)
        this.refuse(
          new StatefulError(
            'for … of',
            `goes through ${describe(all)} that gets or loses a key meanwhile; expected a copy, as in \`[...map]\``,
          ),
        );
    }
    return at >= items.length;
  }

  item(items: readonly unknown[], at: number, all: unknown): unknown {
    return items !== all && all instanceof Map ? [items[at], all.get(items[at])] : items[at];
  }

  keys(object: unknown): readonly string[] {
    const keys: string[] = [];
    for (const key in object as object) keys.push(key);
    return keys;
  }

  #enters(plain: unknown, self: unknown, args: unknown[]): boolean {
    if (typeof plain !== 'function') return false;
    const closure = this.closures.get(plain);
    const code = closure === undefined ? this.#finder.codeOf(plain) : closure.code;
    if (code < 0) return false;
    this.callee = code;
    this.self = self;
    this.outer = closure?.outer;
    this.plain = plain;
    this.value = args;
    return true;
  }
}

function isKeyed(all: unknown): all is Map<unknown, unknown> | Set<unknown> {
  const prototype: unknown = Object.getPrototypeOf(Object(all));
  return prototype === Map.prototype || prototype === Set.prototype;
}
