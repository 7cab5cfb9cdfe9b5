/**
 * A result that is not there yet: `concurrent.futures.Future` that can be awaited. CPython Lib/concurrent/futures/_base.py.
 * There may be 100,000 at once, so each has few fields; promises and lists are made when somebody asks for them, so a failure that
 * nobody reads raises no `unhandledRejection`.
 */
import { inspect, types } from 'node:util';
import { ArgumentError, CancelledError, describe, InvalidStateError, ThrownValueError } from '../errors.js';
import { type FutureSnapshot, kindOf, type State, type Work } from './future-states.js';
import { type WaitLimits, type Watcher, whenDone } from './limits.js';
import { checkListener, ProgressListeners, progressOf } from './progress.js';

export type { FutureSnapshot, Work } from './future-states.js';

type Callback = (future: unknown) => unknown;

interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Where the last `new Promise` has left what settles it: a closure for each of 100,000 promises would cost more than they do. */
let lastResolve: (value: unknown) => void;
let lastReject: (error: unknown) => void;
function catchSettlers(resolve: (value: never) => void, reject: (error: unknown) => void): void {
  lastResolve = resolve as typeof lastResolve;
  lastReject = reject;
}

let created = 0;

/**
 * A call that has been submitted to a pool. Await it, or ask it. One made with `new` stands alone: whoever made it says what becomes of
 * it, with `setResult`, `setException` and `setRunningOrNotifyCancel`, as executors of one's own and tests do.
 *
 * @example
 * ```ts
 * import { Future } from 'gil';
 * const future = new Future<number>();
 * future.addDoneCallback((done) => {
 *   console.log(done.resultNow()); // => 42
 * });
 * future.setResult(42);
 * console.log(await future, future.state); // => 42 finished
 * ```
 */
export class Future<T> implements PromiseLike<T> {
  readonly #number = ++created;
  #state: State = 'pending';
  /** The result or the error, once there is one; of a cancelled one, the reason. */
  #value: unknown = undefined;
  #work: Work | undefined;
  #callbacks: Callback | Callback[] | undefined = undefined;
  #watchers: Watcher | Set<Watcher> | undefined = undefined;
  #deferred: Deferred<T> | undefined = undefined;
  #listeners: ProgressListeners | undefined = undefined;

  /** A future that is pending and stands alone. */
  constructor();
  /** @internal One that asks `work` until it is done. */
  constructor(work?: Work);
  constructor(work?: Work) {
    this.#work = work;
  }

  /** Where it stands; the two steps of a cancellation look the same. */
  get state(): 'pending' | 'running' | 'cancelled' | 'finished' {
    const state = this.#state;
    if (state === 'pending') return this.#work?.isRunning() ? 'running' : 'pending';
    if (state === 'running') return 'running';
    return state === 'returned' || state === 'raised' ? 'finished' : 'cancelled';
  }

  /**
   * Calls the task off if it has not begun. Running work is never interrupted.
   * @param reason becomes the `cause` of the CancelledError that whoever waits gets
   * @returns whether it is cancelled now; `false` if it is running or finished
   */
  cancel(reason?: unknown): boolean {
    if (this.cancelled()) return true;
    if (this.#state !== 'pending') return false;
    if (this.#work === undefined) {
      this.#become('cancelled', reason);
      return true;
    }
    if (!this.#work.revoke()) return false;
    // Nobody else would tell those who wait: what a pool has called off, no worker comes across.
    if (!this.done()) this.#become('cancelled and notified', reason);
    return this.cancelled();
  }

  /** Whether it was cancelled. */
  cancelled(): boolean {
    return this.#state === 'cancelled' || this.#state === 'cancelled and notified';
  }

  /** Whether a worker has begun it and not ended it. */
  running(): boolean {
    return this.state === 'running';
  }

  /** Whether it has a result, an error, or was cancelled. */
  done(): boolean {
    return this.#state !== 'pending' && this.#state !== 'running';
  }

  /**
   * The result, when there is one.
   * @param options `timeout` in milliseconds, 0 or more; `signal` to end the waiting. Neither changes the future: the task goes on.
   * @throws (as a rejection) what the task threw, itself; CancelledError; TimeoutError; the signal's reason
   */
  result(options?: WaitLimits): Promise<T> {
    if (options === undefined) return this.#asPromise().then();
    return whenDone(this, options).then(() => this.resultNow());
  }

  /**
   * The error, when the task has ended, or `null` if there is a result. A thrown `null` or `undefined` comes as a `ThrownValueError`.
   * @param options as for `result`
   * @throws (as a rejection) CancelledError, TimeoutError, the signal's reason
   */
  exception(options: WaitLimits = {}): Promise<unknown> {
    return whenDone(this, options).then(() => this.exceptionNow());
  }

  /** The result, which must be there. @throws what the task threw, CancelledError, InvalidStateError */
  resultNow(): T {
    this.#checkFinished('resultNow');
    if (this.#state === 'raised') throw this.#value;
    return this.#value as T;
  }

  /**
   * The error or `null`, which must be there. A thrown `null` or `undefined` comes as a `ThrownValueError`.
   * @throws CancelledError, InvalidStateError
   */
  exceptionNow(): unknown {
    this.#checkFinished('exceptionNow');
    if (this.#state === 'returned') return null;
    return this.#value === null || this.#value === undefined ? new ThrownValueError(this.#value) : this.#value;
  }

  /** Its state and, if it has finished, its result or what was thrown, in one frozen object that does not change any more. */
  snapshot(): FutureSnapshot<T> {
    const state = this.state;
    if (state === 'cancelled') return Object.freeze({ state, done: true, cancelled: true });
    if (state !== 'finished') return Object.freeze({ state, done: false, cancelled: false });
    const finished = { state, done: true, cancelled: false } as const;
    const snapshot: FutureSnapshot<T> =
      this.#state === 'raised'
        ? { ...finished, kind: 'error', exception: this.#value }
        : { ...finished, kind: 'value', result: this.#value as T };
    return Object.freeze(snapshot);
  }

  /**
   * Calls `callback` with this future as soon as it is done: at once if it is, else within what makes it done; in the order in which they
   * were added. What a callback throws, or a promise that it returns rejects with, is written to `console.error`.
   */
  addDoneCallback(callback: (future: Future<T>) => unknown): void {
    if (typeof callback !== 'function') throw new ArgumentError(`callback: expected a function; got ${describe(callback)}`);
    const added = callback as Callback;
    if (this.done()) this.#call(added);
    else if (this.#callbacks === undefined) this.#callbacks = added;
    else if (typeof this.#callbacks === 'function') this.#callbacks = [this.#callbacks, added];
    else this.#callbacks.push(added);
  }

  /** Lets it be awaited: `await pool.submit(task)`. */
  // biome-ignore lint/suspicious/noThenProperty: a future is meant to be awaited.
  then<R = T, E = never>(
    onResult?: ((value: T) => R | PromiseLike<R>) | null,
    onError?: ((error: unknown) => E | PromiseLike<E>) | null,
  ): Promise<R | E> {
    return this.#asPromise().then(onResult, onError);
  }

  /** Like a promise's. */
  catch<E = never>(onError?: ((error: unknown) => E | PromiseLike<E>) | null): Promise<T | E> {
    return this.#asPromise().catch(onError);
  }

  /** Like a promise's. */
  finally(onDone?: (() => void) | null): Promise<T> {
    return this.#asPromise().finally(onDone);
  }

  /**
   * Says that its work begins, or that whoever would do it has seen that it is cancelled; `wait` and `asCompleted` hear of a cancelled
   * future by this. For executors of one's own; a pool does it itself.
   * @returns `false` if it was cancelled and must not be run
   * @throws InvalidStateError unless it is pending, or cancelled and this is the first call
   */
  setRunningOrNotifyCancel(): boolean {
    if (this.#state === 'cancelled') {
      this.#become('cancelled and notified', this.#value);
      return false;
    }
    if (this.state !== 'pending') throw this.#invalid('Future in unexpected state; setRunningOrNotifyCancel is to be called once');
    this.#state = 'running';
    return true;
  }

  /** Gives it its result. For executors of one's own. @throws InvalidStateError if it is done */
  setResult(value: T): void {
    if (this.done()) throw this.#invalid('setResult is not possible in this state');
    this.#become('returned', value);
  }

  /** Gives it its error, which may be anything that can be thrown. For executors of one's own. @throws InvalidStateError if it is done */
  setException(error: unknown): void {
    if (this.done()) throw this.#invalid('setException is not possible in this state');
    this.#become('raised', error);
  }

  /** Calls `listener` with what the task reports of its progress, until it is done. What a listener throws is written to `console.error`. */
  on(event: 'progress', listener: (value: unknown) => void): this {
    checkListener(event, listener);
    if (this.done()) return this;
    this.#listeners ??= new ProgressListeners();
    this.#listeners.add(listener);
    return this;
  }

  /** Takes back one `on` with the same listener. */
  off(event: 'progress', listener: (value: unknown) => void): this {
    checkListener(event, listener);
    this.#listeners?.remove(listener);
    return this;
  }

  /**
   * What the task reports from now on, as an async iterable: nothing is lost between two steps, and it ends when the future is done, be it
   * with an error. Leaving the loop stops listening.
   */
  progress(): AsyncIterableIterator<unknown, undefined, undefined> & AsyncDisposable {
    return progressOf(this);
  }

  /** @internal The task reports progress. */
  report(value: unknown): void {
    this.#listeners?.tell(value, this);
  }

  /** @internal Has `watcher` told; it must not be done for `onDone`, nor settled for `onSettled`, yet. */
  watch(watcher: Watcher): void {
    if (this.#watchers === undefined) this.#watchers = watcher;
    else if (this.#watchers instanceof Set) this.#watchers.add(watcher);
    else this.#watchers = new Set([this.#watchers, watcher]);
  }

  /** @internal */
  unwatch(watcher: Watcher): void {
    if (this.#watchers === watcher) this.#watchers = undefined;
    else if (this.#watchers instanceof Set) this.#watchers.delete(watcher);
  }

  /** @internal Done, and if cancelled then notified. */
  get settled(): boolean {
    return this.#state === 'returned' || this.#state === 'raised' || this.#state === 'cancelled and notified';
  }

  /** @internal Finished with an error. */
  get failed(): boolean {
    return this.#state === 'raised';
  }

  /** `<Future #7 state=finished raised RangeError>` */
  toString(): string {
    const what =
      this.#state === 'raised' ? ` raised ${kindOf(this.#value)}` : this.#state === 'returned' ? ` returned ${kindOf(this.#value)}` : '';
    return `<Future #${this.#number} state=${this.state}${what}>`;
  }

  /** @internal */
  [inspect.custom](): string {
    return this.toString();
  }

  /** Watchers first: what they wake must not depend on callbacks. CPython: the condition is notified before `_invoke_callbacks`. */
  #become(state: State, value: unknown): void {
    const wasDone = this.done();
    this.#state = state;
    this.#value = value;
    this.#work = undefined;
    if (this.#deferred !== undefined && !wasDone) this.#settle(this.#deferred);
    if (this.#watchers !== undefined) this.#tell(!wasDone);
    if (this.#listeners !== undefined) this.#listeners = undefined;
    if (this.#callbacks !== undefined) this.#callBack();
  }

  #tell(isNew: boolean): void {
    const watchers = this.#watchers instanceof Set ? [...this.#watchers] : [this.#watchers];
    if (this.settled) this.#watchers = undefined;
    for (const watcher of watchers) {
      if (isNew) watcher?.onDone?.();
      if (this.settled) watcher?.onSettled?.(this);
    }
  }

  #callBack(): void {
    const callbacks = this.#callbacks;
    this.#callbacks = undefined;
    if (typeof callbacks === 'function') this.#call(callbacks);
    else for (const callback of callbacks ?? []) this.#call(callback);
  }

  #call(callback: Callback): void {
    const complain = (error: unknown): void => console.error(`exception calling callback for ${this}`, error);
    try {
      const returned = callback(this);
      if (types.isPromise(returned)) returned.then(undefined, complain);
    } catch (error) {
      complain(error);
    }
  }

  /** One for all who ask. Nobody gets it itself, so whoever asks answers for its own rejection. */
  #asPromise(): Promise<T> {
    if (this.#deferred !== undefined) return this.#deferred.promise;
    const promise = new Promise<T>(catchSettlers);
    const deferred: Deferred<T> = { promise, resolve: lastResolve, reject: lastReject };
    this.#deferred = deferred;
    if (this.done()) this.#settle(deferred);
    return promise;
  }

  #settle({ resolve, reject }: Deferred<T>): void {
    if (this.#state === 'returned') resolve(this.#value as T);
    else if (this.#state === 'raised') reject(this.#value);
    else reject(this.#cancelledError());
  }

  #checkFinished(method: string): void {
    if (this.#state === 'returned' || this.#state === 'raised') return;
    if (this.cancelled()) throw this.#cancelledError();
    throw this.#invalid(`${method} is not possible in this state`);
  }

  #cancelledError(): CancelledError {
    const reason = this.#value === undefined ? undefined : { cause: this.#value };
    return new CancelledError(`${this} was cancelled before a worker began it`, reason);
  }

  #invalid(what: string): InvalidStateError {
    const name = this.#state === 'cancelled and notified' ? 'CANCELLED_AND_NOTIFIED' : this.state.toUpperCase();
    return new InvalidStateError(`${name}: ${this}: ${what}`);
  }
}
