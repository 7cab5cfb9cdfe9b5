/**
 * The insertions of which everything else is made. Each keeps the text's meaning by itself: commas do not become arguments,
 * missing semicolons are made up for, and single statements get braces before a second one joins them.
 */
import type { AnyNode, IfStatement, Statement } from 'acorn';
import type MagicString from 'magic-string';
import type { Speller } from './places.js';
import type { SiteKind } from './sites.js';

export class Edits {
  readonly #source: string;
  readonly #code: MagicString;
  readonly #spelling: Speller;
  /** Statements that something was put behind of: as the only statement of a body they need braces now. */
  readonly #extended = new Set<AnyNode>();

  constructor(source: string, code: MagicString, spelling: Speller) {
    this.#source = source;
    this.#code = code;
    this.#spelling = spelling;
  }

  isExtended(statement: AnyNode): boolean {
    return this.#extended.has(statement);
  }

  wrap(node: AnyNode, before: string, behind: string): void {
    // Two expressions with a comma would be two arguments.
    const isList = node.type === 'SequenceExpression';
    this.#code.prependRight(node.start, isList ? `${before}(` : before);
    this.#code.appendLeft(node.end, isList ? `)${behind}` : behind);
  }

  /** A look after the value of an expression. */
  after(kind: SiteKind, node: AnyNode, form: 'bare' | 'parentheses' = 'bare'): void {
    const [before, behind] = this.#spelling.after(kind, node);
    if (form === 'parentheses') this.wrap(node, `(${before}`, `${behind})`);
    else this.wrap(node, before, behind);
  }

  /** A look before an expression. */
  before(kind: SiteKind, node: AnyNode): void {
    this.#code.prependRight(node.start, `(${this.#spelling.expression(kind, node)}, `);
    this.#code.appendLeft(node.end, ')');
  }

  /** Text behind a statement, which may have ended without a semicolon. */
  behind(statement: AnyNode, text: string): void {
    this.#code.appendLeft(statement.end, this.#source[statement.end - 1] === ';' ? ` ${text}` : `; ${text}`);
    this.#extended.add(statement);
  }

  /** The lock is back behind a statement that awaits in its own syntax. In braces: it may be the only statement of a body. */
  enterBehind(node: AnyNode): void {
    this.#code.prependRight(node.start, '{');
    this.#code.appendLeft(node.end, ` ${this.#spelling.name('enter')}();}`);
  }

  /** Text at both ends of a body, with braces where it has none. */
  around(body: Statement, head: string, tail: string): void {
    if (body.type === 'BlockStatement') {
      if (head) this.#code.appendLeft(body.start + 1, ` ${head}`);
      const last = body.body.at(-1);
      if (tail) this.#code.appendLeft(body.end - 1, `${last && this.#source[last.end - 1] !== ';' ? ';' : ''} ${tail} `);
    } else if (head || tail || this.#extended.has(body)) {
      this.#code.prependRight(body.start, `{ ${head && `${head} `}`);
      this.#code.appendLeft(body.end, `${tail && '; '}${tail} }`);
    }
  }

  /** A jump over one side of an `if` is a jump forwards: to the `else`, or over the only side there is. */
  untaken(node: IfStatement, look: string): void {
    if (node.alternate) {
      this.around(node.alternate, look, '');
      return;
    }
    if (node.consequent.type !== 'BlockStatement' && !this.isExtended(node.consequent)) this.around(node.consequent, ' ', '');
    this.#code.appendLeft(node.end, ` else { ${look} }`);
  }
}
