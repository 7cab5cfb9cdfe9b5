/**
 * A value as a list of small numbers: two values have the same one exactly if nobody could tell them apart, shared references and cycles included.
 * Objects are numbered as they are first met. For plain data: primitives, objects, arrays, Map and Set, and functions that are said to be constant.
 */
import { describe } from '../errors.js';
import { type Closure, Frame } from '../transform/frames.js';
import { check, errorKeys, type Kind, kindOf, NotPlainError } from './canonical-kinds.js';
import { primitiveWords, wordsInUse } from './states-primitives.js';

/** Who knows what is constant, though it is no plain data, whatever happens: it is written as its number. */
export interface Adopted {
  /** The number of a function. */
  constant(value: unknown): number | undefined;
  /** The number of a prototype of which all that it makes of an object can be seen. */
  prototype(prototype: object): number | undefined;
}

/** Who knows the functions that were made in frames, and what they may use there. */
export interface Kept {
  closureOf(plain: object): Closure | string | undefined;
  captured(frame: Frame): readonly number[];
}

/** What is known of an object. */
class Met {
  readonly kind: Kind;
  /** The word that it begins with. */
  readonly mark: number;
  /** The number of its prototype, if that is no usual one. */
  readonly prototype: number;
  /** The keys that it had last, and their number. */
  keys: readonly string[] = [];
  shape = -1;
  /** In which list it was met last, and as which number. */
  epoch = -1;
  number = 0;

  constructor(kind: Kind, mark: number, prototype: number) {
    this.kind = kind;
    this.mark = mark;
    this.prototype = prototype;
  }
}

/** So many objects are remembered: to know one again is faster than to check it again. */
const MOST_KNOWN = 20_000;

const UNDEFINED = 0;
const NULL = 1;
const TRUE = 2;
const FALSE = 3;
const HOLE = 4;
const END = 5;
const MARKS: Readonly<Record<Kind, number>> = { object: 6, array: 7, map: 8, set: 9, frame: 15, closure: 16, error: 18, words: 19 };
const BARE_OBJECT = 10;
const AGAIN = 11;
const LISTED = 12;
const CONSTANT = 13;
const MINUS_ZERO = 14;
const INSTANCE = 17;
const NOBODY: Adopted = { constant: () => undefined, prototype: () => undefined };
const NOTHING: Kept = { closureOf: () => undefined, captured: () => [] };
/** Integers from here on are words of their own. */
const LEAST = -1024;
const MOST = 60_000;
const INTEGERS = 1024 - LEAST;
/** A number that is larger than a word takes three. */
const LARGE = 0xffff;

/** Writes values, one list after another. Words of different lists can be compared: what is in none of them is listed on the side, once for all. */
export class Canonical {
  /** What has been written since {@link start}: the first `length` of these. */
  words = new Uint16Array(32);
  length = 0;
  /** The objects in it, in the order in which they were first met. */
  readonly objects: object[] = [];
  readonly kinds: Kind[] = [];
  readonly #adopted: Adopted;
  readonly #kept: Kept;
  readonly #known = new Map<object, Met>();
  /** Strings, and numbers that are no small integers. */
  readonly #listed = new Map<string | number | bigint, number>();
  readonly #shapes = new Map<string, number>();
  #epoch = 0;

  constructor(adopted: Adopted = NOBODY, kept: Kept = NOTHING) {
    this.#adopted = adopted;
    this.#kept = kept;
  }

  /** What is listed on the side, in the order in which it was first met. */
  get lists(): readonly [values: readonly (string | number | bigint)[], shapes: readonly string[]] {
    return [[...this.#listed.keys()], [...this.#shapes.keys()]];
  }

  /** Begins a new list. */
  start(): void {
    this.length = 0;
    this.objects.length = 0;
    this.kinds.length = 0;
    this.#epoch += 1;
    if (this.#known.size > MOST_KNOWN) this.#known.clear();
  }

  /** @throws NotPlainError */
  write(value: unknown): void {
    switch (typeof value) {
      case 'number':
        if (value >= LEAST && value < MOST && Math.floor(value) === value)
          this.word(value === 0 && Object.is(value, -0) ? MINUS_ZERO : value + INTEGERS);
        else this.#list(value);
        return;
      case 'string':
      case 'bigint':
        this.#list(value);
        return;
      case 'boolean':
        this.word(value ? TRUE : FALSE);
        return;
      case 'undefined':
        this.word(UNDEFINED);
        return;
      case 'object':
        if (value === null) this.word(NULL);
        else this.#object(value);
        return;
      default: {
        const constant = this.#adopted.constant(value);
        if (constant === undefined) {
          if (typeof value === 'symbol') throw new NotPlainError(value, describe(value));
          this.#object(value as object);
          return;
        }
        this.word(CONSTANT);
        this.number(constant);
      }
    }
  }

  /** A word below 0x10000. */
  word(word: number): void {
    if (this.length === this.words.length) {
      const longer = new Uint16Array(this.length * 2);
      longer.set(this.words);
      this.words = longer;
    }
    this.words[this.length] = word;
    this.length += 1;
  }

  /** A number that may be larger than a word. */
  number(number: number): void {
    if (number < LARGE) {
      this.word(number);
      return;
    }
    this.word(LARGE);
    this.word(number >>> 16);
    this.word(number & 0xffff);
  }

  #list(value: string | number | bigint): void {
    this.word(LISTED);
    this.number(numberIn(this.#listed, value));
  }

  #object(value: object): void {
    let met = this.#known.get(value);
    if (met === undefined) {
      met = this.#meet(value);
      this.#known.set(value, met);
    }
    if (met.epoch === this.#epoch) {
      this.word(AGAIN);
      this.number(met.number);
      return;
    }
    met.epoch = this.#epoch;
    met.number = this.objects.length;
    this.objects.push(value);
    this.kinds.push(met.kind);
    this.word(met.mark);
    switch (met.kind) {
      case 'closure': {
        const { code, outer } = this.#kept.closureOf(value) as Closure;
        this.number(code);
        this.write(outer);
        return;
      }
      case 'frame':
        this.#frame(value as Frame);
        return;
      case 'words': {
        const primitive = primitiveWords(value)!;
        const [begin, end] = wordsInUse(primitive);
        this.number(primitive.kind);
        if (primitive.part !== undefined) this.#object(primitive.part);
        this.number(end);
        for (let at = begin; at < end; at += 1) this.write(primitive.words[at]);
        return;
      }
      case 'error':
        this.number(met.prototype);
        for (const key of errorKeys(value)) {
          this.write(key);
          this.write(Reflect.get(value, key));
        }
        break;
      case 'object':
        if (met.prototype >= 0) this.number(met.prototype);
        // How many values there are is known by the shape.
        this.#record(value as Record<string, unknown>, met);
        return;
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
    if ((met.kind === 'map' || met.kind === 'set') && Object.keys(value).length > 0) check(value, met.kind);
    this.word(END);
  }

  /** What functions made in a frame may use of it. How it stands is no part of that. */
  #frame(frame: Frame): void {
    this.number(frame.code);
    if (frame.outer !== undefined) this.write(frame.outer);
    for (const slot of this.#kept.captured(frame)) this.write(frame.locals[slot]);
  }

  /** Looks at an object for the first time: whether all that it is can be seen. */
  #meet(value: object): Met {
    if (value instanceof Frame) return new Met('frame', MARKS.frame, -1);
    if (typeof value === 'function') {
      const closure = this.#kept.closureOf(value);
      if (typeof closure === 'object') return new Met('closure', MARKS.closure, -1);
      throw new NotPlainError(value, closure ?? describe(value));
    }
    const prototype: unknown = Object.getPrototypeOf(value);
    const kind = kindOf(value, prototype);
    if (kind !== undefined) {
      check(value, kind);
      return new Met(kind, prototype === null ? BARE_OBJECT : MARKS[kind], -1);
    }
    if (primitiveWords(value) !== undefined) return new Met('words', MARKS.words, -1);
    const number = Array.isArray(value) ? undefined : this.#adopted.prototype(prototype as object);
    if (number === undefined) throw new NotPlainError(value, describe(value));
    if (value instanceof Error) {
      for (const key of errorKeys(value))
        if (!('value' in Object.getOwnPropertyDescriptor(value, key)!))
          throw new NotPlainError(value, `${describe(value)} with an accessor`);
      // By which way it came there would make two of what nobody else can tell apart.
      Object.defineProperty(value, 'stack', { value: String(value), writable: true, configurable: true, enumerable: false });
      return new Met('error', MARKS.error, number);
    }
    check(value, 'object');
    return new Met('object', INSTANCE, number);
  }

  #record(value: Record<string, unknown>, met: Met): void {
    const keys = Object.keys(value);
    let same = met.shape >= 0 && keys.length === met.keys.length;
    for (let at = 0; same && at < keys.length; at += 1) same = keys[at] === met.keys[at];
    if (!same) {
      check(value, 'object');
      met.keys = keys;
      met.shape = numberIn(this.#shapes, keys.map((key) => `${key.length}:${key}`).join(''));
    }
    this.number(met.shape);
    for (const key of met.keys) this.write(value[key]);
  }

  #array(value: readonly unknown[]): void {
    let holes = 0;
    for (let at = 0; at < value.length; at += 1) {
      const item = value[at];
      // A hole is not the same as `undefined`.
      if (item === undefined && !(at in value)) {
        this.word(HOLE);
        holes += 1;
      } else this.write(item);
    }
    // `stack[-1] = …` is no item, and would be missed.
    if (Object.keys(value).length !== value.length - holes) check(value, 'array');
  }
}

/** The number of what is listed; a new one for what is not. */
function numberIn<T>(list: Map<T, number>, value: T): number {
  const known = list.get(value);
  if (known !== undefined) return known;
  const number = list.size;
  list.set(value, number);
  return number;
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
  const [values, shapes] = canonical.lists;
  const listed = values.map((item) =>
    typeof item === 'string' ? `s${item.length}:${item}` : `${typeof item === 'bigint' ? 'i' : 'n'}${item};`,
  );
  return [
    canonical.words.subarray(0, canonical.length).join(),
    listed.join(''),
    shapes.map((shape) => `${shape.length}:${shape}`).join(''),
  ].join('|');
}
