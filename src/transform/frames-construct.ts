/**
 * `new` where functions are taken apart: an object is made, and then its fields and the body of its constructor run as frames. In the order of the twins'
 * own `new`, see twin-new.ts.
 */
import type { WrittenTwin } from './frames-compile.js';
import { type Maker, makeEmpty } from './twin-new.js';
import { makerFor } from './twins.js';

const known = (made: unknown): Maker => makerFor(made)!;

const HELPERS = {
  isDerived: (made: unknown): boolean => known(made).kind === 'derived',
  isFunction: (made: unknown): boolean => known(made).kind === 'function',
  fieldsOf: (made: unknown): unknown => makerFor(made)?.fields,
  bodyOf: (made: unknown): unknown => known(made).body,
  begin: (made: never, newTarget: never): object => makeEmpty(known(made), made, newTarget),
  parentOf: (own: object): unknown => Object.getPrototypeOf(own),
  isObject: (given: unknown): boolean => (typeof given === 'object' && given !== null) || typeof given === 'function',
};

/** Constructs an object. */
export const CONSTRUCT: WrittenTwin = {
  text: `function* (newTarget, made, args) {
    if (isDerived(made)) {
      if (bodyOf(made) === undefined) return yield* $gil.aboven(newTarget, made, ...args);
      return yield* $gil.onn(bodyOf(made), undefined, newTarget, made, ...args);
    }
    const object = begin(made, newTarget);
    if (fieldsOf(made) !== undefined) yield* $gil.on0(fieldsOf(made), object);
    if (bodyOf(made) === undefined) return object;
    let given;
    if (isFunction(made)) given = yield* $gil.onn(bodyOf(made), object, ...args);
    else given = yield* $gil.onn(bodyOf(made), object, newTarget, ...args);
    return isObject(given) ? given : object;
  }`,
  helpers: HELPERS,
};

/** `super(…)`. */
export const ABOVE: WrittenTwin = {
  text: `function* (newTarget, own, args) {
    const object = yield* $gil.asn(newTarget, parentOf(own), ...args);
    if (fieldsOf(own) !== undefined) yield* $gil.on0(fieldsOf(own), object);
    return object;
  }`,
  helpers: HELPERS,
};
