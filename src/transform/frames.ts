/**
 * Generator functions as state machines whose whole state is plain data: which function, where in it, and its variables. So a thread that
 * stands somewhere can be written down, compared, and put back.
 */
import { type AnyNode, parse } from 'acorn';
import { describe } from '../errors.js';
import { assemble, type CodeText, ownNames } from './frames-code.js';
import { StatefulError } from './frames-error.js';
import { constantSetIn, namesIn, patternOf, writesIn } from './frames-names.js';
import { block, hoistVars } from './frames-statement.js';
import { EVERYWHERE, type Known, Writer } from './frames-writer.js';
import { type FunctionNode, freshPrefix, isFunction, NEWEST } from './syntax.js';

/** An activation of a function. A class, so that all of them have one shape. */
export class Frame {
  /** Which of the program's functions. */
  readonly code: number;
  /** Where in it. */
  pc = 0;
  readonly locals: unknown[];

  constructor(code: number, locals: unknown[]) {
    this.code = code;
    this.locals = locals;
  }
}

/** What compiled texts tell who runs them. */
interface Machine {
  value: unknown;
  callee: number;
  /** Why the thread cannot be gone on with, even if it catches that. */
  refusal: StatefulError | undefined;
  items(all: unknown): readonly unknown[];
  keys(object: unknown): readonly string[];
}

/** Runs from where the frame stands; the result: 0 it yields, 1 it calls, 2 it returns. */
type Run = (frame: Frame, input: unknown, mode: 0 | 1) => 0 | 1 | 2;

/** A function of the program. */
interface Code extends CompiledText {
  readonly name: string;
  readonly run: Run;
}

interface CompiledText extends CodeText {
  readonly prefix: string;
  readonly variables: readonly string[];
}

/** What a thread that has ended yields. */
export const ENDED: unique symbol = Symbol('ended');

/** What every text may use: names of the language whose values never change. */
const LANGUAGE: ReadonlySet<string> = new Set(
  (
    'undefined NaN Infinity Array BigInt Boolean Error EvalError JSON Map Math Number Object RangeError ReferenceError RegExp Set String ' +
    'SyntaxError TypeError URIError isFinite isNaN parseFloat parseInt structuredClone'
  ).split(' '),
);

const GeneratorFunction = Object.getPrototypeOf(function* () {}) as object;

/** What programs are made of. */
export interface FrameSource {
  /** The threads, generator functions, by name. */
  readonly threads: Readonly<Record<string, unknown>>;
  /** What their texts mean by names that are not their own: generator functions for `yield*`, and other values. */
  readonly helpers?: Readonly<Record<string, unknown>> | undefined;
}

/** Generator functions taken apart. */
export class FrameProgram {
  readonly #codes: readonly Code[];
  readonly #threads: readonly number[];
  readonly #machine: Machine = {
    value: undefined,
    callee: -1,
    refusal: undefined,
    items: (all) => {
      if (Array.isArray(all)) return all;
      if (typeof all === 'string') return [...all];
      this.#machine.refusal = new StatefulError(
        'for … of',
        `goes through ${describe(all)} across a switch point; expected an array, as in \`for (const item of [...items])\``,
      );
      throw this.#machine.refusal;
    },
    keys: keysOf,
  };

  /** @throws StatefulError for what cannot be taken apart. */
  constructor({ threads, helpers = {} }: FrameSource) {
    const texts: { readonly name: string; readonly text: CompiledText }[] = [];
    const numbers = new Map<unknown, number>();
    const todo: (() => void)[] = [];
    // A function gets its number when it is first met, so a helper that nobody calls is not looked at; and one number, however often it is a thread.
    const numberOf = (name: string, body: unknown): number => {
      const known = numbers.get(body);
      if (known !== undefined) return known;
      const number = numbers.size;
      numbers.set(body, number);
      todo.push(() => {
        texts[number] = { name, text: compile(name, body, names) };
      });
      return number;
    };
    const names: Known = {
      generator: (name) => {
        const helper = Object.hasOwn(helpers, name) ? helpers[name] : undefined;
        return isGenerator(helper) ? numberOf(`helper ${name}`, helper) : undefined;
      },
      has: (name) => Object.hasOwn(helpers, name) || LANGUAGE.has(name),
    };
    this.#threads = Object.entries(threads).map(([name, body]) => numberOf(`thread ${name}`, body));
    for (let next = todo.shift(); next !== undefined; next = todo.shift()) next();
    const constants = Object.entries(helpers).filter(([, helper]) => !isGenerator(helper));
    const machine = ownNames(texts[0]?.text.prefix ?? '$gil').machine;
    if (texts.some(({ text: { prefix } }) => ownNames(prefix).machine !== machine))
      throw new StatefulError('threads', 'names that begin with `$gil` are taken');
    const factory = `(function (${[machine, ...constants.map(([name]) => name)].join(', ')}) { 'use strict'; return [${texts.map(({ text }) => text.text).join(',\n')}]; })`;
    // biome-ignore lint/security/noGlobalEval: to make code of a text is what this is for
    const compileText = globalThis.eval;
    const runs = compileText(factory)(this.#machine, ...constants.map(([, constant]) => constant)) as Run[];
    this.#codes = texts.map(({ name, text }, at) => ({ ...text, name, run: runs[at]! }));
  }

  /** A thread's frames before it has begun. */
  enter(thread: number, args: readonly unknown[]): Frame[] {
    return [this.#frame(this.#threads[thread]!, args)];
  }

  /** Which variables matter where a frame stands. */
  live(frame: Frame): readonly number[] {
    return this.#codes[frame.code]!.live[frame.pc]!;
  }

  /** Whether what was yielded where the frame stands depends on the frame alone. */
  isPoint(frame: Frame): boolean {
    return this.#codes[frame.code]!.forms[frame.pc] === 'point';
  }

  /** What a function is called in messages. */
  name(frame: Frame): string {
    return this.#codes[frame.code]!.name;
  }

  /** What is in a slot, in messages. */
  variable(frame: Frame, slot: number): string {
    const name = this.#codes[frame.code]!.variables[slot];
    return name === undefined ? 'a value in between' : `its variable \`${name}\``;
  }

  /** Runs a thread to its next switch point; gives what it yields there, or {@link ENDED}. Throws what the thread throws. */
  advance(stack: Frame[], given: unknown): unknown {
    const machine = this.#machine;
    let input = given;
    let mode: 0 | 1 = 0;
    for (;;) {
      const frame = stack[stack.length - 1]!;
      const code = this.#codes[frame.code]!;
      let how: 0 | 1 | 2;
      try {
        how = code.run(frame, input, mode);
        if (machine.refusal !== undefined) throw machine.refusal;
      } catch (error) {
        if (machine.refusal !== undefined) throw machine.refusal;
        stack.pop();
        while (stack.length > 0 && this.#codes[stack[stack.length - 1]!.code]!.handles === 'none') stack.pop();
        if (stack.length === 0) throw error;
        input = error;
        mode = 1;
        continue;
      }
      if (how === 0) return machine.value;
      mode = 0;
      if (how === 1) {
        stack.push(this.#frame(machine.callee, machine.value as unknown[]));
        input = undefined;
        continue;
      }
      stack.pop();
      if (stack.length === 0) return ENDED;
      input = machine.value;
    }
  }

  #frame(code: number, args: readonly unknown[]): Frame {
    const locals = new Array<unknown>(this.#codes[code]!.slots).fill(undefined);
    locals[0] = args;
    return new Frame(code, locals);
  }
}

function isGenerator(value: unknown): boolean {
  return typeof value === 'function' && Object.getPrototypeOf(value) === GeneratorFunction;
}

function compile(title: string, body: unknown, known: Known): CompiledText {
  if (!isGenerator(body)) throw new StatefulError(title, `expected a generator function, got ${describe(body)}`);
  const text = Function.prototype.toString.call(body);
  const { node, source } = read(title, text);
  const prefix = freshPrefix(source);
  const names = ownNames(prefix);
  const writer = new Writer(source, title, names, known, writesIn(node));
  const set = constantSetIn(node);
  if (set !== undefined) throw writer.fail(set, `sets the constant \`${set.name}\``);
  // The arguments are in the first slot until the parameters have been given their values.
  const given = writer.local(writer.slot());
  for (const param of node.params) for (const name of namesIn(param)) writer.declare(name, EVERYWHERE);
  hoistVars(writer, node.body);
  writer.place();
  if (node.params.length > 0)
    writer.run(
      `[${node.params.map((param) => patternOf(param, writer.surroundings(), (part) => writer.text(part))).join(', ')}] = ${given}`,
    );
  block(writer, node.body.type === 'BlockStatement' ? node.body.body : []);
  writer.leave({ by: 'return' });
  return { ...assemble(writer.instructions, writer.slots, names), prefix, variables: writer.variables };
}

/** A function's text, as an expression or as a method. */
function read(title: string, text: string): { readonly node: FunctionNode; readonly source: string } {
  for (const source of [`(${text})`, `({${text}})`]) {
    for (const sourceType of ['module', 'script'] as const) {
      let program: AnyNode;
      try {
        program = parse(source, { ...NEWEST, sourceType });
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

function keysOf(object: unknown): readonly string[] {
  const keys: string[] = [];
  for (const key in object as object) keys.push(key);
  return keys;
}
