/**
 * Native functions that call what they are given, where functions are taken apart: so that a thread can stand in a callback.
 */
import { CALLBACK_HELPERS, CALLBACK_TEXTS, type CallbackHelpers } from './callback-texts.js';
import type { WrittenTwin } from './frames-compile.js';

/** The text of a native function that calls what it is given; `undefined` for any other. `refuse` ends the search. */
export function callbackText(plain: object, refuse: (what: string, why: string) => never): WrittenTwin | undefined {
  const text = CALLBACK_TEXTS.get(plain);
  if (text === undefined) return undefined;
  const own: CallbackHelpers = {
    calls: CALLBACK_HELPERS.isFunction,
    natively: Reflect.apply,
    begins: () => {},
    // An iterator is no part of a state: what is gone through is.
    entriesOf: (made) => made as Iterable<unknown>,
    iterate: (items) => items as Iterable<unknown>,
    makeFor: (self) =>
      self === Array ? [] : refuse('Array.from', 'makes something else than an array; expected it to be called as `Array.from(…)`'),
  };
  return { text, helpers: { ...CALLBACK_HELPERS, ...own, native: plain } };
}
