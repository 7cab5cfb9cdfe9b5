/**
 * The event language: the words in which a lock speaks of what happened to it, one for its statistics and for every picture.
 */

/** Why a thread let go of the lock. */
export type DropReason = 'forced' | 'voluntary' | 'final';

/** What every event says. */
interface Happening {
  /** Milliseconds on a clock that all threads of the process share. Only differences mean anything. */
  readonly time: number;
  /** Who did it, by its identity at the lock. */
  readonly ident: number;
  /** Node's `threadId` of that thread. */
  readonly threadId: number;
  /** How many times the lock had gone to another thread by then. */
  readonly switchNumber: number;
}

/** It found the lock taken and waits from now on. */
export interface WaitEvent extends Happening {
  /** What happened. */
  readonly type: 'wait';
}

/** It has the lock from now on. */
export interface TakeEvent extends Happening {
  /** What happened. */
  readonly type: 'take';
}

/** It waits no longer, and has not got the lock: out of time, cancelled, aborted. */
export interface GiveUpEvent extends Happening {
  /** What happened. */
  readonly type: 'give-up';
}

/** It asked the holder to let go. */
export interface RequestEvent extends Happening {
  /** What happened. */
  readonly type: 'request';
  /** Whom it asked. */
  readonly holder: number;
}

/** It lets go of the lock. */
export interface DropEvent extends Happening {
  /** What happened. */
  readonly type: 'drop';
  /** Why. */
  readonly reason: DropReason;
}

/** It was found dead with the lock in its hands, and the lock was taken back. */
export interface AbandonedEvent extends Happening {
  /** What happened. */
  readonly type: 'abandoned';
}

/** What happens at a lock. */
export type LockEvent = WaitEvent | TakeEvent | GiveUpEvent | RequestEvent | DropEvent | AbandonedEvent;
