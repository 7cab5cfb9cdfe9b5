/**
 * Stops a call that is not wanted any more: because its signal aborts, or its time is up. A call that no worker has begun is called off. One
 * that runs is asked first: its own signal aborts, and its next look throws, so `finally` blocks run. After the grace period its worker is
 * terminated, and the pool goes on without it.
 */
import { CancelledError, TimeoutError } from '../errors.js';
import { onAbort } from '../host/abort.js';
import { after, now } from '../host/clock.js';
import type { Guard, Stoppable, WorkItem } from './work-item.js';

/** What may stop a call, and how long it has to stop by itself; in milliseconds. */
export interface CallLimits {
  readonly signal: AbortSignal | undefined;
  readonly timeout: number;
  readonly gracePeriod: number;
}

/** How often a worker is reminded: its own housekeeping may have swept the reminder away. */
const REMIND = 10;

export class CallGuard implements Guard {
  /** What the future is to fail with if the call is stopped. */
  error: unknown;
  readonly #item: WorkItem;
  readonly #limits: CallLimits;
  readonly #deafen: () => void;
  #stopTimer: () => void = () => {};
  #worker: Stoppable | undefined;
  #phase: 'on-guard' | 'stopping' = 'on-guard';

  constructor(item: WorkItem, limits: CallLimits) {
    this.#item = item;
    this.#limits = limits;
    const { signal } = limits;
    this.#deafen = signal === undefined ? () => {} : onAbort(signal, () => this.#abort(signal.reason));
    item.future.addDoneCallback(() => {
      this.#stopTimer();
      this.#deafen();
    });
  }

  offered(worker: Stoppable): void {
    this.#worker = worker;
    if (this.#limits.timeout < Number.POSITIVE_INFINITY) this.#setTimer(this.#limits.timeout);
  }

  #setTimer(ms: number): void {
    this.#stopTimer();
    this.#stopTimer = after(ms, () => this.#checkTime());
  }

  #checkTime(): void {
    const { timeout } = this.#limits;
    const began = this.#worker?.beganAt(this.#item);
    const ran = began === undefined || began === Number.POSITIVE_INFINITY ? 0 : now() - began;
    if (ran < timeout || ran === 0) {
      this.#setTimer(Math.max(timeout - ran, 1));
      return;
    }
    const error = new TimeoutError(`\`${this.#item.task.name}\` ran for more than its timeout of ${timeout} ms and was stopped`);
    this.#stop(error, error);
  }

  #abort(reason: unknown): void {
    if (this.#item.future.cancel(reason)) return;
    this.#stop(new CancelledError(`\`${this.#item.task.name}\` was stopped: its signal aborted`, { cause: reason }), reason);
  }

  #stop(error: unknown, reason: unknown): void {
    if (this.#phase === 'stopping' || this.#item.future.done()) return;
    this.#phase = 'stopping';
    this.error = error;
    this.#worker?.askToStop(this.#item, reason);
    this.#remind(now() + this.#limits.gracePeriod);
  }

  #remind(end: number): void {
    const left = end - now();
    if (left <= 0) this.#worker?.stopBecauseOf(this.#item);
    else {
      this.#worker?.poke();
      this.#stopTimer = after(Math.min(REMIND, left), () => this.#remind(end));
    }
  }
}
