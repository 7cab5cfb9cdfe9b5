/**
 * What says that a program cannot be searched state by state. The search that runs schedules takes it, so the message ends with that.
 */

/** The stateful search cannot take a thread, or a value that it holds. */
export class StatefulError extends Error {
  static {
    this.prototype.name = 'StatefulError';
  }
  readonly code = 'ERR_STATEFUL';

  constructor(where: string, what: string) {
    super(`${where}: ${what}. The search that runs schedules takes it: leave the stateful mode out`);
  }
}
