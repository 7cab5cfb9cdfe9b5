/**
 * How things stood, to be put back: written into the very objects they were in, so that whatever refers to them still does.
 * One list for all of them, for they are taken and dropped in the order of a stack.
 */
import type { Frame, FrameProgram } from '../transform/frames.js';
import type { Canonical } from './canonical.js';
import { errorKeys, type Kind } from './canonical-kinds.js';
import { primitiveWords, wordsInUse } from './states-primitives.js';
import type { SwitchPoint } from './switch-point.js';

/** The threads as they stand. */
export interface Threads {
  /** Of each, its activations, the innermost last. */
  readonly stacks: Frame[][];
  /** Of each, what it is about to do. */
  readonly pending: SwitchPoint[];
}

export class Snapshots {
  readonly #program: FrameProgram;
  readonly #threads: Threads;
  readonly #kept: unknown[] = [];
  #used = 0;

  constructor(program: FrameProgram, threads: Threads) {
    this.#program = program;
    this.#threads = threads;
  }

  /** Where the next one will be kept. */
  get mark(): number {
    return this.#used;
  }

  /** Keeps how things stand, as they have just been written. */
  take({ objects, kinds }: Canonical): void {
    this.#keep(objects.length);
    for (let at = 0; at < objects.length; at += 1) this.#keepObject(objects[at]!, kinds[at]!);
    const { stacks, pending } = this.#threads;
    for (let thread = 0; thread < stacks.length; thread += 1) {
      const stack = stacks[thread]!;
      this.#keep(pending[thread]);
      this.#keep(stack.length);
      for (const frame of stack) {
        this.#keep(frame);
        this.#keep(frame.pc);
        const live = this.#program.live(frame);
        for (let at = 0; at < live.length; at += 1) this.#keep(frame.locals[live[at]!]);
      }
    }
  }

  /** Forgets what was kept there and behind. */
  drop(begin: number): void {
    this.#used = begin;
  }

  /** Makes everything as it was. */
  restore(begin: number): void {
    const kept = this.#kept;
    let at = begin + 1;
    for (let objects = kept[begin] as number; objects > 0; objects -= 1) {
      const count = kept[at + 2] as number;
      putBack(kept[at] as object, kept[at + 1] as Kind, kept, at + 3, count);
      at += 3 + count;
    }
    const { stacks, pending } = this.#threads;
    for (let thread = 0; thread < stacks.length; thread += 1) {
      const stack = stacks[thread]!;
      pending[thread] = kept[at] as SwitchPoint;
      const depth = kept[at + 1] as number;
      at += 2;
      if (stack.length > depth) stack.length = depth;
      for (let inner = 0; inner < depth; inner += 1) {
        const frame = kept[at] as Frame;
        stack[inner] = frame;
        frame.pc = kept[at + 1] as number;
        at += 2;
        const live = this.#program.live(frame);
        for (let local = 0; local < live.length; local += 1) frame.locals[live[local]!] = kept[at + local];
        at += live.length;
      }
    }
  }

  #keep(value: unknown): void {
    if (this.#used === this.#kept.length) this.#kept.push(value);
    else this.#kept[this.#used] = value;
    this.#used += 1;
  }

  /** The object, its kind, how much is in it, and what. */
  #keepObject(object: object, kind: Kind): void {
    this.#keep(object);
    this.#keep(kind);
    const count = this.#used;
    this.#keep(0);
    switch (kind) {
      case 'array':
        for (let at = 0; at < (object as unknown[]).length; at += 1) this.#keep(at in object ? (object as unknown[])[at] : HOLE);
        break;
      case 'map':
        for (const [key, value] of object as Map<unknown, unknown>) {
          this.#keep(key);
          this.#keep(value);
        }
        break;
      case 'set':
        for (const item of object as Set<unknown>) this.#keep(item);
        break;
      case 'object':
        for (const key of Object.keys(object)) {
          this.#keep(key);
          this.#keep((object as Record<string, unknown>)[key]);
        }
        break;
      case 'error':
        for (const key of errorKeys(object)) {
          this.#keep(key);
          this.#keep(Reflect.get(object, key));
        }
        break;
      case 'words': {
        const primitive = primitiveWords(object)!;
        const [begin, end] = wordsInUse(primitive);
        for (let at = begin; at < end; at += 1) this.#keep(primitive.words[at]);
        break;
      }
      case 'frame':
        for (const slot of this.#program.captured(object as Frame)) {
          this.#keep(slot);
          this.#keep((object as Frame).locals[slot]);
        }
        break;
      case 'closure':
        break;
    }
    this.#kept[count] = this.#used - count - 1;
  }
}

const HOLE = Symbol('hole');

function putBack(object: object, kind: Kind, kept: readonly unknown[], from: number, count: number): void {
  switch (kind) {
    case 'array': {
      const array = object as unknown[];
      if (array.length !== count) array.length = count;
      for (let at = 0; at < count; at += 1) {
        const item = kept[from + at];
        if (item === HOLE) delete array[at];
        else if (!Object.is(array[at], item) || item === undefined) array[at] = item;
      }
      return;
    }
    case 'map': {
      const map = object as Map<unknown, unknown>;
      map.clear();
      for (let at = from; at < from + count; at += 2) map.set(kept[at], kept[at + 1]);
      return;
    }
    case 'set': {
      const set = object as Set<unknown>;
      set.clear();
      for (let at = from; at < from + count; at += 1) set.add(kept[at]);
      return;
    }
    case 'object': {
      const record = object as Record<string, unknown>;
      const keys = Object.keys(record);
      let same = keys.length * 2 === count;
      for (let at = 0; same && at < keys.length; at += 1) same = keys[at] === kept[from + at * 2];
      // The order of the keys is part of it.
      if (!same) for (const key of keys) delete record[key];
      for (let at = from; at < from + count; at += 2) {
        const key = kept[at] as string;
        const value = kept[at + 1];
        if (!same || !Object.is(record[key], value)) record[key] = value;
      }
      return;
    }
    case 'error': {
      const before = new Map<string, unknown>();
      for (let at = from; at < from + count; at += 2) before.set(kept[at] as string, kept[at + 1]);
      for (const key of errorKeys(object)) if (!before.has(key)) Reflect.deleteProperty(object, key);
      for (const [key, value] of before) Reflect.set(object, key, value);
      return;
    }
    case 'words': {
      const primitive = primitiveWords(object)!;
      const [begin, end] = wordsInUse(primitive);
      for (let at = 0; at < count; at += 1) primitive.words[begin + at] = kept[from + at] as number;
      // Places at a condition that were not in use then are free.
      primitive.words.fill(0, begin + count, end);
      return;
    }
    case 'frame':
      for (let at = from; at < from + count; at += 2) (object as Frame).locals[kept[at] as number] = kept[at + 1];
      return;
    case 'closure':
  }
}
