/**
 * How a call ended, as something that can be compared: calls end alike if they gave what is deeply equal, or threw errors of one name and message.
 */
import { inspect, isDeepStrictEqual } from 'node:util';

/**
 * What a method of the sequential object gives where the concurrent one has to wait: so it is known that waiting for ever is right there, and a
 * wait that nobody ends elsewhere is a failure.
 */
export const WAITS: unique symbol = Symbol.for('gil.waits') as never;

/** How a call ended. */
export type Outcome =
  | { readonly kind: 'returned'; readonly value: unknown }
  | { readonly kind: 'threw'; readonly value: unknown }
  /** It gave the object that it was called on, which is no news about it. */
  | { readonly kind: 'itself' };

/** The number of `WAITS` in every list. */
export const WAITING = 0;

/** All different ways in which the calls of a scenario have ended, numbered. */
export class Outcomes {
  readonly #equals: ((one: unknown, other: unknown) => unknown) | undefined;
  readonly #list: Outcome[] = [{ kind: 'returned', value: WAITS }];
  /** Numbers, texts and their like, which are most results. */
  readonly #primitives = new Map<unknown, number>([[WAITS, WAITING]]);

  constructor(equals: ((one: unknown, other: unknown) => unknown) | undefined) {
    this.#equals = equals;
  }

  at(number: number): Outcome {
    return this.#list[number]!;
  }

  numberOf(outcome: Outcome): number {
    const isQuick = outcome.kind === 'returned' && (this.#equals === undefined || outcome.value === WAITS) && isPrimitive(outcome.value);
    if (isQuick) {
      const known = this.#primitives.get(outcome.value);
      if (known !== undefined) return known;
      this.#primitives.set(outcome.value, this.#list.length);
    } else {
      const known = this.#list.findIndex((other) => this.#isAlike(outcome, other));
      if (known >= 0) return known;
    }
    return this.#list.push(outcome) - 1;
  }

  #isAlike(one: Outcome, other: Outcome): boolean {
    if (one.kind === 'itself' || other.kind === 'itself') return one.kind === other.kind;
    if (one.kind !== other.kind) return false;
    if (one.kind === 'threw') return tellError(one.value) === tellError(other.value);
    if (one.value === WAITS || other.value === WAITS) return one.value === other.value;
    return this.#equals === undefined ? isDeepStrictEqual(one.value, other.value) : Boolean(this.#equals(one.value, other.value));
  }
}

function isPrimitive(value: unknown): boolean {
  return (typeof value !== 'object' || value === null) && typeof value !== 'function';
}

/** `→ 1`, `→ threw RangeError: full`. */
export function tellOutcome(outcome: Outcome): string {
  if (outcome.kind === 'itself') return '→ itself';
  if (outcome.kind === 'threw') return `→ threw ${tellError(outcome.value)}`;
  return outcome.value === WAITS ? '→ waits' : `→ ${tellValue(outcome.value)}`;
}

function tellError(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : tellValue(error);
}

export function tellValue(value: unknown): string {
  return inspect(value, { depth: 3, breakLength: Number.POSITIVE_INFINITY, compact: true });
}

/** The same text for the same data; `undefined` for what is more than data, of which two that look alike may differ. */
export function keyOf(value: unknown): string | undefined {
  if (typeof value === 'function' || typeof value === 'symbol') return undefined;
  if (typeof value === 'string') return JSON.stringify(value);
  if (isPrimitive(value)) return typeof value === 'bigint' ? `${value}n` : Object.is(value, -0) ? '-0' : String(value);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (!Array.isArray(value) && prototype !== Object.prototype && prototype !== null) return undefined;
  const parts: string[] = [];
  for (const [key, item] of Object.entries(value as object)) {
    const part = keyOf(item);
    if (part === undefined) return undefined;
    parts.push(`${JSON.stringify(key)}:${part}`);
  }
  return Array.isArray(value) ? `[${parts}]${value.length}` : `{${parts}}`;
}

/** Arrays, plain objects, maps and sets anew, everything else as it is: what one call changes must not be seen by the next. */
export function copyOf<T>(value: T, copies = new Map<unknown, unknown>()): T {
  if (isPrimitive(value) || typeof value === 'function') return value;
  if (copies.has(value)) return copies.get(value) as T;
  if (Array.isArray(value)) {
    const copy: unknown[] = [];
    copies.set(value, copy);
    for (const item of value) copy.push(copyOf(item, copies));
    return copy as T;
  }
  if (value instanceof Map) {
    const copy = new Map();
    copies.set(value, copy);
    for (const [key, item] of value) copy.set(copyOf(key, copies), copyOf(item, copies));
    return copy as T;
  }
  if (value instanceof Set) {
    const copy = new Set();
    copies.set(value, copy);
    for (const item of value) copy.add(copyOf(item, copies));
    return copy as T;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  const copy = Object.create(prototype as object | null) as Record<PropertyKey, unknown>;
  copies.set(value, copy);
  for (const key of Reflect.ownKeys(value as object)) copy[key] = copyOf((value as Record<PropertyKey, unknown>)[key], copies);
  return copy as T;
}
