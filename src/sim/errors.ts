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
