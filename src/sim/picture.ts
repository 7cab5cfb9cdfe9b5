/**
 * What threads share, as a list of values: two pictures of it are the same list exactly if nothing can be told to have changed in between. What it
 * refers to outside of itself, and what is hidden in closures and private fields, cannot be seen: then there is no picture, and it says why.
 */
import { describe } from '../errors.js';
import { HEAD } from '../lock/object-memory.js';
import { SharedBigInt, SharedFloat, SharedInt } from '../shared/scalars.js';
import { kindOf } from './kinds.js';

/** Of what is seen by its memory, all of that is in the memory of its handle. */
const SCALARS = [SharedInt, SharedBigInt, SharedFloat].map(({ prototype }): unknown => prototype);

/** Stand between values, so that no two different things are one list. */
const [OBJECT, ARRAY, ENTRIES, MEMORY, AGAIN, END] = ['{', '[', '(', '#', '@', ')'].map((name) => Symbol(name));

export class Picture {
  /** The first `length` of these. */
  values: unknown[] = [];
  length = 0;
  /** What cannot be seen, in words; then the rest is worth nothing. */
  unseen: string | undefined;
  readonly #numbers = new Map<object, number>();
  /** On the way to a value: the keys that lead to it. */
  readonly #path: string[] = [];
  /** The place in the list whose path is asked for. */
  #wanted = -1;
  #found = '';
  #foundAt: 'value' | 'key' = 'value';

  /** Takes the picture. */
  take(state: unknown): this {
    this.length = 0;
    this.unseen = undefined;
    this.#numbers.clear();
    this.#path.length = 0;
    this.#write(state);
    return this;
  }

  /** Whether both show the same. */
  equals(other: Picture): boolean {
    return this.#firstDifference(other) < 0;
  }

  /** What differs in the other one, in words: `s.n: 1 → 2`. `state` is what the other one shows, as it still is. */
  difference(other: Picture, state: unknown): string {
    const at = this.#firstDifference(other);
    const tracing = new Picture();
    tracing.#wanted = at;
    tracing.take(state);
    const show = (value: unknown): string =>
      typeof value === 'symbol' ? 'other objects' : typeof value === 'object' ? '…' : String(value);
    const what = tracing.#foundAt === 'value' ? `${show(this.values[at])} → ${show(other.values[at])}` : 'other properties';
    return `s${tracing.#found}: ${what}`;
  }

  #firstDifference(other: Picture): number {
    const most = Math.max(this.length, other.length);
    for (let at = 0; at < most; at += 1) if (at >= this.length || !Object.is(this.values[at], other.values[at])) return at;
    return -1;
  }

  #push(value: unknown, what: 'value' | 'key' = 'value'): void {
    if (this.length === this.#wanted) {
      this.#found = this.#path.join('');
      this.#foundAt = what;
    }
    this.values[this.length] = value;
    this.length += 1;
  }

  #write(value: unknown): void {
    if (typeof value === 'function') this.#function(value);
    else if (typeof value === 'object' && value !== null) this.#object(value);
    else this.#push(value);
  }

  /** A function may hide anything in the variables around it; a native one and a class have none. */
  #function(value: object): void {
    const text = Function.prototype.toString.call(value);
    if (!text.startsWith('class') && !text.endsWith('{ [native code] }')) this.unseen ??= `s${this.#path.join('')}, a function`;
    this.#push(value);
  }

  #object(value: object): void {
    const known = this.#numbers.get(value);
    if (known !== undefined) {
      this.#push(AGAIN);
      this.#push(known);
      return;
    }
    this.#numbers.set(value, this.#numbers.size);
    if (SCALARS.includes(Object.getPrototypeOf(value))) {
      this.#memory((value as SharedInt).handle.memory, HEAD);
      return;
    }
    switch (kindOf(value)) {
      case 'properties':
        this.#push(Array.isArray(value) ? ARRAY : OBJECT);
        if (Array.isArray(value)) this.#at('.length', value.length);
        this.#properties(value);
        return;
      case 'entries':
        this.#push(ENTRIES);
        for (const item of value as Iterable<unknown>) this.#at(value instanceof Map ? '.get()' : '.values()', item);
        this.#properties(value);
        return;
      case 'contained':
        this.#contained(value);
        return;
      case 'closed':
        this.unseen ??= `s${this.#path.join('')}, ${describe(value)}`;
        this.#push(value);
    }
  }

  #properties(value: object): void {
    for (const key of Reflect.ownKeys(value)) {
      const property = Object.getOwnPropertyDescriptor(value, key)!;
      this.#push(key, 'key');
      if ('value' in property) this.#at(typeof key === 'string' ? `.${key}` : `[${String(key)}]`, property.value);
      else this.unseen ??= `s${this.#path.join('')}.${String(key)}, a getter or setter`;
    }
    this.#push(END, 'key');
  }

  #at(key: string, value: unknown): void {
    this.#path.push(key);
    this.#write(value);
    this.#path.pop();
  }

  /** Locks and their like are the words in their memory. */
  #contained(value: object): void {
    if (value instanceof Date) this.#push(value.getTime());
    else if (value instanceof RegExp) this.#push(value.lastIndex);
    else if (value instanceof ArrayBuffer || value instanceof SharedArrayBuffer) this.#memory(value);
    else if (ArrayBuffer.isView(value)) this.#memory(value.buffer);
    else this.#handle(Reflect.get(value, 'handle'));
  }

  /** A handle is plain data and shared memory. */
  #handle(handle: object): void {
    for (const [key, part] of Object.entries(handle) as [string, unknown][]) {
      // What is at its head names the object, at random.
      if (part instanceof SharedArrayBuffer) this.#memory(part, HEAD);
      else if (typeof part === 'object' && part !== null) this.#handle(part);
      else this.#at(`.${key}`, part);
    }
  }

  #memory(buffer: ArrayBufferLike, from = 0): void {
    this.#push(MEMORY);
    const known = this.#numbers.get(buffer);
    this.#push(known ?? -1);
    if (known !== undefined) return;
    this.#numbers.set(buffer, this.#numbers.size);
    const bytes = buffer.byteLength;
    if (bytes % 4 === 0) for (const word of new Int32Array(buffer, from * 4)) this.#push(word);
    else for (const byte of new Uint8Array(buffer)) this.#push(byte);
  }
}
