/**
 * What becomes of `new C(…)`: which classes can be constructed step by step, and the texts by which they are. The fields become one generator and the
 * body of the constructor another, which are given the object; a derived class gets its object where it calls `super(…)`.
 */
import type { AnyNode, ClassDeclaration, ClassExpression, MethodDefinition, PropertyDefinition } from 'acorn';
import { children, type FunctionNode, isFunction } from './syntax.js';
import { hiddenName, ownParts } from './twin-parts.js';

export type ClassNode = ClassDeclaration | ClassExpression | Extract<AnyNode, { type: 'ClassDeclaration' | 'ClassExpression' }>;

/**
 * How an object of a class comes to be.
 * - `base`: an empty object with the prototype of `new.target`
 * - `made`: by the class itself, which is stopped before it does anything else, because only it can give an object private names
 * - `derived`: by the class above
 * - `atomic`: by a native `new`, in which nobody else runs
 */
export type ClassKind = 'base' | 'made' | 'derived' | 'atomic';

/** The parts of a class that make an object of it. */
export interface Construction {
  readonly kind: ClassKind;
  readonly body: FunctionNode | undefined;
  readonly fields: readonly PropertyDefinition[];
}

/** `apart`: the text is to be run outside of its class, where there are no private names. */
export function constructionOf(node: ClassNode, where: 'inside' | 'apart'): Construction {
  const members = node.body.body;
  const own = members.find((member): member is MethodDefinition => member.type === 'MethodDefinition' && member.kind === 'constructor');
  const body = own?.value as FunctionNode | undefined;
  const fields = members.filter((member): member is PropertyDefinition => member.type === 'PropertyDefinition' && !member.static);
  const isHidden = members.some(
    (member) =>
      (member.type === 'PropertyDefinition' || member.type === 'MethodDefinition') &&
      !member.static &&
      member.key.type === 'PrivateIdentifier',
  );
  const isDerived = node.superClass !== null && node.superClass !== undefined;
  const can =
    fields.every(({ computed }) => !computed) &&
    (!isHidden || (where === 'inside' && !isDerived)) &&
    (where === 'inside' || ![body, ...fields.map(({ value }) => value)].some((part) => part && mentionsPrivate(part))) &&
    (body === undefined || canRun(body, isDerived ? 'derived' : 'base'));
  return { kind: !can ? 'atomic' : isDerived ? 'derived' : isHidden ? 'made' : 'base', body, fields };
}

/** Whether a constructor's body can be a generator that is given its object. */
function canRun(body: FunctionNode, kind: 'base' | 'derived'): boolean {
  const inArrows = (test: (part: AnyNode) => boolean): boolean =>
    ownParts(body, (part) => part.type === 'ArrowFunctionExpression' && ownParts(part, test));
  if (ownParts(body, (part) => part.type === 'Identifier' && part.name === 'arguments')) return false;
  if (inArrows((part) => part.type === 'MetaProperty' || part.type === 'Super')) return false;
  if (kind === 'base') return true;
  // The object is there from one statement on: nothing before it may speak of it, and the end gives it.
  const statements = body.body.type === 'BlockStatement' ? body.body.body : [];
  const at = statements.findIndex(
    (statement) =>
      statement.type === 'ExpressionStatement' &&
      statement.expression.type === 'CallExpression' &&
      statement.expression.callee.type === 'Super',
  );
  const isOf = (part: AnyNode): boolean => part.type === 'ThisExpression' || part.type === 'Super' || part.type === 'ReturnStatement';
  const isIn = (part: AnyNode, test: (part: AnyNode) => boolean): boolean => test(part) || (!isFunction(part) && ownParts(part, test));
  if (at < 0 || statements.slice(0, at).some((statement) => isIn(statement, isOf)) || body.params.some((param) => isIn(param, isOf)))
    return false;
  const statement = statements[at];
  const call =
    statement?.type === 'ExpressionStatement' && statement.expression.type === 'CallExpression' ? statement.expression : undefined;
  if (call?.arguments.some((argument) => isIn(argument, isOf))) return false;
  const rest = statements.slice(at + 1);
  if (rest.some((after) => isIn(after, (part) => part.type === 'ReturnStatement' || isCallOf(part, 'Super')))) return false;
  // `super.x` that is not called: an accessor there would be given another `this`.
  const count = (test: (part: AnyNode) => boolean): number => {
    let found = 0;
    for (const after of rest) isIn(after, (part) => test(part) && ++found < 0);
    return found;
  };
  const isSuper = (part: AnyNode): boolean => part.type === 'MemberExpression' && part.object.type === 'Super';
  return count(isSuper) === count((part) => part.type === 'CallExpression' && isSuper(part.callee));
}

function isCallOf(part: AnyNode, type: 'Super'): boolean {
  return part.type === 'CallExpression' && part.callee.type === type;
}

function mentionsPrivate(node: AnyNode): boolean {
  const isPrivate = (part: AnyNode): boolean =>
    part.type === 'PrivateIdentifier' ||
    (part.type === 'MemberExpression' && part.property.type === 'PrivateIdentifier') ||
    (part.type === 'BinaryExpression' && part.left.type === 'PrivateIdentifier');
  return isPrivate(node) || children(node).some(mentionsPrivate);
}

/** Whether the value of a field is nothing but a value: nobody can tell how often it was computed. */
export function isPlainValue(node: AnyNode | null | undefined): boolean {
  if (!node) return true;
  if (node.type === 'ArrayExpression') return node.elements.every((element) => isPlainValue(element));
  if (node.type === 'ObjectExpression') return node.properties.length === 0;
  if (node.type === 'UnaryExpression') return node.operator !== 'delete' && node.argument.type === 'Literal';
  return node.type === 'Literal' || node.type === 'Identifier' || isFunction(node);
}

/** What stops a class that is to make an object and do no more: its last field, which is initialized when all others are there. */
export function stopField(prefix: string, made: string): string {
  return ` #${hiddenName(prefix, 'value', 'made')} = ${made}(this);`;
}
