/**
 * The receiving end of the ways in that a file's text has: where each of its functions was written, for whoever makes their twins.
 */

import { hand, isMaking } from './twin-making.js';

/** A way into the place where a function was written: evaluates a text there. */
export interface Origin {
  readonly evaluate: (text: string) => unknown;
  readonly file: string;
  /** The function's text, as it was written. */
  readonly text: string;
  /** The line of the file that a line of the function's text is, both from 1. */
  readonly lineOf: (line: number) => number;
  /** What the file imports, by name. */
  readonly imports: Readonly<Record<string, unknown>>;
  /** What a method belongs to: above that is what it calls `super`. */
  readonly home: object | undefined;
  /** Private names that are accessors of some class of the file. */
  readonly hidden: ReadonlySet<string>;
}

const origins = new WeakMap<object, Origin>();
let some: 'none' | 'some' = 'none';

/** Where a function was written, if its file was looked through. */
export function originOf(plain: object): Origin | undefined {
  return origins.get(plain);
}

/** Whether any file was looked through: then a function without an origin is a package's. */
export function areOriginsKnown(): boolean {
  return some === 'some';
}

type Evaluate = Origin['evaluate'];
/** Of each method, `"own value increment"` or `"static get x"`, where its text begins and ends. */
export type MethodPlaces = Readonly<Record<string, readonly [number, number]>>;

/** What the text of a file calls for each of its functions. */
export interface Origins {
  /** A function, which it gives back. */
  function<F extends object>(plain: F, evaluate: Evaluate, start: number, end: number): F;
  /** An object with methods, which it gives back. */
  object<O extends object>(made: O, evaluate: Evaluate, places: MethodPlaces): O;
  /** A class with methods. */
  class(made: { readonly prototype: object }, evaluate: Evaluate, places: MethodPlaces, start: number, end: number): void;
  /** Whether an object with private names is only made: what its fields begin with is not computed then. */
  isMaking(): boolean;
  /** The last field of a class: where it is only made, hands the object over. */
  hand(object: object): void;
}

/**
 * The ways into a file, for its own text to fill in. Written by the Vite plugin of `gil/vitest`; not to be called by hand.
 *
 * @param file - Its name, for timelines.
 * @param source - Its text, as it was before.
 * @param lines - For each line of the text, the line of the file that was written.
 * @param imports - What it imports, by name, read when it is needed.
 */
export function originsIn(file: string, source: string, lines: readonly number[], imports: Readonly<Record<string, unknown>>): Origins {
  some = 'some';
  const hidden = new Set([...source.matchAll(/\b[gs]et\s+#([\p{L}\p{N}_$]+)/gu)].map(([, name]) => name!));
  const remember = (plain: unknown, evaluate: Evaluate, start: number, end: number, home?: object): void => {
    if (typeof plain !== 'function' || origins.has(plain)) return;
    const first = source.slice(0, start).split('\n').length;
    origins.set(plain, {
      evaluate,
      file,
      text: source.slice(start, end),
      lineOf: (line) => lines[first + line - 2] ?? 0,
      imports,
      home,
      hidden,
    });
  };
  const fill = (owner: object, where: 'own' | 'static', evaluate: Evaluate, places: MethodPlaces): void => {
    for (const [key, [start, end]] of Object.entries(places)) {
      const [scope, kind, name] = /^(\S+) (\S+) (.*)$/s.exec(key)!.slice(1) as [string, 'value' | 'get' | 'set', string];
      if (scope === where) remember(Object.getOwnPropertyDescriptor(owner, name)?.[kind], evaluate, start, end, owner);
    }
  };
  return {
    function: (plain, evaluate, start, end) => {
      remember(plain, evaluate, start, end);
      return plain;
    },
    object: (made, evaluate, places) => {
      fill(made, 'own', evaluate, places);
      return made;
    },
    isMaking,
    hand,
    class: (made, evaluate, places, start, end) => {
      remember(made, evaluate, start, end);
      fill(made.prototype, 'own', evaluate, places);
      fill(made, 'static', evaluate, places);
    },
  };
}
