/**
 * What can be reached from a state before anybody has touched it, numbered in an order that is the same for every schedule: so an object has
 * the same number whoever comes to it first.
 */
import { type Kind, kindOf } from './kinds.js';

export interface Node {
  readonly number: number;
  readonly object: object;
  readonly kind: Kind;
  /** How it was reached first. */
  readonly parent: Node | undefined;
  readonly key: unknown;
  /** What threads are given for it, once somebody has asked. */
  proxy: object | undefined;
}

export class Graph {
  readonly #nodes = new Map<object, Node>();
  readonly #list: Node[] = [];
  readonly #raw = new WeakMap<object, object>();

  constructor(root?: unknown) {
    this.#add(root, undefined, undefined);
    // The list grows while it is gone through.
    for (let at = 0; at < this.#list.length; at += 1) this.#follow(this.#list[at]!);
  }

  #add(value: unknown, parent: Node | undefined, key: unknown): void {
    if ((typeof value !== 'object' || value === null) && typeof value !== 'function') return;
    if (this.#nodes.has(value)) return;
    const node: Node = { number: this.#list.length, object: value, kind: kindOf(value), parent, key, proxy: undefined };
    this.#nodes.set(value, node);
    this.#list.push(node);
  }

  #follow(node: Node): void {
    const { object, kind } = node;
    if (ArrayBuffer.isView(object)) this.#add(object.buffer, node, 'buffer');
    if (kind !== 'properties' && kind !== 'entries') return;
    for (const key of Reflect.ownKeys(object)) {
      const property = Object.getOwnPropertyDescriptor(object, key)!;
      if ('value' in property) this.#add(property.value, node, key);
    }
    if (object instanceof Map) {
      for (const [key, value] of object) {
        this.#add(key, node, undefined);
        this.#add(value, node, key);
      }
    }
    if (object instanceof Set) for (const value of object) this.#add(value, node, undefined);
  }

  /** All that was reached. */
  get nodes(): readonly Node[] {
    return this.#list;
  }

  nodeOf(object: object): Node | undefined {
    return this.#nodes.get(object);
  }

  numberOf(object: object): number | undefined {
    return this.#nodes.get(object)?.number;
  }

  /** How an object is reached from the state, as one would write it. */
  pathOf(number: number): string {
    const { parent, key } = this.#list[number]!;
    if (parent === undefined) return 's';
    const path = this.pathOf(parent.number);
    if (typeof key === 'string' && /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(key)) return `${path}.${key}`;
    return `${path}[${typeof key === 'object' ? '…' : String(key)}]`;
  }

  pair(proxy: object, raw: object): void {
    this.#raw.set(proxy, raw);
  }

  isProxy(value: object): boolean {
    return this.#raw.has(value);
  }

  rawOf(proxy: object): object {
    return this.#raw.get(proxy)!;
  }
}
