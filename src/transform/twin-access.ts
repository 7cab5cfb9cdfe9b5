/**
 * Members that may be accessors, in the text of a twin: to read one, to assign to one and to step one are calls of generators.
 */
import type { AssignmentExpression, MemberExpression, UpdateExpression } from 'acorn';
import { asValue, dotBefore, hiddenName, type TwinParts } from './twin-parts.js';

/** How the text reads and writes a private accessor; neither where it is none. */
interface Ways {
  readonly get: ((object: string) => string) | undefined;
  readonly set: ((object: string, value: string) => string) | undefined;
}

function hiddenWays({ property }: MemberExpression, { from }: TwinParts): Ways | undefined {
  const hidden = property.type === 'PrivateIdentifier' ? from.hidden.get(property.name) : undefined;
  if (property.type !== 'PrivateIdentifier' || (hidden?.get === undefined && hidden?.set === undefined)) return undefined;
  const [getter, setter] = [hiddenName(from.prefix, 'get', property.name), hiddenName(from.prefix, 'set', property.name)];
  const plain = `.#${property.name}`;
  return {
    get: (object) =>
      hidden.get === undefined
        ? `${object}${plain}`
        : `(yield* ${hidden.get === 'member' ? `${object}.#${getter}()` : `${getter}.call(${object})`})`,
    set: (object, value) =>
      hidden.set === undefined
        ? `${object}${plain} = ${value}`
        : `yield* ${hidden.set === 'member' ? `${object}.#${setter}(${value})` : `${setter}.call(${object}, ${value})`}`,
  };
}

export function writeRead(node: MemberExpression, parts: TwinParts): void {
  const { code } = parts;
  const { prefix, source } = parts.from;
  const name = parts.accessor(node);
  if (name !== undefined) {
    code.update(node.object.end, node.end, `, ${name})`);
    code.prependRight(node.start, `(yield* ${prefix}.get(`);
    code.appendLeft(node.end, ')');
    return;
  }
  const hidden = node.property.type === 'PrivateIdentifier' ? parts.from.hidden.get(node.property.name)?.get : undefined;
  if (hidden === undefined || node.property.type !== 'PrivateIdentifier') return;
  const getter = hiddenName(prefix, 'get', node.property.name);
  if (hidden === 'member') {
    code.update(node.property.start, node.end, `#${getter}()`);
    code.prependRight(node.start, '(yield* ');
  } else {
    code.update(dotBefore(source, node.property), node.end, ')');
    code.prependRight(node.start, `(yield* ${getter}.call(`);
  }
  code.appendLeft(node.end, ')');
}

export function writeAssignment(node: AssignmentExpression, parts: TwinParts): void {
  const { left, right, operator } = node;
  if (left.type !== 'MemberExpression') return;
  const name = parts.accessor(left);
  const ways = hiddenWays(left, parts);
  if (name === undefined && ways === undefined) return;
  const isPlain = operator === '=';
  if (/^(?:&&|\|\||\?\?)=$/.test(operator)) parts.refuse(node, `${operator} of a property with accessors`);
  const { prefix, source } = parts.from;
  const { object } = left;
  if (ways !== undefined) {
    const [target, value] = [object.type === 'ThisExpression' ? parts.from.self : parts.temp(), parts.temp()];
    const keep = object.type === 'ThisExpression' ? '' : `${target} = ${asValue(object, parts.cut(object))}, `;
    const given = asValue(right, parts.cut(right));
    const before = isPlain ? given : `${ways.get?.(target)} ${operator.slice(0, -1)} (${given})`;
    parts.code.overwrite(node.start, node.end, `(${keep}${value} = ${before}, ${ways.set?.(target, value)}, ${value})`);
    return;
  }
  const isSimple = object.type === 'Identifier' || object.type === 'ThisExpression';
  const target = object.type === 'ThisExpression' ? parts.from.self : isSimple ? source.slice(object.start, object.end) : parts.temp();
  const keep = isSimple ? '' : `${target} = `;
  const before = isPlain ? '' : `(yield* ${prefix}.get(${target}, ${name})) ${operator.slice(0, -1)} (`;
  parts.code.prependRight(node.start, `(yield* ${prefix}.set(${keep}`);
  parts.code.update(left.object.end, right.start, `, ${name}, ${before}`);
  parts.code.appendLeft(node.end, `${isPlain ? '' : ')'}))`);
}

export function writeUpdate(node: UpdateExpression, look: string | undefined, parts: TwinParts): void {
  const { argument, operator, prefix: isPrefix } = node;
  if (argument.type !== 'MemberExpression') return;
  const name = parts.accessor(argument);
  const ways = hiddenWays(argument, parts);
  if (name === undefined && ways === undefined && look === undefined) return;
  const { prefix, source } = parts.from;
  const { object, property } = argument;
  if (object.type === 'Super') parts.refuse(node, `${operator} of a property of super`);
  const isSimple = object.type === 'Identifier' || object.type === 'ThisExpression';
  const target = object.type === 'ThisExpression' ? parts.from.self : isSimple ? source.slice(object.start, object.end) : parts.temp();
  const key = !argument.computed ? '' : property.type === 'Literal' ? source.slice(property.start, property.end) : parts.temp();
  const member = argument.computed ? `${target}[${key}]` : `${target}.${source.slice(property.start, property.end)}`;
  const by = operator === '++' ? 1 : -1;
  const loaded = name !== undefined ? `(yield* ${prefix}.get(${target}, ${name}))` : (ways?.get?.(target) ?? member);
  const next = `${prefix}.step(${loaded}, ${by}${look === undefined ? '' : `, ${look}`})`;
  let stored = name === undefined ? `(${member} = ${next})` : `(yield* ${prefix}.set(${target}, ${name}, ${next}))`;
  if (ways !== undefined) {
    const value = parts.temp();
    stored = `(${value} = ${next}, ${ways.set?.(target, value)}, ${value})`;
  }
  const whole = isPrefix ? stored : `${prefix}.step(${stored}, ${-by})`;
  const setup = [
    ...(isSimple ? [] : [`${target} = ${parts.cut(object)}`]),
    ...(argument.computed && property.type !== 'Literal' ? [`${key} = ${prefix}.property(${parts.cut(property)})`] : []),
  ];
  // Not an update: what was put around the parts inside is in the new text already.
  parts.code.overwrite(node.start, node.end, setup.length === 0 ? whole : `(${setup.join(', ')}, ${whole})`);
}
