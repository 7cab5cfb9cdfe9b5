/**
 * Data that threads really share, protected by the Global Interpreter Lock alone, as Python's objects are.
 *
 * @module shared
 */
export { RefCountError, SharedFieldError, SharedIndexError, SharedKeyError, SharedMemoryError } from './shared/errors.js';
