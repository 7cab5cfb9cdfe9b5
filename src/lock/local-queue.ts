/**
 * Async tasks of one event loop that want the same lock stand in a queue of their own, and only its head contends with other
 * threads. The queue is async-mutex's mutex: order, priorities and cancelling are as its users know them.
 */
import { E_CANCELED, Mutex } from 'async-mutex';
import { LockCancelledError } from '../errors.js';

/** Steps out of the queue, so that the next task becomes its head. */
export type Leave = () => void;

export class LocalQueue {
  readonly #mutex = new Mutex();
  #head = new AbortController();

  /** Whether any task stands in the queue. */
  get isBusy(): boolean {
    return this.#mutex.isLocked();
  }

  /** Aborted when `cancel()` calls off the head. */
  get headSignal(): AbortSignal {
    return this.#head.signal;
  }

  /** Becomes the head. Rejects when cancelled, or when `signal` aborts first. */
  async join(priority: number, signal: AbortSignal | undefined): Promise<Leave> {
    if (signal?.aborted) throw gaveUp(signal);
    const turn = this.#mutex.acquire(priority).catch((error: unknown) => {
      throw error === E_CANCELED ? new LockCancelledError('this acquire was called off by cancel()') : error;
    });
    if (signal === undefined) return turn;
    return new Promise<Leave>((resolve, reject) => {
      const onAbort = (): void => {
        reject(gaveUp(signal));
        // The mutex cannot take one waiter out of its line: when its turn comes, it steps aside.
        turn.then(
          (leave) => leave(),
          () => {},
        );
      };
      signal.addEventListener('abort', onAbort, { once: true });
      turn.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
    });
  }

  /** Calls off every task in the queue, its head too. */
  cancel(): void {
    this.#mutex.cancel();
    this.#head.abort();
    this.#head = new AbortController();
  }
}

/** Why a wait for a lock ended without it. */
export function gaveUp(signal: AbortSignal | undefined): LockCancelledError {
  return new LockCancelledError('this acquire was called off by its AbortSignal', { cause: signal?.reason });
}
