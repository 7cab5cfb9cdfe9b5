/**
 * The errors of `gil/shared`, one class per kind of misuse or failure, each with a literal `code`.
 * A message says what was expected, what came, and what to do.
 */

/** A field that a shared record does not have (CPython: AttributeError). */
export class SharedFieldError extends TypeError {
  static {
    this.prototype.name = 'SharedFieldError';
  }
  readonly code = 'ERR_SHARED_FIELD';
}

/** An index that a shared list or array does not have (CPython: IndexError). */
export class SharedIndexError extends RangeError {
  static {
    this.prototype.name = 'SharedIndexError';
  }
  readonly code = 'ERR_SHARED_INDEX';
}

/** A key that a shared dictionary cannot have: neither a string nor a number, or too long. */
export class SharedKeyError extends TypeError {
  static {
    this.prototype.name = 'SharedKeyError';
  }
  readonly code = 'ERR_SHARED_KEY';
}

/** A shared list or dictionary cannot grow any more (CPython: MemoryError). */
export class SharedMemoryError extends RangeError {
  static {
    this.prototype.name = 'SharedMemoryError';
  }
  readonly code = 'ERR_SHARED_MEMORY';
}

/** A count of references that is wrong: below zero, used after it was freed, or never given back. */
export class RefCountError extends Error {
  static {
    this.prototype.name = 'RefCountError';
  }
  readonly code = 'ERR_REFCOUNT';
}
