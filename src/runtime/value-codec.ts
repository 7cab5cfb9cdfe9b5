/**
 * Arguments of a task. They are cloned as `postMessage` clones; a lock among them, at the top, in arrays or in plain objects, stays
 * the same lock on the other side, and the signal that the call was submitted with becomes the one that the call sees.
 */
import { CloneError, describe } from '../errors.js';
import { GlobalLock } from '../lock/global-lock.js';
import type { LockHandle } from '../lock/handle.js';
import { currentTask } from './current-task.js';
import type { Encoding } from './messages.js';

/** The key under which something stands for a lock, its handle, or for the signal of the call. */
const TOKEN = 'gil/token';
const SIGNAL = 'signal';

/** Replaces locks, and the call's own signal, by tokens. What holds none is passed on as it is, uncopied. */
export function encodeArguments(args: readonly unknown[], signal?: AbortSignal): { args: readonly unknown[]; encoding: Encoding } {
  const change = (value: unknown): unknown => {
    if (value instanceof GlobalLock) return { [TOKEN]: value.handle };
    return value === signal && signal !== undefined ? { [TOKEN]: SIGNAL } : value;
  };
  const encoded = swap(args, change, new Map()) as readonly unknown[];
  return { args: encoded, encoding: encoded === args ? 'plain' : 'tokens' };
}

/** Replaces tokens by locks, and by the signal of the call that runs. */
export function decodeArguments(args: readonly unknown[]): readonly unknown[] {
  const change = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null || !(TOKEN in value)) return value;
    return value[TOKEN] === SIGNAL ? currentTask()?.signal : GlobalLock.from(value[TOKEN] as LockHandle);
  };
  return swap(args, change, new Map()) as readonly unknown[];
}

/** Copies arrays and plain objects only where something inside them changes. `seen` keeps cycles and shared parts what they are. */
function swap(value: unknown, change: (value: unknown) => unknown, seen: Map<object, unknown>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const changed = change(value);
  if (changed !== value) return changed;
  if (!Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype && Object.getPrototypeOf(value) !== null) return value;
  if (seen.has(value)) return seen.get(value);
  seen.set(value, value);
  let copy: unknown[] | Record<string, unknown> | undefined;
  for (const [key, part] of Object.entries(value)) {
    const next = swap(part, change, seen);
    if (next === part) continue;
    copy ??= Array.isArray(value) ? [...value] : { ...value };
    Reflect.set(copy, key, next);
  }
  if (copy === undefined) return value;
  seen.set(value, copy);
  return copy;
}

/** Names the argument that could not be cloned, or says that the result could not. */
export function cloneError(
  what: 'argument' | 'result' | 'report',
  values: readonly unknown[],
  taskName: string,
  cause: unknown,
): CloneError {
  const index = Math.max(
    values.findIndex((value) => !isCloneable(value)),
    0,
  );
  const culprit = values[index];
  const subject = what === 'argument' ? `argument ${index + 1} of \`${taskName}\`` : `the ${what} of \`${taskName}\``;
  return new CloneError(
    `${subject} cannot be sent to another thread: ${describe(culprit)}. Expected what structured clone can copy, so no functions, symbols ` +
      'or what holds them; send plain data instead',
    { cause },
  );
}

function isCloneable(value: unknown): boolean {
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}
