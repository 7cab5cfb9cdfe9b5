/**
 * Whether a pool takes work, and what it says if not. It is closed once, by a shutdown or because it is broken; a pool that was shut down can
 * still break. CPython Lib/concurrent/futures: submit looks for broken first, then for shut down, then for the end of the interpreter.
 */
import { type BrokenPoolError, PoolShutdownError } from '../errors.js';
import { isExiting } from '../host/thread.js';

type Condition =
  | { readonly name: 'open' }
  | { readonly name: 'shutdown' }
  | { readonly name: 'broken'; readonly why: string; readonly cause: unknown };

export class Door {
  readonly #makeError: (message: string, cause: unknown) => BrokenPoolError;
  #condition: Condition = { name: 'open' };

  /** @param makeError makes what the futures of a broken pool fail with: a new one for each */
  constructor(makeError: (message: string, cause: unknown) => BrokenPoolError) {
    this.#makeError = makeError;
  }

  get isOpen(): boolean {
    return this.#condition.name === 'open';
  }

  /** What is wrong, if the pool is broken. A new error each time. */
  get brokenBy(): BrokenPoolError | null {
    if (this.#condition.name !== 'broken') return null;
    const { why, cause } = this.#condition;
    return this.#makeError(`the pool is broken and takes no more work: ${why}. Make a new pool`, cause);
  }

  /** @throws BrokenPoolError, PoolShutdownError */
  check(): void {
    const broken = this.brokenBy;
    if (broken !== null) throw broken;
    if (!this.isOpen) throw new PoolShutdownError('cannot schedule new futures after shutdown; make a new pool');
    if (isExiting()) throw new PoolShutdownError('cannot schedule new futures after interpreter shutdown: the process is ending');
  }

  shut(): void {
    if (this.isOpen) this.#condition = { name: 'shutdown' };
  }

  break(why: string, cause: unknown): void {
    this.#condition = { name: 'broken', why, cause };
  }
}
