/**
 * What threads may hold although it is no plain data, because it never changes: the language's own functions, and those given as helpers.
 */
import { StatefulError } from '../transform/frames-error.js';
import { encode, NotPlainError } from './canonical.js';

/** Whose functions depend on nothing but their arguments. */
const OWNERS: readonly object[] = [
  Array,
  BigInt,
  Boolean,
  Map,
  Number,
  Object,
  Set,
  String,
  JSON,
  Math,
  Array.prototype,
  BigInt.prototype,
  Boolean.prototype,
  Map.prototype,
  Number.prototype,
  Object.prototype,
  Set.prototype,
  String.prototype,
];

export interface Constants {
  /** Functions, by their numbers. */
  readonly functions: ReadonlyMap<unknown, number>;
  /** Helpers that are data: a part of the state, as any thread may change them. */
  readonly data: readonly object[];
}

/** The language's own functions. */
const OWN: readonly unknown[] = OWNERS.flatMap((owner) => [
  owner,
  ...Reflect.ownKeys(owner)
    // A random number depends on more than its arguments.
    .filter((key) => key !== 'constructor' && key !== 'random')
    .map((key) => Object.getOwnPropertyDescriptor(owner, key)?.value as unknown)
    .filter((value) => typeof value === 'function'),
]);

/** @throws StatefulError for a helper that is neither a function nor plain data */
export function constantsOf(helpers: Readonly<Record<string, unknown>>): Constants {
  const functions = new Map<unknown, number>();
  for (const value of [...OWN, ...Object.values(helpers)])
    if (typeof value === 'function' && !functions.has(value)) functions.set(value, functions.size);
  const data: object[] = [];
  for (const [name, helper] of Object.entries(helpers)) {
    if (typeof helper !== 'object' || helper === null) continue;
    try {
      encode(helper);
    } catch (error) {
      if (error instanceof NotPlainError) throw new StatefulError(`helper ${name}`, error.message);
      throw error;
    }
    data.push(helper);
  }
  return { functions, data };
}

/** Where in plain data something is, as `.list[0]`; `undefined` if it is not in there. */
export function pathTo(wanted: unknown, root: unknown): string | undefined {
  const met = new Set<unknown>();
  const search = (value: unknown, path: string): string | undefined => {
    if (value === wanted) return path;
    if (typeof value !== 'object' || value === null || met.has(value)) return undefined;
    met.add(value);
    for (const [step, part] of partsOf(value)) {
      const found = search(part, path + step);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return search(root, '');
}

function partsOf(value: object): (readonly [step: string, part: unknown])[] {
  if (Array.isArray(value)) return value.map((item, at) => [`[${at}]`, item] as const);
  if (value instanceof Map)
    return [...value].flatMap(([key, item]) => [[' (a key of it)', key] as const, [`.get(${String(key)})`, item] as const]);
  if (value instanceof Set) return [...value].map((item) => [' (in it)', item] as const);
  return Object.entries(Object.getOwnPropertyDescriptors(value)).map(([key, { value: part }]) => [`.${key}`, part] as const);
}
