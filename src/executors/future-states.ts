/**
 * What a future can be, in itself and as it is shown. CPython Lib/concurrent/futures/_base.py: PENDING to FINISHED.
 */

/** What a future asks about the call it stands for while that is not done. Supplied by whoever runs the call. */
export interface Work {
  /** Whether a worker has begun it. */
  isRunning(): boolean;
  /** Calls it off unless it has begun; says whether it was called off. */
  revoke(): boolean;
}

/** All that a future says of itself at one moment. `kind` tells a failure from a result, whatever was thrown. */
export type FutureSnapshot<T> =
  | { readonly state: 'pending' | 'running'; readonly done: false; readonly cancelled: false }
  | { readonly state: 'cancelled'; readonly done: true; readonly cancelled: true }
  | { readonly state: 'finished'; readonly done: true; readonly cancelled: false; readonly kind: 'value'; readonly result: T }
  | { readonly state: 'finished'; readonly done: true; readonly cancelled: false; readonly kind: 'error'; readonly exception: unknown };

/** The states themselves: FINISHED is two, so that a failure is one whatever was thrown. */
export type State = 'pending' | 'running' | 'cancelled' | 'cancelled and notified' | 'returned' | 'raised';

/** The kind of a value in a word: an error's name, an object's class, else its type. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value !== 'object') return typeof value;
  try {
    return String((value instanceof Error && value.name) || value.constructor.name || 'object');
  } catch {
    return 'object';
  }
}
