/**
 * Twins of native functions that call what they are given: with the callback's twin inside, and where the callback has none, the originals.
 */
import { CALLBACK_HELPERS, CALLBACK_TEXTS, type CallbackHelpers, type Native } from './callback-texts.js';

/** The twin of a native function. */
export type CallbackTwin = (this: unknown, ...args: unknown[]) => Generator<number, unknown>;

/** What the twins ask of the runtime. */
export interface CallbackSupply {
  /** The twin of a callback, if it has one. */
  twin(plain: unknown): unknown;
  /** A native function is called. */
  countWith(plain: Native, args: readonly unknown[]): void;
}

const { apply } = Reflect;

/** Gives the twin of a native function, if it is one of those: made when it is first asked for. `runtime`: also what texts call. */
export function createCallbackTwins(runtime: CallbackSupply): (plain: object) => CallbackTwin | undefined {
  const twins = new Map<object, CallbackTwin>();
  const helpers: CallbackHelpers & typeof CALLBACK_HELPERS = {
    ...CALLBACK_HELPERS,
    calls: (value) => runtime.twin(value) !== undefined,
    natively: (native, self, args) => {
      runtime.countWith(native, args);
      return apply(native, self, args);
    },
    begins: (native) => runtime.countWith(native, []),
    entriesOf: (made) =>
      apply((made instanceof Map ? Map.prototype.entries : Set.prototype.values) as Native, made, []) as Iterable<unknown>,
    iterate: (items, method) => ({ [Symbol.iterator]: () => apply(method, items, []) as Iterator<unknown> }),
    makeFor: (self, ...length) => new (isConstructor(self) ? self : Array)(...length),
  };
  return (plain) => {
    const known = twins.get(plain);
    const text = known === undefined ? CALLBACK_TEXTS.get(plain) : undefined;
    if (text === undefined) return known;
    const twin = compile(text, { $gil: runtime, ...helpers, native: plain });
    twins.set(plain, twin);
    return twin;
  };
}

function compile(text: string, names: Readonly<Record<string, unknown>>): CallbackTwin {
  // biome-ignore lint/security/noGlobalEval: to run a text is what this is for
  const evaluate = globalThis.eval;
  const make = evaluate(`(function (${Object.keys(names).join(', ')}) { 'use strict'; return (${text}); })`) as (
    ...values: unknown[]
  ) => CallbackTwin;
  return make(...Object.values(names));
}

function isConstructor(value: unknown): value is new (...args: unknown[]) => object {
  if (typeof value !== 'function') return false;
  try {
    // Nothing of it runs: only what can be constructed has a proxy that can.
    Reflect.construct(new Proxy(value, { construct: () => ({}) }), []);
    return true;
  } catch {
    return false;
  }
}
