/**
 * `new` in a twin: an object is made as the language does it, but its fields and its constructor's body run as generators.
 */
import type { ClassKind } from './twin-construct.js';
import { hand, isMaking, make } from './twin-making.js';

/** What `yield*` takes. */
type Delegate = Iterable<number>;
/** A class, or a function that is constructed. */
export type Class = (new (...args: unknown[]) => object) & { readonly prototype: object };

/** How objects of a class are constructed step by step. A `function` is given the object; a class, before its arguments, `new.target` and, if it is derived, itself. */
export interface Maker {
  readonly kind: ClassKind | 'function';
  readonly fields: ((this: object) => Delegate) | undefined;
  readonly body: ((this: object | undefined, ...args: unknown[]) => Delegate) | undefined;
}

/** What constructing needs from outside. */
export interface ConstructingSupply {
  find(made: object): Maker | undefined;
  /** A native `new`. */
  countNew(plain: unknown, args: readonly unknown[]): void;
}

/** Whose objects have nothing but the prototype of `new.target`. */
const Blank = class {};
const ATOMIC: Maker = { kind: 'atomic', fields: undefined, body: undefined };

/** An object whose class is not derived, before anything of it has run. */
export function makeEmpty({ kind }: Maker, made: Class, newTarget: Class): object {
  return kind === 'made' ? make(made, newTarget) : Reflect.construct(Blank, [], newTarget);
}

export function createConstructing({ find, countNew }: ConstructingSupply) {
  let makers = new WeakMap<object, Maker>();

  const makerOf = (made: unknown): Maker | undefined => {
    if (typeof made !== 'function') return undefined;
    let maker = makers.get(made);
    if (maker === undefined) {
      maker = find(made) ?? ATOMIC;
      makers.set(made, maker);
    }
    return maker.kind === 'atomic' ? undefined : maker;
  };
  function* construct(made: Class, maker: Maker, args: unknown[], newTarget: Class): Generator<number, object> {
    const { kind, fields, body } = maker;
    if (kind === 'derived') {
      const whole = body === undefined ? above(newTarget, made, ...args) : body.call(undefined, newTarget, made, ...args);
      return (yield* whole as Iterable<number> & Generator<number, object>) as object;
    }
    const object = makeEmpty(maker, made, newTarget);
    if (fields !== undefined) yield* fields.call(object);
    if (body === undefined) return object;
    const running = kind === 'function' ? body.call(object, ...args) : body.call(object, newTarget, ...args);
    const given: unknown = yield* running as Generator<number, unknown>;
    return (typeof given === 'object' && given !== null) || typeof given === 'function' ? given : object;
  }
  /** `super(…)` in a class, which is given the object that the class above made. */
  function* above(newTarget: Class, own: Class, ...args: unknown[]): Generator<number, object> {
    const parent = Object.getPrototypeOf(own) as Class;
    const maker = makerOf(parent);
    let object: object;
    if (maker === undefined) {
      countNew(parent, args);
      object = Reflect.construct(parent, args, newTarget);
    } else object = yield* construct(parent, maker, args, newTarget);
    const fields = makers.get(own)?.fields;
    if (fields !== undefined) yield* fields.call(object);
    return object;
  }
  const over = { done: true, value: undefined as unknown };
  const native = { [Symbol.iterator]: () => native, next: () => over as IteratorReturnResult<unknown> };
  const begin = (made: Class, args: unknown[]): Delegate => {
    const maker = makerOf(made);
    if (maker !== undefined) return construct(made, maker, args, made);
    countNew(made, args);
    over.value = new made(...args);
    return native as Delegate;
  };

  return {
    makerOf,
    know: (made: object, maker: Maker): void => void makers.set(made, maker),
    forget: (): void => {
      makers = new WeakMap();
    },
    /** What texts call. */
    text: {
      new0: (made: Class): Delegate => begin(made, []),
      new1: (made: Class, a: unknown): Delegate => begin(made, [a]),
      new2: (made: Class, a: unknown, b: unknown): Delegate => begin(made, [a, b]),
      new3: (made: Class, a: unknown, b: unknown, c: unknown): Delegate => begin(made, [a, b, c]),
      newn: (made: Class, ...args: unknown[]): Delegate => begin(made, args),
      above,
      isMaking,
      hand,
    },
  };
}
