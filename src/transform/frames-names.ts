/**
 * The variables of a generator function that is taken apart: each has a slot in the frame. And the text of a part without switch points, in which
 * they are replaced by their slots.
 */
import type { AnyNode, Identifier, Pattern } from 'acorn';
import type { OwnNames } from './frames-code.js';
import type { StatefulError } from './frames-error.js';
import { nameInTwin } from './frames-twin.js';
import { analyze } from './scope.js';
import { children, isFunction, isLoop } from './syntax.js';

/** A variable that has a slot. */
export interface Variable {
  readonly slot: number;
  readonly name: string;
  /** In how many functions its own function stands. */
  readonly level: number;
  /** Its declaration: only functions in it, and what is behind it, may use it. */
  readonly declared: { readonly start: number; readonly end: number };
  /** Whether it is made anew on each turn of a loop with switch points in it. */
  readonly made: 'once' | 'on-each-turn';
  /** Where a loop's own head goes on to the next turn: that is no change within a turn. */
  readonly update: { readonly start: number; readonly end: number } | undefined;
}

/** A declared function that is taken apart, too. */
export interface InnerCode {
  readonly number: number;
  /** Whose variables it uses: those of the function at this level; -1: nobody's. */
  readonly level: number;
}

/** The variables of a block. */
export class Names {
  readonly parent: Names | undefined;
  readonly own = new Map<string, Variable>();
  readonly codes = new Map<string, InnerCode>();

  constructor(parent: Names | undefined) {
    this.parent = parent;
  }

  find(name: string): Variable | undefined {
    return this.own.get(name) ?? this.parent?.find(name);
  }

  code(name: string): InnerCode | undefined {
    return this.codes.get(name) ?? this.parent?.code(name);
  }
}

/** How a part of the text may be left: to be said in the words of the frame. */
export type Leave = { readonly by: 'break' | 'continue'; readonly label: string | undefined } | { readonly by: 'return' };

/** What the text of a part depends on. */
export interface Surroundings {
  readonly source: string;
  readonly names: OwnNames;
  /** In how many functions the text's own function stands. */
  readonly level: number;
  /** The name of what a twin's text calls; `undefined` for a text that somebody wrote. */
  readonly twin: string | undefined;
  /** A function inside uses a variable. */
  capture(variable: Variable): void;
  /** The number of a function inside, given as its twin. */
  inner(twin: AnyNode): number;
  readonly scope: Names;
  /** Whether the part is what is yielded: a function made there is used before anything else happens. */
  readonly part: 'operand' | 'other';
  /** How functions in it are made, see `captured`. */
  readonly writes: ReadonlyMap<string, readonly number[]>;
  /** Complains about a name that means nothing here. */
  free(node: Identifier, access: 'read' | 'write'): void;
  /** The text in front of and behind the value with which the part is left. */
  leave(leave: Leave): readonly [before: string, behind: string];
  fail(node: AnyNode, what: string): StatefulError;
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The text of a part without switch points. */
export function textOf(node: AnyNode, around: Surroundings): string {
  const edits: Edit[] = [];
  const shorthands = new Set<number>();
  const functions: FunctionPlace[] = [];
  const dropped: Place[] = [];
  const finding = { edits, shorthands, functions, dropped, around };
  inspect(node, finding, { labels: new Set(), breaks: 'outside', continues: 'outside', depth: 0, self: 'own' });
  const taken = new Map<number, Set<string>>();
  for (const { node: id, inside, access } of analyze(node, 'strict').free) {
    if (id.name === around.twin || dropped.some(({ start, end }) => start <= id.start && id.end <= end)) continue;
    const variable = around.scope.find(id.name);
    if (variable === undefined) {
      if (id.name === 'arguments') throw around.fail(id, 'uses `arguments`; expected named parameters');
      around.free(id, access);
      continue;
    }
    const isOuter = variable.level !== around.level;
    if (id.start < (inside === undefined && !isOuter ? variable.declared.end : variable.declared.start))
      throw around.fail(id, `uses \`${id.name}\` before it is declared`);
    if (inside !== undefined && byValue(id, variable, around) === 'yes') {
      const outer = functions.findIndex(({ start, end }) => start <= id.start && id.end <= end);
      if (functions[outer]!.form === 'other') throw around.fail(id, `makes a function that keeps \`${id.name}\` on each turn of a loop`);
      taken.set(outer, (taken.get(outer) ?? new Set()).add(id.name));
      continue;
    }
    if (isOuter || (inside !== undefined && around.twin !== undefined && around.part !== 'operand')) around.capture(variable);
    const slot = localOf(variable, around);
    edits.push({ start: id.start, end: id.end, text: shorthands.has(id.start) ? `${id.name}: ${slot}` : slot });
  }
  for (const [at, names] of taken) {
    const { start, end } = functions[at]!;
    const slots = [...names].map((name) => `${around.names.locals}[${around.scope.find(name)!.slot}]`);
    edits.push({ start, end: start, text: `((${[...names].join(', ')}) => (` }, { start: end, end, text: `))(${slots.join(', ')})` });
  }
  return apply(around.source, node, edits);
}

/** A variable in the words of the frame: its own, or one of those around it. */
export function localOf({ slot, level }: Variable, { names, level: own }: Pick<Surroundings, 'names' | 'level'>): string {
  return `${names.locals}${level === own ? '' : own - level}[${slot}]`;
}

/** A function made on a turn of a loop keeps that turn's variables, which a slot cannot: it is given their values, if they do not change. */
function byValue(id: Identifier, variable: Variable, around: Surroundings): 'yes' | 'no' {
  // Of a function that a twin makes it is known which variables it keeps: it may not live longer than the turn.
  if (variable.made === 'once' || around.part === 'operand' || around.twin !== undefined) return 'no';
  const { update } = variable;
  const writes = around.writes.get(id.name) ?? [];
  if (writes.some((at) => update === undefined || at < update.start || at >= update.end))
    throw around.fail(id, `makes a function that keeps \`${id.name}\`, which changes on each turn of a loop`);
  return 'yes';
}

/** The target of an assignment or declaration. */
export function patternOf(pattern: Pattern, around: Surroundings, value: (node: AnyNode) => string): string {
  switch (pattern.type) {
    case 'Identifier': {
      const variable = around.scope.find(pattern.name);
      if (variable === undefined)
        throw around.fail(pattern, `sets \`${pattern.name}\`, which is not its own and not in what the threads share`);
      if (variable.level !== around.level) around.capture(variable);
      return localOf(variable, around);
    }
    case 'ObjectPattern':
      return `{ ${pattern.properties
        .map((property) => {
          if (property.type === 'RestElement') return `...${patternOf(property.argument, around, value)}`;
          const key = property.computed ? `[${value(property.key)}]` : around.source.slice(property.key.start, property.key.end);
          return `${key}: ${patternOf(property.value, around, value)}`;
        })
        .join(', ')} }`;
    case 'ArrayPattern':
      return `[${pattern.elements.map((element) => (element === null ? '' : patternOf(element, around, value))).join(', ')}${pattern.elements.at(-1) === null ? ',' : ''}]`;
    case 'RestElement':
      return `...${patternOf(pattern.argument, around, value)}`;
    case 'AssignmentPattern':
      return `${patternOf(pattern.left, around, value)} = ${value(pattern.right)}`;
    default:
      return value(pattern);
  }
}

interface Place {
  readonly start: number;
  readonly end: number;
}

interface FunctionPlace extends Place {
  readonly form: 'expression' | 'other';
}

interface Finding {
  readonly edits: Edit[];
  readonly shorthands: Set<number>;
  readonly functions: FunctionPlace[];
  /** Twins of functions inside: they are no part of this text. */
  readonly dropped: Place[];
  readonly around: Surroundings;
}

interface Inside {
  readonly labels: ReadonlySet<string>;
  readonly breaks: 'inside' | 'outside';
  readonly continues: 'inside' | 'outside';
  readonly depth: number;
  /** Whose `this` it is: an arrow function has none of its own. */
  readonly self: 'own' | 'inner';
}

/** What in a part is not a name, and has to be said differently: how it is left, and what cannot be. */
function inspect(node: AnyNode, finding: Finding, inside: Inside): void {
  const { edits, around } = finding;
  let next = inside;
  if (node.type === 'Property' && node.shorthand) finding.shorthands.add(node.start);
  if (isFunction(node)) {
    if (inside.depth === 0) finding.functions.push({ start: node.start, end: node.end, form: formOf(node, around.source) });
    const self = node.type === 'ArrowFunctionExpression' ? inside.self : 'inner';
    next = { labels: new Set(), breaks: 'inside', continues: 'inside', depth: inside.depth + 1, self };
  } else if (node.type === 'PropertyDefinition' || node.type === 'StaticBlock')
    next = { ...inside, depth: inside.depth + 1, self: 'inner' };
  else if (isLoop(node)) next = { ...inside, breaks: 'inside', continues: 'inside' };
  else if (node.type === 'SwitchStatement') next = { ...inside, breaks: 'inside' };
  else if (node.type === 'LabeledStatement') next = { ...inside, labels: new Set([...inside.labels, node.label.name]) };
  if (node.type === 'MemberExpression') refuseHidden(node, around);
  if (node.type === 'ThisExpression' && inside.self === 'own') {
    const self = around.scope.find('this');
    if (self === undefined) throw around.fail(node, 'uses `this`; expected nothing but its parameters and helpers');
    if ((inside.depth > 0 && around.part !== 'operand') || self.level < around.level) around.capture(self);
    edits.push({ start: node.start, end: node.end, text: localOf(self, around) });
    return;
  }
  // What is constructed may have variables around it that nobody sees.
  if (node.type === 'NewExpression' && around.twin !== undefined) {
    edits.push({ start: node.callee.start, end: node.callee.start, text: `(${around.names.machine}.made(` });
    edits.push({ start: node.callee.end, end: node.callee.end, text: '))' });
  }
  const twin = twinIn(node, around);
  if (twin !== undefined) {
    const { plain, other } = twin;
    if (other.type === 'Identifier') {
      // A declared function: it was given its code where it was made.
      edits.push({ start: node.start, end: plain.start, text: '' }, { start: plain.end, end: node.end, text: '' });
      finding.dropped.push({ start: plain.end, end: node.end });
      return;
    }
    const code = around.inner(other);
    const { machine, frame } = around.names;
    edits.push({ start: node.start, end: plain.start, text: `${machine}.closure(` });
    edits.push({ start: plain.end, end: node.end, text: `, ${frame}, ${code})` });
    finding.dropped.push({ start: plain.end, end: node.end });
    inspect(plain, finding, inside);
    return;
  }
  if (inside.depth === 0) {
    switch (node.type) {
      case 'Super':
      case 'MetaProperty':
        throw around.fail(node, `uses \`${around.source.slice(node.start, node.end)}\`; expected nothing but its parameters and helpers`);
      case 'AwaitExpression':
        throw around.fail(node, 'awaits');
      case 'WithStatement':
        throw around.fail(node, 'has a `with`');
      case 'ReturnStatement': {
        const [before, behind] = around.leave({ by: 'return' });
        if (node.argument)
          edits.push(
            { start: node.start, end: node.argument.start, text: `{ ${before}(` },
            { start: node.argument.end, end: node.end, text: `)${behind} }` },
          );
        else edits.push({ start: node.start, end: node.end, text: `{ ${before}undefined${behind} }` });
        break;
      }
      case 'BreakStatement':
      case 'ContinueStatement': {
        const by = node.type === 'BreakStatement' ? 'break' : 'continue';
        const label = node.label?.name;
        if (label === undefined ? inside[`${by}s`] === 'inside' : inside.labels.has(label)) break;
        edits.push({ start: node.start, end: node.end, text: `{ ${around.leave({ by, label }).join('undefined')} }` });
        break;
      }
      default:
    }
  }
  for (const part of children(node)) inspect(part, finding, next);
}

/** A function inside and its twin: `$gil.pair(f, function* …)`, `$gil.named(f, (name) => function* …)`. */
function twinIn(node: AnyNode, { twin, fail }: Surroundings): { readonly plain: AnyNode; readonly other: AnyNode } | undefined {
  const name = node.type === 'CallExpression' ? nameInTwin(node.callee, twin) : undefined;
  if (name === undefined || node.type !== 'CallExpression') return undefined;
  const [plain, other] = node.arguments;
  if (/^link/.test(name)) throw fail(node, 'makes a class or an object with methods; expected it outside of the function');
  return /^(?:pair|named)$/.test(name) && plain && other ? { plain, other } : undefined;
}

/** What would change an object in a way that is not seen in its keys and values. */
const HIDDEN = /^(?:defineProperty|defineProperties|freeze|seal|preventExtensions|setPrototypeOf)$/;

function refuseHidden(node: Extract<AnyNode, { type: 'MemberExpression' }>, around: Surroundings): void {
  const { object, property } = node;
  if (
    object.type === 'Identifier' &&
    /^(?:Object|Reflect)$/.test(object.name) &&
    property.type === 'Identifier' &&
    HIDDEN.test(property.name)
  )
    throw around.fail(node, `uses ${object.name}.${property.name}, whose effect is not seen in a state`);
  if (!node.computed && property.type === 'Identifier' && property.name === '__proto__')
    throw around.fail(node, 'uses __proto__, whose effect is not seen in a state');
}

/** A method's text is no expression of its own. */
function formOf(node: AnyNode, source: string): 'expression' | 'other' {
  if (node.type === 'FunctionDeclaration') return 'other';
  return node.type === 'ArrowFunctionExpression' || /^(?:async\s*)?function/.test(source.slice(node.start, node.end))
    ? 'expression'
    : 'other';
}

function apply(source: string, node: AnyNode, edits: readonly Edit[]): string {
  let text = '';
  let at = node.start;
  for (const edit of [...edits].sort((a, b) => a.start - b.start || a.end - b.end)) {
    text += source.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return text + source.slice(at, node.end);
}
