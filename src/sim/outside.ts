/**
 * What threads use that is not in the state. Source-DPOR sees only what they do to the state: so whatever else they use must be such that it never
 * changes, or the search would leave out schedules that matter, and nobody would know.
 */
import { type Closure, isPurePlatform, withClosures } from '../host/closure.js';
import { isNative, isNativeText } from '../transform/native.js';
import { TWIN } from '../transform/twin.js';
import { type Use, type Uses, usesOf } from '../transform/uses.js';
import { SpecError } from './errors.js';
import { Graph, type Node } from './graph.js';
import { kindOf } from './kinds.js';
import { globals, IMPLICIT, isAliasOfGlobal, isOfPlatform } from './platform.js';

/** What was found to be harmless. */
export interface Outside {
  /** Why that is not certain; `undefined`: it is. */
  readonly doubt: string | undefined;
  /** All values that were seen, in an order that is the same each time, each with what it is called. */
  readonly facts: readonly (readonly [what: string, value: unknown])[];
}

/**
 * Looks through everything that threads use beside the state.
 * @throws SpecError for what could change
 */
export function lookOutside(threads: Readonly<Record<string, object>>, state: unknown): Outside {
  return withClosures((look) => {
    const search = new Outsiders(look);
    for (const [name, body] of Object.entries(threads)) search.function(body, { user: `threads.${name}`, what: `threads.${name}` });
    search.finish(new Graph(state));
    return search;
  });
}

/** What is different now from what was seen before, by what it is called. */
export function changeSince(before: Outside, after: Outside): string | undefined {
  const names = new Set(before.facts.map(([what]) => what));
  const added = after.facts.find(([what]) => !names.has(what));
  if (added !== undefined) return added[0];
  return before.facts.find(([, value], at) => !Object.is(value, after.facts[at]?.[1]))?.[0];
}

/** Where something was found. */
interface At {
  /** Who uses it. */
  readonly user: string;
  /** What it is called there. */
  readonly what: string;
}

class Outsiders implements Outside {
  doubt: string | undefined;
  readonly facts: [string, unknown][] = [];
  readonly #look: (plain: object) => Closure | undefined;
  readonly #seen = new Set<object>();
  readonly #classes: { readonly made: object; readonly uses: Uses; readonly user: string }[] = [];
  /** The prototypes of classes, of which threads have objects. */
  readonly #prototypes = new Map<object, string>();
  /** Names that the texts look up: what is called otherwise is not called at all. */
  readonly #names = new Set<string>(IMPLICIT);
  #computes: 'none' | 'some' = 'none';

  constructor(look: (plain: object) => Closure | undefined) {
    this.#look = look;
  }

  /** Goes through the methods of all objects; those of the state, too. */
  finish(state: Graph): void {
    for (const node of state.nodes) if (node.kind === 'properties') this.#prototypeOf(node.object, () => path(state, node));
    this.facts.push(...globals());
    // Each text that is found may look up more names.
    for (let known = -1; known !== this.#known; ) {
      known = this.#known;
      for (const { made, uses, user } of this.#classes) this.#uses(made, uses, user);
      for (const [prototype, user] of this.#prototypes) this.#methods(prototype, user);
    }
  }

  get #known(): number {
    return this.#names.size + this.#classes.length + this.#prototypes.size + (this.#computes === 'some' ? 1 : 0);
  }

  #isLookedUp(key: PropertyKey): boolean {
    if (typeof key !== 'string' || this.#names.has(key)) return true;
    return this.#computes === 'some' && key !== 'constructor';
  }

  #prototypeOf(object: object, user: () => string): void {
    for (let at: unknown = Object.getPrototypeOf(object); at !== null && at !== Object.prototype && at !== Array.prototype; ) {
      if (this.#prototypes.has(at as object)) return;
      this.#prototypes.set(at as object, user());
      at = Object.getPrototypeOf(at);
    }
  }

  #methods(prototype: object, user: string): void {
    for (const key of Reflect.ownKeys(prototype)) {
      if (!this.#isLookedUp(key)) continue;
      const { value, get, set } = Object.getOwnPropertyDescriptor(prototype, key)!;
      for (const method of [value, get, set] as unknown[])
        if (typeof method === 'function') this.function(method, { user, what: `${user}.${String(key)}` });
    }
  }

  function(plain: object, { user, what }: At): void {
    if (this.#seen.has(plain)) return;
    this.#seen.add(plain);
    if (isNative(plain) || isPurePlatform(plain)) return;
    if (isNativeText(Function.prototype.toString.call(plain))) {
      const closure = this.#look(plain);
      if (closure === undefined) this.#unsure(`what ${what} was made of`);
      if (closure?.bound === undefined) return;
      this.function(closure.bound.target, { user, what });
      for (const value of closure.bound.to) this.#value(value, { user, what: `what ${what} is bound to` });
      return;
    }
    let uses: Uses;
    try {
      uses = usesOf(plain);
    } catch {
      this.#unsure(`what ${what} uses, whose text could not be read`);
      return;
    }
    const [nameless] = uses.nameless;
    if (nameless !== undefined) this.#unsure(`\`${nameless}\` of what is around ${what}`);
    const [hidden] = uses.hiddenStatics;
    if (hidden !== undefined) this.#refuse({ user, what }, 'uses', `has the field \`${hidden}\`, which can change`);
    for (const name of uses.names === 'any' ? [] : uses.names) this.#names.add(name);
    if (uses.names === 'any') this.#computes = 'some';
    if (uses.uses.some(({ method }) => method !== undefined)) this.#classes.push({ made: plain, uses, user: what });
    this.#uses(plain, uses, what);
    this.#statics(plain, { user, what });
    const above: unknown = Object.getPrototypeOf(plain);
    if (typeof above === 'function' && above !== Function.prototype) this.function(above, { user, what: `the class above ${what}` });
    const prototype: unknown = Object.getOwnPropertyDescriptor(plain, 'prototype')?.value;
    if (typeof prototype === 'object' && prototype !== null) this.#prototypes.set(prototype, what);
  }

  /** What a function or class has for properties of its own. */
  #statics(plain: object, { user, what }: At): void {
    for (const key of Reflect.ownKeys(plain)) {
      if (key === TWIN || (typeof key === 'string' && OF_FUNCTIONS.has(key))) continue;
      const { value, get, set, writable } = Object.getOwnPropertyDescriptor(plain, key)!;
      const at = { user, what: `${what}.${String(key)}` };
      if (typeof value === 'function' || get !== undefined || set !== undefined) {
        for (const method of [value, get, set] as unknown[])
          if (typeof method === 'function' && this.#isLookedUp(key)) this.function(method, at);
      } else if (writable === true) this.#refuse({ user, what }, 'uses', `has the field \`${String(key)}\`, which can change`);
      else this.#value(value, at);
    }
  }

  #uses(plain: object, { uses }: Uses, user: string): void {
    let closure: Closure | undefined;
    let looked: 'no' | 'yes' = 'no';
    for (const use of uses) {
      if (use.name.startsWith('cov_') || (use.method !== undefined && !this.#isLookedUp(use.method))) continue;
      if (looked === 'no') closure = this.#look(plain);
      looked = 'yes';
      this.#use(use, closure, user);
    }
  }

  #use(use: Use, closure: Closure | undefined, user: string): void {
    const { name, member, access, line } = use;
    const at = { user, what: `the variable \`${name}\` (line ${line} of its text)` };
    if (access === 'assigns') this.#refuse(at, 'assigns');
    const scope = closure?.scopes.find((each) => Object.hasOwn(each, name));
    if (scope === undefined) {
      if (name in globalThis && (closure !== undefined || isOfPlatform(name))) this.#global(use, user);
      else this.#unsure(`the value of ${at.what}, which ${user} uses`);
      return;
    }
    const value = scope[name];
    if (access === 'changes') this.#refuse(at, 'changes');
    if (!isNamespace(value)) this.#value(value, at);
    else if (member !== undefined) this.#value(value[member], { user, what: `\`${member}\` (line ${line} of its text)` });
    else for (const key of Object.keys(value)) this.#value(value[key], { user, what: `\`${key}\` (line ${line} of its text)` });
  }

  #global({ name, member, access, line }: Use, user: string): void {
    const isAlias = isAliasOfGlobal(name);
    const real = isAlias ? member : name;
    const at = {
      user,
      what: real === undefined ? `\`${name}\` (line ${line} of its text)` : `the global variable \`${real}\` (line ${line} of its text)`,
    };
    if (access === 'changes') this.#refuse(at, isAlias ? 'assigns' : 'changes');
    if (real === undefined) this.#refuse(at, 'hands around');
    else if (!isOfPlatform(real)) this.#value(Reflect.get(globalThis, real), at);
  }

  #value(value: unknown, at: At): void {
    this.facts.push([at.what, value]);
    if (typeof value === 'function') this.function(value, at);
    else if (typeof value === 'object' && value !== null && !this.#seen.has(value)) this.#object(value, at);
  }

  #object(object: object, { user, what }: At): void {
    this.#seen.add(object);
    if (object instanceof RegExp && !object.global && !object.sticky) return;
    if (kindOf(object) !== 'properties' || !Object.isFrozen(object))
      this.#refuse({ user, what }, 'uses', 'holds an object that can change and is not in the state');
    for (const key of Reflect.ownKeys(object)) {
      const { value, get, set } = Object.getOwnPropertyDescriptor(object, key)!;
      for (const part of [value, get, set] as unknown[]) this.#value(part, { user, what: `${what}, \`${String(key)}\` of it` });
    }
    this.#prototypeOf(object, () => what);
  }

  #unsure(what: string): void {
    this.doubt ??= `${what} could not be seen`;
  }

  #refuse({ user, what }: At, verb: 'uses' | 'assigns' | 'changes' | 'hands around', why = 'is not in the state'): never {
    throw new SpecError(
      `${user} ${verb} ${what}, which ${why}. The search 'dpor' sees what threads do to the state and nothing else, so its verdict could be wrong. ` +
        "Make it in `state` and use it from there; if it never changes, freeze it, with all that is in it; or use another `search.strategy`, such as 'exhaustive'",
    );
  }
}

const OF_FUNCTIONS = new Set(['length', 'name', 'prototype', 'arguments', 'caller']);

/** What an import by a compiler is: an object with a getter for each export. */
function isNamespace(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  return Reflect.get(value, Symbol.toStringTag) === 'Module' || Object.hasOwn(value, '__esModule');
}

/** What an object of the state is called. */
function path(graph: Graph, { number }: Node): string {
  return graph.pathOf(number);
}
