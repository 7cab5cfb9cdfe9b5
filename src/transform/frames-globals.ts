/**
 * The global names that the texts of threads may use.
 */

/** Names of the language whose values never change. */
const LANGUAGE: ReadonlySet<string> = new Set(
  (
    'undefined NaN Infinity Array BigInt Boolean Error EvalError JSON Map Math Number Object RangeError ReferenceError RegExp Set String ' +
    'SyntaxError TypeError URIError isFinite isNaN parseFloat parseInt structuredClone'
  ).split(' '),
);

/** What twins may use beside that: their calls are looked at when they are made. */
const LOOKED_AT: ReadonlySet<string> = new Set(
  (
    'ArrayBuffer Atomics Date Float32Array Float64Array Int16Array Int32Array Int8Array SharedArrayBuffer Symbol Uint16Array Uint32Array ' +
    'Reflect Uint8Array Uint8ClampedArray console'
  ).split(' '),
);

/** Whether any text may use it. */
export function isLanguage(name: string): boolean {
  return LANGUAGE.has(name);
}

/** Whether the text of a twin may. */
export function isSteady(name: string): boolean {
  return LANGUAGE.has(name) || LOOKED_AT.has(name);
}
