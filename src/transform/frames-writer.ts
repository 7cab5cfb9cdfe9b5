/**
 * What both expressions and statements are taken apart with: slots, places, the ways out of a part, and the list of instructions that comes of it.
 */
import type { AnyNode, Identifier } from 'acorn';
import type { Handler, Instruction, Label, OwnNames, YieldForm } from './frames-code.js';
import { StatefulError } from './frames-error.js';
import { type Leave, Names, type Surroundings, textOf, type Variable } from './frames-names.js';
import { type FunctionNode, within } from './syntax.js';

/** What the texts of a program may mean by a name that is not their own. */
export interface Known {
  /** The number of a generator function that is taken apart, too. */
  generator(name: string): number | undefined;
  /** Whether a name means something: a helper, or something of the language. */
  has(name: string): boolean;
  /** A number for a function inside. */
  reserve(): number;
  /** The number of a function inside, given as its twin: `self` is its name for itself, or says that its `this` is the one around it. */
  inner(twin: FunctionNode, from: Writer, self: Identifier | 'bound' | undefined, number?: number): number;
}

/** What a text is part of. */
export interface TextSource {
  readonly source: string;
  readonly title: string;
  readonly names: OwnNames;
  readonly known: Known;
  /** Where each name is set. */
  readonly writes: ReadonlyMap<string, readonly number[]>;
  /** The name of what a twin's text calls. */
  readonly twin: string | undefined;
}

/** A part that can be left: a loop, a switch, a labelled statement; or a `try` whose `finally` comes first. */
export type Context =
  | {
      readonly kind: 'jump';
      readonly labels: readonly string[];
      readonly of: 'loop' | 'switch' | 'label';
      readonly end: Label;
      readonly next: Label | undefined;
    }
  | { readonly kind: 'finally'; readonly how: number; readonly value: number; readonly at: Label; readonly ways: Leave[] };

/** A generator function's parts that are not its text. */
export class Writer {
  readonly instructions: Instruction[] = [];
  readonly contexts: Context[] = [];
  readonly handlers: Handler[] = [];
  scope = new Names(undefined);
  /** How many loops with switch points are around. */
  loops = 0;
  slots = 0;
  /** What is in each slot, for messages: the name of a variable, where it is one. */
  readonly variables: string[] = [];
  readonly from: TextSource;
  /** Of a function inside another one: that. */
  readonly outer: Writer | undefined;
  /** In how many functions it stands. */
  readonly level: number;
  /** Slots that functions inside use. */
  readonly kept = new Set<number>();
  /** A variable that is made anew on each turn of a loop, and that this function uses from around it. */
  keepsTurn: string | undefined;
  /** Slots for values in between, and how many of them are in use. */
  readonly #between: number[] = [];
  #inUse = 0;
  #labels = 0;
  #exits: Label[] = [];
  #part: Surroundings['part'] = 'other';

  constructor(from: TextSource, outer?: Writer) {
    this.from = from;
    this.outer = outer;
    this.level = outer === undefined ? 0 : outer.level + 1;
    if (outer !== undefined) this.scope = new Names(outer.scope);
  }

  get source(): string {
    return this.from.source;
  }

  get names(): OwnNames {
    return this.from.names;
  }

  get known(): Known {
    return this.from.known;
  }

  fail(node: AnyNode, what: string): StatefulError {
    const line = this.source.slice(0, node.start).split('\n').length;
    return new StatefulError(`${this.from.title}, line ${line} of its text`, what);
  }

  slot(): number {
    this.slots += 1;
    return this.slots - 1;
  }

  local(slot: number): string {
    return `${this.names.locals}[${slot}]`;
  }

  declare(id: Identifier, declared: Variable['declared'], update?: Variable['update']): void {
    // A `var` twice is one variable.
    if (this.scope.own.has(id.name)) return;
    const slot = this.slot();
    this.variables[slot] = id.name;
    const made = this.loops > 0 ? 'on-each-turn' : 'once';
    this.scope.own.set(id.name, { slot, name: id.name, level: this.level, declared, made, update });
  }

  /** A function inside uses a variable: its own, or one around it. */
  capture(variable: Variable): void {
    if (variable.level === this.level) {
      this.kept.add(variable.slot);
      return;
    }
    if (variable.made === 'on-each-turn') this.keepsTurn = variable.name;
    this.outer!.capture(variable);
  }

  /** Does something with a block's own variables. */
  inBlock(task: () => void): void {
    const outer = this.scope;
    this.scope = new Names(outer);
    task();
    this.scope = outer;
  }

  /** Does something whose values in between are not needed behind it. */
  freeing(task: () => void): void {
    const before = this.#inUse;
    task();
    this.#inUse = before;
  }

  label(): Label {
    this.#labels += 1;
    return { id: this.#labels, pc: -1 };
  }

  place(label: Label = this.label()): void {
    this.instructions.push({ do: 'label', label, handler: this.handlers.at(-1) });
  }

  run(text: string, defines = -1): void {
    this.instructions.push({ do: 'run', text, defines, exits: this.#exits });
    this.#exits = [];
  }

  set(slot: number, text: string): void {
    this.run(`${this.local(slot)} = ${text}`, slot);
  }

  jump(to: Label): void {
    this.instructions.push({ do: 'jump', to });
  }

  branch(test: string, to: Label): void {
    this.instructions.push({ do: 'branch', test, to });
  }

  /** Keeps a value in between. */
  save(text: string): string {
    if (this.#inUse === this.#between.length) this.#between.push(this.slot());
    const slot = this.#between[this.#inUse]!;
    this.#inUse += 1;
    this.set(slot, text);
    return this.local(slot);
  }

  yield(operand: string, form: YieldForm): void {
    const resume = this.label();
    this.instructions.push({ do: 'yield', operand, form, resume });
    this.place(resume);
  }

  call(callee: number, args: string, outer = 'undefined'): void {
    const resume = this.label();
    this.instructions.push({ do: 'call', callee, args, outer, resume });
    this.place(resume);
    this.run(`if (${this.names.mode} === 1) throw ${this.names.input}`);
  }

  invoke(text: string): void {
    const resume = this.label();
    this.instructions.push({ do: 'invoke', text, resume });
    this.place(resume);
    this.run(`if (${this.names.mode} === 1) throw ${this.names.input}`);
  }

  /** The text of a part without switch points. */
  text(node: AnyNode, part: Surroundings['part'] = 'other'): string {
    const outer = this.#part;
    this.#part = part;
    const text = textOf(node, this.surroundings());
    this.#part = outer;
    return text;
  }

  surroundings(): Surroundings {
    return {
      source: this.source,
      names: this.names,
      level: this.level,
      twin: this.from.twin,
      scope: this.scope,
      part: this.#part,
      writes: this.from.writes,
      capture: (variable) => this.capture(variable),
      inner: (twin) => this.inner(twin),
      fail: (node, what) => this.fail(node, what),
      free: ({ name, ...node }, access) => {
        if (access === 'write')
          throw this.fail(
            node as Identifier,
            `sets \`${name}\`, which is not its own: put it into the state, as in state: () => ({ ${name}: … })`,
          );
        if (this.known.generator(name) !== undefined)
          throw this.fail(node as Identifier, `uses the generator function \`${name}\` other than as \`yield* ${name}(…)\``);
        if (!this.known.has(name))
          throw this.fail(node as Identifier, `uses \`${name}\`, which is not in its text: give it in \`helpers\``);
      },
      leave: (leave) => this.#leaveText(leave),
    };
  }

  /** The number of a function inside, given as its twin, which may know the function by a name. */
  inner(twin: AnyNode): number {
    if (twin.type === 'ArrowFunctionExpression') return this.known.inner(twin.body as FunctionNode, this, twin.params[0] as Identifier);
    // An arrow function that uses `this` has a twin that was given it.
    if (twin.type === 'CallExpression' && twin.callee.type === 'MemberExpression')
      return this.known.inner(twin.callee.object as FunctionNode, this, 'bound');
    return this.known.inner(twin as FunctionNode, this, undefined);
  }

  /** Goes on at the end of a part, or returns. */
  leave(leave: Leave, value = 'undefined'): void {
    const way = this.#way(leave);
    if (way === 'return') this.instructions.push({ do: 'return', value });
    else if (way.kind === 'jump') this.jump(this.#targetOf(way, leave));
    else {
      if (leave.by === 'return') this.set(way.value, value);
      this.set(way.how, String(this.#code(way, leave)));
      this.jump(way.at);
    }
  }

  #leaveText(leave: Leave): readonly [string, string] {
    const way = this.#way(leave);
    const { pc, run, machine, jump } = this.names;
    if (way === 'return') return [`${machine}.value = `, '; return 2;'];
    const to = way.kind === 'jump' ? this.#targetOf(way, leave) : way.at;
    this.#exits.push(to);
    const go = `; ${pc} = ${jump}${to.id}_; continue ${run};`;
    return way.kind === 'jump' ? ['', go] : [`${this.local(way.value)} = `, `; ${this.local(way.how)} = ${this.#code(way, leave)}${go}`];
  }

  /** The innermost part that has to do with it. */
  #way(leave: Leave): Context | 'return' {
    for (let at = this.contexts.length - 1; at >= 0; at -= 1) {
      const context = this.contexts[at]!;
      if (context.kind === 'finally') return context;
      if (leave.by === 'return') continue;
      if (
        leave.label === undefined
          ? context.of === 'loop' || (context.of === 'switch' && leave.by === 'break')
          : context.labels.includes(leave.label)
      )
        return context;
    }
    return 'return';
  }

  #targetOf(context: Extract<Context, { kind: 'jump' }>, leave: Leave): Label {
    return leave.by === 'continue' ? context.next! : context.end;
  }

  /** By which number a `finally` knows where to go on: 0 is behind it, 1 to throw on. */
  #code(context: Extract<Context, { kind: 'finally' }>, leave: Leave): number {
    const same = (way: Leave): boolean =>
      way.by === leave.by && (way.by === 'return' || leave.by === 'return' || way.label === leave.label);
    const known = context.ways.findIndex(same);
    return (known >= 0 ? known : context.ways.push(leave) - 1) + 2;
  }
}

/** Where a variable that can be used everywhere is declared. */
export const EVERYWHERE: Variable['declared'] = { start: 0, end: 0 };

/** Whether a part has switch points of its own. */
export function yields(node: AnyNode): boolean {
  return within(node, (part) => part.type === 'YieldExpression');
}
