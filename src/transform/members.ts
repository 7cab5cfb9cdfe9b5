/**
 * Dialects that look between any two operations: a look between the load and the store of a member.
 * Only members can be shared between threads, as elements of a typed array or behind an accessor; a variable never is.
 */
import type { AnyNode, UpdateExpression } from 'acorn';
import type MagicString from 'magic-string';
import type { Speller } from './places.js';
import { within } from './syntax.js';

/** Whether a statement reads or writes a member or calls something, other than in a function inside. */
export function touchesShared(node: AnyNode): boolean {
  return within(
    node,
    ({ type }) =>
      type === 'MemberExpression' || type === 'CallExpression' || type === 'NewExpression' || type === 'TaggedTemplateExpression',
  );
}

/**
 * Takes `o.x++` apart. Not `o.x += 1`: that would make `'51'` of `'5'` and a TypeError of a BigInt.
 * The store stays in the text, so that strict code throws on a frozen object and sloppy code does not, and private names work.
 */
export function splitUpdate(node: UpdateExpression, source: string, code: MagicString, spelling: Speller): void {
  const { argument, operator, prefix } = node;
  if (argument.type !== 'MemberExpression') return;
  const value = `${spelling.prefix}_v`;
  const split = (member: string): string => {
    const how = `${operator === '++' ? 1 : -1}, '${prefix ? 'new' : 'old'}'`;
    return `${spelling.name('update')}(${member}, ${how}, (${value}) => { ${member} = ${value}; }${spelling.updateTail()})`;
  };

  const { object, property } = argument;
  const isPlain = object.type === 'Identifier' || object.type === 'ThisExpression' || object.type === 'Super';
  if (isPlain && (!argument.computed || property.type === 'Literal')) {
    code.update(node.start, node.end, split(source.slice(argument.start, argument.end)));
    return;
  }
  // `super[k]++` has no object to hold: it stays whole.
  if (object.type === 'Super') return;

  // The object and the key are computed once, outside: they may hold an `await` or a `yield`, which no inner function can.
  const [target, key] = [`${spelling.prefix}_o`, `${spelling.prefix}_k`];
  const member = argument.computed ? `${target}[${key}]` : `${target}.${source.slice(property.start, property.end)}`;
  const [open, close] = object.type === 'SequenceExpression' ? ['(', ')'] : ['', ''];
  const head = `${spelling.name('on')}(${open}`;
  const tail = `, (${target}, ${key}) => ${split(member)})`;
  if (node.start === object.start) code.prependRight(node.start, head);
  else code.update(node.start, object.start, head);
  if (argument.computed) {
    const [from, to] = property.type === 'SequenceExpression' ? ['(', ')'] : ['', ''];
    code.update(object.end, property.start, `${close}, ${from}`);
    code.update(property.end, node.end, `${to}${tail}`);
  } else {
    code.update(object.end, node.end, `${close}, 0${tail}`);
  }
}
