/**
 * A lock in a few words, for people.
 */
import type { ThreadInfo } from './options.js';

/** `<GlobalLock 'gil' cpython-3.13 held by thread 3>` */
export function describeLock(lock: {
  readonly name: string;
  readonly dialect: { readonly name: string };
  readonly isEnabled: boolean;
  holder(): ThreadInfo | null;
}): string {
  const holder = lock.holder();
  const state = holder === null ? (lock.isEnabled ? 'free' : 'no lock') : `held by thread ${holder.threadId}`;
  return `<GlobalLock '${lock.name}' ${lock.dialect.name} ${state}>`;
}
