/**
 * How a look is written in a twin: a yield of its place's number, and what the place is called.
 */
import type { AnyNode } from 'acorn';
import type { Places, Speller } from './places.js';
import type { Scopes } from './scope.js';
import { addSite, fingerprint, type SiteKind } from './sites.js';
import { positionIn } from './syntax.js';

/** Private names of the classes around: with generators beside them, or accessors that run in one go because nothing can be put beside them. */
export interface Hidden {
  readonly method?: 'member';
  readonly get?: 'member' | 'atomic';
  readonly set?: 'member' | 'atomic';
}

/** A parsed text that twins are made of. */
export interface TwinSource {
  readonly source: string;
  readonly scopes: Scopes;
  readonly places: Places;
  readonly prefix: string;
  /** Names of properties that may be accessors. */
  readonly accessors: ReadonlySet<string>;
  /** How a function without a name is called. */
  readonly name: string;
  readonly file: string | undefined;
  /** The line of the file that a line of the text is, both from 1. */
  readonly lineOf: (line: number) => number;
  /** Private names that have generators beside them. */
  readonly hidden: ReadonlyMap<string, Hidden>;
  /** How the text says `this`, and `new.target` where that is known. */
  readonly self: string;
  readonly newTarget: string | undefined;
  /** How a constructor's text says its own class, to call what is above it. */
  readonly owner: string | undefined;
}

/** Spells a look as a yield of its place's number. */
export class TwinSpelling implements Speller {
  readonly used = new Set<never>();
  readonly prefix: string;
  operations = 0;
  readonly #from: TwinSource;
  #functionName = '';
  readonly #seen = new Map<string, number>();

  constructor(from: TwinSource) {
    this.#from = from;
    this.prefix = from.prefix;
  }

  enter(name: string): void {
    this.#functionName = name;
  }

  name(part: string): string {
    return `${this.prefix}.${part}`;
  }

  statement(kind: SiteKind, node: AnyNode): string {
    return `yield ${this.#site(kind, node)};`;
  }

  expression(kind: SiteKind, node: AnyNode): string {
    return `(yield ${this.#site(kind, node)})`;
  }

  after(kind: SiteKind, node: AnyNode): readonly [before: string, behind: string] {
    return [`${this.prefix}.after(`, `, yield ${this.#site(kind, node)})`];
  }

  updateTail(): string {
    return '';
  }

  #site(kind: SiteKind, node: AnyNode): number {
    const { source, file, lineOf } = this.#from;
    const [line, column] = positionIn(source, node.start);
    const whole = source.slice(node.start, node.end).replace(/\s+/g, ' ').trim();
    const text = whole.length > 60 ? `${whole.slice(0, 59)}…` : whole;
    const words = `${this.#functionName} ${kind} ${whole}`;
    const ordinal = (this.#seen.get(words) ?? 0) + 1;
    this.#seen.set(words, ordinal);
    const label = fingerprint(ordinal === 1 ? words : `${words} ${ordinal}`);
    return addSite({ kind, functionName: this.#functionName, file, line: lineOf(line), column, text, label });
  }
}
