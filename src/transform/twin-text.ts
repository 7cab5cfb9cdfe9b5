/**
 * The text of a twin: a generator function that does what a function does and yields where the dialect's interpreter looks. The places are the
 * placer's; here functions inside become pairs of themselves and their twins, and calls become calls of twins where there is one.
 */
import type { AnyNode, AssignmentExpression, MemberExpression, MethodDefinition, Property, UpdateExpression } from 'acorn';
import MagicString from 'magic-string';
import { TaskSyntaxError } from '../errors.js';
import type { CallNode } from './calls.js';
import type { MembersNode, Output } from './output.js';
import { placeLooks } from './place.js';

import { children, type FunctionNode, isFunction, positionIn } from './syntax.js';
import { type TwinSource, TwinSpelling } from './twin-spelling.js';

/** The twin of a function of the text, as an expression. `own`: how the function itself is called in there, if it calls itself. */
export function twinText(node: FunctionNode, from: TwinSource): string {
  return new TwinWriter(from).text(node);
}

/** The name of a function's twin in the text. */
export function twinName(prefix: string, name: string): string {
  return `${prefix}_t_${name}`;
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
function ownParts(node: AnyNode, test: (part: AnyNode) => boolean): boolean {
  return children(node).some(
    (part) => test(part) || (!(isFunction(part) && part.type !== 'ArrowFunctionExpression') && ownParts(part, test)),
  );
}

class TwinWriter implements Output {
  readonly #from: TwinSource;
  readonly #code: MagicString;
  readonly #spelling: TwinSpelling;
  #temps = 0;

  constructor(from: TwinSource) {
    this.#from = from;
    this.#code = new MagicString(from.source);
    this.#spelling = new TwinSpelling(from);
  }

  text(node: FunctionNode): string {
    const { source, scopes, places, prefix } = this.#from;
    const name = 'id' in node && node.id ? node.id.name : '';
    this.#spelling.enter(name || this.#from.name);
    placeLooks(node, { source, code: this.#code, scopes, places, spelling: this.#spelling, output: this });
    const [first, last] = [node.params[0], node.params.at(-1)];
    const params = first && last ? source.slice(first.start, last.end) : '';
    const isBlock = node.body.type === 'BlockStatement';
    const body = this.#cut(node.body);
    const temps = this.#temps === 0 ? '' : ` let ${Array.from({ length: this.#temps }, (_, at) => `${prefix}_v${at}`).join(', ')};`;
    const text = `function* ${name && twinName(prefix, name)}(${params}) ${isBlock ? `{${temps}${body.slice(1)}` : `{${temps} return (${body}\n); }`}`;
    const bound = node.type === 'ArrowFunctionExpression' && ownParts(node, (part) => part.type === 'ThisExpression');
    return bound ? `(${text}).bind(this)` : text;
  }

  /** The text of a part as it is now, with what was put around it. */
  #cut(node: AnyNode): string {
    return this.#code.snip(node.start, node.end).toString();
  }

  refuse(node: AnyNode, what: string): never {
    const [line, column] = positionIn(this.#from.source, node.start);
    throw new TaskSyntaxError(
      `${this.#from.name}: ${what} (line ${this.#from.lineOf(line)}, column ${column}) cannot be switched inside; write it as a statement of its own, with \`if\``,
    );
  }

  nested(node: FunctionNode): void {
    if (!canTwin(node)) return;
    const { source, prefix } = this.#from;
    const own = source.slice(node.start, node.end);
    const twin = twinText(node, this.#from);
    if (node.type === 'FunctionDeclaration') {
      // Both are known in all of the block, as declarations are.
      if (node.id === null) return;
      const escapes = this.#isUsedAsValue(node);
      this.#code.update(
        node.start,
        node.end,
        `${own} ${twin}${escapes ? ` ${prefix}.pair(${node.id.name}, ${twinName(prefix, node.id.name)});` : ''}`,
      );
      return;
    }
    // Whoever calls itself by its name means the function, whose twin is found by it.
    const named = node.type === 'FunctionExpression' && node.id ? node.id.name : undefined;
    this.#code.update(
      node.start,
      node.end,
      named === undefined ? `${prefix}.pair(${own}, ${twin})` : `${prefix}.named(${own}, (${named}) => ${twin})`,
    );
  }

  /** Methods get generators beside them, which find their places when the class or object is there. */
  members(node: MembersNode, visit: (part: AnyNode) => void): void {
    const isObject = node.type === 'ObjectExpression';
    if (!isObject && node.superClass) visit(node.superClass);
    let some: 'none' | 'some' = 'none';
    for (const member of isObject ? node.properties : node.body.body) {
      if (member.type === 'SpreadElement') visit(member);
      else if (member.type === 'MethodDefinition' || (member.type === 'Property' && (member.method || member.kind !== 'init'))) {
        if (member.computed) visit(member.key);
        else if (this.#method(member, isObject ? ',' : '')) some = 'some';
      } else if (member.type === 'Property') {
        if (member.computed) visit(member.key);
        if (!member.shorthand) visit(member.value);
      }
    }
    if (some === 'none') return;
    const { prefix } = this.#from;
    if (isObject) {
      this.#code.prependRight(node.start, `${prefix}.link(`);
      this.#code.appendLeft(node.end, ')');
    } else this.#code.appendLeft(node.body.end - 1, ` static { ${prefix}.linkClass(this); }`);
  }

  #method(member: MethodDefinition | Property, comma: string): boolean {
    const value = member.value as FunctionNode;
    if (member.kind === 'constructor' || !canTwin(value)) return false;
    const { source, prefix, accessors } = this.#from;
    const writer = new TwinWriter({ ...this.#from, name: source.slice(member.key.start, member.key.end), accessors });
    const text = writer.text(value).replace(/^function\* /, '');
    const kind = member.kind === 'get' || member.kind === 'set' ? member.kind : 'value';
    const isStatic = member.type === 'MethodDefinition' && member.static ? 'static ' : '';
    if (member.key.type === 'PrivateIdentifier') {
      if (kind !== 'value' || this.#from.privates === 'functions') return false;
      this.#code.appendLeft(member.end, ` ${isStatic}*#${privateTwin(prefix, member.key.name)}${text}`);
      return false;
    }
    const name = member.key.type === 'Literal' ? String(member.key.value) : source.slice(member.key.start, member.key.end);
    this.#code.appendLeft(member.end, `${comma} ${isStatic}*[${prefix}.key(${JSON.stringify(name)}, '${kind}')]${text}`);
    return true;
  }

  call(node: CallNode): void {
    if (node.type !== 'CallExpression') return;
    const { callee } = node;
    const { prefix, scopes, source } = this.#from;
    if (callee.type === 'Super' || (callee.type === 'Identifier' && callee.name === 'eval')) return;
    const spread = node.arguments.some(({ type }) => type === 'SpreadElement') || node.arguments.length > 3;
    const arity = spread ? 'n' : node.arguments.length;
    const comma = node.arguments.length > 0 ? ', ' : '';
    const open = openParenthesis(source, callee.end);
    const wrap = (head: string): void => {
      if (callee.start > node.start) this.#code.remove(node.start, callee.start);
      this.#code.prependRight(node.start, `(yield* ${head}`);
      this.#code.appendLeft(node.end, ')');
    };
    if (callee.type === 'Identifier') {
      const binding = scopes.bindingOf.get(callee);
      const value = binding?.value;
      const isFixed = value?.type === 'FunctionDeclaration' && !binding!.references.some(({ access }) => access === 'write');
      if (isFixed && value !== undefined && isFunction(value) && canTwin(value)) {
        this.#code.update(callee.start, callee.end, twinName(prefix, callee.name));
        this.#code.update(callee.end, open + 1, '(');
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
    if (object.type === 'Super' || property.type === 'PrivateIdentifier') {
      if (property.type === 'PrivateIdentifier') {
        if (this.#from.privates === 'twins') this.#privateCall(node, open, wrap);
        else if (object.type !== 'ThisExpression' && object.type !== 'Identifier')
          this.refuse(node, 'a call of a private method of what is computed');
        else {
          this.#code.update(callee.end, open + 1, `, ${source.slice(object.start, object.end)}${comma}`);
          wrap(`${prefix}.on${arity}(`);
        }
        return;
      }
      // The method of the class above, with this one's `this`.
      this.#code.update(callee.end, open + 1, `, this${comma}`);
      wrap(`${prefix}.on${arity}(`);
      return;
    }
    const own = object.type === 'SequenceExpression' ? ['(', ')'] : ['', ''];
    if (object.start > callee.start) this.#code.remove(callee.start, object.start);
    if (callee.computed) {
      const keyed = property.type === 'SequenceExpression' ? ['(', ')'] : ['', ''];
      this.#code.update(object.end, property.start, `${own[1]}, ${keyed[0]}`);
      this.#replace(property.end, open + 1, `${keyed[1]}${comma}`);
    } else {
      const name = property.type === 'Identifier' ? property.name : '';
      this.#code.update(object.end, open + 1, `${own[1]}, ${JSON.stringify(name)}${comma}`);
    }
    wrap(`${prefix}.method${arity}(${own[0]}`);
  }

  #replace(start: number, end: number, text: string): void {
    if (text === '') this.#code.remove(start, end);
    else this.#code.update(start, end, text);
  }

  /** Whether a declared function is not only called where it stands, but also handed around. */
  #isUsedAsValue(node: FunctionNode): boolean {
    const { bindingOf } = this.#from.scopes;
    const { source } = this.#from;
    for (const [use, { value }] of bindingOf) if (value === node && !/^\s*\(/.test(source.slice(use.end))) return true;
    return false;
  }

  /** `this.#m(x)`: its twin is a private method too. */
  #privateCall(node: CallNode, open: number, wrap: (head: string) => void): void {
    if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return;
    const { object, property } = node.callee;
    if (object.type !== 'ThisExpression' || property.type !== 'PrivateIdentifier')
      this.refuse(node, 'a call of a private method of another object');
    else {
      const { prefix } = this.#from;
      this.#code.update(object.end, open + 1, `.#${privateTwin(prefix, property.name)}(`);
      wrap('');
    }
  }

  read(node: MemberExpression): void {
    const name = this.#accessor(node);
    if (name === undefined) return;
    const { prefix } = this.#from;
    this.#code.update(node.object.end, node.end, `, ${name})`);
    this.#code.prependRight(node.start, `(yield* ${prefix}.get(`);
    this.#code.appendLeft(node.end, ')');
  }

  assign(node: AssignmentExpression): void {
    const { left, right, operator } = node;
    if (left.type !== 'MemberExpression') return;
    const name = this.#accessor(left);
    if (name === undefined) return;
    const { prefix } = this.#from;
    const isSimple = left.object.type === 'Identifier' || left.object.type === 'ThisExpression';
    const isPlain = operator === '=';
    if (/^(?:&&|\|\||\?\?)=$/.test(operator)) this.refuse(node, `${operator} of a property with accessors`);
    const object = isSimple ? this.#from.source.slice(left.object.start, left.object.end) : this.#temp();
    const keep = isSimple ? '' : `${object} = `;
    const before = isPlain ? '' : `(yield* ${prefix}.get(${object}, ${name})) ${operator.slice(0, -1)} (`;
    this.#code.prependRight(node.start, `(yield* ${prefix}.set(${keep}`);
    this.#code.update(left.object.end, right.start, `, ${name}, ${before}`);
    this.#code.appendLeft(node.end, `${isPlain ? '' : ')'}))`);
  }

  update(node: UpdateExpression, look: string | undefined): void {
    const { argument, operator, prefix: isPrefix } = node;
    if (argument.type !== 'MemberExpression') return;
    const name = this.#accessor(argument);
    if (name === undefined && look === undefined) return;
    const { prefix, source } = this.#from;
    const { object, property } = argument;
    if (object.type === 'Super') this.refuse(node, `${operator} of a property of super`);
    const isSimple = object.type === 'Identifier' || object.type === 'ThisExpression';
    const target = isSimple ? source.slice(object.start, object.end) : this.#temp();
    const key = !argument.computed ? '' : property.type === 'Literal' ? source.slice(property.start, property.end) : this.#temp();
    const member = argument.computed ? `${target}[${key}]` : `${target}.${source.slice(property.start, property.end)}`;
    const by = operator === '++' ? 1 : -1;
    const loaded = name === undefined ? member : `(yield* ${prefix}.get(${target}, ${name}))`;
    const next = `${prefix}.step(${loaded}, ${by}${look === undefined ? '' : `, ${look}`})`;
    const stored = name === undefined ? `(${member} = ${next})` : `(yield* ${prefix}.set(${target}, ${name}, ${next}))`;
    const whole = isPrefix ? stored : `${prefix}.step(${stored}, ${-by})`;
    const setup = [
      ...(isSimple ? [] : [`${target} = ${this.#cut(object)}`]),
      ...(argument.computed && property.type !== 'Literal' ? [`${key} = ${prefix}.property(${this.#cut(property)})`] : []),
    ];
    // Not an update: what was put around the parts inside is in the new text already.
    this.#code.overwrite(node.start, node.end, setup.length === 0 ? whole : `(${setup.join(', ')}, ${whole})`);
  }

  /** The name of a member, in quotes, if it may be an accessor whose twin is to run. */
  #accessor({ object, property, computed }: MemberExpression): string | undefined {
    if (computed || property.type !== 'Identifier' || object.type === 'Super') return undefined;
    return this.#from.accessors.has(property.name) ? JSON.stringify(property.name) : undefined;
  }

  #temp(): string {
    this.#temps += 1;
    return `${this.#from.prefix}_v${this.#temps - 1}`;
  }
}

function privateTwin(prefix: string, name: string): string {
  return `${prefix}_t_${name}`;
}

/** Where the arguments of a call begin: the first parenthesis that opens, behind a callee that may itself stand in some. */
function openParenthesis(source: string, from: number): number {
  for (let at = from; at < source.length; at += 1) {
    if (source[at] === '(') return at;
    if (source.startsWith('//', at)) at = source.indexOf('\n', at);
    else if (source.startsWith('/*', at)) at = source.indexOf('*/', at) + 1;
  }
  return from;
}
