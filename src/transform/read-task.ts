/**
 * From a function to its text and its syntax tree: every form in which `Function.prototype.toString` gives one,
 * and the refusal of what cannot work in another thread, because it depends on more than its text.
 */
import { type AnyNode, type ClassExpression, type Expression, type Options, parse } from 'acorn';
import { describe, TaskFunctionError, TaskSyntaxError } from '../errors.js';
import type { TaskSource } from './link.js';
import { isNativeText } from './native.js';
import { children, type FunctionNode, isFunction, NEWEST } from './syntax.js';

/** A task's text in a frame that makes it an expression, and what was found in it. */
export interface ReadTask {
  /** The frame with the text in it; positions in the tree are positions in here. */
  readonly framed: string;
  /** Where the text is in the frame. */
  readonly start: number;
  readonly end: number;
  readonly name: string;
  readonly mode: TaskSource['mode'];
  readonly node: FunctionNode;
  /** A method's name and keywords, in front of its parameters; they are not part of the function. */
  readonly methodHead: { readonly start: number; readonly end: number } | undefined;
}

/** The function around is there for `new.target` and `arguments` of an arrow function: they shall parse, to be refused in words. */
const FRAMES = [
  { form: 'expression', before: '(function () { return (', behind: '\n) })' },
  { form: 'method', before: '(function () { return ({', behind: '\n}) })' },
  { form: 'member', before: '(function () { return (class {', behind: '\n}) })' },
] as const;

const MODES: readonly { readonly mode: TaskSource['mode']; readonly options: Options }[] = [
  { mode: 'strict', options: { ...NEWEST, sourceType: 'module', allowSuperOutsideMethod: true, checkPrivateFields: false } },
  { mode: 'sloppy', options: { ...NEWEST, sourceType: 'script', allowSuperOutsideMethod: true, checkPrivateFields: false } },
];

/** How a task is called in messages. */
export function taskTitle(name: string): string {
  return name === 'anonymous' ? 'the task (an anonymous function)' : `the task \`${name}\``;
}

/** Reads a function. Throws for everything that is none, or none that can travel. */
export function readTask(task: unknown): ReadTask {
  const read = readFunction(task);
  refuseContext(read, taskTitle(read.name));
  return read;
}

/** Reads a function that stays where it is. Throws for what is none, or has no text. */
export function readFunction(task: unknown, source?: string): ReadTask {
  if (typeof task !== 'function') throw new TaskFunctionError(`submit: expected a function or a task of tasks(), got ${describe(task)}`);
  const name = task.name || 'anonymous';
  const title = taskTitle(name);
  const text = source ?? Function.prototype.toString.call(task);
  if (isNativeText(text)) {
    const what = name.startsWith('bound ') ? 'a bound function' : 'a native function';
    const remedy = name.startsWith('bound ')
      ? 'pass the object as an argument'
      : `wrap it, as in \`(x) => ${/^\w+$/.test(name) ? name : 'parseInt'}(x)\``;
    throw new TaskFunctionError(`${title} is ${what} and has no source text to send to a worker: ${remedy}`);
  }
  const read = parseTask(text, name);
  if (!read)
    throw new TaskFunctionError(
      `${title} is a class, and a task is called without \`new\`: wrap it, as in \`(x) => use(x)\`, with the class inside`,
    );
  return read;
}

/** A class, read as a task is. */
export interface ReadClass extends Omit<ReadTask, 'node' | 'methodHead'> {
  readonly node: ClassExpression;
}

/** Whether a text that `toString` gave is that of a class. */
export function isClassText(text: string): boolean {
  return /^class\b/.test(text);
}

/** Reads a class. Throws for what is none. */
export function readClass(text: string, name: string): ReadClass {
  const [{ before, behind }] = FRAMES;
  const framed = before + text + behind;
  const root = unframe(parse(framed, MODES[0]!.options).body[0]);
  if (root?.type !== 'ClassExpression') throw new TaskFunctionError(`expected a class, got \`${text.slice(0, 40)}\``);
  return { framed, start: before.length, end: before.length + text.length, name: name || 'anonymous', mode: 'strict', node: root };
}

function parseTask(text: string, name: string): ReadTask | undefined {
  let best: { readonly error: SyntaxError & { pos: number; loc: { line: number; column: number } }; readonly start: number } | undefined;
  for (const { mode, options } of MODES) {
    for (const { form, before, behind } of FRAMES) {
      const framed = before + text + behind;
      const [start, end] = [before.length, before.length + text.length];
      let root: Expression | undefined;
      try {
        root = unframe(parse(framed, options).body[0]);
      } catch (error) {
        if (!isParseError(error)) throw error;
        // The parser that came furthest understood the most: the others failed at the form.
        if (!best || error.pos - start > best.error.pos - best.start) best = { error, start };
        continue;
      }
      if (!root) continue;
      const shared = { framed, start, end, name, mode };
      if (form === 'expression') {
        if (root.start !== start || root.end !== end) continue;
        if (root.type === 'ClassExpression') return undefined;
        if (root.type === 'FunctionExpression' || root.type === 'ArrowFunctionExpression')
          return { ...shared, node: root, methodHead: undefined };
        continue;
      }
      const members = root.type === 'ObjectExpression' ? root.properties : root.type === 'ClassExpression' ? root.body.body : [];
      const [member] = members;
      if (members.length !== 1 || (member?.type !== 'Property' && member?.type !== 'MethodDefinition')) continue;
      if (member.value.type !== 'FunctionExpression' || (member.type === 'Property' && !member.method && member.kind === 'init')) continue;
      return { ...shared, node: member.value, methodHead: { start: member.start, end: member.value.start } };
    }
  }
  const { line, column } = best?.error.loc ?? { line: 1, column: 0 };
  const at = line === 1 ? column - (best?.start ?? 0) : column;
  const reason = best?.error.message.replace(/ \(\d+:\d+\)$/, '') ?? 'no function';
  throw new TaskSyntaxError(`${taskTitle(name)} could not be parsed (line ${line}, column ${at + 1}): ${reason}`, { cause: best?.error });
}

/** The expression that a frame returns. */
function unframe(statement: AnyNode | undefined): Expression | undefined {
  if (statement?.type !== 'ExpressionStatement' || statement.expression.type !== 'FunctionExpression') return undefined;
  const [first, second] = statement.expression.body.body;
  return first?.type === 'ReturnStatement' && !second ? (first.argument ?? undefined) : undefined;
}

function isParseError(error: unknown): error is SyntaxError & { pos: number; loc: { line: number; column: number } } {
  return error instanceof SyntaxError && 'pos' in error && 'loc' in error;
}

/** Refuses what a function has from where it was made or how it is called, beside its variables. */
function refuseContext({ framed, node }: ReadTask, title: string): void {
  const privates = new Set<string>();
  const declared = new Set<string>();
  const refuse = (part: AnyNode, own: 'own' | 'inner'): void => {
    if (part.type === 'MetaProperty' && part.meta.name === 'import') {
      throw new TaskFunctionError(
        `${title} uses import.meta, which belongs to a module: pass import.meta.url as an argument, or export the function from a module and use tasks(new URL('./work.js', import.meta.url))`,
      );
    }
    if (part.type === 'PrivateIdentifier') privates.add(part.name);
    if (part.type === 'PropertyDefinition' || part.type === 'MethodDefinition')
      if (part.key.type === 'PrivateIdentifier') declared.add(part.key.name);
    if (own === 'own' && (part.type === 'ThisExpression' || part.type === 'Super' || part.type === 'MetaProperty')) {
      const what = part.type === 'ThisExpression' ? '`this`' : `\`${framed.slice(part.start, part.end)}\``;
      throw new TaskFunctionError(
        `${title} uses ${what}, and in a worker ${part.type === 'ThisExpression' ? 'it' : '`this`'} would be undefined: pass the object as an argument of a plain or arrow function, or export a function from a module and use tasks(new URL('./work.js', import.meta.url))`,
      );
    }
    if (part.type === 'MemberExpression' && part.property.type === 'PrivateIdentifier') privates.add(part.property.name);
    for (const child of children(part)) {
      const isInitial = part.type === 'PropertyDefinition' && child === part.value;
      const hasOwnThis = (isFunction(child) && child.type !== 'ArrowFunctionExpression') || child.type === 'StaticBlock' || isInitial;
      refuse(child, hasOwnThis ? 'inner' : own);
    }
  };
  for (const part of children(node)) refuse(part, isFunction(part) && part.type !== 'ArrowFunctionExpression' ? 'inner' : 'own');
  for (const name of privates) {
    if (!declared.has(name))
      throw new TaskFunctionError(
        `${title} uses the private name #${name}, which only the text of its class may: pass the value as an argument`,
      );
  }
}
