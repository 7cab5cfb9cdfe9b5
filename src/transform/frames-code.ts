/**
 * The instructions that a generator function is taken apart into, which of its variables still matter where it stands, and their text.
 * A text between two switch points stays ordinary code, so that it runs at full speed.
 */

/** A place that can be jumped to. */
export interface Label {
  readonly id: number;
  pc: number;
}

/** Where a thread goes on after an exception: the variable that holds it, and the place. */
export interface Handler {
  readonly slot: number;
  readonly at: Label;
}

export type Instruction =
  | { readonly do: 'label'; readonly label: Label; readonly handler: Handler | undefined }
  /** Ordinary code; `defines` is the slot that it sets for certain, or -1. It may leave by `exits`. */
  | { readonly do: 'run'; readonly text: string; readonly defines: number; readonly exits: readonly Label[] }
  | { readonly do: 'jump'; readonly to: Label }
  | { readonly do: 'branch'; readonly test: string; readonly to: Label }
  | { readonly do: 'yield'; readonly operand: string; readonly form: YieldForm; readonly resume: Label }
  | { readonly do: 'call'; readonly callee: number; readonly args: string; readonly outer: string; readonly resume: Label }
  /** A call whose callee is known at run time only: `text` is true if it has to be taken apart, else its result is there at once. */
  | { readonly do: 'invoke'; readonly text: string; readonly resume: Label }
  | { readonly do: 'return'; readonly value: string };

/** `point`: a `new` with its condition in place, which depends on the frame alone; `value`: anything else. */
export type YieldForm = 'point' | 'value';

/** The names that the text uses for itself. */
export interface OwnNames {
  readonly locals: string;
  readonly frame: string;
  readonly input: string;
  readonly mode: string;
  readonly pc: string;
  readonly run: string;
  readonly machine: string;
  /** In front of a label's number, where its place is not known yet. */
  readonly jump: string;
}

export function ownNames(prefix: string): OwnNames {
  return {
    locals: `${prefix}L`,
    frame: `${prefix}F`,
    input: `${prefix}V`,
    mode: `${prefix}M`,
    pc: `${prefix}P`,
    run: `${prefix}R`,
    machine: `${prefix}X`,
    jump: `${prefix}J`,
  };
}

/** A generator function as code. */
export interface CodeText {
  readonly text: string;
  readonly slots: number;
  /** Slots that functions inside may use at any time: they matter everywhere, and are not in `live`. */
  readonly captured: readonly number[];
  /** Of each place where a frame can stand, the slots that matter there. */
  readonly live: readonly (readonly number[] | undefined)[];
  readonly forms: readonly (YieldForm | undefined)[];
  readonly handles: 'exceptions' | 'none';
}

/** Numbers the places, finds what is live, and writes the text. */
export function assemble(
  instructions: readonly Instruction[],
  slots: number,
  names: OwnNames,
  kept: ReadonlySet<number>,
  level: number,
): CodeText {
  let pc = 0;
  let handles: CodeText['handles'] = 'none';
  for (const instruction of instructions) {
    if (instruction.do !== 'label') continue;
    instruction.label.pc = pc;
    pc += 1;
    if (instruction.handler !== undefined) handles = 'exceptions';
  }
  const live: (readonly number[] | undefined)[] = new Array(pc).fill(undefined);
  const forms: (YieldForm | undefined)[] = new Array(pc).fill(undefined);
  const liveAt = liveness(instructions, pc, names);
  const sorted = (found: ReadonlySet<number>): readonly number[] => [...found].filter((slot) => !kept.has(slot)).sort((a, b) => a - b);
  live[0] = sorted(liveAt[0]!);
  for (const instruction of instructions) {
    if (instruction.do !== 'yield' && instruction.do !== 'call' && instruction.do !== 'invoke') continue;
    const matters = new Set(liveAt[instruction.resume.pc]);
    // What the condition of a point looks at must be known as long as the thread waits there.
    if (instruction.do === 'yield') for (const slot of slotsIn(instruction.operand, names)) matters.add(slot);
    live[instruction.resume.pc] = sorted(matters);
    if (instruction.do === 'yield') forms[instruction.resume.pc] = instruction.form;
  }
  return { text: write(instructions, names, handles, level), slots, captured: [...kept].sort((a, b) => a - b), live, forms, handles };
}

function slotsIn(text: string, names: OwnNames): number[] {
  return [...text.matchAll(new RegExp(`${names.locals.replaceAll('$', '\\$')}\\[(\\d+)\\]`, 'g'))].map(([, slot]) => Number(slot));
}

/** Of each place, the slots whose values are still read from there on. */
function liveness(instructions: readonly Instruction[], places: number, names: OwnNames): Set<number>[] {
  const at: Set<number>[] = Array.from({ length: places }, () => new Set<number>());
  const handlerOf: (Handler | undefined)[] = [];
  let handler: Handler | undefined;
  const uses = instructions.map((instruction) => {
    if (instruction.do === 'label') handler = instruction.handler;
    handlerOf.push(handler);
    return slotsIn(textOf(instruction), names);
  });
  for (let changed = true; changed; ) {
    changed = false;
    let now = new Set<number>();
    for (let index = instructions.length - 1; index >= 0; index -= 1) {
      const instruction = instructions[index]!;
      switch (instruction.do) {
        case 'label': {
          const known = at[instruction.label.pc]!;
          const before = known.size;
          for (const slot of now) known.add(slot);
          changed ||= known.size > before;
          now = new Set(known);
          continue;
        }
        case 'jump':
          now = new Set(at[instruction.to.pc]);
          continue;
        case 'return':
          now = new Set();
          break;
        case 'branch':
          for (const slot of at[instruction.to.pc]!) now.add(slot);
          break;
        case 'run':
          if (instruction.defines >= 0) now.delete(instruction.defines);
          for (const exit of instruction.exits) for (const slot of at[exit.pc]!) now.add(slot);
          break;
        default:
          break;
      }
      for (const slot of uses[index]!) now.add(slot);
      const caught = handlerOf[index];
      if (caught !== undefined) for (const slot of at[caught.at.pc]!) if (slot !== caught.slot) now.add(slot);
    }
  }
  return at;
}

/** What an instruction reads. */
function textOf(instruction: Instruction): string {
  switch (instruction.do) {
    case 'run':
      // In `x = …` the variable itself is not read.
      return instruction.defines >= 0 ? instruction.text.slice(instruction.text.indexOf('=') + 1) : instruction.text;
    case 'branch':
      return instruction.test;
    case 'yield':
      return instruction.operand;
    case 'call':
      return instruction.args;
    case 'invoke':
      return instruction.text;
    case 'return':
      return instruction.value;
    default:
      return '';
  }
}

function write(instructions: readonly Instruction[], names: OwnNames, handles: CodeText['handles'], level: number): string {
  const { locals, frame, input, mode, pc, run } = names;
  const places = new Map<number, number>();
  const handlers: string[] = [];
  for (const instruction of instructions) {
    if (instruction.do !== 'label') continue;
    const { label, handler } = instruction;
    places.set(label.id, label.pc);
    if (handler !== undefined) handlers.push(`${label.pc}: [${handler.slot}, ${handler.at.pc}]`);
  }
  const body = instructions.map((instruction) => lineOf(instruction, names, handles)).join('\n');
  const jumps = new RegExp(`${names.jump.replaceAll('$', '\\$')}(\\d+)_`, 'g');
  const loop = `switch (${pc}) {\n${body}\n}`.replace(jumps, (_, id: string) => String(places.get(Number(id))));
  const guarded =
    handles === 'none'
      ? loop
      : `try { ${loop} } catch (error) { const handler = ({ ${handlers.join(', ')} })[${pc}]; if (handler === undefined) throw error; ${locals}[handler[0]] = error; ${pc} = handler[1]; ${mode} = 0; }`;
  const around = Array.from({ length: level }, (_, at) => ` const ${locals}${at + 1} = ${frame}${'.outer'.repeat(at + 1)}.locals;`);
  return `function (${frame}, ${input}, ${mode}) { const ${locals} = ${frame}.locals;${around.join('')} let ${pc} = ${frame}.pc; ${run}: for (;;) { ${guarded} } }`;
}

function lineOf(instruction: Instruction, { frame, input, mode, pc, run, machine }: OwnNames, handles: CodeText['handles']): string {
  switch (instruction.do) {
    case 'label':
      // Where the code is matters to an exception only.
      return `case ${instruction.label.pc}:${handles === 'none' ? '' : ` ${pc} = ${instruction.label.pc};`}`;
    case 'run':
      return `${instruction.text};`;
    case 'jump':
      return `${pc} = ${instruction.to.pc}; continue ${run};`;
    case 'branch':
      return `if (${instruction.test}) { ${pc} = ${instruction.to.pc}; continue ${run}; }`;
    case 'yield':
      return `${machine}.value = ${instruction.operand}; ${frame}.pc = ${instruction.resume.pc}; return 0;`;
    case 'call':
      return `${machine}.value = [${instruction.args}]; ${machine}.callee = ${instruction.callee}; ${machine}.self = undefined; ${machine}.outer = ${instruction.outer}; ${frame}.pc = ${instruction.resume.pc}; return 1;`;
    case 'invoke':
      return `if (${instruction.text}) { ${frame}.pc = ${instruction.resume.pc}; return 1; } ${input} = ${machine}.value; ${mode} = 0;`;
    case 'return':
      return `${machine}.value = ${instruction.value}; return 2;`;
  }
}
