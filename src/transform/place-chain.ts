/**
 * Looks around the calls of an optional chain: those before the first `?.` are ordinary, and behind it there is one look for all of them, behind the
 * chain, because what is put around one of them would cut it.
 */
import type { AnyNode, ChainExpression } from 'acorn';
import { type CallNode, chainCalls } from './calls.js';

/** What the placer does to the parts. */
interface Placing {
  visit(node: AnyNode, role: 'value' | 'callee'): void;
  looks(call: CallNode): boolean;
  after(node: AnyNode): void;
}

/** Places what belongs into a chain that stays one. Returns whether a look belongs behind it. */
export function placeInChain(chain: ChainExpression, { visit, looks, after }: Placing): boolean {
  const { behind, before } = chainCalls(chain);
  const spine = (part: AnyNode): void => {
    if (part.type === 'MemberExpression') {
      spine(part.object);
      if (part.computed) visit(part.property, 'value');
    } else if (part.type === 'CallExpression') {
      spine(part.callee);
      for (const argument of part.arguments) visit(argument, 'value');
      if (before.has(part) && looks(part)) after(part);
    } else visit(part, 'callee');
  };
  spine(chain.expression);
  return behind.some(looks);
}

/** A step of a chain: `.x`, `[k]` or `(…)`, perhaps with `?.` before it. */
export type ChainLink = Extract<AnyNode, { type: 'MemberExpression' | 'CallExpression' }>;

/** A chain as what it begins with and its links from there on. The beginning is ordinary code, but that an optional call needs its object. */
export function linksOf({ expression }: ChainExpression): { readonly base: AnyNode; readonly links: readonly ChainLink[] } {
  const all: ChainLink[] = [];
  let node: AnyNode = expression;
  for (
    ;
    node.type === 'MemberExpression' || node.type === 'CallExpression';
    node = node.type === 'CallExpression' ? node.callee : node.object
  )
    all.unshift(node);
  let first = all.findIndex(({ optional }) => optional);
  if (all[first]?.type === 'CallExpression' && all[first - 1]?.type === 'MemberExpression') first -= 1;
  const link = all[first]!;
  return { base: link.type === 'CallExpression' ? link.callee : link.object, links: all.slice(first) };
}
