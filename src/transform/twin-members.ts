/**
 * The members of classes and objects in the text of a twin: each method gets a generator beside it, and a class those that construct it. They find their
 * places when the class or object is there.
 */
import type { AnyNode, MethodDefinition, Property, PropertyDefinition } from 'acorn';
import { isCall } from './calls.js';
import type { MembersNode } from './output.js';
import { type FunctionNode, isFunction, within } from './syntax.js';
import { type ClassNode, constructionOf, isPlainValue, stopField } from './twin-construct.js';
import { canTwin, hiddenName, type TwinParts } from './twin-parts.js';
import type { Hidden, TwinSource } from './twin-spelling.js';
import { isUnseen, unseen } from './unseen.js';

/** Makes a generator of a method or of a part of a class: `(params) { … }`. */
export interface MemberTexts {
  method(node: FunctionNode, from: TwinSource): string;
  body(node: FunctionNode, from: TwinSource, kind: 'base' | 'derived'): string;
  fields(fields: readonly PropertyDefinition[], from: TwinSource): string;
}

/** The private names of a class that have generators beside them, with those of the classes around. */
function hiddenIn(node: ClassNode, outer: ReadonlyMap<string, Hidden>): ReadonlyMap<string, Hidden> {
  const all = new Map(outer);
  const own = node.body.body.filter((member) => member.type !== 'StaticBlock' && member.key.type === 'PrivateIdentifier');
  for (const member of own) if (member.type !== 'StaticBlock' && member.key.type === 'PrivateIdentifier') all.delete(member.key.name);
  for (const member of own) {
    if (member.type !== 'MethodDefinition' || member.key.type !== 'PrivateIdentifier' || !canTwin(member.value as FunctionNode)) continue;
    const kind = member.kind === 'get' || member.kind === 'set' ? member.kind : 'method';
    all.set(member.key.name, { ...all.get(member.key.name), [kind]: 'member' });
  }
  return all;
}

export function writeMembers(node: MembersNode, visit: (part: AnyNode) => void, parts: TwinParts, texts: MemberTexts): void {
  if (node.type === 'ObjectExpression') {
    let some: 'none' | 'some' = 'none';
    for (const member of node.properties) {
      if (member.type === 'SpreadElement') visit(member);
      else if (member.method || member.kind !== 'init') {
        if (writeMethod(member, visit, parts, texts, parts.from, ',')) some = 'some';
      } else {
        if (member.computed) visit(member.key);
        if (!member.shorthand) visit(member.value);
      }
    }
    const notes = notesOf(node.properties, parts.from.source);
    if (some === 'none' && notes.length === 0) return;
    parts.code.prependRight(node.start, `${parts.from.prefix}.link(`);
    parts.code.appendLeft(node.end, notes.length === 0 ? ')' : `, ${JSON.stringify(notes)})`);
    return;
  }
  if (node.superClass) visit(node.superClass);
  const from = { ...parts.from, hidden: hiddenIn(node as ClassNode, parts.from.hidden) };
  const notes = notesOf(node.body.body, from.source);
  for (const member of node.body.body) {
    if (member.type === 'MethodDefinition') writeMethod(member, visit, parts, texts, from, '');
    else if (member.type === 'PropertyDefinition' && member.computed) visit(member.key);
    const isStatic = member.type === 'StaticBlock' || (member.type === 'PropertyDefinition' && member.static);
    const value = member.type === 'PropertyDefinition' ? member.value : undefined;
    if (isStatic && value && isFunction(value)) parts.nested(value, keyOf(member as PropertyDefinition, from.source));
    else if (isStatic && within(member, isCall)) notes.push(`static fields of ${node.id?.name ?? 'a class'}`);
  }
  writeConstruction(node as ClassNode, parts, texts, from, notes);
}

/** Returns whether a generator was written that is to be linked. */
function writeMethod(
  member: MethodDefinition | Property,
  visit: (part: AnyNode) => void,
  parts: TwinParts,
  texts: MemberTexts,
  from: TwinSource,
  comma: string,
): boolean {
  if (member.computed) visit(member.key);
  const value = member.value as FunctionNode;
  if (member.kind === 'constructor' || !canTwin(value)) return false;
  const { source, prefix } = from;
  const text = texts.method(value, { ...from, name: source.slice(member.key.start, member.key.end) });
  const kind = member.kind === 'get' || member.kind === 'set' ? member.kind : 'value';
  const isStatic = member.type === 'MethodDefinition' && member.static ? 'static ' : '';
  if (member.key.type === 'PrivateIdentifier') {
    parts.code.appendLeft(member.end, ` ${isStatic}*#${hiddenName(prefix, kind, member.key.name)}${text}`);
    return false;
  }
  let key = JSON.stringify(keyOf(member, source));
  if (member.computed) {
    key = parts.temp();
    parts.code.prependRight(member.key.start, `${key} = ${prefix}.property(`);
    parts.code.appendLeft(member.key.end, ')');
  }
  parts.code.appendLeft(member.end, `${comma} ${isStatic}*[${prefix}.key(${key}, '${kind}')]${text}`);
  return true;
}

function writeConstruction(node: ClassNode, parts: TwinParts, texts: MemberTexts, from: TwinSource, notes: readonly string[]): void {
  const { prefix } = from;
  const { code } = parts;
  const { kind, body, fields } = constructionOf(node, 'inside');
  const end = node.body.end - 1;
  const name = node.id?.name ?? 'class';
  if (kind !== 'atomic') {
    if (fields.length > 0) code.appendLeft(end, ` *[${prefix}.key('fields', 'fields')]${texts.fields(fields, { ...from, name })}`);
    if (body !== undefined)
      code.appendLeft(
        end,
        ` *[${prefix}.key('body', 'body')]${texts.body(body, { ...from, name: node.id?.name ?? 'constructor' }, kind === 'derived' ? 'derived' : 'base')}`,
      );
  }
  if (kind === 'made') {
    for (const { value } of fields) {
      if (!value || isPlainValue(value)) continue;
      code.prependRight(value.start, `${prefix}.isMaking() ? void 0 : (`);
      code.appendLeft(value.end, ')');
    }
    code.appendLeft(end, stopField(prefix, `${prefix}.hand`));
  }
  code.appendLeft(end, ` static { ${prefix}.linkClass(this, '${kind}'${notes.length === 0 ? '' : `, ${JSON.stringify(notes)}`}); }`);
}

function keyOf({ key }: MethodDefinition | Property | PropertyDefinition, source: string): string {
  return key.type === 'Literal' ? String(key.value) : source.slice(key.start, key.end);
}

/** Methods that the language itself calls, where no text shows it: what a report is to say of them. */
function notesOf(members: readonly AnyNode[], source: string): string[] {
  return members.flatMap((member) => {
    if (member.type !== 'MethodDefinition' && !(member.type === 'Property' && isFunction(member.value))) return [];
    const name = member.computed ? source.slice(member.key.start, member.key.end) : keyOf(member as MethodDefinition | Property, source);
    return isUnseen(name) ? [unseen(name)] : [];
  });
}
