/**
 * Data that threads really share, protected by the Global Interpreter Lock alone, as Python's objects are.
 *
 * @module shared
 */
export { type ArrayHandle, type ElementOf, type ElementType, SharedArray, type ViewOf } from './shared/array.js';
export { RefCountError, SharedFieldError, SharedIndexError, SharedKeyError, SharedMemoryError } from './shared/errors.js';
export { type ObjectHandle, SharedObject, type SharedObjectConstructor, type SharedRecord } from './shared/object.js';
export { SharedBigInt, SharedFloat, SharedInt } from './shared/scalars.js';
