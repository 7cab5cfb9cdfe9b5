/**
 * The hook for errors that threads do not catch, as its user sees it. CPython `threading.excepthook`.
 */
import { ArgumentError, describe } from '../errors.js';
import type { Thread } from './thread.js';
import { replaceHook, type Uncaught, writeUncaught } from './uncaught.js';

/** What a hook is told. */
export interface ExceptHookArgs {
  /** What was thrown. */
  readonly error: unknown;
  /** The thread that did not catch it; `null` if its worker was between two threads. */
  readonly thread: Thread | null;
}

/**
 * What is done with an error that a thread did not catch, unless `setExcepthook` says otherwise: it is written to stderr below
 * `Exception in thread Thread-1 (work):`. CPython `threading.__excepthook__`.
 */
export function excepthook({ error, thread }: ExceptHookArgs): void {
  writeUncaught({ error, thread });
}

/**
 * From now on `hook` is called with each error that a thread which was started here did not catch. It is called on this thread, when its
 * event loop turns; before `join()` resolves. The exit code is not changed by it. `setExcepthook(excepthook)` is how it was.
 *
 * @returns the hook before
 * @example
 * ```ts
 * import { setExcepthook, Thread } from 'gil/threading';
 * setExcepthook(({ error, thread }) => {
 *   console.log(`${thread?.name}: ${error}`); // => worker: RangeError: too far
 * });
 * const thread = new Thread({ name: 'worker', target: () => { throw new RangeError('too far'); } });
 * thread.start();
 * await thread.join();
 * ```
 * @throws ArgumentError unless it is a function
 */
export function setExcepthook(hook: (args: ExceptHookArgs) => void): (args: ExceptHookArgs) => void {
  if (typeof hook !== 'function') throw new ArgumentError(`setExcepthook: expected a function; got ${describe(hook)}`);
  const previous = replaceHook(hook as (uncaught: Uncaught) => void);
  return previous === writeUncaught ? excepthook : (previous as (args: ExceptHookArgs) => void);
}
