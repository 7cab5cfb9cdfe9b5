/**
 * The text of a twin: a generator function that does what a function does and yields where the dialect's interpreter looks. The places are the
 * placer's; here functions inside become pairs of themselves and their twins, and calls become calls of twins where there is one.
 */
import type {
  AnyNode,
  AssignmentExpression,
  ChainExpression,
  MemberExpression,
  MetaProperty,
  NewExpression,
  PropertyDefinition,
  ThisExpression,
  UpdateExpression,
} from 'acorn';
import MagicString from 'magic-string';
import { TaskSyntaxError } from '../errors.js';
import type { CallNode } from './calls.js';
import type { MembersNode, Output } from './output.js';
import { placeLooks } from './place.js';
import { type FunctionNode, isFunction, positionIn } from './syntax.js';
import { writeAssignment, writeRead, writeUpdate } from './twin-access.js';
import { writeChain } from './twin-chain.js';
import { type ClassKind, type ClassNode, constructionOf } from './twin-construct.js';
import { type MemberTexts, writeMembers } from './twin-members.js';
import { arityOf, asValue, canTwin, dotBefore, hiddenName, openParenthesis, ownParts, type TwinParts, twinName } from './twin-parts.js';
import { type TwinSource, TwinSpelling } from './twin-spelling.js';

/** The twin of a function of the text, as an expression. `own`: how the function itself is called in there, if it calls itself. */
export function twinText(node: FunctionNode, from: TwinSource): string {
  return new TwinWriter(from).text(node);
}

/** The generators that construct objects of a class: members of an object literal, so that they may say `super.x`; `undefined` if it cannot be done. */
export function constructionText(
  node: ClassNode,
  from: TwinSource,
  where: 'inside' | 'apart',
): { readonly text: string; readonly kind: ClassKind } {
  const { kind, body, fields } = constructionOf(node, where);
  if (kind === 'atomic') return { text: '{}', kind };
  const parts = [
    ...(fields.length > 0 ? [`*fields${TEXTS.fields(fields, from)}`] : []),
    ...(body ? [`*body${TEXTS.body(body, from, kind === 'derived' ? 'derived' : 'base')}`] : []),
  ];
  return { text: `{ ${parts.join(', ')} }`, kind };
}

/** What is so outside of constructors. */
export const PLAIN = { self: 'this', newTarget: undefined, owner: undefined } as const;

const TEXTS: MemberTexts = {
  method: (node, from) => withoutHead(new TwinWriter({ ...from, ...PLAIN }).text(node)),
  body: (node, from, kind) => {
    const { prefix } = from;
    const [newTarget, owner, self] = [`${prefix}_new`, `${prefix}_class`, `${prefix}_this`];
    if (kind === 'base') return withoutHead(new TwinWriter({ ...from, ...PLAIN, newTarget }).text(node, [newTarget]));
    return withoutHead(new TwinWriter({ ...from, newTarget, owner, self }).text(node, [newTarget, owner]));
  },
  fields: (fields, from) => new TwinWriter({ ...from, ...PLAIN }).fields(fields),
};

function withoutHead(text: string): string {
  return text.replace(/^function\* /, '');
}

class TwinWriter implements Output, TwinParts {
  readonly from: TwinSource;
  readonly code: MagicString;
  readonly #spelling: TwinSpelling;
  #temps = 0;

  constructor(from: TwinSource) {
    this.from = from;
    this.code = new MagicString(from.source);
    this.#spelling = new TwinSpelling(from);
  }

  /** `given`: parameters before the function's own. */
  text(node: FunctionNode, given: readonly string[] = []): string {
    const { source, prefix, owner, self } = this.from;
    const name = 'id' in node && node.id ? node.id.name : '';
    this.#spelling.enter(name || this.from.name);
    this.#place(node);
    const [first, last] = [node.params[0], node.params.at(-1)];
    const params = [...given, ...(first && last ? [source.slice(first.start, last.end)] : [])].join(', ');
    const isBlock = node.body.type === 'BlockStatement';
    const body = this.cut(node.body);
    const temps = this.#declared();
    const end = owner === undefined ? body.slice(1) : `${body.slice(1, -1)}; return ${self}; }`;
    const text = `function* ${name && twinName(prefix, name)}(${params}) ${isBlock ? `{${temps}${end}` : `{${temps} return (${body}\n); }`}`;
    const bound = node.type === 'ArrowFunctionExpression' && ownParts(node, (part) => part.type === 'ThisExpression');
    return bound ? `(${text}).bind(${self})` : text;
  }

  /** Sets the fields of an object, as `() { … }`. */
  fields(fields: readonly PropertyDefinition[]): string {
    const { prefix, source, name } = this.from;
    this.#spelling.enter(name);
    const texts = fields.map(({ key, value }) => {
      const own = key.type === 'Literal' ? String(key.value) : source.slice(key.start, key.end);
      if (value && isFunction(value)) this.nested(value, own);
      else if (value) this.#place(value);
      const given = value ? asValue(value, this.cut(value)) : 'void 0';
      return key.type === 'PrivateIdentifier' ? `this.${own} = ${given};` : `${prefix}.define(this, ${JSON.stringify(own)}, ${given});`;
    });
    return `() {${this.#declared()} ${texts.join(' ')} }`;
  }

  #place(node: AnyNode): void {
    const { source, scopes, places } = this.from;
    placeLooks(node, { source, code: this.code, scopes, places, spelling: this.#spelling, output: this });
  }

  #declared(): string {
    const names = Array.from({ length: this.#temps }, (_, at) => `${this.from.prefix}_v${at}`);
    return names.length === 0 ? '' : ` let ${names.join(', ')};`;
  }

  cut(node: AnyNode): string {
    return this.code.snip(node.start, node.end).toString();
  }

  refuse(node: AnyNode, what: string): never {
    const [line, column] = positionIn(this.from.source, node.start);
    throw new TaskSyntaxError(
      `${this.from.name}: ${what} (line ${this.from.lineOf(line)}, column ${column}) cannot be switched inside; write it as a statement of its own, with \`if\``,
    );
  }

  nested(node: FunctionNode, name?: string): void {
    const { prefix } = this.from;
    const isArrow = node.type === 'ArrowFunctionExpression';
    const text = this.#own(node);
    const isNamed = node.type === 'FunctionDeclaration' || (node.type === 'FunctionExpression' && node.id);
    // A function without a name has that of the field that it is the value of.
    const own = name === undefined || isNamed ? text : `({ ${JSON.stringify(name)}: ${text} })[${JSON.stringify(name)}]`;
    if (node.generator && !node.async) {
      if (node.type === 'FunctionDeclaration') this.code.appendLeft(node.end, ` ${prefix}.generator(${node.id?.name});`);
      else this.code.update(node.start, node.end, `${prefix}.generator(${own})`);
      return;
    }
    if (!canTwin(node)) {
      if (own !== this.from.source.slice(node.start, node.end)) this.code.update(node.start, node.end, own);
      return;
    }
    const { self } = this.from;
    const twin = twinText(node, {
      ...this.from,
      ...PLAIN,
      name: name ?? this.from.name,
      self: isArrow ? self : 'this',
    });
    if (node.type === 'FunctionDeclaration') {
      // Both are known in all of the block, as declarations are.
      if (node.id === null) return;
      const escapes = this.#isUsedAsValue(node);
      this.code.update(
        node.start,
        node.end,
        `${own} ${twin}${escapes ? ` ${prefix}.pair(${node.id.name}, ${twinName(prefix, node.id.name)});` : ''}`,
      );
      return;
    }
    // Whoever calls itself by its name means the function, whose twin is found by it.
    const named = node.type === 'FunctionExpression' && node.id ? node.id.name : undefined;
    this.code.update(
      node.start,
      node.end,
      named === undefined ? `${prefix}.pair(${own}, ${twin})` : `${prefix}.named(${own}, (${named}) => ${twin})`,
    );
  }

  /** The text of a function as it was written, but for how it says `this`. */
  #own(node: FunctionNode): string {
    const { source, self } = this.from;
    if (self === 'this' || node.type !== 'ArrowFunctionExpression') return source.slice(node.start, node.end);
    const found: AnyNode[] = [];
    ownParts(node, (part) => {
      if (part.type === 'ThisExpression') found.push(part);
      return false;
    });
    let [text, at] = ['', node.start];
    for (const { start, end } of found) {
      text += `${source.slice(at, start)}${self}`;
      at = end;
    }
    return text + source.slice(at, node.end);
  }

  members(node: MembersNode, visit: (part: AnyNode) => void): void {
    writeMembers(node, visit, this, TEXTS);
  }

  chain(node: ChainExpression, form: 'reference' | 'value', visit: (part: AnyNode) => void): void {
    writeChain(node, form, visit, this);
  }

  context(node: ThisExpression | MetaProperty): void {
    const { self, newTarget } = this.from;
    const text = node.type === 'ThisExpression' ? self : node.meta.name === 'new' ? newTarget : undefined;
    if (text !== undefined && text !== 'this') this.code.update(node.start, node.end, text);
  }

  call(node: CallNode): void {
    if (node.type === 'NewExpression') this.#construct(node);
    if (node.type !== 'CallExpression') return;
    const { callee } = node;
    const { prefix, scopes, source, self, owner, newTarget } = this.from;
    if (callee.type === 'Identifier' && callee.name === 'eval') return;
    const arity = arityOf(node.arguments);
    const comma = node.arguments.length > 0 ? ', ' : '';
    const open = openParenthesis(source, callee.end);
    if (callee.type === 'Super') {
      if (owner === undefined) return;
      this.code.update(callee.start, open + 1, `const ${self} = (yield* ${prefix}.above(${newTarget}, ${owner}${comma}`);
      this.code.appendLeft(node.end, ')');
      return;
    }
    const wrap = (head: string): void => {
      if (callee.start > node.start) this.code.remove(node.start, callee.start);
      this.code.prependRight(node.start, `(yield* ${head}`);
      this.code.appendLeft(node.end, ')');
    };
    if (callee.type === 'Identifier') {
      const binding = scopes.bindingOf.get(callee);
      const value = binding?.value;
      const isFixed = value?.type === 'FunctionDeclaration' && !binding!.references.some(({ access }) => access === 'write');
      if (isFixed && value !== undefined && isFunction(value) && canTwin(value)) {
        this.code.update(callee.start, callee.end, twinName(prefix, callee.name));
        this.code.update(callee.end, open + 1, '(');
        wrap('');
        return;
      }
    }
    if (callee.type !== 'MemberExpression') {
      this.#replace(callee.end, open + 1, comma);
      wrap(`${prefix}.call${arity}(`);
      return;
    }
    const { object, property } = callee;
    if (property.type === 'PrivateIdentifier') {
      if (this.from.hidden.get(property.name)?.method !== undefined) {
        this.code.update(property.start, property.end, `#${hiddenName(prefix, 'value', property.name)}`);
        this.code.prependRight(node.start, '(yield* ');
        this.code.appendLeft(node.end, ')');
        return;
      }
      const isSimple = object.type === 'ThisExpression' || object.type === 'Identifier';
      const again = object.type === 'ThisExpression' ? self : isSimple ? source.slice(object.start, object.end) : this.temp();
      this.code.update(callee.end, open + 1, `, ${again}${comma}`);
      if (!isSimple) {
        this.code.prependRight(callee.start, `(${again} = `);
        this.code.appendLeft(dotBefore(source, property), ')');
      }
      wrap(`${prefix}.on${arity}(`);
      return;
    }
    if (object.type === 'Super') {
      // The method of the class above, with this one's `this`.
      this.code.update(callee.end, open + 1, `, ${self}${comma}`);
      wrap(`${prefix}.on${arity}(`);
      return;
    }
    const accessor = this.accessor(callee);
    if (accessor !== undefined) {
      const target = this.temp();
      const method = `(yield* ${prefix}.get(${target} = ${asValue(object, this.cut(object))}, ${accessor})), ${target}`;
      this.code.overwrite(callee.start, callee.end, method);
      this.code.update(callee.end, open + 1, comma || ' ');
      wrap(`${prefix}.on${arity}(`);
      return;
    }
    const own = object.type === 'SequenceExpression' ? ['(', ')'] : ['', ''];
    if (object.start > callee.start) this.code.remove(callee.start, object.start);
    if (callee.computed) {
      const keyed = property.type === 'SequenceExpression' ? ['(', ')'] : ['', ''];
      this.code.update(object.end, property.start, `${own[1]}, ${keyed[0]}`);
      this.#replace(property.end, open + 1, `${keyed[1]}${comma}`);
    } else {
      const name = property.type === 'Identifier' ? property.name : '';
      this.code.update(object.end, open + 1, `${own[1]}, ${JSON.stringify(name)}${comma}`);
    }
    wrap(`${prefix}.method${arity}(${own[0]}`);
  }

  #replace(start: number, end: number, text: string): void {
    if (text === '') this.code.remove(start, end);
    else this.code.update(start, end, text);
  }

  /** Whether a declared function is not only called where it stands, but also handed around. */
  #isUsedAsValue(node: FunctionNode): boolean {
    const { bindingOf } = this.from.scopes;
    const { source } = this.from;
    for (const [use, { value }] of bindingOf) if (value === node && !/^\s*\(/.test(source.slice(use.end))) return true;
    return false;
  }

  /** `new C(x)`, or `new C`. */
  #construct(node: NewExpression): void {
    const { callee } = node;
    const { prefix, source } = this.from;
    const [before, behind] = callee.type === 'SequenceExpression' ? ['(', ')'] : ['', ''];
    const open = openParenthesis(source, callee.end);
    const hasArguments = source[open] === '(' && open < node.end;
    this.code.update(node.start, callee.start, `(yield* ${prefix}.new${arityOf(node.arguments)}(${before}`);
    if (hasArguments) this.#replace(callee.end, open + 1, `${behind}${node.arguments.length > 0 ? ', ' : ''}`);
    else if (node.end > callee.end) this.#replace(callee.end, node.end, behind);
    this.code.appendLeft(node.end, hasArguments ? ')' : `${node.end > callee.end ? '' : behind}))`);
  }

  read(node: MemberExpression): void {
    writeRead(node, this);
  }

  assign(node: AssignmentExpression): void {
    writeAssignment(node, this);
  }

  update(node: UpdateExpression, look: string | undefined): void {
    writeUpdate(node, look, this);
  }

  accessor({ object, property, computed }: MemberExpression): string | undefined {
    const { accessors } = this.from;
    if (object.type === 'Super') return undefined;
    if (!computed) return property.type === 'Identifier' && accessors.has(property.name) ? JSON.stringify(property.name) : undefined;
    if (property.type === 'Literal' && !accessors.has(String(property.value))) return undefined;
    // Whatever the key turns out to be.
    return accessors.size > 0 && property.type !== 'PrivateIdentifier' ? asValue(property, this.cut(property)) : undefined;
  }

  temp(): string {
    this.#temps += 1;
    return `${this.from.prefix}_v${this.#temps - 1}`;
  }
}
