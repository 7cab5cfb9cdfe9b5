/**
 * The Vite plugin: looks through the project's own files, so that threads and what they call may use whatever is around them.
 */
import { SourceMap, type SourceMapPayload } from 'node:module';
import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { leaveOrigins } from '../../transform/origins.js';

/** What the plugin looks at. */
export interface GilPluginOptions {
  /** Files to look through, by their path. @defaultValue JavaScript and TypeScript outside of `node_modules` */
  readonly include?: RegExp;
  /** Files to leave alone all the same. */
  readonly exclude?: RegExp;
}

/** As far as Vite's type for a plugin matters here. */
export interface GilPlugin {
  /** Its name. */
  readonly name: string;
  /** After types and JSX are gone. */
  readonly enforce: 'post';
  /** Called by Vite with the root of the project. */
  configResolved(config: { readonly root: string }): void;
  /** Called by Vite for each file. */
  transform(this: { getCombinedSourcemap(): unknown }, code: string, id: string): TransformedFile | undefined;
}

/** A file that was looked through. */
export interface TransformedFile {
  /** Its text. */
  readonly code: string;
  /** From its places to those of the text before. */
  readonly map: SourceMapText;
}

/** A source map. */
export interface SourceMapText {
  /** As the text of a file. */
  toString(): string;
  /** The places, as source maps write them. */
  readonly mappings: string;
}

/** This package's own files, which are native to whoever calls them. */
const OWN = dirname(fileURLToPath(import.meta.url));
const SOURCES = /\.[cm]?[jt]sx?$/;

/**
 * The Vite plugin for files with threads: without it a thread's function may use nothing but the state, globals and exports of this package; with it,
 * anything. Put it into `vitest.config.ts`.
 *
 * @param options - Which files.
 * @example
 * ```ts no-run
 * import { gil } from 'gil/vite';
 * import { defineConfig } from 'vitest/config';
 * export default defineConfig({ plugins: [gil()] });
 * ```
 */
export function gil({ include = SOURCES, exclude }: GilPluginOptions = {}): GilPlugin {
  let root = '';
  return {
    name: 'gil',
    enforce: 'post',
    configResolved(config) {
      root = config.root;
    },
    transform(code, id) {
      const path = id.replace(/[?#].*$/, '');
      if (
        id.startsWith('\0') ||
        path.includes('/node_modules/') ||
        path.startsWith(OWN) ||
        !include.test(path) ||
        exclude?.test(path) === true
      )
        return undefined;
      const lineOf = linesOf(this.getCombinedSourcemap());
      const found = leaveOrigins(code, { file: relative(root, path), lineOf });
      return found && { code: found.toString(), map: found.generateMap({ hires: 'boundary', source: path }) };
    },
  };
}

/** From a line of the compiled text to the line that was written. */
function linesOf(map: unknown): (line: number) => number {
  const payload = map as SourceMapPayload | null;
  if (payload === null || typeof payload.mappings !== 'string' || payload.mappings === '') return (line) => line;
  const known = new SourceMap(payload);
  return (line) => {
    // The first place of the line that stands for anything.
    for (let column = 0; column < 400; column += 4) {
      const entry = known.findEntry(line - 1, column);
      if ('originalLine' in entry && entry.generatedLine === line - 1) return entry.originalLine + 1;
    }
    return line;
  };
}
