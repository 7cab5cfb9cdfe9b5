/**
 * Arguments of a task. They are cloned as `postMessage` clones; a lock among them, at the top, in arrays or in plain objects, stays
 * the same lock on the other side.
 */
import { CloneError, describe } from '../errors.js';
import { GlobalLock } from '../lock/global-lock.js';
import type { LockHandle } from '../lock/handle.js';
import type { Encoding } from './messages.js';

/** The key under which a lock's handle stands for the lock. */
const TOKEN = 'gil/token';

/** Replaces locks by tokens. What holds none is passed on as it is, uncopied. */
export function encodeArguments(args: readonly unknown[]): { args: readonly unknown[]; encoding: Encoding } {
  const encoded = swap(args, (value) => (value instanceof GlobalLock ? { [TOKEN]: value.handle } : value), new Map()) as readonly unknown[];
  return { args: encoded, encoding: encoded === args ? 'plain' : 'tokens' };
}

/** Replaces tokens by locks. */
export function decodeArguments(args: readonly unknown[]): readonly unknown[] {
  return swap(
    args,
    (value) => (typeof value === 'object' && value !== null && TOKEN in value ? GlobalLock.from(value[TOKEN] as LockHandle) : value),
    new Map(),
  ) as readonly unknown[];
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
export function cloneError(what: 'argument' | 'result', values: readonly unknown[], taskName: string, cause: unknown): CloneError {
  const index = Math.max(
    values.findIndex((value) => !isCloneable(value)),
    0,
  );
  const culprit = values[index];
  const subject = what === 'result' ? `the result of \`${taskName}\`` : `argument ${index + 1} of \`${taskName}\``;
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
