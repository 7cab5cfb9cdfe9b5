/**
 * Twins at run time: for a function, the generator function that does the same and yields wherever the active dialect's interpreter looks. Made
 * from the function's text when it is first needed: in the place where the function was written if somebody left a way in there, else apart from
 * it, which only a function can stand that uses nothing from around it.
 */

import type { Dialect } from '../dialects/dialect.js';
import { TaskFunctionError } from '../errors.js';
import { isNative, isNativeText, withoutCounters } from './native.js';
import { areOriginsKnown, type Origin, originOf } from './origin-table.js';
import type { Places } from './places.js';
import { twinPlacesOf } from './places.js';
import { isClassText, readClass, readFunction } from './read-task.js';
import { type FunctionNode, freshPrefix } from './syntax.js';
import { TWIN } from './twin.js';
import { createCallbackTwins } from './twin-callbacks.js';
import { type ConstructionParts, compileClass, compileTwin, type Factory } from './twin-compile.js';
import type { Maker } from './twin-new.js';
import { ownParts } from './twin-parts.js';
import { createTwinRuntime, knownAccessors } from './twin-runtime.js';
import { unseen } from './unseen.js';

/** A function of any kind. */
type Callable = (...args: never[]) => unknown;
/** A twin. */
export type Twin = (...args: unknown[]) => Generator<number, unknown, unknown>;

/** Under what rules twins are made. */
export interface TwinRules {
  readonly dialect: Dialect;
  /** What a function may use beside its arguments and globals, by name. */
  readonly exports: Readonly<Record<string, unknown>>;
  /** Names of properties that may be accessors, beside those of the text. */
  readonly accessors: ReadonlySet<string>;
  /** Functions that are native whatever their text. */
  readonly atomic: ReadonlySet<unknown>;
  /** What else a report is to name: methods that the language calls by itself. */
  readonly unseen?: readonly string[];
  /** A function with a text is called that cannot have a twin: may throw. Not asked where files were looked through, for there it is a package's. */
  readonly onOpaque: (plain: object, reason: string) => void;
}

interface Active extends TwinRules {
  readonly places: Places;
  /** What distinguishes these rules from others, for texts that are compiled already. */
  readonly key: string;
}

let active: Active | undefined;
/** Functions that have a twin of the active rules, made here. */
const stamped: object[] = [];
/** Those that are called natively, and why. */
let refused = new WeakMap<object, string>();
const factories = new Map<string, Factory<Twin>>();
const classes = new Map<string, ReturnType<typeof compileClass>>();
/** The places of each twin's text. */
const placesOf = new WeakMap<Twin, readonly number[]>();

const runtime = createTwinRuntime({
  find: (plain) => findTwin(plain) as ((...args: unknown[]) => unknown) | undefined,
  findMaker,
  isSwitchable,
  leave: (plain) => void refused.set(plain, 'a generator'),
});
const callbackTwinOf = createCallbackTwins(runtime);

/** How often each function was called natively since `activate`, by name. */
export const natives: ReadonlyMap<string, number> = runtime.natives;

/** From now on twins yield where this dialect's interpreter looks. */
export function activate(rules: TwinRules): void {
  runtime.natives.clear();
  for (const name of rules.unseen ?? []) runtime.natives.set(unseen(name), 0);
  const { places, text } = rulesOf(rules.dialect);
  const key = `${text} ${[...rules.accessors].sort().join(' ')}`;
  if (active?.key !== key || active.exports !== rules.exports) {
    for (const plain of stamped) Reflect.set(plain, TWIN, undefined);
    stamped.length = 0;
    refused = new WeakMap();
    runtime.forget();
  }
  for (const name of rules.accessors) knownAccessors.add(name);
  active = { ...rules, places, key };
}

/** The places of a dialect, and the same as a text. */
function rulesOf(dialect: Dialect): { readonly places: Places; readonly text: string } {
  let known = rulesByDialect.get(dialect);
  if (known === undefined) {
    const places = twinPlacesOf(dialect);
    known = { places, text: JSON.stringify({ ...places, quietCalls: [...places.quietCalls] }) };
    rulesByDialect.set(dialect, known);
  }
  return known;
}
const rulesByDialect = new WeakMap<Dialect, { readonly places: Places; readonly text: string }>();

/**
 * The twin of a function that is to have one.
 * @throws FreeVariableError for a closure; TaskFunctionError, TaskSyntaxError for what no twin can be made of
 */
export function twinOf(plain: Callable): Twin {
  const known: unknown = Reflect.get(plain, TWIN);
  if (typeof known === 'function') return known as Twin;
  return stamp(plain, make(plain));
}

/** The twin of a function that is called, if it can have one. */
function findTwin(plain: object): Twin | undefined {
  if (refused.has(plain) || isNative(plain) || active?.atomic.has(plain) === true) return undefined;
  const known = callbackTwinOf(plain);
  if (known !== undefined) return known as Twin;
  let reason: string;
  try {
    return stamp(plain, make(plain as Callable));
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    reason = error.message;
  }
  refused.set(plain, reason);
  if (!areOriginsKnown() && !/is a native function|is a bound function/.test(reason)) active?.onOpaque(plain, reason);
  return undefined;
}

/** Whether a function has a text, and does not count as native. */
function isSwitchable(plain: object): boolean {
  if (isNative(plain) || active?.atomic.has(plain) === true) return false;
  let known = texts.get(plain);
  if (known === undefined) {
    known = isNativeText(Function.prototype.toString.call(plain)) ? 'native' : 'own';
    texts.set(plain, known);
  }
  return known === 'own';
}
const texts = new WeakMap<object, 'native' | 'own'>();

function stamp(plain: object, twin: Twin): Twin {
  Reflect.set(plain, TWIN, twin);
  stamped.push(plain);
  return twin;
}

function make(plain: Callable): Twin {
  if (active === undefined) throw new TaskFunctionError('no rules are active: call activate() first');
  const origin = originOf(plain);
  const text = `${active.key} ${plain.name} ${Function.prototype.toString.call(plain)}`;
  const { exports } = active;
  const factory = origin === undefined ? factories.get(text) : undefined;
  const source = withoutCounters(origin?.text ?? Function.prototype.toString.call(plain));
  const made = factory ?? compileTwin<Twin>(readFunction(plain, source), origin, active, runtime);
  if (origin === undefined) factories.set(text, made);
  const twin = made(exports, plain);
  twinPlaces.set(twin, { plain, origin, exports });
  placesOf.set(twin, made.sites);
  return twin;
}

/** The places of a twin's text, with those of the functions in it. */
export function sitesOf(twin: Twin): readonly number[] {
  return placesOf.get(twin) ?? [];
}

/** Where a twin has its names from. */
export interface TwinPlace {
  readonly plain: Callable;
  readonly origin: Origin | undefined;
  readonly exports: Readonly<Record<string, unknown>>;
  /** What its text calls is called. */
  readonly prefix: string;
}

const twinPlaces = new WeakMap<object, Omit<TwinPlace, 'prefix'>>();

/** Where a twin has its names from; `undefined` for one that was not made here. */
export function placeOfTwin(twin: object): TwinPlace | undefined {
  const place = twinPlaces.get(twin);
  return place && { ...place, prefix: freshPrefix(place.origin?.text ?? Function.prototype.toString.call(place.plain)) };
}

/** The twin of a function that is called, if it has one or can have one. */
export function twinFor(plain: object): Twin | undefined {
  const known: unknown = Reflect.get(plain, TWIN);
  return typeof known === 'function' ? (known as Twin) : findTwin(plain);
}

/** What constructs objects of a class or function step by step, if it can be done. */
function findMaker(made: object): Maker | undefined {
  if (active === undefined || isNative(made) || active.atomic.has(made)) return undefined;
  try {
    return makerOf(made as Callable, active);
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    return undefined;
  }
}

function makerOf(made: Callable, { key, exports, ...rules }: Active): Maker | undefined {
  const origin = originOf(made);
  const source = origin?.text ?? Function.prototype.toString.call(made);
  if (isNativeText(source)) return undefined;
  if (!isClassText(source)) {
    if (!isConstructible(made, readFunction(made, origin?.text).node)) return undefined;
    return { kind: 'function', fields: undefined, body: twinOf(made) as Maker['body'] };
  }
  const text = `${key} ${made.name} ${source}`;
  let known = origin === undefined ? classes.get(text) : undefined;
  if (known === undefined) {
    known = compileClass(readClass(source, made.name), origin, { exports, ...rules }, runtime);
    if (origin === undefined) classes.set(text, known);
  }
  if (known.kind === 'atomic') return undefined;
  const parts = known.make(exports, made);
  // So that `super.x` finds what is above the class.
  Object.setPrototypeOf(parts, Object.getPrototypeOf(made.prototype));
  const maker = { kind: known.kind, fields: ownOf(parts, 'fields'), body: ownOf(parts, 'body') };
  for (const part of [maker.fields, maker.body]) if (part !== undefined) twinPlaces.set(part, { plain: made, origin, exports });
  return maker;
}

/** What constructs objects of a class or function step by step; `undefined` for one that is constructed natively. */
export function makerFor(made: unknown): Maker | undefined {
  return runtime.makerOf(made);
}

function ownOf<K extends 'fields' | 'body'>(parts: ConstructionParts, part: K): Maker[K] | undefined {
  return Object.hasOwn(parts, part) ? (parts[part] as Maker[K]) : undefined;
}

/** Whether `new` works on a function, and it does not ask by what it was called. */
function isConstructible(made: Callable, node: FunctionNode): boolean {
  if (node.type === 'ArrowFunctionExpression' || node.async || node.generator || !Object.hasOwn(made, 'prototype')) return false;
  return !ownParts(node, ({ type }) => type === 'MetaProperty');
}

/**
 * Calls a method by its twin, from a generator function: `const release = yield* call(lock, 'acquireSync')`.
 */
export function* call<O extends object, K extends keyof O>(
  object: O,
  method: K,
  ...args: O[K] extends (...args: infer A) => unknown ? A : never
): Generator<number, O[K] extends (...args: never[]) => infer R ? R : never, unknown> {
  return (yield* runtime.methodn(object as never, method, ...args)) as never;
}

/** Calls a function that a twin was given, by its own twin if it has one. */
export function callBack(plain: unknown, self: unknown, args: unknown[]): Iterable<number> {
  return runtime.on(plain as (...args: unknown[]) => unknown, self, args);
}
