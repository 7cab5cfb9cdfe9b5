/**
 * What can be wrong with a spec. A failure of the program under test is none of these: it is what a report holds.
 */

/** The spec cannot be explored as it is. */
export class SpecError extends Error {
  static {
    this.prototype.name = 'SpecError';
  }
  readonly code = 'ERR_SPEC';
}

/** The same schedule did not do the same twice, so nothing that is found could be relied on. */
export class NondeterminismError extends Error {
  static {
    this.prototype.name = 'NondeterminismError';
  }
  readonly code = 'ERR_SPEC_NONDETERMINISTIC';
}

/** A schedule went wrong: what a test throws. The message is the whole story; the `cause` is what a thread or a condition threw. */
export class InterleavingError extends Error {
  static {
    this.prototype.name = 'InterleavingError';
  }
  readonly code = 'ERR_INTERLEAVING';
}

/** What calls gave in some schedule, they give in no order of the sequential object's calls. */
export class NotLinearizableError extends Error {
  static {
    this.prototype.name = 'NotLinearizableError';
  }
  readonly code = 'ERR_NOT_LINEARIZABLE';
}
