/**
 * Functions as state machines whose whole state is plain data: which function, where in it, and its variables. So a thread that stands somewhere can
 * be written down, compared, and put back. Functions that are called are taken apart when they are first met.
 */

import { aroundOf, NOTHING_AROUND, type UsedAround } from './frames-around.js';
import { callbackText } from './frames-callbacks.js';
import {
  type CompileContext,
  type Compiled,
  compileText,
  type Factory,
  FIRST_SLOTS,
  isGenerator,
  type Run,
  type WrittenTwin,
} from './frames-compile.js';
import { ABOVE, CONSTRUCT } from './frames-construct.js';
import { StatefulError } from './frames-error.js';
import { isLanguage, isSteady } from './frames-globals.js';
import { type Closure, Frame, Machine } from './frames-machine.js';
import { freshPrefix } from './syntax.js';
import { VALUE_HELPERS } from './twin-runtime.js';
import { makerFor, placeOfTwin, type Twin, type TwinPlace, twinFor } from './twins.js';

export type { UsedAround } from './frames-around.js';
export type { WrittenTwin } from './frames-compile.js';
export { type Closure, Frame } from './frames-machine.js';

/** A function of the program. */
interface Code {
  readonly name: string;
  readonly level: number;
  readonly run: Run;
  readonly slots: number;
  readonly live: readonly (readonly number[] | undefined)[];
  readonly captured: readonly number[];
  readonly forms: readonly (string | undefined)[];
  readonly handles: 'exceptions' | 'none';
  readonly variables: readonly string[];
  readonly keepsTurn: string | undefined;
}

/** What a thread that has ended yields. */
export const ENDED: unique symbol = Symbol('ended');

/** Who says what a thread may use although it is no part of its text. Each throws a {@link StatefulError} for what it may not. */
export interface FrameRules {
  /** A text uses a variable from around it. */
  around(use: UsedAround): void;
  /** A function is called that is not taken apart. */
  native(plain: object): void;
  /** A class is used, or a function called with `new`. */
  made(plain: unknown): void;
  /** A function is called whose twin somebody wrote by hand: what is to be taken apart in its stead. */
  primitive(plain: object): WrittenTwin;
}

/** What programs are made of. */
export interface FrameSource {
  /** The threads, generator functions, by name. */
  readonly threads: Readonly<Record<string, unknown>>;
  /** What their texts mean by names that are not their own: generator functions for `yield*`, and other values. */
  readonly helpers?: Readonly<Record<string, unknown>> | undefined;
  readonly rules?: FrameRules | undefined;
}

const LENIENT: FrameRules = {
  around: () => {},
  native: () => {},
  made: () => {},
  primitive: () => {
    throw new StatefulError('a primitive', 'is called');
  },
};

/** Functions taken apart. */
export class FrameProgram {
  /** How often each function was called natively, by name. */
  readonly natives = new Map<string, number>();
  readonly #helpers: Readonly<Record<string, unknown>>;
  readonly #rules: FrameRules;
  readonly #codes: (Code | StatefulError | undefined)[] = [];
  readonly #threads: readonly number[];
  /** Of functions, their codes; -1: it is native. */
  readonly #numbers = new Map<unknown, number>();
  readonly #machine: Machine;

  /** @throws StatefulError for what cannot be taken apart. */
  constructor({ threads, helpers = {}, rules = LENIENT }: FrameSource) {
    this.#helpers = helpers;
    this.#rules = rules;
    this.#machine = new Machine({
      codeOf: (plain) => this.#codeOf(plain),
      made: (plain) => this.#refusing(() => rules.made(plain)),
      constructorOf: (made) => this.#constructorOf(made),
      above: () => this.#written(ABOVE),
    });
    this.#threads = Object.entries(threads).map(([name, body]) => this.#numberOf(`thread ${name}`, body));
  }

  /** A thread's frames before it has begun. */
  enter(thread: number, args: readonly unknown[]): Frame[] {
    return [this.#frame(this.#threads[thread]!, args, undefined, undefined, undefined)];
  }

  /** Which variables matter where a frame stands, beside the {@link captured}. */
  live(frame: Frame): readonly number[] {
    return (this.#codes[frame.code] as Code).live[frame.pc]!;
  }

  /** Which variables of a frame functions made in it may use, for as long as there are such. */
  captured(frame: Frame): readonly number[] {
    return (this.#codes[frame.code] as Code).captured;
  }

  /** Whether what was yielded where the frame stands depends on the frame alone. */
  isPoint(frame: Frame): boolean {
    return (this.#codes[frame.code] as Code).forms[frame.pc] === 'point';
  }

  /** What a function is called in messages. */
  name(frame: Frame): string {
    return (this.#codes[frame.code] as Code).name;
  }

  /** What is in a slot, in messages. */
  variable(frame: Frame, slot: number): string {
    const name = (this.#codes[frame.code] as Code).variables[slot];
    return name === undefined ? 'a value in between' : `its variable \`${name}\``;
  }

  /** What a function made in a frame is made of; `undefined` for any other, and a complaint about one that cannot be kept. */
  closureOf(plain: object): Closure | string | undefined {
    const closure = this.#machine.closures.get(plain);
    if (closure === undefined) return undefined;
    const code = this.#codes[closure.code];
    if (code instanceof StatefulError) return code.message;
    if (code?.keepsTurn === undefined) return closure;
    return `a function that keeps \`${code.keepsTurn}\`, which is made anew on each turn of a loop, across a switch point; expected the variable outside of the loop`;
  }

  /** Runs a thread to its next switch point; gives what it yields there, or {@link ENDED}. Throws what the thread throws. */
  advance(stack: Frame[], given: unknown): unknown {
    const machine = this.#machine;
    let input = given;
    let mode: 0 | 1 = 0;
    for (;;) {
      const frame = stack[stack.length - 1]!;
      const code = this.#codes[frame.code] as Code;
      let how: 0 | 1 | 2;
      try {
        if (code instanceof StatefulError) machine.refuse(code);
        how = code.run(frame, input, mode);
        if (machine.refusal !== undefined) throw machine.refusal;
      } catch (error) {
        if (machine.refusal !== undefined) throw machine.refusal;
        stack.pop();
        while (stack.length > 0 && (this.#codes[stack[stack.length - 1]!.code] as Code).handles === 'none') stack.pop();
        if (stack.length === 0) throw error;
        input = error;
        mode = 1;
        continue;
      }
      if (how === 0) return machine.value;
      mode = 0;
      if (how === 1) {
        const { callee, value, self, outer, plain } = machine;
        stack.push(this.#frame(callee, value as unknown[], self, outer, plain));
        input = undefined;
        continue;
      }
      stack.pop();
      if (stack.length === 0) return ENDED;
      input = machine.value;
    }
  }

  #frame(code: number, args: readonly unknown[], self: unknown, outer: Frame | undefined, plain: unknown): Frame {
    const { slots } = this.#codes[code] as Code;
    const locals = new Array<unknown>(slots ?? 3).fill(undefined);
    locals[FIRST_SLOTS.GIVEN] = args;
    locals[FIRST_SLOTS.SELF] = self;
    locals[FIRST_SLOTS.OWN] = plain;
    return new Frame(code, locals, outer);
  }

  /** The code of a function that is called, or -1. */
  #codeOf(plain: object): number {
    const known = this.#numbers.get(plain);
    if (known === -1) this.#count(plain);
    if (known !== undefined) return known;
    return this.#refusing(() => {
      const twin = twinFor(plain);
      const name = `the function \`${(plain as { name?: string }).name || 'anonymous'}\``;
      if (twin !== undefined) {
        const number = placeOfTwin(twin) === undefined ? this.#compilePrimitive(name, this.#textOf(plain)) : this.#numberOf(name, twin);
        this.#numbers.set(plain, number);
        return number;
      }
      this.#rules.native(plain);
      this.#numbers.set(plain, -1);
      this.#count(plain);
      return -1;
    });
  }

  #textOf(plain: object): WrittenTwin {
    const refuse = (what: string, why: string): never => this.#machine.refuse(new StatefulError(what, why));
    return callbackText(plain, refuse) ?? this.#rules.primitive(plain);
  }

  /** The code that constructs objects of a class, or -1. */
  #constructorOf(made: unknown): number {
    return this.#refusing(() => {
      this.#rules.made(made);
      const maker = makerFor(made);
      if (maker === undefined) return -1;
      const title = `the class \`${(made as { name?: string }).name || 'anonymous'}\``;
      for (const part of [maker.fields, maker.body]) {
        if (part === undefined || this.#numbers.has(part)) continue;
        if (placeOfTwin(part) === undefined) throw new StatefulError(title, 'is made in a function; expected it outside of the function');
        this.#numberOf(title, part);
      }
      return this.#written(CONSTRUCT);
    });
  }

  /** The code of a text that there is once. */
  #written(twin: WrittenTwin): number {
    const number = this.#numbers.get(twin) ?? this.#compilePrimitive('new', twin);
    this.#numbers.set(twin, number);
    return number;
  }

  #count(plain: object): void {
    const name = (plain as { name?: string }).name || 'a function';
    this.natives.set(name, (this.natives.get(name) ?? 0) + 1);
  }

  /** What is refused is refused for good, whatever the thread catches. */
  #refusing<T>(task: () => T): T {
    try {
      return task();
    } catch (error) {
      if (error instanceof StatefulError) this.#machine.refuse(error);
      throw error;
    }
  }

  /** A function gets its number when it is first met, so a helper that nobody calls is not looked at; and one number, however often it is a thread. */
  #numberOf(title: string, body: unknown): number {
    const known = this.#numbers.get(body);
    if (known !== undefined) return known;
    const number = this.#reserve();
    this.#numbers.set(body, number);
    const place = typeof body === 'function' ? placeOfTwin(body as Twin) : undefined;
    if (place === undefined) this.#compileWritten(title, body, number);
    else this.#compileTwin(title, body, number, place);
    return number;
  }

  #reserve(): number {
    this.#codes.push(undefined);
    return this.#codes.length - 1;
  }

  /** A generator function that somebody wrote: what its names mean is said by the helpers. */
  #compileWritten(title: string, body: unknown, number: number): void {
    const helpers = this.#helpers;
    const context: CompileContext = {
      generator: (name) => {
        const helper = Object.hasOwn(helpers, name) ? helpers[name] : undefined;
        return isGenerator(helper) ? this.#numberOf(`helper ${name}`, helper) : undefined;
      },
      has: (name) => Object.hasOwn(helpers, name) || isLanguage(name),
      reserve: () => this.#reserve(),
      twin: undefined,
      own: undefined,
    };
    const compiled = compileText(title, body, number, context);
    const constants = Object.entries(helpers).filter(([, helper]) => !isGenerator(helper));
    const factory = NOTHING_AROUND.evaluate(
      compiled.factory(
        constants.map(([name]) => name),
        '',
      ),
    ) as Factory;
    this.#add(compiled, factory(this.#machine, ...constants.map(([, constant]) => constant)));
  }

  /** A twin: its names mean what they mean where its function was written. */
  #compileTwin(title: string, body: unknown, number: number, place: TwinPlace): void {
    const { plain, prefix } = place;
    const used = new Set<string>();
    const around = aroundOf(place, title);
    const context: CompileContext = {
      generator: () => undefined,
      has: (name) => {
        used.add(name);
        return around.has(name) || isSteady(name);
      },
      reserve: () => this.#reserve(),
      twin: prefix,
      own: plain.name,
    };
    const compiled = compileText(title, body, number, context);
    for (const use of around.uses(used, isSteady)) this.#rules.around(use);
    const given = freshPrefix(compiled.machine + prefix);
    const factory = around.evaluate(compiled.factory([prefix, given], around.head(used, given))) as Factory;
    this.#add(compiled, factory(this.#machine, VALUE_HELPERS, around.given));
  }

  #compilePrimitive(title: string, { text, helpers }: WrittenTwin): number {
    const number = this.#reserve();
    const has = (name: string): boolean => Object.hasOwn(helpers, name) || isLanguage(name);
    const context = { generator: () => undefined, has, reserve: () => this.#reserve(), twin: '$gil', own: undefined };
    const compiled = compileText(title, text, number, context);
    const factory = NOTHING_AROUND.evaluate(compiled.factory(['$gil', ...Object.keys(helpers)], '')) as Factory;
    this.#add(compiled, factory(this.#machine, VALUE_HELPERS, ...Object.values(helpers)));
    return number;
  }

  #add({ codes }: Compiled, runs: readonly (Run | undefined)[]): void {
    codes.forEach((code, at) => {
      this.#codes[code.number] = 'error' in code ? code.error : { ...code, run: runs[at]! };
    });
  }
}
