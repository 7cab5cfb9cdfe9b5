/**
 * The methods of this package's own classes: native, as those of the interpreter's own types are, unless they have a twin.
 */
import { SharedArray } from '../shared/array.js';
import { SharedDict } from '../shared/dict.js';
import { SharedList } from '../shared/list.js';
import { SharedObject } from '../shared/object.js';
import { RefCounted } from '../shared/refcounted.js';
import { SharedBigInt, SharedFloat, SharedInt } from '../shared/scalars.js';
import { THREAD_EXPORTS } from './exports.js';

const CLASSES: readonly unknown[] = [
  ...Object.values(THREAD_EXPORTS),
  RefCounted,
  SharedArray,
  SharedBigInt,
  SharedDict,
  SharedFloat,
  SharedInt,
  SharedList,
  SharedObject,
];

let own: Set<unknown> | undefined;

/** Functions that count as native: those of this package, and those that a spec names. */
export function atomicFunctions(named: readonly unknown[]): ReadonlySet<unknown> {
  own ??= collect();
  return named.length === 0 ? own : new Set([...own, ...named]);
}

function collect(): Set<unknown> {
  const found = new Set<unknown>();
  for (const made of CLASSES) {
    found.add(made);
    for (let at = prototypeOf(made); at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
      for (const { value, get, set } of Object.values(Object.getOwnPropertyDescriptors(at))) {
        for (const each of [value, get, set]) found.add(each);
      }
    }
  }
  return found;
}

function prototypeOf(made: unknown): object | null {
  return (made as { readonly prototype?: object }).prototype ?? null;
}
