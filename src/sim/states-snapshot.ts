/**
 * How things stood, to be put back: written into the very objects they were in, so that whatever refers to them still does.
 */
import type { Frame, FrameProgram } from '../transform/frames.js';
import type { Canonical, Kind } from './canonical.js';
import type { SwitchPoint } from './switch-point.js';

/** The threads as they stand. */
export interface Threads {
  /** Of each, its activations, the innermost last. */
  readonly stacks: Frame[][];
  /** Of each, what it is about to do. */
  readonly pending: SwitchPoint[];
}

export class Snapshot {
  readonly #objects: readonly object[];
  readonly #kinds: readonly Kind[];
  readonly #contents: readonly (readonly unknown[])[];
  readonly #frames: readonly (readonly Frame[])[];
  readonly #pcs: number[] = [];
  readonly #locals: unknown[] = [];
  readonly #pending: readonly SwitchPoint[];

  /** Of what has just been written. */
  constructor(canonical: Canonical, threads: Threads, program: FrameProgram) {
    this.#objects = canonical.objects.slice();
    this.#kinds = canonical.kinds.slice();
    this.#contents = this.#objects.map((object, at) => contentsOf(object, this.#kinds[at]!));
    this.#frames = threads.stacks.map((stack) => stack.slice());
    this.#pending = threads.pending.slice();
    for (const stack of this.#frames) {
      for (const frame of stack) {
        this.#pcs.push(frame.pc);
        for (const slot of program.live(frame)) this.#locals.push(frame.locals[slot]);
      }
    }
  }

  /** Makes everything as it was. */
  restore(threads: Threads, program: FrameProgram): void {
    for (let at = 0; at < this.#objects.length; at += 1) putBack(this.#objects[at]!, this.#kinds[at]!, this.#contents[at]!);
    let frames = 0;
    let locals = 0;
    for (let thread = 0; thread < this.#frames.length; thread += 1) {
      threads.pending[thread] = this.#pending[thread];
      const stack = threads.stacks[thread]!;
      const saved = this.#frames[thread]!;
      stack.length = saved.length;
      for (let at = 0; at < saved.length; at += 1) {
        const frame = saved[at]!;
        stack[at] = frame;
        frame.pc = this.#pcs[frames]!;
        frames += 1;
        for (const slot of program.live(frame)) {
          frame.locals[slot] = this.#locals[locals];
          locals += 1;
        }
      }
    }
  }
}

/** What is in an object, flat. */
function contentsOf(object: object, kind: Kind): readonly unknown[] {
  switch (kind) {
    case 'array':
      return (object as unknown[]).slice();
    case 'map': {
      const contents: unknown[] = [];
      for (const [key, value] of object as Map<unknown, unknown>) contents.push(key, value);
      return contents;
    }
    case 'set':
      return [...(object as Set<unknown>)];
    case 'object': {
      const contents: unknown[] = [];
      for (const key of Object.keys(object)) contents.push(key, (object as Record<string, unknown>)[key]);
      return contents;
    }
  }
}

function putBack(object: object, kind: Kind, contents: readonly unknown[]): void {
  switch (kind) {
    case 'array': {
      const array = object as unknown[];
      array.length = contents.length;
      for (let at = 0; at < contents.length; at += 1) {
        if (contents[at] !== array[at] || contents[at] === undefined) {
          if (at in contents) array[at] = contents[at];
          else delete array[at];
        }
      }
      return;
    }
    case 'map': {
      const map = object as Map<unknown, unknown>;
      map.clear();
      for (let at = 0; at < contents.length; at += 2) map.set(contents[at], contents[at + 1]);
      return;
    }
    case 'set': {
      const set = object as Set<unknown>;
      set.clear();
      for (const item of contents) set.add(item);
      return;
    }
    case 'object': {
      const record = object as Record<string, unknown>;
      const keys = Object.keys(record);
      let same = keys.length * 2 === contents.length;
      for (let at = 0; same && at < keys.length; at += 1) same = keys[at] === contents[at * 2];
      // The order of the keys is part of it.
      if (!same) for (const key of keys) delete record[key];
      for (let at = 0; at < contents.length; at += 2) {
        const key = contents[at] as string;
        const value = contents[at + 1];
        if (!same || !Object.is(record[key], value)) record[key] = value;
      }
    }
  }
}
