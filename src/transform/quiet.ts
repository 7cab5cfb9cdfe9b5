/**
 * Which code touches nothing but its thread's own variables.
 * A look lets other threads change shared memory, and a thread shares no variables: so between two places with only such code
 * in between, nobody can tell at which of the two the look was.
 */
import type { AnyNode, Identifier } from 'acorn';
import type { Scopes } from './scope.js';
import { children } from './syntax.js';

const LOCAL = new Set<string>([
  'Literal',
  'TemplateElement',
  'TemplateLiteral',
  'UnaryExpression',
  'BinaryExpression',
  'LogicalExpression',
  'ConditionalExpression',
  'SequenceExpression',
  'ArrayExpression',
]);

const CONSTANTS = new Set(['undefined', 'NaN', 'Infinity']);

/** `true` where `node` is made of locals, literals, operators, `Math`, and of what `allow` says. */
export type Quiet = (node: AnyNode, allow?: (node: AnyNode, again: (node: AnyNode) => boolean) => boolean) => boolean;

export function quietIn(scopes: Scopes): Quiet {
  const isLocal = (node: Identifier): boolean => scopes.bindingOf.has(node) || CONSTANTS.has(node.name);

  return function quiet(node, allow = () => false): boolean {
    const again = (part: AnyNode): boolean => quiet(part, allow);
    if (node.type === 'Identifier') return isLocal(node);
    if (node.type === 'AssignmentExpression') return node.left.type === 'Identifier' && isLocal(node.left) && again(node.right);
    if (node.type === 'UpdateExpression') return node.argument.type === 'Identifier' && isLocal(node.argument);
    // Both call methods of objects that may be anywhere.
    if (node.type === 'BinaryExpression' && (node.operator === 'in' || node.operator === 'instanceof')) return false;
    if (node.type === 'MemberExpression') return isMath(node, scopes) || allow(node, again);
    if (node.type === 'CallExpression') return (isMath(node.callee, scopes) && node.arguments.every(again)) || allow(node, again);
    return LOCAL.has(node.type) && children(node).every(again);
  };
}

/** The `Math.x` of the global `Math`. */
export function isMath(node: AnyNode, scopes: Scopes): boolean {
  if (node.type !== 'MemberExpression' || node.computed || node.object.type !== 'Identifier') return false;
  return node.object.name === 'Math' && !scopes.bindingOf.has(node.object);
}
