/**
 * A result whose buffers move out of a worker instead of being copied.
 */
import { ArgumentError, describe } from '../errors.js';

/** What {@link transfer} gives: a value, and what of it moves. */
export class Transfer<T> {
  /** The result itself. */
  readonly value: T;
  /** What of it moves. */
  readonly list: readonly unknown[];

  /** @internal */
  constructor(value: T, list: readonly unknown[]) {
    this.value = value;
    this.list = list;
  }
}

/**
 * The result of a task, with a list of what of it is to move to the other thread instead of being copied, as for `postMessage`.
 * The other way, into a task, it is `submitWith({ transfer: […] }, …)`.
 *
 * @param value the result
 * @param list `ArrayBuffer`s, `MessagePort`s and what else can be transferred, all of them somewhere in `value`
 * @returns to be returned by the task
 * @example
 * ```ts
 * import { ThreadPool, transfer } from 'gil';
 * await using pool = new ThreadPool(1);
 * const bytes = await pool.submit(() => {
 *   const bytes = new Uint8Array(1024).fill(7);
 *   return transfer(bytes, [bytes.buffer]);
 * });
 * console.log(bytes.length, bytes[0]); // => 1024 7
 * ```
 * @throws ArgumentError if `list` is no array
 */
export function transfer<T>(value: T, list: readonly unknown[]): T {
  if (!Array.isArray(list)) throw new ArgumentError(`transfer: expected an array of what moves; got ${describe(list)}`);
  // Typed as what arrives: the wrapping is taken off on the way.
  return new Transfer(value, list) as T;
}
