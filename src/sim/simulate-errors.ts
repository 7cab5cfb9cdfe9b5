/**
 * How a simulation fails as a whole. What a thread throws is no failure: it is in the result.
 */

/** No thread can ever go on: each waits for what only another one could do. */
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
