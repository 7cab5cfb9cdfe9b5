/**
 * The proxies by which threads reach what is watched. A proxy stands before an empty object of the same sort, not before the object itself: what
 * a proxy may answer depends on what it stands before, and a frozen object would have to be shown with everything in it unwatched.
 */
import { countAsNative } from '../transform/native.js';
import { propertyOf } from '../transform/property.js';
import { TWIN } from '../transform/twin.js';
import { callBack } from '../transform/twins.js';
import { SpecError } from './errors.js';
import { ALL, KEYS, NO_PAST } from './footprint.js';
import type { Graph, Node } from './graph.js';
import { world } from './world.js';

/** Who watches. */
export interface Watching {
  readonly graph: Graph;
  read(object: number, key: PropertyKey, value: unknown, found?: unknown): unknown;
  write(object: number, key: PropertyKey, before: unknown, after: unknown): void;
  hold(what: 'contained' | 'closed'): void;
  wrap(value: unknown): unknown;
  unwrap(value: unknown): unknown;
  raw(value: unknown): unknown;
}

export function proxyOf(watcher: Watching, node: Node): object {
  const shadow = Array.isArray(node.object) ? [] : {};
  const proxy = new Proxy(shadow, node.kind === 'entries' ? new EntriesHandler(watcher, node) : new PropertiesHandler(watcher, node));
  watcher.graph.pair(proxy, node.object);
  return proxy;
}

class PropertiesHandler implements ProxyHandler<object> {
  protected readonly watcher: Watching;
  protected readonly object: object;
  protected readonly number: number;

  constructor(watcher: Watching, { object, number }: Node) {
    this.watcher = watcher;
    this.object = object;
    this.number = number;
  }

  get(_: object, key: PropertyKey, receiver: unknown): unknown {
    const { watcher, object, number } = this;
    const property = Object.getOwnPropertyDescriptor(object, key);
    if (property === undefined) {
      const inherited: unknown = Reflect.get(object, key, receiver);
      const old = watcher.read(number, key, undefined, inherited);
      if (old !== undefined) return watcher.wrap(old);
      // A method of the class: called on the proxy, it is watched like any other code.
      return typeof inherited === 'function' ? inherited : watcher.wrap(inherited);
    }
    // A getter of one object may have closed over anything.
    if (!('value' in property)) {
      watcher.hold('closed');
      return watcher.wrap(Reflect.get(object, key, receiver));
    }
    return watcher.wrap(watcher.read(number, key, property.value));
  }

  set(_: object, key: PropertyKey, value: unknown, receiver: unknown): boolean {
    const { watcher, object, number } = this;
    const property = propertyOf(object, key);
    if (property !== undefined && !('value' in property)) {
      if (Object.hasOwn(object, key)) watcher.hold('closed');
      return Reflect.set(object, key, value, receiver);
    }
    const existed = Object.hasOwn(object, key);
    const before: unknown = existed ? Reflect.get(object, key) : undefined;
    const length = Array.isArray(object) ? object.length : 0;
    const raw = watcher.unwrap(value);
    if (Array.isArray(object) && key === 'length') {
      for (let at = Number(raw); at < length; at += 1) watcher.write(number, String(at), object[at], undefined);
      watcher.write(number, KEYS, NO_PAST, undefined);
    }
    const isDone = Reflect.set(object, key, raw);
    watcher.write(number, key, before, raw);
    if (!existed) watcher.write(number, KEYS, NO_PAST, undefined);
    if (Array.isArray(object) && object.length !== length && key !== 'length') watcher.write(number, 'length', length, object.length);
    return isDone;
  }

  has(_: object, key: PropertyKey): boolean {
    this.watcher.read(this.number, KEYS, undefined);
    return Reflect.has(this.object, key);
  }

  deleteProperty(_: object, key: PropertyKey): boolean {
    const { watcher, object, number } = this;
    if (Object.hasOwn(object, key)) {
      watcher.write(number, key, Reflect.get(object, key), undefined);
      watcher.write(number, KEYS, NO_PAST, undefined);
    } else watcher.read(number, KEYS, undefined);
    return Reflect.deleteProperty(object, key);
  }

  ownKeys(): (string | symbol)[] {
    this.watcher.read(this.number, KEYS, undefined);
    return Reflect.ownKeys(this.object);
  }

  getOwnPropertyDescriptor(_: object, key: PropertyKey): PropertyDescriptor | undefined {
    const { watcher, object, number } = this;
    watcher.read(number, KEYS, undefined);
    const property = Object.getOwnPropertyDescriptor(object, key);
    if (property === undefined) {
      watcher.read(number, key, undefined);
      return undefined;
    }
    // The shadow has no such property, so none that cannot be changed may be shown; but for the length of an array.
    const isLength = Array.isArray(object) && key === 'length';
    if ('value' in property) {
      const value = watcher.wrap(watcher.read(number, key, property.value));
      return isLength ? { ...property, value, writable: true } : { ...property, value, configurable: true };
    }
    watcher.hold('closed');
    return { ...property, configurable: true };
  }

  defineProperty(_: object, key: PropertyKey, property: PropertyDescriptor): boolean {
    const { watcher, object, number } = this;
    if ('value' in property) property.value = watcher.unwrap(property.value);
    else watcher.hold('closed');
    watcher.write(number, key, NO_PAST, undefined);
    watcher.write(number, KEYS, NO_PAST, undefined);
    if (Array.isArray(object)) watcher.write(number, 'length', NO_PAST, undefined);
    return Reflect.defineProperty(object, key, property);
  }

  getPrototypeOf(): object | null {
    return Reflect.getPrototypeOf(this.object);
  }

  setPrototypeOf(): never {
    return refuse('changed the prototype of');
  }

  preventExtensions(): never {
    return refuse('froze or sealed');
  }
}

function refuse(what: string): never {
  world.offence = new SpecError(
    `a thread ${what} an object of the state: expected threads to read and write; what they do to it could not be watched. ` +
      "Use another `search.strategy` than 'dpor'",
  );
  throw world.offence;
}

/** A `Map` or a `Set`: its methods know only itself, so they are called on it, with what they give and take exchanged. */
class EntriesHandler extends PropertiesHandler {
  readonly #methods = new Map<PropertyKey, unknown>();

  override get(shadow: object, key: PropertyKey, receiver: unknown): unknown {
    if (Object.hasOwn(this.object, key) || !Reflect.has(this.object, key)) return super.get(shadow, key, receiver);
    if (key === 'size') {
      this.#touch('read');
      return Reflect.get(this.object, 'size', this.object);
    }
    const native: unknown = Reflect.get(this.object, key, this.object);
    if (typeof native !== 'function' || key === 'constructor') return native;
    let method = this.#methods.get(key);
    if (method === undefined) {
      method = this.#method(key, native as (...args: unknown[]) => unknown, receiver);
      // As the one that it stands for.
      countAsNative(method);
      this.#methods.set(key, method);
    }
    return method;
  }

  #touch(kind: 'read' | 'write'): void {
    if (kind === 'read') this.watcher.read(this.number, ALL, undefined);
    else this.watcher.write(this.number, ALL, NO_PAST, undefined);
  }

  #method(key: PropertyKey, native: (...args: unknown[]) => unknown, proxy: unknown): unknown {
    const { watcher, object } = this;
    switch (key) {
      case 'get':
      case 'has':
        return (sought: unknown) => {
          this.#touch('read');
          return watcher.wrap(native.call(object, watcher.raw(sought)));
        };
      case 'set':
      case 'add':
        return (...args: unknown[]) => {
          this.#touch('write');
          native.apply(
            object,
            args.map((arg) => watcher.unwrap(arg)),
          );
          return proxy;
        };
      case 'delete':
      case 'clear':
        return (...args: unknown[]) => {
          this.#touch('write');
          return native.apply(
            object,
            args.map((arg) => watcher.raw(arg)),
          );
        };
      case 'forEach':
        return this.#forEach(native, proxy);
      case 'keys':
      case 'values':
      case 'entries':
      case Symbol.iterator:
        return () => {
          const isPairs = key === 'entries' || (key === Symbol.iterator && object instanceof Map);
          return this.#iterate(native.call(object) as Iterator<unknown>, isPairs ? 'pairs' : 'values');
        };
      default:
        // Methods of later editions: what they do is not known here.
        return (...args: unknown[]) => {
          watcher.hold('closed');
          return native.apply(
            object,
            args.map((arg) => watcher.unwrap(arg)),
          );
        };
    }
  }

  /** Others may run between two callbacks, so each item is read when it is its turn. */
  #forEach(native: (...args: unknown[]) => unknown, proxy: unknown): unknown {
    const { watcher, object } = this;
    const plain = (each: (...args: unknown[]) => void, self: unknown): void => {
      this.#touch('read');
      native.call(object, (value: unknown, at: unknown) => each.call(self, watcher.wrap(value), watcher.wrap(at), proxy));
    };
    const entries = (): Generator<unknown, void> =>
      this.#iterate((object instanceof Map ? Map : Set).prototype.entries.call(object as never), 'pairs');
    Reflect.set(plain, TWIN, function* (each: unknown, self: unknown): Generator<number, void> {
      for (const [at, value] of entries() as Iterable<readonly [unknown, unknown]>) yield* callBack(each, self, [value, at, proxy]);
    });
    return plain;
  }

  /** An iterator sees what is there at each step, not at the first. */
  *#iterate(entries: Iterator<unknown>, of: 'pairs' | 'values'): Generator<unknown, void> {
    while (true) {
      this.#touch('read');
      const { done, value } = entries.next();
      if (done) return;
      yield of === 'pairs' ? (value as unknown[]).map((part) => this.watcher.wrap(part)) : this.watcher.wrap(value);
    }
  }
}
