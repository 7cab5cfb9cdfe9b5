/**
 * A result that is not there yet: `concurrent.futures.Future` that can be awaited. CPython Lib/concurrent/futures/_base.py.
 * Its promise is made when somebody asks for it, so a failure that nobody reads raises no `unhandledRejection`.
 */
import { inspect } from 'node:util';
import { CancelledError, InvalidStateError, TimeoutError } from '../errors.js';
import { after } from '../host/clock.js';
import { checkTimeout } from '../lock/acquire-options.js';

type State<T> =
  | { readonly name: 'pending' | 'running' | 'cancelled' }
  | { readonly name: 'finished'; readonly outcome: 'value'; readonly value: T }
  | { readonly name: 'finished'; readonly outcome: 'error'; readonly error: unknown };

let created = 0;

/** A call that has been submitted to a pool. Await it, or ask it. */
export class Future<T> implements PromiseLike<T> {
  readonly #number = ++created;
  #state: State<T> = { name: 'pending' };
  #callbacks: ((future: Future<T>) => void)[] = [];
  #onCancel: (() => void) | undefined;

  /** @internal `onCancel` is told when a pending future is cancelled. */
  constructor(onCancel?: () => void) {
    this.#onCancel = onCancel;
  }

  /** Calls the task off if it has not begun. `false` if it is running or done. */
  cancel(): boolean {
    if (this.#state.name === 'cancelled') return true;
    if (this.#state.name !== 'pending') return false;
    this.#settle({ name: 'cancelled' });
    this.#onCancel?.();
    return true;
  }

  /** Whether it was cancelled. */
  cancelled(): boolean {
    return this.#state.name === 'cancelled';
  }

  /** Whether a worker has begun it and not ended it. */
  running(): boolean {
    return this.#state.name === 'running';
  }

  /** Whether it has a result, an error, or was cancelled. */
  done(): boolean {
    return this.#state.name === 'cancelled' || this.#state.name === 'finished';
  }

  /**
   * The result, when there is one.
   * @param options `timeout` in milliseconds, 0 or more
   * @throws (as a rejection) the task's own error, CancelledError, TimeoutError; the task goes on after a timeout
   */
  result(options: { readonly timeout?: number } = {}): Promise<T> {
    return this.#whenDone(options.timeout).then(() => this.resultNow());
  }

  /** The error, or `null` if there is a result. Rejects with CancelledError or TimeoutError. */
  exception(options: { readonly timeout?: number } = {}): Promise<unknown> {
    return this.#whenDone(options.timeout).then(() => this.exceptionNow());
  }

  /** The result, which must be there. @throws the task's error, CancelledError, InvalidStateError */
  resultNow(): T {
    const state = this.#finished('resultNow');
    if (state.outcome === 'error') throw state.error;
    return state.value;
  }

  /** The error or `null`, which must be there. @throws CancelledError, InvalidStateError */
  exceptionNow(): unknown {
    const state = this.#finished('exceptionNow');
    return state.outcome === 'error' ? state.error : null;
  }

  /** Calls `callback` with this future as soon as it is done: at once if it is. What a callback throws is reported, not passed on. */
  addDoneCallback(callback: (future: Future<T>) => void): void {
    if (this.done()) this.#call(callback);
    else this.#callbacks.push(callback);
  }

  /** Lets it be awaited: `await pool.submit(task)`. */
  // biome-ignore lint/suspicious/noThenProperty: a future is meant to be awaited.
  then<R = T, E = never>(
    onResult?: ((value: T) => R | PromiseLike<R>) | null,
    onError?: ((error: unknown) => E | PromiseLike<E>) | null,
  ): Promise<R | E> {
    return this.result().then(onResult, onError);
  }

  /** Like a promise's. */
  catch<E>(onError: (error: unknown) => E | PromiseLike<E>): Promise<T | E> {
    return this.result().catch(onError);
  }

  /** Like a promise's. */
  finally(onDone: () => void): Promise<T> {
    return this.result().finally(onDone);
  }

  /** @internal A worker begins it. `false`: it was cancelled meanwhile and must not run. */
  setRunning(): boolean {
    if (this.#state.name === 'cancelled') return false;
    if (this.#state.name !== 'pending') throw this.#invalid('setRunning');
    this.#state = { name: 'running' };
    return true;
  }

  /** @internal */
  setResult(value: T): void {
    if (this.done()) throw this.#invalid('setResult');
    this.#settle({ name: 'finished', outcome: 'value', value });
  }

  /** @internal */
  setException(error: unknown): void {
    if (this.done()) throw this.#invalid('setException');
    this.#settle({ name: 'finished', outcome: 'error', error });
  }

  toString(): string {
    const state = this.#state;
    if (state.name !== 'finished') return `<Future #${this.#number} state=${state.name}>`;
    const what = state.outcome === 'error' ? `raised ${kindOf(state.error)}` : `returned ${kindOf(state.value)}`;
    return `<Future #${this.#number} state=finished ${what}>`;
  }

  /** @internal */
  [inspect.custom](): string {
    return this.toString();
  }

  #settle(state: State<T>): void {
    this.#state = state;
    const callbacks = this.#callbacks;
    this.#callbacks = [];
    for (const callback of callbacks) this.#call(callback);
  }

  #call(callback: (future: Future<T>) => void): void {
    try {
      callback(this);
    } catch (error) {
      console.error(`exception calling callback for ${this}`, error);
    }
  }

  #finished(method: string): State<T> & { name: 'finished' } {
    if (this.#state.name === 'finished') return this.#state;
    if (this.#state.name === 'cancelled') throw new CancelledError(`${this} was cancelled before a worker began it`);
    throw this.#invalid(method);
  }

  #invalid(method: string): InvalidStateError {
    return new InvalidStateError(`${this.#state.name.toUpperCase()}: ${this}: ${method} is not possible in this state`);
  }

  #whenDone(timeout: number | undefined): Promise<void> {
    const limit = timeout === undefined ? undefined : checkTimeout(timeout);
    if (this.done()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const expire = (): void => reject(new TimeoutError(`${this} was not done after ${limit} ms; it goes on`));
      const callOff = limit === undefined ? undefined : after(limit, expire);
      this.addDoneCallback(() => {
        callOff?.();
        resolve();
      });
    });
  }
}

function kindOf(value: unknown): string {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return value === null ? 'null' : typeof value;
  return String(Reflect.get(value, 'name') ?? value.constructor?.name ?? 'object');
}
