/**
 * What the lock says to a thread that takes what it has, or lets go of what it has not.
 */
import { AlreadyHeldError, ArgumentError, DisposedError, NotHeldError } from '../errors.js';
import type { ThreadInfo } from './options.js';

export function alreadyHeld(method: string, name: string): AlreadyHeldError {
  return new AlreadyHeldError(
    `${method}: this thread holds the lock '${name}' already and would wait for itself; the lock is not re-entrant. ` +
      'Expected a thread that does not hold it: release it first, or await acquire() if an async task of this thread holds it',
  );
}

export function notHeld(method: string, name: string, holder: ThreadInfo | null): NotHeldError {
  const held = holder === null ? 'nobody does' : `thread ${holder.threadId} does`;
  return new NotHeldError(`${method}: expected this thread to hold the lock '${name}', but ${held}; acquire it first`);
}

export function notTraced(name: string): ArgumentError {
  return new ArgumentError(`events: the lock '${name}' writes nothing down; expected one made with { trace: {} }`);
}

export function closed(name: string): DisposedError {
  return new DisposedError(
    `GlobalLock.from: the thread that made the lock '${name}' has disposed of it; expected a lock that is open: attach before it is disposed of, or make a new one`,
  );
}

export function left(method: string, name: string): DisposedError {
  return new DisposedError(
    `${method}: this thread has disposed of the lock '${name}'; expected a lock in use: dispose of it last, or come to it again with GlobalLock.from(handle)`,
  );
}
