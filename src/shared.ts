/**
 * Data that threads really share, protected by the Global Interpreter Lock alone, as Python's objects are.
 *
 * @module shared
 */
export { type ArrayHandle, type ElementOf, type ElementType, SharedArray, type ViewOf, type ViewTypes } from './shared/array.js';
export { type DictHandle, SharedDict, type SharedDictOptions } from './shared/dict.js';
export { RefCountError, SharedFieldError, SharedIndexError, SharedKeyError, SharedMemoryError } from './shared/errors.js';
export { type ListHandle, SharedList, type SharedListOptions } from './shared/list.js';
export { type ObjectHandle, SharedObject, type SharedObjectConstructor, type SharedRecord } from './shared/object.js';
export { type Counting, RefCounted, type RefCountedHandle, type RefCountedOptions } from './shared/refcounted.js';
export { SharedBigInt, SharedFloat, SharedInt, type SharedScalar } from './shared/scalars.js';
export type { TableMemory } from './shared/table.js';
