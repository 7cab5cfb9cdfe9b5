/**
 * What kinds of values there are of which all can be seen, and what tells of one that it is none.
 */
import { describe } from '../errors.js';

/** The value is no plain data, so what it is made of cannot be seen. */
export class NotPlainError extends Error {
  static {
    this.prototype.name = 'NotPlainError';
  }
  readonly code = 'ERR_NOT_PLAIN';
  /** What it was. */
  readonly value: unknown;

  constructor(value: unknown, what: string) {
    super(
      `expected plain data (primitives, objects, arrays, Map, Set, errors and instances of classes without private fields), got ${what}`,
    );
    this.value = value;
  }
}

export type Kind = 'object' | 'array' | 'map' | 'set' | 'error' | 'words' | 'frame' | 'closure';

/** What an error has of its own, but for where it was made. */
export function errorKeys(error: object): string[] {
  return Object.getOwnPropertyNames(error).filter((key) => key !== 'stack');
}

/** Whether an object has nothing that is not written. */
export function check(value: object, kind: Kind): void {
  for (const key of Reflect.ownKeys(value)) {
    if (kind === 'array' && key === 'length') continue;
    // As a property of its own it cannot be set by an assignment.
    if (typeof key === 'symbol' || key === '__proto__') throw new NotPlainError(value, `${describe(value)} with the key ${String(key)}`);
    const property = Object.getOwnPropertyDescriptor(value, key)!;
    if (!('value' in property)) throw new NotPlainError(value, `${describe(value)} with the getter or setter ${key}`);
    if (!property.enumerable) throw new NotPlainError(value, `${describe(value)} with the hidden property ${key}`);
    if (kind === 'map' || kind === 'set' || (kind === 'array' && !/^(?:0|[1-9]\d*)$/.test(key)))
      throw new NotPlainError(value, `${describe(value)} with the property ${key} of its own`);
  }
}

export function kindOf(value: object, prototype: unknown): Kind | undefined {
  if (Array.isArray(value)) return prototype === Array.prototype ? 'array' : undefined;
  if (prototype === Object.prototype || prototype === null) return 'object';
  if (prototype === Map.prototype) return 'map';
  if (prototype === Set.prototype) return 'set';
  return undefined;
}
