/**
 * The event language: what a lock says of itself, and the only thing a picture is drawn from.
 * Producers are the live lock and, later, the simulator; `time` is in milliseconds of one clock per trace.
 */

/** Why a thread let go of the lock. */
export type DropReason = 'forced' | 'voluntary' | 'final';

/** One thing that happened at a lock. `thread` is the identity of the thread in that lock, 1 and up. */
export type GilEvent =
  | { readonly kind: 'take'; readonly time: number; readonly thread: number; readonly switchNumber: number }
  | { readonly kind: 'drop'; readonly time: number; readonly thread: number; readonly reason: DropReason }
  | { readonly kind: 'request'; readonly time: number; readonly thread: number; readonly holder: number }
  | { readonly kind: 'abandoned'; readonly time: number; readonly thread: number };
