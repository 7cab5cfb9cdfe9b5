/**
 * What a text declares and sets, by its names alone.
 */
import type { AnyNode, Identifier, Pattern } from 'acorn';
import { analyze } from './scope.js';
import { children } from './syntax.js';

/** The names that a pattern declares. */
export function namesIn(pattern: Pattern): Identifier[] {
  switch (pattern.type) {
    case 'Identifier':
      return [pattern];
    case 'ObjectPattern':
      return pattern.properties.flatMap((property) => namesIn(property.type === 'RestElement' ? property.argument : property.value));
    case 'ArrayPattern':
      return pattern.elements.flatMap((element) => (element === null ? [] : namesIn(element)));
    case 'RestElement':
      return namesIn(pattern.argument);
    case 'AssignmentPattern':
      return namesIn(pattern.left);
    default:
      return [];
  }
}

/** A constant that is set: an error of the running program, which a slot would not throw. */
export function constantSetIn(root: AnyNode): Identifier | undefined {
  for (const { kind, references } of new Set(analyze(root, 'strict').bindingOf.values())) {
    const set = kind === 'const' && references.find(({ access }) => access === 'write');
    if (set) return set.node;
  }
  return undefined;
}

/** Where each name is set, other than where it is declared. By name alone: to take two variables for one is only more careful. */
export function writesIn(root: AnyNode): Map<string, number[]> {
  const found = new Map<string, number[]>();
  const visit = (node: AnyNode): void => {
    let target: Pattern | undefined;
    if (node.type === 'AssignmentExpression') target = node.left;
    if (node.type === 'UpdateExpression') target = node.argument as Pattern;
    if ((node.type === 'ForInStatement' || node.type === 'ForOfStatement') && node.left.type !== 'VariableDeclaration') target = node.left;
    if (target !== undefined) for (const { name, start } of namesIn(target)) found.set(name, [...(found.get(name) ?? []), start]);
    for (const part of children(node)) visit(part);
  };
  visit(root);
  return found;
}
