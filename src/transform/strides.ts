/**
 * Small loops that look once in 256 turns: one look per turn would cost them half their speed, and 256 turns of such a loop
 * take well under a microsecond. Only loops whose body touches nothing but locals, so that no other thread can tell.
 *
 *   for (let i = 0; i < n; i++) BODY
 *   for (let i = 0; i < n;) { const E = end(i, n); do { BODY } while (++i < E); LOOK }
 *
 * Two plain loops, because V8 compiles them as such; a counter in the body (`(++k & 63) === 0`) is slower than the look itself.
 */
import type { AnyNode, CallExpression, Expression, ForStatement, Identifier } from 'acorn';
import type MagicString from 'magic-string';
import type { Quiet } from './quiet.js';
import type { Binding, Scopes } from './scope.js';
import type { FunctionNode } from './syntax.js';
import { children } from './syntax.js';

/** How to take a loop apart. */
export interface Stride {
  /** `end` for a bound that is a number or a variable, `endOf` for the length of a text. */
  readonly helper: 'end' | 'endOf';
  /** The text of the helper's second argument. */
  readonly bound: string;
  readonly counter: string;
  readonly operator: '<' | '<=';
  /** The text of the update whose value is the new counter. */
  readonly step: string;
  readonly update: Expression;
  /** The `break`s that leave the loop: from two loops they need a label. */
  readonly breaks: readonly AnyNode[];
}

const TEXT_METHODS = new Set(['charCodeAt', 'codePointAt', 'charAt', 'at']);

/** The loop as a stride, or `undefined` where that could be noticed. */
export function strideOf(
  loop: ForStatement,
  source: string,
  scopes: Scopes,
  quiet: Quiet,
  inside: FunctionNode | undefined,
): Stride | undefined {
  const { init, test, update, body } = loop;
  if (scopes.evals.has(inside) || !test || !update) return undefined;
  if (init?.type !== 'VariableDeclaration' || init.kind !== 'let') return undefined;
  if (test.type !== 'BinaryExpression' || (test.operator !== '<' && test.operator !== '<=') || test.left.type !== 'Identifier')
    return undefined;
  const counter = scopes.bindingOf.get(test.left);
  if (!counter || !init.declarations.some(({ id }) => id.type === 'Identifier' && id.start >= init.start && id.name === counter.name))
    return undefined;
  if (counter.kind !== 'let' || counter.inside !== inside || !stays(counter, update)) return undefined;
  const step = stepOf(update, counter.name);
  if (step === undefined) return undefined;
  // The update is taken out of the header: nothing else may stand there, a comment or a parenthesis.
  if (!/^\s*;\s*$/.test(source.slice(test.end, update.start)) || !/^\s*\)\s*$/.test(source.slice(update.end, body.start))) return undefined;

  const bound = boundOf(test.right, test.operator);
  if (!bound) return undefined;
  const variable = bound.variable && scopes.bindingOf.get(bound.variable);
  if (bound.variable && (!variable || variable === counter || !isFixed(variable, loop, inside))) return undefined;

  const breaks: AnyNode[] = [];
  const isTextCall = (node: AnyNode): node is CallExpression =>
    bound.helper === 'endOf' &&
    node.type === 'CallExpression' &&
    !node.optional &&
    node.callee.type === 'MemberExpression' &&
    !node.callee.computed &&
    node.callee.property.type === 'Identifier' &&
    TEXT_METHODS.has(node.callee.property.name) &&
    node.callee.object.type === 'Identifier' &&
    scopes.bindingOf.get(node.callee.object) === variable;
  const allowed = (node: AnyNode, again: (node: AnyNode) => boolean): boolean => isTextCall(node) && node.arguments.every(again);
  const isLeaf = (node: AnyNode, breakable: 'loop' | 'switch'): boolean => {
    switch (node.type) {
      case 'BlockStatement':
      case 'IfStatement':
      case 'SwitchCase':
        return children(node).every((part) => isLeaf(part, breakable));
      case 'SwitchStatement':
        return quiet(node.discriminant, allowed) && node.cases.every((part) => isLeaf(part, 'switch'));
      case 'ExpressionStatement':
        return quiet(node.expression, allowed);
      case 'EmptyStatement':
        return true;
      case 'VariableDeclaration':
        return (
          /^(?:let|const|var)$/.test(node.kind) &&
          node.declarations.every(({ id, init }) => id.type === 'Identifier' && (!init || quiet(init, allowed)))
        );
      case 'BreakStatement':
        if (breakable === 'loop') breaks.push(node);
        return !node.label;
      case 'ContinueStatement':
        return !node.label;
      case 'ReturnStatement':
      case 'ThrowStatement':
        return !node.argument || quiet(node.argument, allowed);
      default:
        return quiet(node, allowed);
    }
  };
  if (!isLeaf(body, 'loop')) return undefined;
  return { helper: bound.helper, bound: bound.text, counter: counter.name, operator: test.operator, step, update, breaks };
}

/** Only this loop's header writes it, and no closure holds one of its per-turn copies. */
function stays(counter: Binding, update: AnyNode): boolean {
  return counter.references.every(
    ({ inside, access, node }) =>
      inside === counter.inside && (access === 'read' || (node.start >= update.start && node.end <= update.end)),
  );
}

/** The bound has one value for the whole loop. Code of another function could run in a `valueOf`, so it may not write it either. */
function isFixed(variable: Binding, loop: AnyNode, inside: FunctionNode | undefined): boolean {
  if (variable.kind === 'const') return true;
  if (variable.inside !== inside || variable.kind === 'import') return false;
  return variable.references.every(
    ({ access, inside: writer, node }) => access === 'read' || (writer === inside && (node.end <= loop.start || node.start >= loop.end)),
  );
}

/** `i++`, `++i` and `i += 1`, spelled so that the value is the new counter. */
function stepOf(update: Expression, counter: string): string | undefined {
  if (update.type === 'UpdateExpression' && update.operator === '++') {
    return update.argument.type === 'Identifier' && update.argument.name === counter ? `++${counter}` : undefined;
  }
  if (update.type !== 'AssignmentExpression' || update.operator !== '+=' || update.left.type !== 'Identifier') return undefined;
  const isOne = update.right.type === 'Literal' && update.right.value === 1;
  return isOne && update.left.name === counter ? `(${counter} += 1)` : undefined;
}

function boundOf(
  node: Expression,
  operator: '<' | '<=',
): { helper: Stride['helper']; text: string; variable: Identifier | undefined } | undefined {
  if (node.type === 'Literal')
    return typeof node.value === 'number' ? { helper: 'end', text: node.raw ?? String(node.value), variable: undefined } : undefined;
  if (node.type === 'Identifier') return { helper: 'end', text: node.name, variable: node };
  if (node.type !== 'MemberExpression' || node.computed || node.optional || operator === '<=') return undefined;
  if (node.object.type !== 'Identifier' || node.property.type !== 'Identifier' || node.property.name !== 'length') return undefined;
  return { helper: 'endOf', text: node.object.name, variable: node.object };
}

/** Takes a loop apart. */
export function writeStride(
  node: ForStatement,
  { bound, counter, operator, step, update, breaks }: Stride,
  code: MagicString,
  prefix: string,
  helper: string,
  look: string,
): void {
  const [end, out] = [`${prefix}_to`, `${prefix}_out`];
  const [open, close] = node.body.type === 'BlockStatement' ? ['', ''] : ['{', '}'];
  code.remove(update.start, update.end);
  code.prependRight(node.body.start, `{ const ${end} = ${helper}(${counter}, ${bound}); do ${open}`);
  code.appendLeft(node.body.end, `${close} while (${step} ${operator} ${end}); ${look} }`);
  if (breaks.length > 0) code.prependRight(node.start, `${out}: `);
  for (const leave of breaks) code.appendLeft(leave.start + 'break'.length, ` ${out}`);
}
