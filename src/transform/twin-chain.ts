/**
 * Optional chains in a twin: as conditions, because a call that becomes a `yield*` cannot stand in the middle of a chain.
 */
import type { AnyNode, ChainExpression, MemberExpression } from 'acorn';
import { type ChainLink, linksOf } from './place-chain.js';
import { arityOf, asValue, hiddenName, type TwinParts } from './twin-parts.js';

/** Visits a chain, and rewrites it if it has calls or accessors. */
export function writeChain(node: ChainExpression, form: 'reference' | 'value', visit: (part: AnyNode) => void, parts: TwinParts): void {
  const { base, links } = linksOf(node);
  visit(base);
  for (const link of links) {
    if (link.type === 'CallExpression') link.arguments.forEach(visit);
    else if (link.computed) visit(link.property);
  }
  if (links.every((link) => link.type === 'MemberExpression' && isPlain(link, parts))) return;
  if (form === 'reference') parts.refuse(node, 'an optional chain with calls, which itself is called or deleted');
  if (base.type === 'Super') parts.refuse(node, 'an optional call of a method of super');
  const text = new ChainWriter(links, parts).from(0, base.type === 'Identifier' ? parts.cut(base) : `(${parts.cut(base)})`);
  parts.code.overwrite(node.start, node.end, text);
}

function isPlain(link: MemberExpression, parts: TwinParts): boolean {
  return parts.accessor(link) === undefined && parts.from.hidden.get(nameOf(link))?.get === undefined;
}

function nameOf({ property }: MemberExpression): string {
  return property.type === 'PrivateIdentifier' ? property.name : '';
}

class ChainWriter {
  readonly #links: readonly ChainLink[];
  readonly #parts: TwinParts;
  readonly #prefix: string;

  constructor(links: readonly ChainLink[], parts: TwinParts) {
    this.#links = links;
    this.#parts = parts;
    this.#prefix = parts.from.prefix;
  }

  /** The chain from a link on, given the text of what is before it. */
  from(at: number, value: string): string {
    const link = this.#links[at];
    if (link === undefined) return value;
    if (link.optional) {
      const known = this.#parts.temp();
      return this.#unless(`${known} = ${value}`, known, this.#link(at, link, known));
    }
    return this.#link(at, link, value);
  }

  #unless(set: string, known: string, then: string): string {
    return `((${set}) === null || ${known} === undefined ? undefined : ${then})`;
  }

  #link(at: number, link: ChainLink, value: string): string {
    if (link.type === 'CallExpression') return this.from(at + 1, `(yield* ${this.#prefix}.call${this.#given(value, link)})`);
    const next = this.#links[at + 1];
    if (next?.type !== 'CallExpression') return this.from(at + 1, this.#read(link, value));
    const isPrivate = link.property.type === 'PrivateIdentifier';
    if (isPrivate && !next.optional && this.#parts.from.hidden.get(nameOf(link))?.method !== undefined) {
      const name = hiddenName(this.#prefix, 'value', nameOf(link));
      return this.from(at + 2, `(yield* ${value}.#${name}(${this.#args(next).join(', ')}))`);
    }
    if (!isPrivate && !next.optional) {
      const key = link.computed ? asValue(link.property, this.#parts.cut(link.property)) : JSON.stringify(this.#name(link));
      return this.from(at + 2, `(yield* ${this.#prefix}.method${this.#given(`${value}, ${key}`, next)})`);
    }
    const [object, method] = [this.#parts.temp(), this.#parts.temp()];
    const read = `${object} = ${value}, ${method} = ${this.#read(link, object)}`;
    const call = this.from(at + 2, `(yield* ${this.#prefix}.on${this.#given(`${method}, ${object}`, next)})`);
    return next.optional ? this.#unless(read, method, call) : `(${read}, ${call})`;
  }

  #read(link: MemberExpression, value: string): string {
    const accessor = this.#parts.accessor(link);
    if (accessor !== undefined) return `(yield* ${this.#prefix}.get(${value}, ${accessor}))`;
    if (link.computed) return `${value}[${this.#parts.cut(link.property)}]`;
    if (link.property.type !== 'PrivateIdentifier') return `${value}.${this.#name(link)}`;
    const hidden = this.#parts.from.hidden.get(nameOf(link))?.get;
    const plain = `${value}.#${nameOf(link)}`;
    if (hidden === 'atomic') return `${this.#prefix}.seen(${JSON.stringify(`#${nameOf(link)}`)}, ${plain})`;
    return hidden === undefined ? plain : `(yield* ${value}.#${hiddenName(this.#prefix, 'get', nameOf(link))}())`;
  }

  #name({ property }: MemberExpression): string {
    return property.type === 'Identifier' ? property.name : '';
  }

  #args(call: ChainLink): string[] {
    if (call.type !== 'CallExpression') return [];
    return call.arguments.map((argument) => asValue(argument, this.#parts.cut(argument)));
  }

  /** `2(f, a, b)` */
  #given(first: string, call: ChainLink): string {
    const args = this.#args(call);
    return `${call.type === 'CallExpression' ? arityOf(call.arguments) : 0}(${[first, ...args].join(', ')})`;
  }
}
