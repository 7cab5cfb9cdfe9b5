/**
 * What every thread may use without sharing anything by it: the language's and the platform's own global variables.
 */

const NAMES =
  'undefined NaN Infinity Object Function Array Number String Boolean Symbol BigInt Date Promise RegExp Map Set WeakMap WeakSet WeakRef Iterator ' +
  'Error AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError SuppressedError DOMException ' +
  'ArrayBuffer SharedArrayBuffer DataView Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array ' +
  'Float16Array Float32Array Float64Array BigInt64Array BigUint64Array Proxy Reflect Atomics Math JSON Intl console ' +
  'parseInt parseFloat isNaN isFinite encodeURI encodeURIComponent decodeURI decodeURIComponent escape unescape ' +
  'structuredClone queueMicrotask atob btoa URL URLSearchParams TextEncoder TextDecoder AbortController AbortSignal Event EventTarget ' +
  'Buffer setTimeout setInterval setImmediate clearTimeout clearInterval clearImmediate performance';

const PLATFORM: ReadonlySet<string> = new Set(NAMES.split(' '));
const ALIASES: ReadonlySet<string> = new Set(['globalThis', 'global', 'self', 'window']);

/** Whether a global variable is one of the platform's. */
export function isOfPlatform(name: string): boolean {
  return PLATFORM.has(name);
}

/** Whether a global variable is the object that has them all. */
export function isAliasOfGlobal(name: string): boolean {
  return ALIASES.has(name);
}

/** Names that the language itself looks up. */
export const IMPLICIT: readonly string[] = ['toString', 'valueOf', 'toJSON', 'then', 'length', 'next', 'return', 'throw'];

/** All that can be reached from the global object by its name and one more: what somebody has added there is found by looking again. */
export function globals(): [what: string, value: unknown][] {
  const found: [string, unknown][] = [];
  const add = (owner: object, of: string): void => {
    for (const key of Reflect.ownKeys(owner)) {
      const { value } = Object.getOwnPropertyDescriptor(owner, key)! as { readonly value?: unknown };
      const what = `${of}\`${String(key)}\``;
      // The platform's own may be made when they are first used.
      found.push([what, key], [what, typeof key === 'string' && PLATFORM.has(key) && owner === globalThis ? undefined : value]);
    }
  };
  add(globalThis, 'the global variable ');
  for (const name of PLATFORM) {
    const { value } = Object.getOwnPropertyDescriptor(globalThis, name) ?? {};
    if ((typeof value !== 'object' || value === null) && typeof value !== 'function') continue;
    add(value as object, `\`${name}\`, its `);
    const prototype: unknown = Reflect.get(value as object, 'prototype');
    if (typeof prototype === 'object' && prototype !== null) add(prototype, `objects of \`${name}\`, their `);
  }
  return found;
}
