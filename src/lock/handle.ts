/**
 * What of a lock travels to another thread: its memory and its rules. A plain object, so that `postMessage` can carry it.
 */
import type { Dialect } from '../dialects/dialect.js';
import { describe, HandleError } from '../errors.js';
import { isLockMemory } from './layout.js';
import type { PreemptionOptions } from './preemption.js';

/**
 * A lock on its way to another thread; `GlobalLock.from(handle)` gives the lock there. How that thread is preempted is said by the handle:
 * `GlobalLock.from({ ...handle, preemption: 'interrupt' })`.
 */
export interface LockHandle extends PreemptionOptions {
  /** What it is. */
  readonly kind: 'gil/lock';
  /** The lock itself: its shared words. */
  readonly memory: SharedArrayBuffer;
  /** Whose rules it follows. */
  readonly dialect: Dialect;
  /** For messages. */
  readonly name: string;
  /** Its event log, if it keeps one. */
  readonly log?: SharedArrayBuffer;
}

/** The handle of a lock. What is by default is not in it. */
export function handleOf(
  { dialect, name }: Pick<LockHandle, 'dialect' | 'name'>,
  memory: SharedArrayBuffer,
  log: SharedArrayBuffer | undefined,
  { preemption = 'checkpoint', interruptAfter }: PreemptionOptions,
): LockHandle {
  return {
    kind: 'gil/lock',
    memory,
    dialect,
    name,
    ...(log && { log }),
    ...(preemption === 'checkpoint' ? {} : { preemption }),
    ...(interruptAfter === undefined ? {} : { interruptAfter }),
  };
}

/** Refuses whatever is not a lock's handle of this layout. */
export function checkHandle(handle: unknown): LockHandle {
  const { kind, memory } = (handle ?? {}) as Partial<LockHandle>;
  if (kind !== 'gil/lock' || !(memory instanceof SharedArrayBuffer)) {
    throw new HandleError(`GlobalLock.from: expected the handle of a lock (lock.handle); got ${describe(handle)}`);
  }
  if (!isLockMemory(memory)) {
    throw new HandleError(
      'GlobalLock.from: the handle is that of another version of this package; let both threads import the same copy of gil',
    );
  }
  return handle as LockHandle;
}
