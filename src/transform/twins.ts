/**
 * Twins at run time: for a function, the generator function that does the same and yields wherever the active dialect's interpreter looks. Made
 * from the function's text when it is first needed: in the place where the function was written if somebody left a way in there, else apart from
 * it, which only a function can stand that uses nothing from around it.
 */

import type { AnyNode } from 'acorn';
import type { Dialect } from '../dialects/dialect.js';
import { FreeVariableError, TaskFunctionError } from '../errors.js';
import { resolveFree } from './free.js';
import { isNative } from './native.js';
import { areOriginsKnown, type Origin, originOf } from './origin-table.js';
import type { Places } from './places.js';
import { twinPlacesOf } from './places.js';
import { type ReadTask, readFunction } from './read-task.js';
import { analyze, type Scopes } from './scope.js';
import { makeText } from './sites.js';
import { children, freshPrefix, positionIn } from './syntax.js';
import { TWIN } from './twin.js';
import { createTwinRuntime } from './twin-runtime.js';
import { canTwin, twinText } from './twin-text.js';

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
  /** A function with a text is called that cannot have a twin: may throw. Not asked where files were looked through, for there it is a package's. */
  readonly onOpaque: (plain: object, reason: string) => void;
}

interface Active extends TwinRules {
  readonly places: Places;
  /** What distinguishes these rules from others, for texts that are compiled already. */
  readonly key: string;
}

/** Makes twins of one text. */
interface Factory {
  readonly make: (exports: Readonly<Record<string, unknown>>, own: unknown) => Twin;
  readonly sites: readonly number[];
}

let active: Active | undefined;
/** Functions that have a twin of the active rules, made here. */
const stamped: object[] = [];
/** Those that are called natively, and why. */
let refused = new WeakMap<object, string>();
const factories = new Map<string, Factory>();
/** The places of each twin's text. */
const placesOf = new WeakMap<Twin, readonly number[]>();

const runtime = createTwinRuntime({ find: (plain) => findTwin(plain) as ((...args: unknown[]) => unknown) | undefined });

/** How often each function was called natively since `activate`, by name. */
export const natives: ReadonlyMap<string, number> = runtime.natives;

/** From now on twins yield where this dialect's interpreter looks. */
export function activate(rules: TwinRules): void {
  runtime.natives.clear();
  const places = twinPlacesOf(rules.dialect);
  const key = JSON.stringify([{ ...places, quietCalls: [...places.quietCalls] }, [...rules.accessors].sort()]);
  if (active?.key !== key || active.exports !== rules.exports) {
    for (const plain of stamped) Reflect.set(plain, TWIN, undefined);
    stamped.length = 0;
    refused = new WeakMap();
  }
  active = { ...rules, places, key };
}

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
  const made = factory ?? compile(readFunction(plain, origin?.text), origin, active);
  if (origin === undefined) factories.set(text, made);
  const twin = made.make(exports, plain);
  placesOf.set(twin, made.sites);
  return twin;
}

/** The places of a twin's text, with those of the functions in it. */
export function sitesOf(twin: Twin): readonly number[] {
  return placesOf.get(twin) ?? [];
}

/** Compiles the twin's text; what it gives makes the twin, given what the text uses. */
function compile(read: ReadTask, origin: Origin | undefined, { places, exports, accessors }: Active): Factory {
  const { node, framed, name, mode } = read;
  if (!canTwin(node))
    throw new TaskFunctionError(`the function \`${name}\` is async, a generator, or uses what is around it: it cannot be switched`);
  const scopes = analyze(node, mode);
  const prefix = freshPrefix(framed);
  const [first] = positionIn(framed, read.start);
  const lineOf = (line: number): number => (origin === undefined ? line - first + 1 : origin.lineOf(line - first + 1));
  const from = {
    source: framed,
    scopes,
    places,
    prefix,
    accessors: new Set([...accessors, ...accessorsIn(node)]),
    name,
    file: origin?.file,
    lineOf,
    privates: origin === undefined ? ('twins' as const) : ('functions' as const),
  };
  const { text: body, sites } = makeText(() => twinText(node, from));
  if (origin !== undefined) {
    const used = new Set(scopes.free.map(({ node }) => node.name));
    const imports = Object.keys(origin.imports).filter((name) => used.has(name));
    const head = imports.length > 0 ? `const { ${imports.join(', ')} } = ${prefix}_imports; ` : '';
    const make = origin.evaluate(`((${prefix}, ${prefix}_imports) => { ${head}return (${body}\n); })`) as (
      runtime: unknown,
      imports: unknown,
    ) => Twin;
    return { sites, make: () => make(runtime, origin.imports) };
  }
  checkContext(read);
  const names = freeNames(read, scopes, exports);
  const own = 'id' in node && node.id ? `const ${node.id.name} = ${prefix}_own;` : '';
  const head = names.length > 0 ? `const { ${names.join(', ')} } = ${prefix}_exports;` : '';
  const strict = mode === 'strict' ? '"use strict"; ' : '';
  const text = `(function (${prefix}, ${prefix}_exports, ${prefix}_own) { ${strict}${head} ${own} return (${body}\n); })`;
  // biome-ignore lint/security/noGlobalEval: to run a text is what this function is for
  const evaluate = globalThis.eval;
  const made = evaluate(`${text}\n//# sourceURL=gil-twin:${name.replace(/[^\w$.]+/g, '_')}`) as (
    runtime: unknown,
    exports: unknown,
    own: unknown,
  ) => Twin;
  return { sites, make: (given, plain) => made(runtime, given, plain) };
}

/** What a text uses from around it, all of it among the exports; else says what to do. */
function freeNames(read: ReadTask, scopes: Scopes, exports: Readonly<Record<string, unknown>>): string[] {
  const available = new Set(Object.keys(exports));
  try {
    const { exports: used, namespaces } = resolveFree(read, scopes.free, available);
    if (namespaces.size > 0)
      throw new TaskFunctionError(`the function \`${read.name}\` uses ${[...namespaces].join(', ')}, which a compiler made`);
    return [...used];
  } catch (error) {
    if (!(error instanceof FreeVariableError)) throw error;
    const { variable, line, column } = error;
    const where = `the function \`${read.name}\` uses the variable \`${variable}\` (line ${line}, column ${column}), which is not its own`;
    throw new FreeVariableError(
      `${where}. Put it into the state, as in state: () => ({ ${variable}, … }); or let the Vite plugin of gil/vite see the file, and functions may use anything`,
      { variable, line, column },
    );
  }
}

/** A text apart from its place has no class around it. */
function checkContext({ node, name }: ReadTask): void {
  const refuse = (part: AnyNode): void => {
    if (part.type === 'PrivateIdentifier' || part.type === 'Super')
      throw new TaskFunctionError(
        `the method \`${name}\` uses ${part.type === 'Super' ? '`super`' : `#${part.name}`}, which only the text of its class may: let the Vite plugin of gil/vite see the file`,
      );
    const parts = part.type === 'MemberExpression' || part.type === 'BinaryExpression' ? Object.values(part) : [];
    for (const inner of parts) if (inner?.type === 'PrivateIdentifier') refuse(inner);
    if (part.type !== 'ClassDeclaration' && part.type !== 'ClassExpression') children(part).forEach(refuse);
  };
  children(node).forEach(refuse);
}

/** Names of properties that the text itself declares as accessors. */
function accessorsIn(node: AnyNode, found = new Set<string>()): ReadonlySet<string> {
  if ((node.type === 'MethodDefinition' || node.type === 'Property') && (node.kind === 'get' || node.kind === 'set') && !node.computed) {
    if (node.key.type === 'Identifier') found.add(node.key.name);
  }
  for (const part of children(node)) accessorsIn(part, found);
  return found;
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
