/**
 * The methods of this package's own classes: native, as those of the interpreter's own types are, unless they have a twin.
 */
import { SharedArray } from '../shared/array.js';
import { SharedDict } from '../shared/dict.js';
import { SharedList } from '../shared/list.js';
import { SharedObject } from '../shared/object.js';
import { RefCounted } from '../shared/refcounted.js';
import { SharedBigInt, SharedFloat, SharedInt } from '../shared/scalars.js';
import { countAsNative } from '../transform/native.js';
import { call } from '../transform/twins.js';
import { THREAD_EXPORTS } from './exports.js';
import { Point } from './switch-point.js';

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

/** From now on the methods and accessors of these classes count as native. */
export function equipAtomic(): void {
  countAsNative(call, Point);
  for (const made of CLASSES) {
    countAsNative(made);
    for (let at = prototypeOf(made); at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
      for (const { value, get, set } of Object.values(Object.getOwnPropertyDescriptors(at))) countAsNative(value, get, set);
    }
  }
}

function prototypeOf(made: unknown): object | null {
  return (made as { readonly prototype?: object }).prototype ?? null;
}
