/**
 * The memory of a lock: made new, or taken from a handle.
 */
import type { Dialect } from '../dialects/dialect.js';
import type { Words } from '../host/memory.js';
import type { LockHandle } from './handle.js';
import { toMicroseconds } from './interval.js';
import { BY_THE_TEXT, CLOSED, createWords, DETAILS } from './layout.js';
import { closed } from './misuse.js';
import { checkCapacity, type GlobalLockOptions } from './options.js';
import { createLog } from './recorder.js';
import { observe } from './stats.js';

/** The shared words, and the event log if there is one. */
export interface LockMemory {
  readonly words: Words;
  readonly log: SharedArrayBuffer | undefined;
}

/** Memory for a new lock. */
export function createMemory(dialect: Dialect, { switchInterval, trace }: GlobalLockOptions): LockMemory {
  const words = createWords(toMicroseconds(switchInterval === undefined ? dialect.switchInterval : switchInterval));
  if (trace !== undefined || dialect.next === 'longest-waiting' || dialect.rank.by === 'behaviour') words[DETAILS] = BY_THE_TEXT;
  if (trace === undefined) return { words, log: undefined };
  observe(words);
  return { words, log: createLog(checkCapacity(trace)) };
}

/** The memory that a handle brings. */
export function openMemory({ memory, log, name }: LockHandle): LockMemory {
  const words = new Int32Array(memory);
  if (Atomics.load(words, CLOSED) !== 0) throw closed(name);
  return { words, log };
}
