/**
 * What a thread knows of itself: its name and the lock it lives under. A worker of a pool has both from its first moment; the main
 * thread lives under `GlobalLock.default` once it asks.
 */
import { adopt, type GlobalLock } from '../lock/global-lock.js';
import type { ThreadInfo } from '../lock/options.js';
import { nameOfRunning, nameThread } from './thread-life.js';

/** A thread that a pool or a `Thread` started. */
export interface CurrentThread extends ThreadInfo {
  /** Its pool's prefix and its number there; of a `Thread` its name. */
  readonly name: string;
  /** The lock it lives under. */
  readonly lock: GlobalLock;
}

let current: CurrentThread | null = null;

/**
 * The thread of the pool that this code runs in, or `null`: on the main thread, in a worker of somebody else. That of `gil/threading` is
 * always a `Thread`; in a function by value both names mean that one.
 */
export function currentThread(): CurrentThread | null {
  const name = nameOfRunning();
  return current === null || name === undefined ? current : { ...current, name };
}

/** @internal Said once, by the file a pool starts. */
export function becomeThread(thread: CurrentThread): void {
  adopt(thread.lock);
  nameThread(thread.name);
  current = thread;
}
