/**
 * The receiving end of a task that travels as text: compiles what `instrumentFunction` prepared, in the thread that runs it.
 * Needs no parser.
 */
import type { LookName, Looks } from './looks.js';

/** A function as data: what `instrumentFunction` makes and {@link linkFunction} takes. A plain record that can be cloned. */
export interface TaskSource {
  /** An expression that gives the function. Its first line is the first line of the function's own text. */
  readonly text: string;
  /** The function's name, or `anonymous`. */
  readonly name: string;
  /** How to compile it: module code is strict. */
  readonly mode: 'strict' | 'sloppy';
  /** What the text needs around it. */
  readonly uses: TaskUses;
}

/** What a task's text needs around it. */
export interface TaskUses {
  /** The prefix of every name made up for this text; nothing in the text begins with it. */
  readonly prefix: string;
  /** Names in the text that stand for a part of the thread's looks. */
  readonly looks: Readonly<Record<string, LookName>>;
  /** Names in the text that stand for an export of this package. */
  readonly exports: readonly string[];
  /** Names in the text that stand for all exports of this package, as compilers spell an import. */
  readonly namespaces: readonly string[];
  /** Which of the exports are read through those. */
  readonly members: readonly string[];
  /** Names in the text of a compiler's `(f) => f`. */
  readonly identities: readonly string[];
}

/**
 * Compiles a prepared task.
 *
 * @typeParam F - The function's type, if it is known; otherwise it takes and gives anything.
 * @param source - What `instrumentFunction` made, perhaps in another thread.
 * @param looks - The looks of this thread, see `createLooks`.
 * @param exports - The exports that the task may use, by name.
 * @returns The function, with a line of its own text at the same line of `gil-task:<name>` in stack traces.
 * @throws SyntaxError when the text is for a newer engine than this one.
 * @example
 * ```ts
 * import { createLooks, instrumentFunction, linkFunction } from 'gil/transform';
 * const source = instrumentFunction((n: number) => n * 2, { exports: new Set() });
 * const idle = { look: () => {}, tick: () => {}, resume: <T>(value: T) => value, enter: () => {} };
 * const double = linkFunction(source, createLooks({ breaker: new Int32Array(1), ...idle }), {});
 * double(21); // => 42
 * ```
 */
export function linkFunction<F extends (...args: never[]) => unknown = (...args: unknown[]) => unknown>(
  source: TaskSource,
  looks: Looks,
  exports: Readonly<Record<string, unknown>>,
): F {
  const { prefix, ...uses } = source.uses;
  const [ours, theirs] = [`${prefix}_looks`, `${prefix}_exports`];
  // Constants of an enclosing function, not parameters: only then does V8 fold the address of the breaker into the code.
  const constants = [
    ...Object.entries(uses.looks).map(([local, name]) => `${local} = ${ours}.${name}`),
    ...uses.exports.map((name) => `${name} = ${theirs}.${name}`),
    ...uses.namespaces.map((name) => `${name} = ${theirs}`),
    ...uses.identities.map((name) => `${name} = (f) => f`),
  ];
  const name = JSON.stringify(source.name);
  const text = [
    `(function (${ours}, ${theirs}) {${source.mode === 'strict' ? ' "use strict";' : ''}`,
    constants.length > 0 ? `const ${constants.join(', ')};` : '',
    // The property names an arrow function as `const fib = …` did; the parenthesis on a line of its own ends a last comment.
    `return ({ [${name}]: (${source.text}\n) })[${name}]; })`,
  ].join(' ');
  const url = `gil-task:${source.name.replace(/[^\w$.]+/g, '_')}`;
  // An indirect `eval` and not `new Function`, which puts two lines before the text and so shifts every line of a stack trace.
  // biome-ignore lint/security/noGlobalEval: to run a text is what this function is for
  const compile = globalThis.eval;
  return compile(`${text}\n//# sourceURL=${url}`)(looks, exports);
}
