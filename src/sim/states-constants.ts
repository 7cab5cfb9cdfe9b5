/**
 * What threads may hold and use although it is no plain data, because it never changes: the language's own functions, those given as helpers, and
 * functions and classes that use nothing from around them but such again. What may change is watched, or refused.
 */
import { describe } from '../errors.js';
import type { FrameRules, UsedAround, WrittenTwin } from '../transform/frames.js';
import { StatefulError } from '../transform/frames-error.js';
import { namesAround } from '../transform/names-around.js';
import { isNative, isNativeText } from '../transform/native.js';
import { TWIN } from '../transform/twin.js';
import { type Adopted, encode } from './canonical.js';
import { NotPlainError } from './canonical-kinds.js';
import { THREAD_EXPORTS } from './exports.js';
import { BUILDERS, ERRORS, OWN } from './states-language.js';
import { LOOKING, PRIMITIVE_HELPERS, primitiveText, RELEASER } from './states-primitives.js';
import { Point } from './switch-point.js';

/** What is looked at again after each move. */
interface Watch {
  readonly title: string;
  readonly value: unknown;
  readonly again: () => unknown;
}

const REMEDY = 'put it into the state, as in state: () => ({ … }), or make it constant';

export class Constants implements FrameRules, Adopted {
  /** Helpers that are data: a part of the state, as any thread may change them. */
  readonly data: readonly object[];
  readonly #numbers = new Map<unknown, number>();
  /** The numbers of prototypes. */
  readonly #prototypes = new Map<unknown, number>(ERRORS.map((made, at) => [made.prototype, at]));
  readonly #trusted: ReadonlySet<unknown>;
  readonly #watches: Watch[] = [];

  /** @throws StatefulError for a helper that is neither a function nor plain data */
  constructor(helpers: Readonly<Record<string, unknown>>) {
    const functions = Object.values(helpers).filter((value) => typeof value === 'function');
    this.#trusted = new Set<unknown>([...OWN, ...functions]);
    for (const value of [...this.#trusted, RELEASER]) this.#numbers.set(value, this.#numbers.size);
    const data: object[] = [];
    for (const [name, helper] of Object.entries(helpers)) {
      if (typeof helper !== 'object' || helper === null) continue;
      try {
        encode(helper);
      } catch (error) {
        if (error instanceof NotPlainError) throw new StatefulError(`helper ${name}`, error.message);
        throw error;
      }
      data.push(helper);
    }
    this.data = data;
  }

  /** The number of a function, if it is a constant. */
  constant(value: unknown): number | undefined {
    return this.#numbers.get(value);
  }

  /** All functions in a state as it was made. */
  admit(state: unknown): void {
    const met = new Set<unknown>();
    const visit = (value: unknown, path: string): void => {
      if (typeof value === 'function') this.#adopt(value, `the state${path}`);
      if (typeof value !== 'object' || value === null || met.has(value)) return;
      met.add(value);
      for (const [step, part] of partsOf(value)) visit(part, path + step);
    };
    visit(state, '');
  }

  /** What has changed that nobody may change. */
  check(): void {
    for (const { title, value, again } of this.#watches) {
      if (!Object.is(value, again())) throw new StatefulError(title, `it changed, and is no part of the state: ${REMEDY}`);
    }
  }

  around({ name, title, value, again }: UsedAround): void {
    const what = `${title} uses \`${name}\``;
    if (again !== undefined) this.#watches.push({ title: what, value, again });
    this.#settle(value, what);
  }

  native(plain: object): void {
    if (this.#trusted.has(plain)) return;
    const name = (plain as { readonly name?: string }).name || 'a function';
    if (LOOKING.has(plain)) return;
    if (plain === RELEASER)
      throw new StatefulError(
        'what acquireSync() gave',
        'is called, and when it was called before is not seen; expected release() of what it is of',
      );
    if (isNative(plain)) this.primitive(plain);
    throw new StatefulError(
      `the function \`${name}\``,
      'is called natively, and it is not known that it keeps nothing between calls; if so, give it in `helpers`',
    );
  }

  made(plain: unknown): void {
    if (typeof plain !== 'function' || BUILDERS.has(plain) || plain === Point) return;
    if (isNative(plain)) this.primitive(plain);
    this.#adopt(plain, `the class \`${plain.name}\``);
    const above: unknown = Object.getPrototypeOf(plain);
    if (above !== Function.prototype) this.made(above);
  }

  primitive(plain: object): WrittenTwin {
    const text = primitiveText(plain);
    if (text !== undefined) return { text, helpers: PRIMITIVE_HELPERS };
    const name = (plain as { readonly name?: string }).name || 'a function';
    throw new StatefulError(
      `\`${name}\` of gil`,
      'is no part of a state, nor is time; Lock, RLock, Condition, Semaphore and Event without timeouts are, if they are made in `state`',
    );
  }

  /** The number of a prototype, if all that it makes of an object can be seen. */
  prototype(prototype: object): number | undefined {
    const known = this.#prototypes.get(prototype);
    if (known !== undefined) return known;
    const plain: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
    if (typeof plain !== 'function' || plain.prototype !== prototype || isNative(plain)) return undefined;
    if (isNativeText(Function.prototype.toString.call(plain))) return undefined;
    const above: unknown = Object.getPrototypeOf(prototype);
    if (above !== Object.prototype && above !== null && this.prototype(above as object) === undefined) return undefined;
    const number = this.#prototypes.size;
    this.#prototypes.set(prototype, number);
    const title = `the class \`${plain.name}\``;
    this.#adopt(plain, title);
    this.#adoptProperties(prototype, `${title}:`);
    return number;
  }

  /** What is kept from around: it must not change. */
  #settle(value: unknown, what: string): void {
    if (typeof value === 'function') this.#adopt(value, what);
    else if (typeof value === 'object' && value !== null && !isFrozen(value) && !this.data.includes(value))
      throw new StatefulError(what, `${describe(value)} that may change, and is no part of the state: ${REMEDY} with Object.freeze`);
  }

  #adopt(plain: object & { readonly name?: string }, what: string): void {
    if (this.#numbers.has(plain)) return;
    this.#numbers.set(plain, this.#numbers.size);
    if (isNative(plain) || BUILDERS.has(plain)) return;
    if (isNativeText(Function.prototype.toString.call(plain)))
      throw new StatefulError(what, 'a native or bound function, and it is not known what it keeps; if nothing, give it in `helpers`');
    const around = namesAround(plain);
    if (around.hidden !== undefined)
      throw new StatefulError(
        `the class \`${plain.name}\``,
        `has the private field ${around.hidden}, which nobody can see from outside of it: make it an ordinary field, or use another strategy`,
      );
    const title = /`/.test(what) ? what.replace(/ uses .*/, '') : what;
    for (const use of around.uses) {
      if (use.kind === 'seen') {
        this.around({ ...use, title: plain.name ? `the function \`${plain.name}\`` : title });
        continue;
      }
      if (Object.hasOwn(THREAD_EXPORTS, use.name)) continue;
      throw new StatefulError(
        plain.name && !title.endsWith('`') ? `${title}, the function \`${plain.name}\`` : title,
        `uses \`${use.name}\` from around it, which nobody sees: ${REMEDY}. With the Vite plugin of gil/vite, constants are seen`,
      );
    }
    this.#adoptProperties(plain, `${title}:`);
  }

  /** What functions, classes and prototypes have as properties is seen by nobody, so it must not change. */
  #adoptProperties(owner: object, what: string): void {
    for (const key of Reflect.ownKeys(owner)) {
      if (key === TWIN || /^(?:length|name|prototype|arguments|caller|constructor)$/.test(String(key))) continue;
      const property = Object.getOwnPropertyDescriptor(owner, key)!;
      const title = `${what} its property \`${String(key)}\``;
      for (const part of [property.get, property.set]) if (part !== undefined) this.#adopt(part, title);
      if (!('value' in property)) continue;
      this.#settle(property.value, title);
      this.#watches.push({ title, value: property.value, again: () => Reflect.get(owner, key) });
    }
    const { length } = Object.keys(owner);
    this.#watches.push({ title: `${what} what properties it has`, value: length, again: () => Object.keys(owner).length });
  }
}

/** Whether nothing in it can change, as deep as it goes. */
function isFrozen(value: object, met = new Set<object>()): boolean {
  if (met.has(value)) return true;
  met.add(value);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (!Object.isFrozen(value) || (prototype !== Object.prototype && prototype !== Array.prototype && prototype !== null)) return false;
  return Object.values(Object.getOwnPropertyDescriptors(value)).every(
    ({ value: part }) => part === undefined || (typeof part !== 'function' && (Object(part) !== part || isFrozen(part as object, met))),
  );
}

/** Where in plain data something is, as `.list[0]`; `undefined` if it is not in there. */
export function pathTo(wanted: unknown, root: unknown): string | undefined {
  const met = new Set<unknown>();
  const search = (value: unknown, path: string): string | undefined => {
    if (value === wanted) return path;
    if (typeof value !== 'object' || value === null || met.has(value)) return undefined;
    met.add(value);
    for (const [step, part] of partsOf(value)) {
      const found = search(part, path + step);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return search(root, '');
}

function partsOf(value: object): (readonly [step: string, part: unknown])[] {
  if (Array.isArray(value)) return value.map((item, at) => [`[${at}]`, item] as const);
  if (value instanceof Map)
    return [...value].flatMap(([key, item]) => [[' (a key of it)', key] as const, [`.get(${String(key)})`, item] as const]);
  if (value instanceof Set) return [...value].map((item) => [' (in it)', item] as const);
  return Object.entries(Object.getOwnPropertyDescriptors(value)).map(([key, { value: part }]) => [`.${key}`, part] as const);
}
