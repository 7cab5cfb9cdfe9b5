/**
 * A dialect's rules as the placer reads them, and how a look is spelled in the text.
 * Every name made up for a text is `<prefix>_<part of Looks>`, so that a text can be linked by its names alone.
 */

import type { AnyNode } from 'acorn';
import type { Dialect } from '../dialects/dialect.js';
import type { LookName } from './looks.js';
import type { SiteKind } from './sites.js';
import { children } from './syntax.js';

/** Where looks go. */
export interface Places {
  readonly entry: boolean;
  readonly turns: boolean;
  /** Small loops look once in a stride of turns; only where no other place depends on every single turn. */
  readonly strides: boolean;
  readonly calls: 'all' | 'native' | 'none';
  readonly untaken: boolean;
  readonly members: boolean;
  readonly quietCalls: ReadonlySet<string>;
}

/** The places at which a twin yields: each turn of each loop, and without a lock all there are, for then any two threads may be anywhere. */
export function twinPlacesOf(dialect: Dialect): Places {
  const places = placesOf(dialect.lock === 'none' ? { ...dialect, lock: 'global', looks: ['every-operation'] } : dialect);
  return { ...places!, strides: false };
}

/** The places of a dialect; `undefined` for one without a lock, whose code is left as it is. */
export function placesOf(dialect: Dialect): Places | undefined {
  if (dialect.lock === 'none') return undefined;
  const looks = new Set(dialect.looks);
  const everywhere = looks.has('every-operation');
  const calls = everywhere || looks.has('after-call') ? 'all' : looks.has('after-native-call') ? 'native' : 'none';
  const turns = everywhere || looks.has('backward-jump');
  return {
    entry: everywhere || looks.has('function-entry'),
    turns,
    strides: turns && !everywhere && dialect.request.by !== 'ticks',
    calls,
    // Where looks are everywhere, one more at a jump adds nothing: members and calls on both sides have theirs.
    untaken: looks.has('taken-branch'),
    members: everywhere,
    quietCalls: new Set(dialect.quietCalls),
  };
}

/** How looks are written into a text. Each is told of which kind of place it is, and at which node. */
export interface Speller {
  /** The prefix of every name made up for the text. */
  readonly prefix: string;
  readonly used: Set<LookName>;
  /** Operations since the last look, where the dialect counts them. */
  operations: number;
  name(part: LookName): string;
  statement(kind: SiteKind, node: AnyNode): string;
  expression(kind: SiteKind, node: AnyNode): string;
  /** Around an expression: a call, so that a line that begins with it never continues the line before. */
  after(kind: SiteKind, node: AnyNode): readonly [before: string, behind: string];
  /** The last arguments of `update`. */
  updateTail(): string;
}

/** Spells looks of the live kind, and remembers which names a text needs. */
export class Spelling implements Speller {
  readonly used = new Set<LookName>();
  readonly prefix: string;
  readonly #counts: boolean;
  /**
   * Operations since the last look, where the dialect counts them. A rough number: nodes of the syntax tree that are more than
   * a name or a literal, both sides of a branch together, as CPython 2 counts bytecodes but not its fast ones.
   */
  operations = 0;

  constructor(prefix: string, request: Dialect['request']) {
    this.prefix = prefix;
    this.#counts = request.by === 'ticks';
  }

  name(part: LookName): string {
    this.used.add(part);
    return `${this.prefix}_${part}`;
  }

  statement(): string {
    if (this.#counts) return `${this.name('tick')}(${this.weight()});`;
    return `if (${this.name('breaker')}[0] !== 0) ${this.name('look')}();`;
  }

  expression(): string {
    if (this.#counts) return `${this.name('tick')}(${this.weight()})`;
    return `${this.name('breaker')}[0] !== 0 && ${this.name('look')}()`;
  }

  /** Around an expression: a call, so that a line that begins with it never continues the line before. */
  after(): readonly [before: string, behind: string] {
    if (this.#counts) return [`${this.name('count')}(`, `, ${this.weight()})`];
    return [`${this.name('after')}(`, ')'];
  }

  /** The last arguments of `update`. */
  updateTail(): string {
    return this.#counts ? `, ${this.weight()}` : '';
  }

  private weight(): number {
    const weight = Math.max(1, this.operations);
    this.operations = 0;
    return weight;
  }
}

/** As {@link Spelling.operations} counts them, for code that is not visited. */
export function operationsIn(node: AnyNode): number {
  const own = node.type === 'Identifier' || node.type === 'Literal' ? 0 : 1;
  return children(node).reduce((sum, part) => sum + operationsIn(part), own);
}
