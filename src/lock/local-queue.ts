/**
 * Async tasks of one event loop that want the same lock stand in a queue of their own, and only its head contends with other
 * threads. The queue is async-mutex's mutex: order, priorities and cancelling are as its users know them.
 */
import { E_CANCELED, Mutex } from 'async-mutex';
import { LockCancelledError } from '../errors.js';

/** Steps out of the queue, so that the next task becomes its head. */
export type Leave = () => void;

/** Why a task was called off by `cancel()`. */
const CANCELLED = Symbol('cancel()');

export class LocalQueue {
  readonly #mutex = new Mutex();
  #cancelling = new AbortController();

  /** Whether any task stands in the queue. */
  get isBusy(): boolean {
    return this.#mutex.isLocked();
  }

  /** Aborted by the next `cancel()`. To be asked for before joining: it is what calls off a task that is the head by then. */
  get cancelled(): AbortSignal {
    return this.#cancelling.signal;
  }

  /** Becomes the head. Rejects when cancelled, or when `signal` aborts first. */
  async join(priority: number, signal: AbortSignal | undefined): Promise<Leave> {
    if (signal?.aborted) throw gaveUp(signal);
    const turn = this.#mutex.acquire(priority).catch((error: unknown) => {
      throw error === E_CANCELED ? gaveUp(AbortSignal.abort(CANCELLED)) : error;
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
    this.#cancelling.abort(CANCELLED);
    this.#cancelling = new AbortController();
  }
}

/** Why a wait for a lock ended without it. */
export function gaveUp(signal: AbortSignal | undefined): LockCancelledError {
  if (signal?.reason === CANCELLED) return new LockCancelledError('this acquire was called off by cancel()');
  return new LockCancelledError('this acquire was called off by its AbortSignal', { cause: signal?.reason });
}
