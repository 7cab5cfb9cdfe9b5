/**
 * Which calls are followed by a look, and where around them it may stand without changing what they do.
 * `this` of a callee, `delete` and the end of an optional chain depend on the very form of the text, so those forms stay.
 */
import type { AnyNode, CallExpression, ChainExpression, NewExpression, TaggedTemplateExpression } from 'acorn';
import type { Places } from './places.js';
import type { Scopes } from './scope.js';
import { isFunction } from './syntax.js';

export type CallNode = CallExpression | NewExpression | TaggedTemplateExpression;

export function isCall(node: AnyNode): node is CallNode {
  return node.type === 'CallExpression' || node.type === 'NewExpression' || node.type === 'TaggedTemplateExpression';
}

/** Whether the dialect looks after this call. */
export function looksAfter(call: CallNode, places: Places, scopes: Scopes): boolean {
  if (places.calls === 'none') return false;
  const callee = call.type === 'TaggedTemplateExpression' ? call.tag : call.callee;
  if (isQuiet(callee, places, scopes)) return false;
  return places.calls === 'all' || !isOurs(callee, scopes);
}

/** A function of this text, which looks on entry by itself: declared and never given another value, or called where it is written. */
function isOurs(callee: AnyNode, scopes: Scopes): boolean {
  if (isFunction(callee)) return true;
  if (callee.type !== 'Identifier') return false;
  const binding = scopes.bindingOf.get(callee);
  if (!binding?.value || binding.references.some(({ access }) => access === 'write')) return false;
  return isFunction(binding.value) || binding.value.type === 'ClassDeclaration' || binding.value.type === 'ClassExpression';
}

/** `push` in the list means any `.push(…)`; `Array.isArray` exactly that one. */
function isQuiet(callee: AnyNode, places: Places, scopes: Scopes): boolean {
  if (callee.type !== 'MemberExpression' || callee.computed || callee.property.type !== 'Identifier') return false;
  const name = callee.property.name;
  if (places.quietCalls.has(name)) return true;
  if (callee.object.type !== 'Identifier' || scopes.bindingOf.has(callee.object)) return false;
  return places.quietCalls.has(`${callee.object.name}.${name}`);
}

/**
 * The calls of an optional chain, from the outside in. Those behind the first `?.` may not happen at all, and what is put
 * around one of them would cut the chain; those before it are ordinary.
 */
export function chainCalls(chain: ChainExpression): { readonly behind: readonly CallNode[]; readonly before: ReadonlySet<CallNode> } {
  const calls: { readonly call: CallNode; readonly depth: number }[] = [];
  let lastOptional = 0;
  let node: AnyNode = chain.expression;
  for (let depth = 0; ; depth++) {
    if (node.type === 'CallExpression') {
      calls.push({ call: node, depth });
      if (node.optional) lastOptional = depth;
      node = node.callee;
    } else if (node.type === 'MemberExpression') {
      if (node.optional) lastOptional = depth;
      node = node.object;
    } else break;
  }
  return {
    behind: calls.filter(({ depth }) => depth <= lastOptional).map(({ call }) => call),
    before: new Set(calls.filter(({ depth }) => depth > lastOptional).map(({ call }) => call)),
  };
}

/** `f` and `o.f` with nothing computed on the way: to find such a function is no operation of its own. */
export function isNamed(callee: AnyNode): boolean {
  if (callee.type === 'Identifier') return callee.name !== 'eval';
  return callee.type === 'MemberExpression' && !callee.computed && !callee.optional && callee.object.type === 'Identifier';
}

/** The call that `f()`, `x = f()` and `x += f()` end with. */
export function lastCall(node: AnyNode | undefined): AnyNode | undefined {
  if (!node || isCall(node) || node.type === 'ChainExpression') return node;
  if (node.type !== 'AssignmentExpression' || node.left.type !== 'Identifier' || /^(?:&&|\|\||\?\?)=$/.test(node.operator))
    return undefined;
  return lastCall(node.right);
}
