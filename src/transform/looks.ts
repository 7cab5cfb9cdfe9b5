/**
 * What prepared code calls: the looks of one thread. The runtime supplies how to wait; the rest is pure and made here.
 * Nothing here imports a parser, so a worker loads this file and `link.ts` and can run what another thread prepared.
 */

/** The slow paths: what only the thread's runtime can do. */
export interface LooksSupply {
  /** `breaker[0] !== 0` means: call {@link look}. It is read plainly, on every look; write it with `Atomics`. */
  readonly breaker: Int32Array;
  /** Lets go of the lock and takes it back, if it is so asked. */
  readonly look: () => void;
  /** In place of the breaker, where the dialect counts: `weight` operations were done since the last call. */
  readonly tick: (weight: number) => void;
  /** Called with what an `await` gave, or a `yield` of an async generator: takes the lock again if the thread let it go meanwhile. */
  readonly resume: <T>(value: T) => T;
  /** The same where there is no value: first in `catch` and `finally` blocks and `for await` bodies, and after a `for await`. */
  readonly enter: () => void;
}

/** All that prepared code may use. Made by {@link createLooks}. */
export interface Looks extends LooksSupply {
  /** A look after an expression: `after(f(x))`. */
  readonly after: <T>(value: T) => T;
  /** The same where the dialect counts. */
  readonly count: <T>(value: T, weight: number) => T;
  /** Where a stride of `for (i; i < bound; i++)` ends. */
  readonly end: (i: unknown, bound: unknown) => number | undefined;
  /** Where a stride of `for (i; i < text.length; i++)` ends. */
  readonly endOf: (i: unknown, text: unknown) => number | undefined;
  /** `o.x++` taken apart: loaded, a look, stored. `give` says which of the two values the expression has. */
  readonly update: (
    loaded: unknown,
    by: 1 | -1,
    give: 'old' | 'new',
    store: (value: number | bigint) => void,
    weight?: number,
  ) => number | bigint;
  /** Runs `run` with an object and a property key, each computed once. */
  readonly on: <R>(target: unknown, key: unknown, run: (target: unknown, key: PropertyKey) => R) => R;
}

/** A name of {@link Looks}, as generated code spells it after its prefix. */
export type LookName = keyof Looks;

/** All of them. */
export const LOOK_NAMES = [
  'breaker',
  'look',
  'tick',
  'resume',
  'enter',
  'after',
  'count',
  'end',
  'endOf',
  'update',
  'on',
] as const satisfies readonly LookName[];

/** Where a thread keeps its looks for the modules it loads: `globalThis[LOOKS]`. */
export const LOOKS = Symbol.for('gil.looks');

/** How many turns of a small loop go by between two looks. Some tenths of a microsecond: no waiter can tell. */
const STRIDE = 256;

/**
 * The looks of a thread from its slow paths.
 *
 * @param supply - The breaker word, and what to do when it is set.
 * @returns What {@link linkFunction} and `globalThis[LOOKS]` take.
 * @example
 * ```ts
 * import { createLooks } from 'gil/transform';
 * let looked = 0;
 * const idle = { tick: () => {}, resume: <T>(value: T) => value, enter: () => {} };
 * const looks = createLooks({ breaker: new Int32Array([1]), look: () => void looked++, ...idle });
 * looks.after('value'); // => 'value'
 * looked; // => 1
 * ```
 */
export function createLooks(supply: LooksSupply): Looks {
  const { breaker, look, tick } = supply;
  return {
    ...supply,
    after: (value) => {
      if (breaker[0] !== 0) look();
      return value;
    },
    count: (value, weight) => {
      tick(weight);
      return value;
    },
    // For anything but numbers `++i < undefined` is false: one turn, then the loop's own test, so that a `valueOf` is called as often as written.
    end: (i, bound) => (typeof i === 'number' && typeof bound === 'number' ? Math.min(i + STRIDE, bound) : undefined),
    endOf: (i, text) => (typeof i === 'number' && typeof text === 'string' ? Math.min(i + STRIDE, text.length) : undefined),
    update: (loaded, by, give, store, weight) => {
      let next = loaded as number;
      // On a local, `++` and `--` are exactly the language's own: objects become numbers once, BigInts stay BigInts.
      const old = by === 1 ? next++ : next--;
      if (weight !== undefined) tick(weight);
      else if (breaker[0] !== 0) look();
      store(next);
      return give === 'old' ? old : next;
    },
    on: (target, key, run) => run(target, toPropertyKey(key)),
  };
}

/** Makes a thread's looks known to the modules it will load. They read them once, so this comes before the first module. */
export function publishLooks(looks: Looks): void {
  Reflect.set(globalThis, LOOKS, looks);
}

/** ToPropertyKey, so that a key with a `toString` of its own is asked once for a load and a store. */
function toPropertyKey(key: unknown): PropertyKey {
  if (typeof key === 'string' || typeof key === 'symbol' || typeof key === 'number') return key;
  return Reflect.ownKeys({ [key as string]: 0 })[0] as PropertyKey;
}
