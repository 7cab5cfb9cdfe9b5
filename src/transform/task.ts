/**
 * A function made ready to travel: its text with looks in it, and a list of what the text needs around it.
 */
import MagicString from 'magic-string';
import type { Dialect } from '../dialects/dialect.js';
import { type DialectName, resolveDialect } from '../dialects/registry.js';
import { resolveFree } from './free.js';
import type { TaskSource } from './link.js';
import type { LookName } from './looks.js';
import { placeLooks } from './place.js';
import { placesOf, Spelling } from './places.js';
import { type ReadTask, readTask } from './read-task.js';
import { analyze } from './scope.js';
import { freshPrefix } from './syntax.js';

/** How {@link instrumentFunction} prepares a function. */
export interface InstrumentFunctionOptions {
  /** Whose places. @defaultValue `'cpython-3.13'` */
  readonly dialect?: DialectName | Dialect;
  /** Names that the function may use because `linkFunction` will be given them. */
  readonly exports: ReadonlySet<string>;
  /** Small loops look once in a stride of turns, as long as nobody could tell; or on each turn, for whoever counts looks. @defaultValue `'strides'` */
  readonly loops?: 'strides' | 'every-turn';
}

interface Prepared {
  readonly dialect: Dialect;
  readonly loops: 'strides' | 'every-turn';
  readonly exports: ReadonlySet<string>;
  readonly source: TaskSource;
}

const prepared = new WeakMap<object, Prepared[]>();

/**
 * Prepares a function for another thread: takes its source text, finds every variable that is not its own, and puts looks in.
 * Done once per function, or per text for functions that are made anew each time, and dialect. A function of a module that was loaded with looks keeps the looks it has.
 *
 * @param task - A function of any kind but a class. It may use its arguments, globals, and the given exports.
 * @returns A plain record for `postMessage` and {@link linkFunction}.
 * @throws TaskFunctionError for what is no function, has no text, or needs `this`.
 * @throws FreeVariableError for a closure; it has the variable's name, line and column.
 * @throws TaskSyntaxError for text that the parser does not know.
 * @example
 * ```ts
 * import { instrumentFunction } from 'gil/transform';
 * const source = instrumentFunction(function twice(n: number) { return n * 2; }, { exports: new Set() });
 * source.name; // => 'twice'
 * structuredClone(source).mode; // => 'strict'
 * ```
 */
export function instrumentFunction(task: unknown, options: InstrumentFunctionOptions): TaskSource {
  // A record is checked when it is first used for a function, not each time.
  const dialect = typeof options.dialect === 'object' ? options.dialect : resolveDialect(options.dialect);
  const { loops = 'strides' } = options;
  const isMeant = (entry: Prepared): boolean => entry.dialect === dialect && entry.exports === options.exports && entry.loops === loops;
  const known = typeof task === 'function' ? prepared.get(task) : undefined;
  const found = known?.find(isMeant);
  if (found) return found.source;
  resolveDialect(dialect);
  const text = typeof task === 'function' ? `${task.name} ${Function.prototype.toString.call(task)}` : '';
  const entry = byText.get(text)?.find(isMeant) ?? {
    dialect,
    loops,
    exports: options.exports,
    source: prepare(readTask(task), dialect, options.exports, loops),
  };
  prepared.set(task as object, [...(known ?? []), entry]);
  remember(text, entry);
  return entry.source;
}

/** A function that is written where it is submitted is a new one each time, and its text is not. */
const byText = new Map<string, Prepared[]>();
/** How many texts are remembered; those that were not used for longest are forgotten. */
const TEXTS = 256;

function remember(text: string, entry: Prepared): void {
  const entries = byText.get(text) ?? [];
  byText.delete(text);
  byText.set(text, entries.includes(entry) ? entries : [...entries, entry]);
  if (byText.size <= TEXTS) return;
  const [oldest] = byText.keys();
  if (oldest !== undefined) byText.delete(oldest);
}

function prepare(task: ReadTask, dialect: Dialect, available: ReadonlySet<string>, loops: 'strides' | 'every-turn'): TaskSource {
  const { framed, start, end, name, mode, node, methodHead } = task;
  const scopes = analyze(node, mode);
  const { exports, namespaces, members, identities, looks: present } = resolveFree(task, scopes.free, available);
  const looks: Record<string, LookName> = { ...present };
  const spelling = new Spelling(freshPrefix(framed), dialect.request);
  const code = new MagicString(framed);
  const strided = placesOf(dialect);
  const places = strided && loops === 'every-turn' ? { ...strided, strides: false } : strided;
  if (places && Object.keys(looks).length === 0) {
    placeLooks(node, { source: framed, code, scopes, places, spelling });
    for (const part of spelling.used) looks[spelling.name(part)] = part;
  }
  if (methodHead) {
    // A getter becomes a method, a private or computed name a plain one: what is called is the function, not the property.
    const lines = framed.slice(methodHead.start, methodHead.end).replace(/[^\n]/g, '');
    const head = `${node.async ? 'async ' : ''}${node.generator ? '*' : ''}[${JSON.stringify(name)}]${lines}`;
    code.update(methodHead.start, methodHead.end, head);
  }
  const text = code.toString().slice(start, end - framed.length);
  return {
    text: methodHead ? `Object.values({ ${text} })[0]` : text,
    name,
    mode,
    uses: {
      prefix: spelling.prefix,
      looks,
      exports: [...exports],
      namespaces: [...namespaces],
      members: [...members],
      identities: [...identities],
    },
  };
}
