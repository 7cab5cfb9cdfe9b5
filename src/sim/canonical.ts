/**
 * A value as a text: two values have the same one exactly if nobody could tell them apart, shared references and cycles included. Objects are numbered
 * as they are first met. For plain data: primitives, objects, arrays, Map and Set, and functions that are said to be constant.
 */
import { describe } from '../errors.js';

/** The value is no plain data, so what it is made of cannot be seen. */
export class NotPlainError extends Error {
  static {
    this.prototype.name = 'NotPlainError';
  }
  /** What it was. */
  readonly value: unknown;

  constructor(value: unknown, why: string) {
    super(`${why}: expected plain data (primitives, objects, arrays, Map and Set)`);
    this.value = value;
  }
}

export type Kind = 'object' | 'array' | 'map' | 'set';

/** What is known of an object. */
class Met {
  readonly kind: Kind;
  /** What its text begins with. */
  readonly mark: string;
  /** In which text it was met last, and as which number. */
  epoch = -1;
  number = 0;

  constructor(kind: Kind, mark: string) {
    this.kind = kind;
    this.mark = mark;
  }
}

/** So many objects are remembered: to know one again is faster than to check it again. */
const MOST_KNOWN = 20_000;

/** Writes values, one text after another. */
export class Canonical {
  /** What has been written since {@link start}. */
  text = '';
  /** The objects in it, in the order in which they were first met. */
  readonly objects: object[] = [];
  readonly kinds: Kind[] = [];
  readonly #constants: ReadonlyMap<unknown, number>;
  readonly #known = new Map<object, Met>();
  #epoch = 0;

  /** `constants` are functions that never change, whatever happens: they are written as their numbers. */
  constructor(constants: ReadonlyMap<unknown, number> = new Map()) {
    this.#constants = constants;
  }

  /** Begins a new text. */
  start(): void {
    this.text = '';
    this.objects.length = 0;
    this.kinds.length = 0;
    this.#epoch += 1;
    if (this.#known.size > MOST_KNOWN) this.#known.clear();
  }

  /** @throws NotPlainError */
  write(value: unknown): void {
    switch (typeof value) {
      case 'number':
        this.text += Object.is(value, -0) ? 'n-0;' : `n${value};`;
        return;
      case 'string':
        this.text += `s${value.length}:${value}`;
        return;
      case 'boolean':
        this.text += value ? 't' : 'f';
        return;
      case 'undefined':
        this.text += 'u';
        return;
      case 'bigint':
        this.text += `i${value};`;
        return;
      case 'object':
        if (value === null) this.text += '0';
        else this.#object(value);
        return;
      default: {
        const constant = this.#constants.get(value);
        if (constant === undefined) throw new NotPlainError(value, describe(value));
        this.text += `c${constant};`;
      }
    }
  }

  #object(value: object): void {
    let met = this.#known.get(value);
    if (met === undefined) {
      met = this.#meet(value);
      this.#known.set(value, met);
    }
    if (met.epoch === this.#epoch) {
      this.text += `#${met.number};`;
      return;
    }
    met.epoch = this.#epoch;
    met.number = this.objects.length;
    this.objects.push(value);
    this.kinds.push(met.kind);
    this.text += met.mark;
    switch (met.kind) {
      case 'object':
        for (const key of Object.keys(value)) {
          this.text += `${key.length}:${key}`;
          this.write((value as Record<string, unknown>)[key]);
        }
        break;
      case 'array':
        this.#array(value as unknown[]);
        break;
      case 'map':
        for (const [key, item] of value as Map<unknown, unknown>) {
          this.write(key);
          this.write(item);
        }
        break;
      case 'set':
        for (const item of value as Set<unknown>) this.write(item);
        break;
    }
    this.text += ')';
  }

  #array(value: readonly unknown[]): void {
    for (let at = 0; at < value.length; at += 1) {
      const item = value[at];
      // A hole is not the same as `undefined`.
      if (item === undefined && !(at in value)) this.text += 'h';
      else this.write(item);
    }
  }

  #meet(value: object): Met {
    const prototype: unknown = Object.getPrototypeOf(value);
    const constant = this.#constants.get(value);
    if (constant !== undefined) throw new NotPlainError(value, describe(value));
    const kind = kindOf(value, prototype);
    if (kind === undefined) throw new NotPlainError(value, describe(value));
    for (const key of Reflect.ownKeys(value)) {
      if (kind === 'array' && key === 'length') continue;
      if (typeof key === 'symbol') throw new NotPlainError(value, `${describe(value)} with a symbol as a key`);
      const property = Object.getOwnPropertyDescriptor(value, key)!;
      if (!('value' in property)) throw new NotPlainError(value, `${describe(value)} with the getter or setter ${key}`);
      if (!property.enumerable) throw new NotPlainError(value, `${describe(value)} with the hidden property ${key}`);
      if (kind === 'map' || kind === 'set' || (kind === 'array' && !/^(?:0|[1-9]\d*)$/.test(key)))
        throw new NotPlainError(value, `${describe(value)} with a property ${key} of its own`);
    }
    return new Met(kind, prototype === null ? '(' : MARKS[kind]);
  }
}

const MARKS: Readonly<Record<Kind, string>> = { object: '{', array: '[', map: 'M', set: 'S' };

function kindOf(value: object, prototype: unknown): Kind | undefined {
  if (Array.isArray(value)) return prototype === Array.prototype ? 'array' : undefined;
  if (prototype === Object.prototype || prototype === null) return 'object';
  if (prototype === Map.prototype) return 'map';
  if (prototype === Set.prototype) return 'set';
  return undefined;
}

/**
 * A value as a text: two values have the same one exactly if nobody could tell them apart.
 * The order of keys counts, and so do holes, `-0` and whether two places hold one object or two that are alike.
 *
 * @throws NotPlainError for what is no plain data
 */
export function encode(value: unknown): string {
  const canonical = new Canonical();
  canonical.start();
  canonical.write(value);
  return canonical.text;
}
