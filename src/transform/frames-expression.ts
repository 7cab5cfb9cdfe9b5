/**
 * Expressions with switch points in them: what is evaluated before a switch point is kept in slots, what comes behind it stays text.
 */
import type { AnyNode, AssignmentExpression, CallExpression, Expression, Pattern, Property, YieldExpression } from 'acorn';
import type { YieldForm } from './frames-code.js';
import { patternOf } from './frames-names.js';
import { type CallKind, callInTwin, nameInTwin } from './frames-twin.js';
import { type Writer, yields } from './frames-writer.js';

/** The text of an expression's value, to be evaluated next; everything in front of the last switch point is done before. */
export function value(writer: Writer, node: AnyNode): string {
  if (!yields(node)) return node.type === 'Identifier' || node.type === 'Literal' ? writer.text(node) : `(${writer.text(node)})`;
  switch (node.type) {
    case 'YieldExpression':
      return yielded(writer, node, 'wanted');
    case 'ParenthesizedExpression':
      return value(writer, node.expression);
    case 'SequenceExpression': {
      for (const part of node.expressions.slice(0, -1)) effect(writer, part);
      return value(writer, node.expressions.at(-1)!);
    }
    case 'BinaryExpression': {
      const [left, right] = values(writer, [node.left, node.right]);
      return `(${left} ${node.operator} ${right})`;
    }
    case 'LogicalExpression':
      return either(writer, value(writer, node.left), node.operator, () => value(writer, node.right));
    case 'ConditionalExpression': {
      const [otherwise, end] = [writer.label(), writer.label()];
      writer.branch(`!${value(writer, node.test)}`, otherwise);
      const result = writer.save('undefined');
      assign(writer, result, value(writer, node.consequent));
      writer.jump(end);
      writer.place(otherwise);
      assign(writer, result, value(writer, node.alternate));
      writer.place(end);
      return result;
    }
    case 'UnaryExpression':
      if (node.operator === 'delete') return `(delete ${place(writer, node.argument, []).target})`;
      return `(${node.operator} ${value(writer, node.argument)})`;
    case 'UpdateExpression': {
      const { target } = place(writer, node.argument, []);
      return node.prefix ? `(${node.operator}${target})` : `(${target}${node.operator})`;
    }
    case 'AssignmentExpression':
      return assigned(writer, node);
    case 'MemberExpression':
      return place(writer, node, []).target;
    case 'CallExpression':
      return twinHelper(writer, node) ?? called(writer, node);
    case 'NewExpression': {
      const [callee, ...args] = values(writer, [node.callee, ...node.arguments]);
      return `(new (${writer.from.twin === undefined ? callee : `${writer.names.machine}.made(${callee})`})(${args.join(', ')}))`;
    }
    case 'ArrayExpression': {
      const parts = values(
        writer,
        node.elements.filter((element) => element !== null),
      );
      return `[${node.elements.map((element) => (element === null ? '' : parts.shift())).join(', ')}${node.elements.at(-1) === null ? ',' : ''}]`;
    }
    case 'ObjectExpression':
      return object(writer, node.properties);
    case 'TemplateLiteral': {
      const parts = values(writer, node.expressions, (text) => `\`\${${text}}\``);
      const quasis = node.quasis.map(({ start, end }) => writer.source.slice(start, end));
      return `\`${quasis.map((text, at) => text + (at < parts.length ? `\${${parts[at]}}` : '')).join('')}\``;
    }
    default:
      throw writer.fail(
        node,
        `has a \`yield\` inside ${/^[AEIOU]/.test(node.type) ? 'an' : 'a'} ${node.type}; expected it in a variable of its own first`,
      );
  }
}

/** An expression whose value nobody wants. */
export function effect(writer: Writer, node: AnyNode): void {
  if (node.type === 'YieldExpression') {
    yielded(writer, node, 'unwanted');
    return;
  }
  if (node.type === 'AssignmentExpression' && node.operator === '=' && node.left.type === 'Identifier') {
    const variable = writer.scope.find(node.left.name);
    if (variable?.level === writer.level) {
      // Checked as any other use: it may be too early for it.
      writer.text(node.left);
      writer.set(variable.slot, value(writer, node.right));
      return;
    }
  }
  writer.run(value(writer, node));
}

/** Several values, in order. */
function values(writer: Writer, nodes: readonly AnyNode[], keep = (text: string) => text): string[] {
  const last = nodes.findLastIndex((node) => yields(node));
  return nodes.map((node, at) => {
    if (node.type === 'SpreadElement') {
      const all = value(writer, node.argument);
      return `...${at < last ? writer.save(`[...${all}]`) : all}`;
    }
    const text = value(writer, node);
    return at < last && !isConstant(writer, node) ? writer.save(keep(text)) : text;
  });
}

/** What no thread can change in the meantime. */
function isConstant(writer: Writer, node: AnyNode): boolean {
  return node.type === 'Literal' || (node.type === 'Identifier' && writer.scope.find(node.name) === undefined);
}

function yielded(writer: Writer, node: YieldExpression, result: 'wanted' | 'unwanted'): string {
  if (node.delegate) {
    const call = node.argument!;
    const unknown = call.type === 'CallExpression' ? callInTwin(call, writer.from.twin) : undefined;
    if (unknown === undefined) callKnown(writer, node, call);
    else {
      const text = invoke(writer, unknown, (call as CallExpression).arguments, result);
      if (text !== undefined) return text;
    }
  } else {
    const { argument } = node;
    const operand = argument ? (yields(argument) ? value(writer, argument) : writer.text(argument, 'operand')) : 'undefined';
    writer.yield(operand, formOf(argument));
  }
  return result === 'wanted' ? writer.save(writer.names.input) : 'undefined';
}

/** Calls what is known at run time only. The value is the input then, but for a setter, where it is what was set. */
function invoke(writer: Writer, name: CallKind, given: readonly AnyNode[], result: 'wanted' | 'unwanted'): string | undefined {
  const all = values(writer, given);
  const fixed = name === 'call' || name === 'new' ? 1 : 2;
  if (name === 'set' && result === 'wanted') all[2] = writer.save(all[2]!);
  const args = name === 'get' ? '' : `, [${all.slice(fixed).join(', ')}]`;
  writer.invoke(`${writer.names.machine}.${name}(${all.slice(0, fixed).join(', ')}${args})`);
  return name === 'set' ? (result === 'wanted' ? all[2] : 'undefined') : undefined;
}

/** What a twin's text calls beside functions: `$gil.after(v, yield 1)` is `v`, with a switch point behind it. */
function twinHelper(writer: Writer, node: CallExpression): string | undefined {
  const { twin } = writer.from;
  const name = nameInTwin(node.callee, twin);
  if (name === undefined) return undefined;
  const all = values(writer, node.arguments);
  return name === 'after' ? all[0] : `${twin}.${name}(${all.join(', ')})`;
}

/** `yield* helper(…)`: of a generator function whose code is known. */
function callKnown(writer: Writer, node: YieldExpression, call: Expression): void {
  const callee = call.type === 'CallExpression' && call.callee.type === 'Identifier' ? call.callee.name : undefined;
  const inner = callee === undefined ? undefined : writer.scope.code(callee);
  const number =
    callee === undefined || writer.scope.find(callee) !== undefined ? undefined : (inner?.number ?? writer.known.generator(callee));
  if (number === undefined)
    throw writer.fail(
      node,
      `has \`${writer.source.slice(node.start, node.end)}\`; expected \`yield* helper(…)\` of a generator function in \`helpers\``,
    );
  const outer =
    inner === undefined || inner.level < 0 ? 'undefined' : `${writer.names.frame}${'.outer'.repeat(writer.level - inner.level)}`;
  writer.call(number, values(writer, (call as CallExpression).arguments).join(', '), outer);
}

/** Whether the condition of a point stands in the `yield`, so that it depends on the frame alone. */
function formOf(operand: Expression | null | undefined): YieldForm {
  if (operand?.type !== 'NewExpression' || operand.callee.type !== 'Identifier') return 'value';
  const ready = operand.arguments[2];
  return ready?.type === 'ArrowFunctionExpression' || ready?.type === 'FunctionExpression' ? 'point' : 'value';
}

function either(writer: Writer, first: string, operator: string, second: () => string): string {
  const end = writer.label();
  const result = writer.save(first);
  writer.branch(operator === '&&' ? `!${result}` : operator === '||' ? result : `${result} !== undefined && ${result} !== null`, end);
  assign(writer, result, second());
  writer.place(end);
  return result;
}

/** Sets a slot by its text. */
function assign(writer: Writer, local: string, text: string): void {
  writer.set(Number(/\[(\d+)\]$/.exec(local)![1]), text);
}

/** Something that can be assigned to, its parts kept if any of `behind` has a switch point; and the values behind it. */
function place(writer: Writer, node: AnyNode, behind: readonly AnyNode[]): { readonly target: string; readonly values: readonly string[] } {
  if (node.type === 'Identifier')
    return { target: patternOf(node, writer.surroundings(), (part) => writer.text(part)), values: values(writer, behind) };
  if (node.type !== 'MemberExpression' || node.optional || node.property.type === 'PrivateIdentifier' || node.object.type === 'Super')
    throw writer.fail(node, 'has a `yield` beside this; expected it in a variable of its own first');
  if (node.computed) {
    const [object, key, ...rest] = values(writer, [node.object, node.property, ...behind]);
    return { target: `${object}[${key}]`, values: rest };
  }
  const [object, ...rest] = values(writer, [node.object, ...behind]);
  return { target: `${object}.${writer.source.slice(node.property.start, node.property.end)}`, values: rest };
}

function assigned(writer: Writer, node: AssignmentExpression): string {
  const { operator, left, right } = node;
  if (operator === '=') {
    if (left.type === 'ObjectPattern' || left.type === 'ArrayPattern') {
      if (yields(left)) throw writer.fail(left, 'has a `yield` in a pattern; expected it in a variable of its own first');
      const text = value(writer, right);
      return `(${patternOf(left as Pattern, writer.surroundings(), (part) => writer.text(part))} = ${text})`;
    }
    const to = place(writer, left, [right]);
    return `(${to.target} = ${to.values[0]})`;
  }
  // The old value is read before the right side is evaluated: that is what makes `s.n += yield` a race.
  const { target } = left.type === 'MemberExpression' ? kept(writer, left) : place(writer, left, []);
  const binary = operator.slice(0, -1);
  if (binary === '&&' || binary === '||' || binary === '??')
    return either(writer, target, binary, () => `(${target} = ${value(writer, right)})`);
  const old = writer.save(target);
  return `(${target} = ${old} ${binary} ${value(writer, right)})`;
}

/** A member whose object and key are evaluated now. */
function kept(writer: Writer, node: Extract<AnyNode, { type: 'MemberExpression' }>): { readonly target: string } {
  if (node.property.type === 'PrivateIdentifier') throw writer.fail(node, 'uses a private name');
  const object = writer.save(value(writer, node.object));
  if (!node.computed) return { target: `${object}.${writer.source.slice(node.property.start, node.property.end)}` };
  return { target: `${object}[${writer.save(value(writer, node.property))}]` };
}

function called(writer: Writer, node: CallExpression): string {
  const { callee } = node;
  if (node.optional) throw writer.fail(node, 'has a `yield` in an optional call; expected it in a variable of its own first');
  if (callee.type !== 'MemberExpression') {
    const [target, ...args] = values(writer, [callee, ...node.arguments]);
    return `(0, ${target})(${args.join(', ')})`;
  }
  if (!node.arguments.some((argument) => yields(argument))) {
    return `${place(writer, callee, []).target}(${node.arguments.map((argument) => writer.text(argument)).join(', ')})`;
  }
  const object = writer.save(value(writer, callee.object));
  const key = callee.computed
    ? `[${value(writer, callee.property)}]`
    : `.${writer.source.slice(callee.property.start, callee.property.end)}`;
  const method = writer.save(`${object}${key}`);
  return `${method}.call(${[object, ...values(writer, node.arguments)].join(', ')})`;
}

function object(writer: Writer, properties: readonly (Property | Extract<AnyNode, { type: 'SpreadElement' }>)[]): string {
  const last = properties.findLastIndex((property) => yields(property));
  const parts = properties.map((property, at) => {
    const keep = (text: string): string => (at < last ? writer.save(text) : text);
    if (property.type === 'SpreadElement') {
      const all = value(writer, property.argument);
      return `...${at < last ? writer.save(`{ ...${all} }`) : all}`;
    }
    if (property.method || property.kind !== 'init') {
      if (yields(property.key))
        throw writer.fail(property, 'has a `yield` in the name of a method; expected it in a variable of its own first');
      return writer.text(property);
    }
    const key = property.computed ? `[${keep(value(writer, property.key))}]` : writer.source.slice(property.key.start, property.key.end);
    return `${key}: ${keep(value(writer, property.value))}`;
  });
  return `({ ${parts.join(', ')} })`;
}
