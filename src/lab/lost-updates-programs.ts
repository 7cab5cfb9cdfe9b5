/**
 * Sixteen ways to write `counter += 1`, as tasks over data that threads share. Each stands as near to its Python text, in the line above it, as
 * JavaScript lets it; and each is one text for all dialects: where the looks are in it is the transform's affair.
 */
import { SharedDict } from '../shared/dict.js';
import { SharedList } from '../shared/list.js';
import { SharedObject } from '../shared/object.js';
import { SharedFloat, SharedInt } from '../shared/scalars.js';

/** What the programs count in: the globals of the Python module. */
export interface Globals {
  readonly counter: SharedInt;
  readonly obj: SharedObject<{ x: number }>;
  readonly slot: SharedFloat;
  readonly lst: SharedList;
  readonly dct: SharedDict;
  readonly prop: SharedObject<{ _x: number }>;
  readonly boxed: SharedInt;
}

/** Everything at 0. */
export function newGlobals(): Globals {
  return {
    counter: new SharedInt(),
    obj: new SharedObject({ x: 0 }),
    slot: new SharedFloat(),
    lst: new SharedList([0], { maxLength: 1 }),
    dct: new SharedDict({ x: 0 }, { maxSize: 1 }),
    prop: new SharedObject({ _x: 0 }),
    boxed: new SharedInt(),
  };
}

/** Everything at 0 again. */
export function reset({ counter, obj, slot, lst, dct, prop, boxed }: Globals): void {
  counter.value = 0;
  obj.x = 0;
  slot.value = 0;
  lst.set(0, 0);
  dct.set('x', 0);
  prop._x = 0;
  boxed.value = 0;
}

/** What was counted, in whichever of them it was: the others are 0. */
export function totalOf({ counter, obj, slot, lst, dct, prop, boxed }: Globals): number {
  return counter.value + obj.x + slot.value + lst.at(0) + dct.get('x')! + prop._x + boxed.value;
}

/** Adds 1 `n` times. */
export type Program = (globals: Globals, n: number) => void;

/** The programs by name. */
export const PROGRAMS = {
  // counter += 1
  global({ counter }, n) {
    for (let i = 0; i < n; i++) counter.value += 1;
  },

  // while i < n: counter += 1; i += 1
  global_while({ counter }, n) {
    let i = 0;
    while (i < n) {
      counter.value += 1;
      i += 1;
    }
  },

  // o.x += 1
  attr({ obj }, n) {
    const o = obj;
    for (let i = 0; i < n; i++) o.x += 1;
  },

  // o.x += 1, of a class with __slots__: an object with one fixed place
  slot({ slot }, n) {
    const o = slot;
    for (let i = 0; i < n; i++) o.value += 1;
  },

  // l[0] += 1
  item({ lst }, n) {
    const l = lst;
    for (let i = 0; i < n; i++) l.set(0, l.at(0) + 1);
  },

  // d['x'] += 1
  dict({ dct }, n) {
    const d = dct;
    for (let i = 0; i < n; i++) d.set('x', d.get('x')! + 1);
  },

  // def inc(): counter += 1
  inc_fn({ counter }, n) {
    function inc(): void {
      counter.value += 1;
    }
    for (let i = 0; i < n; i++) inc();
  },

  // tmp = counter; noop(); counter = tmp + 1
  pycall_between({ counter }, n) {
    function noop(): void {}
    for (let i = 0; i < n; i++) {
      const tmp = counter.value;
      noop();
      counter.value = tmp + 1;
    }
  },

  // counter += one()
  plus_pycall({ counter }, n) {
    function one(): number {
      return 1;
    }
    for (let i = 0; i < n; i++) counter.value += one();
  },

  // tmp = counter; abs(-1); counter = tmp + 1
  ccall_between({ counter }, n) {
    for (let i = 0; i < n; i++) {
      const tmp = counter.value;
      Math.abs(-1);
      counter.value = tmp + 1;
    }
  },

  // counter += int(1)
  plus_int({ counter }, n) {
    for (let i = 0; i < n; i++) counter.value += Number('1');
  },

  // tmp = counter; len(lst); counter = tmp + 1. A length is no call here: isinstance stands for it, which CPython specialises in the same way
  len_between({ counter, lst }, n) {
    for (let i = 0; i < n; i++) {
      const tmp = counter.value;
      Array.isArray(lst);
      counter.value = tmp + 1;
    }
  },

  // p.x += 1, of a class with a property x
  property({ prop }, n) {
    class P {
      get x(): number {
        return prop._x;
      }
      set x(value: number) {
        prop._x = value;
      }
    }
    const p = new P();
    for (let i = 0; i < n; i++) p.x += 1;
  },

  // boxed += 1, of a class with __iadd__. JavaScript has no such operators: what Python makes of the statement is written out
  dunder_iadd({ boxed }, n) {
    class I {
      readonly v: number;
      constructor(v: number) {
        this.v = v;
      }
      iadd(other: number): I {
        return new I(this.v + other);
      }
    }
    for (let i = 0; i < n; i++) boxed.value = new I(boxed.value).iadd(1).v;
  },

  // tmp = counter; if i & 1: k = 1; else: k = 1; counter = tmp + k
  if_else_between({ counter }, n) {
    for (let i = 0; i < n; i++) {
      const tmp = counter.value;
      let k: number;
      if (i & 1) k = 1;
      else k = 1;
      counter.value = tmp + k;
    }
  },

  // tmp = counter; for _ in (1,): pass; counter = tmp + 1
  nested_loop_between({ counter }, n) {
    for (let i = 0; i < n; i++) {
      const tmp = counter.value;
      for (const _ of [1]);
      counter.value = tmp + 1;
    }
  },
} satisfies Record<string, Program>;
