/**
 * Arguments and results of a task. They are cloned as `postMessage` clones; a lock, or what else is made of shared
 * memory, stays itself on the other side, at the top, in arrays or in plain objects, and the signal that the call was submitted with becomes the one that the call sees.
 */
import { CloneError, describe } from '../errors.js';
import { type Handle, handleOf, open, opensBy } from '../host/traveller.js';
import { GlobalLock } from '../lock/global-lock.js';
import { currentTask } from './current-task.js';
import type { Encoding } from './messages.js';

/** The key under which something stands for what stays itself, its handle, or for the signal of the call. */
const TOKEN = 'gil/token';
const SIGNAL = 'signal';

opensBy('gil/lock', GlobalLock.from);

/** Replaces what stays itself, and the call's own signal, by tokens. What holds none is passed on as it is, uncopied. */
export function encodeArguments(args: readonly unknown[], signal?: AbortSignal): { args: readonly unknown[]; encoding: Encoding } {
  let encoding: Encoding = 'plain';
  const change = (value: object): unknown => {
    if (value === signal) {
      if (encoding === 'plain') encoding = 'tokens';
      return { [TOKEN]: SIGNAL };
    }
    const handle = handleOf(value);
    if (handle === undefined) return value;
    // Every worker knows what a lock is; for the rest it may have to load something first.
    if (handle.kind !== 'gil/lock') encoding = 'kinds';
    else if (encoding === 'plain') encoding = 'tokens';
    return { [TOKEN]: handle };
  };
  const encoded = swap(args, change, new Map()) as readonly unknown[];
  return { args: encoded, encoding };
}

/** Replaces tokens by what they stand for; the signal is that of the call that runs. */
export function decodeArguments(args: readonly unknown[]): readonly unknown[] {
  const change = (value: object): unknown => {
    if (!(TOKEN in value)) return value;
    return value[TOKEN] === SIGNAL ? currentTask()?.signal : open(value[TOKEN] as Handle);
  };
  return swap(args, change, new Map()) as readonly unknown[];
}

/** Replaces what stays itself in a task's result. */
export function encodeResult(value: unknown): { value: unknown; encoding: Encoding } {
  if (typeof value !== 'object' || value === null) return { value, encoding: 'plain' };
  const { args, encoding } = encodeArguments([value]);
  return { value: args[0], encoding };
}

/**
 * Puts it back.
 * @throws HandleError if there is something in it that this thread has not loaded
 */
export function decodeResult({ value, encoding }: { readonly value: unknown; readonly encoding: Encoding }): unknown {
  return encoding === 'plain' ? value : decodeArguments([value])[0];
}

/** Copies arrays and plain objects only where something inside them changes. `seen` keeps cycles and shared parts what they are. */
function swap(value: unknown, change: (value: object) => unknown, seen: Map<object, unknown>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const changed = change(value);
  if (changed !== value) return changed;
  if (!Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype && Object.getPrototypeOf(value) !== null) return value;
  if (seen.has(value)) return seen.get(value);
  seen.set(value, value);
  let copy: unknown[] | Record<string, unknown> | undefined;
  // Their names, in the same order, only where something changes: a million pairs of name and number take longer than to clone the numbers.
  const parts: readonly unknown[] = Object.values(value);
  let keys: readonly string[] | undefined;
  for (let at = 0; at < parts.length; at += 1) {
    const next = swap(parts[at], change, seen);
    if (next === parts[at]) continue;
    keys ??= Object.keys(value);
    copy ??= Array.isArray(value) ? [...value] : { ...value };
    Reflect.set(copy, keys[at]!, next);
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
