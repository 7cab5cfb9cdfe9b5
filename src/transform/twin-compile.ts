/**
 * From a function or a class that was read to code that makes its twin: in the place where it was written if there is a way in, else apart from it, which
 * only a text can stand that uses nothing from around it.
 */
import type { AnyNode } from 'acorn';
import { FreeVariableError, TaskFunctionError } from '../errors.js';
import { resolveFree } from './free.js';
import type { Origin } from './origin-table.js';
import type { Places } from './places.js';
import type { ReadClass, ReadTask } from './read-task.js';
import { analyze, type Reference, type Scopes } from './scope.js';
import { makeText } from './sites.js';
import { children, freshPrefix, positionIn } from './syntax.js';
import { type ClassKind, constructionOf } from './twin-construct.js';
import { canTwin, ownParts } from './twin-parts.js';
import { knownAccessors } from './twin-runtime.js';
import type { TwinSource } from './twin-spelling.js';
import { constructionText, PLAIN, twinText } from './twin-text.js';

/** What a text is compiled for. */
export interface CompileRules {
  readonly places: Places;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly accessors: ReadonlySet<string>;
}

/** Makes what a text says, given what it uses and the function or class itself. */
export interface Factory<T> {
  (exports: Readonly<Record<string, unknown>>, own: unknown): T;
  /** The places of the text. */
  readonly sites: readonly number[];
}

/** The generators that construct objects, as members of an object. */
export interface ConstructionParts {
  readonly fields?: () => Iterable<number>;
  readonly body?: (...args: unknown[]) => Iterable<number>;
}

/** Compiles the twin of a function. */
export function compileTwin<T>(read: ReadTask, origin: Origin | undefined, rules: CompileRules, runtime: unknown): Factory<T> {
  const { node, name, mode } = read;
  if (!canTwin(node))
    throw new TaskFunctionError(`the function \`${name}\` is async, a generator, or uses what is around it: it cannot be switched`);
  const scopes = analyze(node, mode);
  const from = sourceOf(read, node, scopes, origin, rules);
  if (origin === undefined) checkContext(read);
  const own = 'id' in node && node.id ? node.id.name : undefined;
  const home = origin?.home;
  if (origin !== undefined && ownParts(node, ({ type }) => type === 'Super')) {
    if (home === undefined) throw new TaskFunctionError(`the method \`${name}\` uses \`super\`, and it is not known above what it is`);
    // Only a method may say `super`: one that stands on an object of its own, above which is what is above the other.
    const method = (): string => `{ *method${twinText(node, from).replace(/^function\* \w*/, '')} }`;
    const make = evaluate<{ readonly method: T }>(read, method, scopes.free, own, origin, rules, from.prefix, runtime);
    const whole = (exports: CompileRules['exports'], plain: unknown): T =>
      Object.setPrototypeOf(make(exports, plain), Object.getPrototypeOf(home)).method as T;
    return Object.assign(whole, { sites: make.sites });
  }
  return evaluate(read, () => twinText(node, from), scopes.free, own, origin, rules, from.prefix, runtime);
}

/** Compiles what constructs objects of a class. */
export function compileClass(
  read: ReadClass,
  origin: Origin | undefined,
  rules: CompileRules,
  runtime: unknown,
): { readonly kind: ClassKind; readonly make: Factory<ConstructionParts> } {
  const { node } = read;
  const where = origin === undefined ? 'apart' : 'inside';
  const { kind, body, fields } = constructionOf(node, where);
  const scopes = analyze(node, 'strict');
  const from = sourceOf(read, node, scopes, origin, rules);
  const parts = [body, ...fields.map(({ value }) => value)];
  const free = scopes.free.filter(({ node: { start } }) => parts.some((part) => part && part.start <= start && start < part.end));
  const own = node.id?.name;
  return { kind, make: evaluate(read, () => constructionText(node, from, where).text, free, own, origin, rules, from.prefix, runtime) };
}

function sourceOf(
  { framed, start, name }: ReadTask | ReadClass,
  node: AnyNode,
  scopes: Scopes,
  origin: Origin | undefined,
  { places, accessors }: CompileRules,
): TwinSource {
  const [first] = positionIn(framed, start);
  const lineOf = (line: number): number => (origin === undefined ? line - first + 1 : origin.lineOf(line - first + 1));
  const prefix = freshPrefix(framed);
  const own = accessorsIn(node);
  for (const accessor of own) knownAccessors.add(accessor);
  return {
    source: framed,
    scopes,
    places,
    prefix,
    accessors: new Set([...accessors, ...own]),
    name,
    file: origin?.file,
    lineOf,
    hidden: new Map([...(origin?.hidden ?? [])].map((hidden) => [hidden, { get: 'atomic', set: 'atomic' }])),
    ...PLAIN,
  };
}

function evaluate<T>(
  read: ReadTask | ReadClass,
  write: () => string,
  free: readonly Reference[],
  own: string | undefined,
  origin: Origin | undefined,
  { exports }: CompileRules,
  prefix: string,
  runtime: unknown,
): Factory<T> {
  const { text: body, sites } = makeText(write);
  if (origin !== undefined) {
    const used = new Set(free.map(({ node }) => node.name));
    const imports = Object.keys(origin.imports).filter((name) => used.has(name));
    const head = imports.length > 0 ? `const { ${imports.join(', ')} } = ${prefix}_imports; ` : '';
    const make = origin.evaluate(`((${prefix}, ${prefix}_imports) => { ${head}return (${body}\n); })`) as (
      runtime: unknown,
      imports: unknown,
    ) => T;
    return Object.assign(() => make(runtime, origin.imports), { sites });
  }
  const names = freeNames(read, free, exports);
  const self = own === undefined ? '' : `const ${own} = ${prefix}_own;`;
  const head = names.length > 0 ? `const { ${names.join(', ')} } = ${prefix}_exports;` : '';
  const strict = read.mode === 'strict' ? '"use strict"; ' : '';
  const text = `(function (${prefix}, ${prefix}_exports, ${prefix}_own) { ${strict}${head} ${self} return (${body}\n); })`;
  // biome-ignore lint/security/noGlobalEval: to run a text is what this function is for
  const compile = globalThis.eval;
  const made = compile(`${text}\n//# sourceURL=gil-twin:${read.name.replace(/[^\w$.]+/g, '_')}`) as (
    runtime: unknown,
    exports: unknown,
    own: unknown,
  ) => T;
  return Object.assign((given: unknown, plain: unknown) => made(runtime, given, plain), { sites });
}

/** What a text uses from around it, all of it among the exports; else says what to do. */
function freeNames(read: ReadTask | ReadClass, free: readonly Reference[], exports: Readonly<Record<string, unknown>>): string[] {
  const available = new Set(Object.keys(exports));
  try {
    const { exports: used, namespaces } = resolveFree(read, free, available);
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

/** Names of properties that the text itself declares as accessors; the empty one for those that are not known before it runs. */
function accessorsIn(node: AnyNode, found = new Set<string>()): ReadonlySet<string> {
  if ((node.type === 'MethodDefinition' || node.type === 'Property') && (node.kind === 'get' || node.kind === 'set')) {
    if (node.computed) found.add('');
    else if (node.key.type === 'Identifier') found.add(node.key.name);
    else if (node.key.type === 'Literal') found.add(String(node.key.value));
  }
  for (const part of children(node)) accessorsIn(part, found);
  return found;
}
