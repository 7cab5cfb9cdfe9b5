/**
 * What calling a function gives: its result, a generator, or a promise.
 */

export type FunctionKind = 'ordinary' | 'generator' | 'async';

/** By its class: a function of another realm is of the same kind. */
export function functionKind(plain: object): FunctionKind {
  const tag = (Object.getPrototypeOf(plain) as { readonly [Symbol.toStringTag]?: unknown } | null)?.[Symbol.toStringTag];
  if (tag === 'GeneratorFunction') return 'generator';
  return tag === 'AsyncFunction' || tag === 'AsyncGeneratorFunction' ? 'async' : 'ordinary';
}
