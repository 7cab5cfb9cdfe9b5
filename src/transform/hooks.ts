/**
 * The module hook: what Node calls for each file a thread loads, and what puts looks into it.
 * ES modules everywhere; CommonJS files only where the hook runs in the thread itself. Through a hooks thread (Node 20) a text
 * given back for a CommonJS file would change how its `require` resolves, so there those files run as native code does.
 */
import type { Dialect } from '../dialects/dialect.js';
import { placeInFile } from './instrument.js';
import type { SourceType } from './syntax.js';

/** What the hook needs to know. It travels to a hooks thread, so it is data. */
export interface HookData {
  readonly dialect: Dialect;
  /** Beginnings of URLs to leave alone: this package's own files. */
  readonly skip: readonly string[];
  readonly formats: readonly SourceType[];
}

/** What Node gives to and takes from a `load` hook, as far as it matters here. */
export interface Loaded {
  readonly format?: string | null | undefined;
  readonly source?: string | ArrayBuffer | NodeJS.TypedArray | null | undefined;
  readonly shortCircuit?: boolean | undefined;
}

/** Whether a file gets looks: not a package's, which behaves as a C extension does, and not this package's own. */
export function isOurs(url: string, { skip }: HookData): boolean {
  return url.startsWith('file:') && !url.includes('/node_modules/') && !skip.some((beginning) => url.startsWith(beginning));
}

/** A loaded file with looks in it. */
export function withLooks<L extends Loaded>(loaded: L, { dialect, formats }: HookData): L {
  const { format, source } = loaded;
  if (source === null || source === undefined) return loaded;
  const text = typeof source === 'string' ? source : new TextDecoder().decode(source);
  for (const sourceType of sourceTypes(format, formats)) {
    try {
      return { ...loaded, source: placeInFile(text, dialect, sourceType).toString() };
    } catch (error) {
      // Node says better what is wrong with a text; and one nested too deeply for a recursive walk may run all the same.
      if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error;
    }
  }
  return loaded;
}

/**
 * As what a file is to be read. Where the format is not told (Node: what is required without a `type` in its package.json; Deno: always)
 * its syntax decides, as it does for them: what uses the syntax of modules is no CommonJS.
 */
function sourceTypes(format: Loaded['format'], formats: readonly SourceType[]): readonly SourceType[] {
  const ambiguous = format === undefined || format === null;
  return (['commonjs', 'module'] as const).filter(
    (known) => formats.includes(known) && (ambiguous ? formats.length > 1 : known === format),
  );
}
