/**
 * What the writers of twins share: the text as it has become so far, and what they may ask of each other. One file per kind of syntax.
 */
import type { AnyNode } from 'acorn';
import type MagicString from 'magic-string';
import { children, type FunctionNode, isFunction } from './syntax.js';
import type { TwinSource } from './twin-spelling.js';

/** A text on its way to a twin. */
export interface TwinParts {
  readonly from: TwinSource;
  readonly code: MagicString;
  /** The text of a part as it is now, with what was put around it. */
  cut(node: AnyNode): string;
  /** A variable of the twin's own. */
  temp(): string;
  refuse(node: AnyNode, what: string): never;
  /** The name of a member, in quotes, if it may be an accessor whose twin is to run. */
  accessor(node: Extract<AnyNode, { type: 'MemberExpression' }>): string | undefined;
  /** A function inside. `name`: what it is called by where it stands. */
  nested(node: FunctionNode, name?: string): void;
}

/** The name of a function's twin in the text. */
export function twinName(prefix: string, name: string): string {
  return `${prefix}_t_${name}`;
}

/** The names of the generators beside a private method, getter or setter. */
export function hiddenName(prefix: string, kind: 'value' | 'get' | 'set', name: string): string {
  return `${prefix}_${kind === 'value' ? 't' : kind}_${name}`;
}

/** Whether a function can have a twin: a generator and an async function have schedules of their own, and some arrows stand for what is around them. */
export function canTwin(node: FunctionNode): boolean {
  if (node.async || node.generator) return false;
  if (node.type !== 'ArrowFunctionExpression') return true;
  return !ownParts(
    node,
    (part) => part.type === 'Super' || part.type === 'MetaProperty' || (part.type === 'Identifier' && part.name === 'arguments'),
  );
}

/** Whether a part is there that belongs to the function around an arrow. */
export function ownParts(node: AnyNode, test: (part: AnyNode) => boolean): boolean {
  return ownChildren(node).some(
    (part) => test(part) || (!(isFunction(part) && part.type !== 'ArrowFunctionExpression') && ownParts(part, test)),
  );
}

/** The parts of a node that run with its own `this`: not what a class does with its objects. */
function ownChildren(node: AnyNode): AnyNode[] {
  if (node.type === 'StaticBlock') return [];
  return node.type === 'PropertyDefinition' ? (node.computed ? [node.key] : []) : children(node);
}

/** Where the dot before a private name is. What is before it may stand in parentheses. */
export function dotBefore(source: string, property: AnyNode): number {
  return source.lastIndexOf('.', property.start);
}

/** Where the arguments of a call begin: the first parenthesis that opens, behind a callee that may itself stand in some. */
export function openParenthesis(source: string, from: number): number {
  for (let at = from; at < source.length; at += 1) {
    if (source[at] === '(') return at;
    if (source.startsWith('//', at)) at = source.indexOf('\n', at);
    else if (source.startsWith('/*', at)) at = source.indexOf('*/', at) + 1;
  }
  return from;
}

/** A part as an argument, or on the right of an assignment: two expressions with a comma are one value. */
export function asValue(node: AnyNode, text: string): string {
  return node.type === 'SequenceExpression' ? `(${text})` : text;
}

/** How many arguments a helper of the runtime is told of: `n` for many, or for as many as there turn out to be. */
export function arityOf(args: readonly AnyNode[]): string {
  return args.length > 3 || args.some(({ type }) => type === 'SpreadElement') ? 'n' : String(args.length);
}
