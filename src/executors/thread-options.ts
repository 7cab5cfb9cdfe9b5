/**
 * How a `Thread` is made: the options, and the checks on them.
 */
import type { Dialect } from '../dialects/dialect.js';
import { type DialectName, resolveDialect } from '../dialects/registry.js';
import { ArgumentError, describe } from '../errors.js';
import { GlobalLock } from '../lock/global-lock.js';
import type { PreemptionOptions } from '../lock/preemption.js';
import type { Runnable } from './prepare.js';

/** What every thread can be told. */
export interface ThreadSettings extends PreemptionOptions {
  /** Its name. @default 'Thread-1 (target)', and so on: a number for each that this thread makes without a name */
  readonly name?: string;
  /** `true`: the process does not wait for it to end. @default as the thread that makes it: `false` on the main thread */
  readonly daemon?: boolean;
  /** The lock that it lives under. @default GlobalLock.default */
  readonly lock?: GlobalLock;
  /** In place of a lock whose rules its lock follows: `GlobalLock.default` if that follows them, else one that all threads made here with this dialect share. */
  readonly dialect?: DialectName | Dialect;
}

/** What a thread runs. */
export interface ThreadTarget<Args extends readonly unknown[]> {
  /** A function that uses only its arguments, globals and this package's exports; or a task of `tasks()`. */
  readonly target: Runnable<Args, unknown>;
  /** Its arguments; copied as `postMessage` copies, but a lock or what else threads share stays itself. */
  readonly args?: Args;
}

/** How a `Thread` is made; `args` is required if the target has parameters that are. */
export type ThreadOptions<Args extends readonly unknown[]> = ThreadSettings &
  ThreadTarget<Args> &
  ([] extends Args ? unknown : Required<Pick<ThreadTarget<Args>, 'args'>>);

/** The locks of threads that were made with a dialect. */
const locks = new WeakMap<Dialect, GlobalLock>();

/** The lock of a thread. */
export function lockFor({ lock, dialect }: ThreadSettings): GlobalLock {
  if (lock !== undefined && !(lock instanceof GlobalLock)) throw new ArgumentError(`lock: expected a GlobalLock; got ${describe(lock)}`);
  if (dialect === undefined) return lock ?? GlobalLock.default;
  if (lock !== undefined) throw new ArgumentError('lock: expected either a lock or the dialect of one, not both');
  const rules = resolveDialect(dialect);
  if (GlobalLock.default.dialect === rules) return GlobalLock.default;
  let shared = locks.get(rules);
  if (shared === undefined) {
    shared = new GlobalLock({ dialect: rules });
    locks.set(rules, shared);
  }
  return shared;
}

/** The arguments, or a clear error. */
export function checkArgs(args: unknown): readonly unknown[] {
  if (args === undefined) return [];
  if (Array.isArray(args)) return args;
  throw new ArgumentError(`args: expected an array of the target's arguments; got ${describe(args)}`);
}

/** Whether it is a daemon, or a clear error. */
export function checkDaemon(daemon: unknown): boolean {
  if (typeof daemon === 'boolean') return daemon;
  throw new ArgumentError(`daemon: expected true or false; got ${describe(daemon)}`);
}
