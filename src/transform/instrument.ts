/**
 * A whole file with looks in it, and the line that fetches the thread's looks for it.
 */
import type { Program } from 'acorn';
import MagicString, { type SourceMap } from 'magic-string';
import type { Dialect } from '../dialects/dialect.js';
import type { DialectName } from '../dialects/registry.js';
import { resolveDialect } from '../dialects/registry.js';
import type { LookName } from './looks.js';
import { placeLooks } from './place.js';
import { placesOf, Spelling } from './places.js';
import { analyze } from './scope.js';
import { freshPrefix, parseFile, type SourceType } from './syntax.js';

/** How {@link instrument} reads a text. */
export interface InstrumentOptions {
  /** Whose places. @defaultValue `'cpython-3.13'` */
  readonly dialect?: DialectName | Dialect;
  /** @defaultValue `'module'` */
  readonly sourceType?: SourceType;
  /** A module that publishes the thread's looks, to be imported first. Not needed in the workers of this package. */
  readonly looks?: string;
}

/** A text with looks. */
export interface Instrumented {
  /** The text. */
  readonly code: string;
  /** From its columns to those of the source; its lines are the source's. */
  readonly map: SourceMap;
}

/**
 * Puts looks into the text of a file: the checks at which a thread lets go of the lock when it is asked to, at the places where
 * the dialect's interpreter has them. What the program computes stays the same; every line stays at its line.
 *
 * The text takes the thread's looks from `globalThis[Symbol.for('gil.looks')]` when it starts; see `publishLooks`. Under a
 * dialect without a lock the text comes back as it was. `with` blocks and asm.js stay as they are.
 *
 * @param source - JavaScript that Node would run.
 * @returns The text, and a source map for its columns.
 * @throws SyntaxError as acorn raises it, with `pos` and `loc`.
 * @throws ArgumentError for a dialect that does not exist.
 * @example
 * ```ts
 * import { instrument } from 'gil/transform';
 * instrument('while (busy()) work();', { dialect: 'cpython-3.9' }).code.includes('$gil_breaker[0] !== 0'); // => true
 * ```
 * @see CPython 3.13 Python/bytecodes.c: RESUME, JUMP_BACKWARD, CALL; the dialect's `sources`
 */
export function instrument(source: string, options: InstrumentOptions = {}): Instrumented {
  const { sourceType = 'module', looks } = options;
  const code = placeInFile(source, resolveDialect(options.dialect), sourceType, looks);
  return { code: code.toString(), map: code.generateMap({ hires: 'boundary', includeContent: true }) };
}

/** The same without the cost of a map. */
export function placeInFile(source: string, dialect: Dialect, sourceType: SourceType, publisher?: string): MagicString {
  const code = new MagicString(source);
  const places = placesOf(dialect);
  if (!places) return code;
  const program = parseFile(source, sourceType);
  const spelling = new Spelling(freshPrefix(source), dialect.request);
  placeLooks(program, { source, code, scopes: analyze(program, sourceType === 'module' ? 'strict' : 'sloppy'), places, spelling });
  const first = program.body[0];
  if (!first || spelling.used.size === 0) return code;
  const names = [...spelling.used];
  const header = isMaybeInCycle(program) ? hoistedHeader(names, spelling.prefix) : constantHeader(names, spelling.prefix);
  const publish = sourceType === 'module' ? `import ${JSON.stringify(publisher)};` : `require(${JSON.stringify(publisher)});`;
  const text = publisher === undefined ? header : `${publish} ${header}`;
  // Behind the directives, or they would be none.
  const directive = program.body.findLast((statement) => 'directive' in statement);
  if (directive) code.appendLeft(directive.end, `; ${text}`);
  else code.prependRight(first.start, `${text} `);
  return code;
}

const PUBLISHED = 'globalThis[Symbol.for("gil.looks")]';

/** Constants: V8 folds the address of the breaker into the code, which makes a look nearly free. */
function constantHeader(names: readonly LookName[], prefix: string): string {
  return `const { ${names.map((name) => `${name}: ${prefix}_${name}`).join(', ')} } = ${PUBLISHED};`;
}

/**
 * In a cycle of imports a function of this module may be called before its first line has run, and a constant would throw then.
 * So each name is a function that works at once, and becomes the real thing on the first line: slower by a quarter on `fib`.
 * `breaker` as a function has no element 0, which is not zero either: it sends the caller to `look`.
 */
function hoistedHeader(names: readonly LookName[], prefix: string): string {
  const functions = names.map((name) =>
    name === 'breaker'
      ? `function ${prefix}_breaker() {}`
      : `function ${prefix}_${name}(...args) { return ${PUBLISHED}.${name}(...args); }`,
  );
  return `${functions.join(' ')} ({ ${names.map((name) => `${name}: ${prefix}_${name}`).join(', ')} } = ${PUBLISHED});`;
}

/** Packages and Node's own modules do not import the file that imports them; files beside it may. */
function isMaybeInCycle(program: Program): boolean {
  return program.body.some(
    (statement) =>
      (statement.type === 'ImportDeclaration' ||
        statement.type === 'ExportAllDeclaration' ||
        statement.type === 'ExportNamedDeclaration') &&
      /^(?:[./#]|file:)/.test(String(statement.source?.value ?? '')),
  );
}
