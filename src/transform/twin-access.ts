/**
 * Members that may be accessors, in the text of a twin: to read one, to assign to one and to step one are calls of generators.
 */
import type { AnyNode, AssignmentExpression, MemberExpression, UpdateExpression } from 'acorn';
import { asValue, hiddenName, type TwinParts } from './twin-parts.js';

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
  const seen = (text: string): string => `${from.prefix}.seen(${JSON.stringify(plain.slice(1))}, ${text})`;
  return {
    get: (object) => {
      if (hidden.get === 'member') return `(yield* ${object}.#${getter}())`;
      return hidden.get === undefined ? `${object}${plain}` : seen(`${object}${plain}`);
    },
    set: (object, value) => {
      if (hidden.set === 'member') return `yield* ${object}.#${setter}(${value})`;
      return hidden.set === undefined ? `${object}${plain} = ${value}` : seen(`${object}${plain} = ${value}`);
    },
  };
}

/** What reads a member of an object, and what gives it a value, which is the value of the expression. */
interface Access {
  readonly get: (object: string, key: string) => string;
  readonly set: (object: string, key: string, value: string) => string;
}

/** How a member that may be an accessor is reached; `undefined` for one that is none. */
function accessOf(node: MemberExpression, parts: TwinParts): Access | undefined {
  const { prefix } = parts.from;
  const ways = hiddenWays(node, parts);
  if (ways !== undefined) {
    return {
      get: (object) => ways.get?.(object) ?? '',
      set: (object, _, value) => {
        const given = parts.temp();
        return `(${given} = ${value}, ${ways.set?.(object, given)}, ${given})`;
      },
    };
  }
  if (parts.accessor(node) === undefined) return undefined;
  return {
    get: (object, key) => `(yield* ${prefix}.get(${object}, ${key}))`,
    set: (object, key, value) => `(yield* ${prefix}.set(${object}, ${key}, ${value}))`,
  };
}

/** The object and the key of a member, each computed once; what has to be computed before. */
function held(
  node: MemberExpression,
  parts: TwinParts,
): { readonly object: string; readonly key: string; readonly before: readonly string[] } {
  const { object, property, computed } = node;
  const isSimple = object.type === 'Identifier' || object.type === 'ThisExpression';
  const target = isSimple ? parts.cut(object) : parts.temp();
  const isKnown = !computed || property.type === 'Literal';
  const key = !computed ? (parts.accessor(node) ?? '') : isKnown ? parts.cut(property) : parts.temp();
  return {
    object: target,
    key,
    before: [
      ...(isSimple ? [] : [`${target} = ${asValue(object, parts.cut(object))}`]),
      ...(isKnown ? [] : [`${key} = ${parts.from.prefix}.property(${asValue(property, parts.cut(property))})`]),
    ],
  };
}

/** Not an update of the text: what was put around the parts inside is in the new text already. */
function replace(node: AnyNode, before: readonly string[], text: string, { code }: TwinParts): void {
  code.overwrite(node.start, node.end, before.length === 0 ? text : `(${before.join(', ')}, ${text})`);
}

export function writeRead(node: MemberExpression, parts: TwinParts): void {
  const access = node.object.type === 'Super' ? undefined : accessOf(node, parts);
  if (access === undefined) return;
  const { object, property } = node;
  const text = object.type === 'Identifier' || object.type === 'ThisExpression' ? parts.cut(object) : `(${parts.cut(object)})`;
  const key = node.computed ? asValue(property, parts.cut(property)) : (parts.accessor(node) ?? '');
  replace(node, [], access.get(text, key), parts);
}

export function writeAssignment(node: AssignmentExpression, parts: TwinParts): void {
  const { left, right, operator } = node;
  if (left.type !== 'MemberExpression') return;
  const access = accessOf(left, parts);
  if (access === undefined) return;
  const value = asValue(right, parts.cut(right));
  const { object, key, before } = held(left, parts);
  const loaded = access.get(object, key);
  if (operator === '=') replace(node, before, access.set(object, key, value), parts);
  else if (/^(?:&&|\|\||\?\?)=$/.test(operator))
    replace(node, before, `(${loaded} ${operator.slice(0, -1)} ${access.set(object, key, value)})`, parts);
  else replace(node, before, access.set(object, key, `${loaded} ${operator.slice(0, -1)} (${value})`), parts);
}

export function writeUpdate(node: UpdateExpression, look: string | undefined, parts: TwinParts): void {
  const { argument, operator, prefix: isPrefix } = node;
  if (argument.type !== 'MemberExpression') return;
  const access = accessOf(argument, parts);
  if (access === undefined && look === undefined) return;
  const { prefix, source } = parts.from;
  const { property, computed } = argument;
  if (argument.object.type === 'Super') parts.refuse(node, `${operator} of a property of super`);
  const { object, key, before } = held(argument, parts);
  const member = computed ? `${object}[${key}]` : `${object}.${source.slice(property.start, property.end)}`;
  const by = operator === '++' ? 1 : -1;
  const next = `${prefix}.step(${access?.get(object, key) ?? member}, ${by}${look === undefined ? '' : `, ${look}`})`;
  const stored = access?.set(object, key, next) ?? `(${member} = ${next})`;
  replace(node, before, isPrefix ? stored : `${prefix}.step(${stored}, ${-by})`, parts);
}
