/**
 * From the text of a function to the text of its code, and of the functions in it. Where a name means what it meant where the function was written,
 * the code is made there.
 */
import { type AnyNode, parse } from 'acorn';
import { describe } from '../errors.js';
import { assemble, type CodeText, ownNames } from './frames-code.js';
import { constantSetIn, namesIn, writesIn } from './frames-declared.js';
import { StatefulError } from './frames-error.js';
import type { Machine } from './frames-machine.js';
import { Names, patternOf } from './frames-names.js';
import { block, hoistVars } from './frames-statement.js';
import { EVERYWHERE, type Known, type TextSource, Writer } from './frames-writer.js';
import { functionKind } from './function-kind.js';
import { type FunctionNode, freshPrefix, isFunction, NEWEST } from './syntax.js';

/** Runs from where the frame stands; the result: 0 it yields, 1 it calls, 2 it returns. */
export type Run = (frame: unknown, input: unknown, mode: 0 | 1) => 0 | 1 | 2;

/** A function of the program, as text. */
export interface CompiledText extends CodeText {
  readonly number: number;
  readonly name: string;
  readonly variables: readonly string[];
  /** In how many functions it stands. */
  readonly level: number;
  /** A variable that it uses, and that is made anew on each turn of a loop around it. */
  readonly keepsTurn: string | undefined;
}

/** A function inside that cannot be taken apart, which matters if it is called. */
export interface BrokenText {
  readonly number: number;
  readonly name: string;
  readonly level: number;
  readonly error: StatefulError;
}

/** What a text uses from around it, and who gives out numbers. */
export interface CompileContext {
  /** The number of a generator function that is taken apart, too. */
  generator(name: string): number | undefined;
  has(name: string): boolean;
  reserve(): number;
  /** The name of what a twin's text calls. */
  readonly twin: string | undefined;
  /** What the function is called in its own text. */
  readonly own: string | undefined;
}

/** The text of a twin, in which the names of `helpers` are known, and `$gil.call0` and its like. */
export interface WrittenTwin {
  readonly text: string;
  readonly helpers: Readonly<Record<string, unknown>>;
}

/** A text, ready to be run where its names mean something. */
export interface Compiled {
  /** Makes the functions that run it, one for each of `codes`. Its parameters: the machine, then what the caller wants. */
  factory(params: readonly string[], head: string): string;
  readonly codes: readonly (CompiledText | BrokenText)[];
  readonly machine: string;
}

/** Compiles a generator function, or the text of one, and all that is in it; its own number is `number`. */
export function compileText(title: string, body: unknown, number: number, context: CompileContext): Compiled {
  if (typeof body !== 'string' && !isGenerator(body))
    throw new StatefulError(title, `expected a generator function, got ${describe(body)}`);
  const { node, source } = read(title, typeof body === 'string' ? body : Function.prototype.toString.call(body));
  const codes: (CompiledText | BrokenText)[] = [];
  const names = ownNames(freshPrefix(source));
  const known: Known = {
    generator: (name) => context.generator(name),
    has: (name) => context.has(name),
    reserve: () => context.reserve(),
    inner: (inner, outer, self, reserved = context.reserve()) => {
      const writer = new Writer(from, outer);
      const name = `a function in ${title}`;
      try {
        codes.push({ ...written(writer, inner, self), number: reserved, name });
      } catch (error) {
        if (!(error instanceof StatefulError)) throw error;
        codes.push({ number: reserved, name, level: writer.level, error });
      }
      return reserved;
    },
  };
  const from: TextSource = { source, title, names, known, writes: writesIn(node), twin: context.twin };
  const writer = new Writer(from);
  const set = constantSetIn(node);
  if (set !== undefined) throw writer.fail(set, `sets the constant \`${set.name}\``);
  if (context.own !== undefined) writer.scope.codes.set(`${context.twin}_t_${context.own}`, { number, level: -1 });
  codes.push({ ...written(writer, node, undefined), number, name: title });
  const { machine } = names;
  return {
    codes,
    machine,
    factory: (params, head) => {
      const texts = codes.map((code) => ('text' in code ? code.text : 'undefined'));
      return `((${[machine, ...params].join(', ')}) => { 'use strict'; ${head} return [${texts.join(',\n')}]; })`;
    },
  };
}

/** Where the arguments, `this` and the function itself are when it begins. */
const GIVEN = 0;
const SELF = 1;
const OWN = 2;
export const FIRST_SLOTS = { GIVEN, SELF, OWN } as const;

function written(writer: Writer, node: FunctionNode, self: Parameters<Known['inner']>[2]): Omit<CompiledText, 'number' | 'name'> {
  for (let slot = 0; slot <= OWN; slot += 1) writer.slot();
  const { level } = writer;
  const fixed = (name: string, slot: number): void => {
    writer.variables[slot] = name;
    writer.scope.own.set(name, { slot, name, level, declared: EVERYWHERE, made: 'once', update: undefined });
  };
  if (writer.from.twin !== undefined && self !== 'bound') fixed('this', SELF);
  if (typeof self === 'object') fixed(self.name, OWN);
  writer.scope = new Names(writer.scope);
  for (const param of node.params) for (const name of namesIn(param)) writer.declare(name, EVERYWHERE);
  hoistVars(writer, node.body);
  writer.place();
  const given = writer.local(GIVEN);
  if (node.params.every(({ type }) => type === 'Identifier'))
    node.params.forEach((param, at) => {
      writer.set(writer.scope.find((param as { name: string }).name)!.slot, `${given}[${at}]`);
    });
  else
    writer.run(
      `[${node.params.map((param) => patternOf(param, writer.surroundings(), (part) => writer.text(part))).join(', ')}] = ${given}`,
    );
  block(writer, node.body.type === 'BlockStatement' ? node.body.body : []);
  writer.leave({ by: 'return' });
  const { names } = writer;
  const assembled = assemble(writer.instructions, writer.slots, names, writer.kept, level);
  return { ...assembled, level, variables: writer.variables, keepsTurn: writer.keepsTurn };
}

export function isGenerator(value: unknown): boolean {
  return typeof value === 'function' && functionKind(value) === 'generator';
}

/** What makes the functions that run a text, evaluated anywhere. */
export type Factory = (machine: Machine, ...given: unknown[]) => readonly (Run | undefined)[];

/** A function's text, as an expression or as a method. */
function read(title: string, text: string): { readonly node: FunctionNode; readonly source: string } {
  for (const source of [`(${text})`, `({${text}})`]) {
    for (const sourceType of ['module', 'script'] as const) {
      let program: AnyNode;
      try {
        program = parse(source, { ...NEWEST, sourceType, allowSuperOutsideMethod: true, checkPrivateFields: false });
      } catch {
        continue;
      }
      const statement = program.body[0] as Extract<AnyNode, { type: 'ExpressionStatement' }>;
      const found: AnyNode =
        statement.expression.type === 'ObjectExpression'
          ? (statement.expression.properties[0] as { value: AnyNode }).value
          : statement.expression;
      if (isFunction(found)) return { node: found, source };
    }
  }
  throw new StatefulError(title, 'its text cannot be read: it is native, bound or a member of a class');
}
