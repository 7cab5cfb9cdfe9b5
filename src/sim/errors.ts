/**
 * What can be wrong with a spec or a simulation. A failure of the program under test is none of these: it is what a report holds.
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

/** In a simulation, no thread can ever go on: each waits for what only another one could do. */
export class SimulationDeadlockError extends Error {
  static {
    this.prototype.name = 'SimulationDeadlockError';
  }
  readonly code = 'ERR_SIM_DEADLOCK';
}

/** A simulation went on for longer than its `maxTime` or `maxEvents`: a thread that never ends, or that makes no progress in virtual time. */
export class SimulationLimitError extends Error {
  static {
    this.prototype.name = 'SimulationLimitError';
  }
  readonly code = 'ERR_SIM_LIMIT';
}

/** What calls gave in some schedule, they give in no order of the sequential object's calls. */
export class NotLinearizableError extends Error {
  static {
    this.prototype.name = 'NotLinearizableError';
  }
  readonly code = 'ERR_NOT_LINEARIZABLE';
}
