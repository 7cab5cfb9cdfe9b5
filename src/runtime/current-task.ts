/**
 * The call that a worker is running, as its own code sees it: whether it is still wanted, what came with it, and a way to report.
 */
import { forgive } from '../host/thread.js';

/** The call that runs in this worker. */
export interface CurrentTask {
  /** The task's name. */
  readonly name: string;
  /**
   * Aborts when whoever submitted the call gives it up: by the `signal` or the `timeout` of `submitWith`. Synchronous code sees
   * `aborted` and `throwIfAborted()` change too, though its event loop does not turn.
   */
  readonly signal: AbortSignal;
  /** What the pool's `context` gave when the call was submitted. */
  readonly context: unknown;
  /** Sends something to the call's future, which hands it to `future.on('progress', …)` and `future.progress()`. */
  report(value: unknown): void;
}

/** @internal What a running call needs of its worker. */
export interface CallSupply {
  /** Whether the pool has said that the call that runs is not wanted any more, and why. */
  unwanted(call: RunningCall): { readonly reason: unknown } | undefined;
  report(value: unknown, call: RunningCall): void;
}

let current: RunningCall | undefined;

/** The call of a pool that this code runs in, or `null`: on the main thread, in a worker of somebody else, between two calls. */
export function currentTask(): CurrentTask | null {
  return current ?? null;
}

/**
 * Sends `value` to the future of the call that runs here: whoever submitted it gets it from `future.on('progress', …)` or
 * `for await (… of future.progress())`. Outside a pool's call it does nothing.
 *
 * @param value copied as `postMessage` copies
 * @example
 * ```ts
 * import { report, ThreadPool } from 'gil';
 * await using pool = new ThreadPool(1);
 * const future = pool.submit(() => {
 *   for (let percent = 0; percent <= 100; percent += 50) report(percent);
 *   return 'done';
 * });
 * const seen: unknown[] = [];
 * for await (const percent of future.progress()) seen.push(percent);
 * console.log(seen, await future); // => [ 0, 50, 100 ] done
 * ```
 * @throws CloneError if it cannot be copied
 */
export function report(value: unknown): void {
  current?.report(value);
}

/** @internal From here on this is what runs, or nothing. */
export function enterCall(call: RunningCall | undefined): void {
  current = call;
}

/** @internal One call while it runs. Its signal is made when somebody asks for it. */
export class RunningCall implements CurrentTask {
  readonly context: unknown;
  readonly #task: { readonly name: string };
  readonly #supply: CallSupply;
  #controller: AbortController | undefined;
  #stopping: { readonly reason: unknown } | undefined;
  #thrown: 'no' | 'yes' = 'no';
  /** `inside`: what is thrown now is the call's own error, and not that of a timer or a listener, which would end the worker. */
  #where: 'inside' | 'outside' = 'outside';

  constructor(task: { readonly name: string }, context: unknown, supply: CallSupply) {
    this.#task = task;
    this.context = context;
    this.#supply = supply;
  }

  get name(): string {
    return this.#task.name || 'task';
  }

  get signal(): AbortSignal {
    this.#controller ??= this.#makeController();
    this.listen();
    return this.#controller.signal;
  }

  report(value: unknown): void {
    this.#supply.report(value, this);
  }

  /** Looks whether it is still wanted. If not, its signal aborts. */
  listen(): void {
    if (this.#stopping !== undefined) return;
    this.#stopping = this.#supply.unwanted(this);
    if (this.#stopping === undefined || this.#controller === undefined) return;
    const where = this.#where;
    // Its listeners look too.
    this.#where = 'outside';
    this.#controller.abort(this.#stopping.reason);
    this.#where = where;
  }

  /** From here on its synchronous code runs. */
  enter(): void {
    this.#where = 'inside';
  }

  /** It has returned: with a promise, or it is over. */
  leave(): void {
    this.#where = 'outside';
  }

  /** It goes on after an `await`. */
  resumed(): void {
    if (this.#where === 'inside') return;
    this.#where = 'inside';
    queueMicrotask(() => this.leave());
  }

  /** At a look: throws once if it is not wanted, so that `finally` blocks and what they call can still run. */
  interrupt(): void {
    if (this.#where === 'outside') return;
    this.listen();
    if (this.#stopping === undefined || this.#thrown === 'yes') return;
    this.#thrown = 'yes';
    // A promise that the call has made may have heard of it too, and is not waited for any more.
    forgive(this.#stopping.reason);
    throw this.#stopping.reason;
  }

  /** Whether it ended because it was told to: what it threw is the reason it was given. */
  hasObeyed(thrown: unknown): boolean {
    if (this.#stopping === undefined) return false;
    // What Node's own functions throw when their signal aborts has the reason as its cause.
    return thrown === this.#stopping.reason || (isAbortError(thrown) && thrown.cause === this.#stopping.reason);
  }

  #makeController(): AbortController {
    const controller = new AbortController();
    const { signal } = controller;
    const aborted = Object.getOwnPropertyDescriptor(AbortSignal.prototype, 'aborted')?.get as (this: AbortSignal) => boolean;
    if (this.#stopping !== undefined) controller.abort(this.#stopping.reason);
    // The signal of a web standard changes when the event loop turns. This one looks at shared memory whenever it is asked.
    Object.defineProperties(signal, {
      aborted: {
        get: (): boolean => {
          this.listen();
          return aborted.call(signal);
        },
      },
      throwIfAborted: {
        value: (): void => {
          this.listen();
          if (aborted.call(signal)) throw signal.reason;
        },
      },
    });
    return controller;
  }
}

function isAbortError(thrown: unknown): thrown is Error {
  return thrown instanceof Error && thrown.name === 'AbortError';
}
