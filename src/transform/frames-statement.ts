/**
 * Statements with switch points in them, taken apart into jumps. A statement without any stays as it is.
 */
import type { AnyNode, Pattern, VariableDeclaration } from 'acorn';
import { namesIn } from './frames-declared.js';
import { effect, value } from './frames-expression.js';
import { type Leave, patternOf } from './frames-names.js';
import { type Context, EVERYWHERE, type Writer, yields } from './frames-writer.js';
import { within } from './syntax.js';

/** A list of statements with its own variables. */
export function block(writer: Writer, list: readonly AnyNode[]): void {
  writer.inBlock(() => {
    for (const item of list) declareIn(writer, item);
    declareFunctions(writer, list);
    for (const item of list) if (item.type !== 'FunctionDeclaration') writer.freeing(() => statement(writer, item));
  });
}

/** The variables of a function, wherever in it they are declared. */
export function hoistVars(writer: Writer, node: AnyNode): void {
  within(node, (part) => {
    if (part.type === 'VariableDeclaration' && part.kind === 'var')
      for (const { id } of part.declarations) for (const name of namesIn(id)) writer.declare(name, EVERYWHERE);
    return false;
  });
}

function declareIn(writer: Writer, item: AnyNode): void {
  if (item.type === 'VariableDeclaration' && item.kind !== 'var') declareAll(writer, item);
  if (item.type === 'FunctionDeclaration' && item.id && !isTwin(writer, item)) writer.declare(item.id, EVERYWHERE);
  if (item.type === 'ClassDeclaration' && item.id) writer.declare(item.id, item);
}

function isTwin(writer: Writer, { id, generator }: DeclaredFunction): boolean {
  return generator === true && writer.from.twin !== undefined && id!.name.startsWith(`${writer.from.twin}_t_`);
}

function declareAll(writer: Writer, declaration: VariableDeclaration, update?: { readonly start: number; readonly end: number }): void {
  if (declaration.kind !== 'let' && declaration.kind !== 'const' && declaration.kind !== 'var')
    throw writer.fail(declaration, `has \`${declaration.kind}\``);
  for (const declarator of declaration.declarations) for (const name of namesIn(declarator.id)) writer.declare(name, declarator, update);
}

/** Declared functions are there from the beginning of their block on. In a twin's text, each that has a twin has it beside itself. */
function declareFunctions(writer: Writer, list: readonly AnyNode[]): void {
  const { twin } = writer.from;
  const declared = list.filter((item): item is DeclaredFunction => item.type === 'FunctionDeclaration');
  const twins = declared.filter((node) => isTwin(writer, node));
  for (const { id } of twins) writer.scope.codes.set(id!.name, { number: writer.known.reserve(), level: writer.level });
  for (const node of twins) writer.known.inner(node, writer, undefined, writer.scope.codes.get(node.id!.name)!.number);
  for (const node of declared) {
    if (twins.includes(node)) continue;
    if (node.generator && twin === undefined)
      throw writer.fail(node, `has a generator function \`${node.id?.name}\` inside: give it in \`helpers\``);
    const { machine, frame } = writer.names;
    const code = writer.scope.codes.get(`${twin}_t_${node.id!.name}`);
    const text = `(${writer.text(node)})`;
    writer.set(writer.scope.find(node.id!.name)!.slot, code === undefined ? text : `${machine}.closure(${text}, ${frame}, ${code.number})`);
  }
}

type DeclaredFunction = Extract<AnyNode, { type: 'FunctionDeclaration' }>;

/** What cannot stay as it is: switch points, and variables of the whole function. */
function isTakenApart(node: AnyNode): boolean {
  return yields(node) || within(node, (part) => part.type === 'VariableDeclaration' && part.kind === 'var');
}

function statement(writer: Writer, node: AnyNode, labels: readonly string[] = []): void {
  if (node.type === 'VariableDeclaration') {
    declaration(writer, node);
    return;
  }
  if (node.type === 'ClassDeclaration') {
    if (yields(node)) throw writer.fail(node, 'has a `yield` in a class; expected it in a variable of its own first');
    writer.set(writer.scope.find(node.id!.name)!.slot, `(${writer.text(node)})`);
    return;
  }
  if (node.type === 'ReturnStatement') {
    writer.leave({ by: 'return' }, node.argument ? value(writer, node.argument) : 'undefined');
    return;
  }
  if (!isTakenApart(node)) {
    if (node.type === 'EmptyStatement') return;
    if (node.type === 'ExpressionStatement') effect(writer, node.expression);
    else if (node.type === 'BreakStatement' || node.type === 'ContinueStatement') writer.leave(leaveOf(node));
    else writer.run(labels.map((label) => `${label}: `).join('') + writer.text(node));
    return;
  }
  switch (node.type) {
    case 'ExpressionStatement':
      effect(writer, node.expression);
      return;
    case 'BlockStatement':
      inside(writer, { of: 'label', labels }, () => block(writer, node.body));
      return;
    case 'LabeledStatement':
      statement(writer, node.body, [...labels, node.label.name]);
      return;
    case 'ThrowStatement':
      writer.run(`throw ${value(writer, node.argument)}`);
      return;
    case 'IfStatement':
      inside(writer, { of: 'label', labels }, () => {
        const [otherwise, end] = [writer.label(), writer.label()];
        writer.branch(`!${value(writer, node.test)}`, otherwise);
        block(writer, [node.consequent]);
        if (node.alternate) writer.jump(end);
        writer.place(otherwise);
        if (node.alternate) block(writer, [node.alternate]);
        writer.place(end);
      });
      return;
    case 'WhileStatement':
    case 'DoWhileStatement':
    case 'ForStatement':
      writer.inBlock(() => loop(writer, node, labels));
      return;
    case 'ForOfStatement':
    case 'ForInStatement':
      writer.inBlock(() => each(writer, node, labels));
      return;
    case 'SwitchStatement':
      choice(writer, node, labels);
      return;
    case 'TryStatement':
      inside(writer, { of: 'label', labels }, () => guarded(writer, node));
      return;
    default:
      throw writer.fail(node, `has a \`yield\` inside a ${node.type}`);
  }
}

function leaveOf(node: Extract<AnyNode, { type: 'BreakStatement' | 'ContinueStatement' }>): Leave {
  return { by: node.type === 'BreakStatement' ? 'break' : 'continue', label: node.label?.name };
}

/** A part that a `break` can leave. */
function inside(
  writer: Writer,
  part: { readonly of: 'loop' | 'switch' | 'label'; readonly labels: readonly string[] },
  task: (next: ReturnType<Writer['label']>) => void,
): void {
  const [end, next] = [writer.label(), writer.label()];
  writer.contexts.push({ kind: 'jump', ...part, end, next });
  task(next);
  writer.contexts.pop();
  writer.place(end);
}

function declaration(writer: Writer, node: VariableDeclaration): void {
  for (const { id, init } of node.declarations) {
    if (!init) {
      if (node.kind !== 'var') writer.set(writer.scope.find(namesIn(id)[0]!.name)!.slot, 'undefined');
      continue;
    }
    bind(writer, id, value(writer, init));
  }
}

/** Gives a pattern its value. */
function bind(writer: Writer, pattern: Pattern, text: string): void {
  if (pattern.type === 'Identifier') {
    writer.set(writer.scope.find(pattern.name)!.slot, text);
    return;
  }
  if (yields(pattern)) throw writer.fail(pattern, 'has a `yield` in a pattern; expected it in a variable of its own first');
  writer.run(`(${patternOf(pattern, writer.surroundings(), (part) => writer.text(part))} = ${text})`);
}

function loop(
  writer: Writer,
  node: Extract<AnyNode, { type: 'WhileStatement' | 'DoWhileStatement' | 'ForStatement' }>,
  labels: readonly string[],
): void {
  writer.loops += 1;
  if (node.type === 'ForStatement' && node.init) {
    const { init } = node;
    if (init.type === 'VariableDeclaration') {
      if (init.kind !== 'var') declareAll(writer, init, node.update ?? undefined);
      writer.freeing(() => declaration(writer, init));
    } else writer.freeing(() => effect(writer, init));
  }
  inside(writer, { of: 'loop', labels }, (next) => {
    const begin = writer.label();
    const { end } = writer.contexts.at(-1) as Extract<Context, { kind: 'jump' }>;
    writer.place(begin);
    const { test } = node;
    if (test && node.type !== 'DoWhileStatement') writer.freeing(() => writer.branch(`!${value(writer, test)}`, end));
    block(writer, [node.body]);
    writer.place(next);
    if (node.type === 'ForStatement') {
      const { update } = node;
      if (update) writer.freeing(() => effect(writer, update));
    }
    if (node.type === 'DoWhileStatement') writer.freeing(() => writer.branch(value(writer, node.test), begin));
    else writer.jump(begin);
  });
  writer.loops -= 1;
}

/** Goes through an array by its index, as its iterator does, and through the keys that a Map or Set had; other iterators are no plain data. */
function each(writer: Writer, node: Extract<AnyNode, { type: 'ForOfStatement' | 'ForInStatement' }>, labels: readonly string[]): void {
  if (node.type === 'ForOfStatement' && node.await) throw writer.fail(node, 'awaits');
  const [all, at, object] = [writer.slot(), writer.slot(), writer.slot()];
  const { machine } = writer.names;
  writer.freeing(() => {
    if (node.type === 'ForInStatement') {
      writer.set(object, value(writer, node.right));
      writer.set(all, `${machine}.keys(${writer.local(object)})`);
    } else {
      writer.set(object, value(writer, node.right));
      writer.set(all, `${machine}.items(${writer.local(object)})`);
    }
  });
  writer.set(at, '0');
  writer.loops += 1;
  const { left } = node;
  if (left.type === 'VariableDeclaration' && left.kind !== 'var') declareAll(writer, left);
  inside(writer, { of: 'loop', labels }, (next) => {
    const begin = writer.label();
    const { end } = writer.contexts.at(-1) as Extract<Context, { kind: 'jump' }>;
    writer.place(begin);
    const isOf = node.type === 'ForOfStatement';
    const place = `${writer.local(all)}, ${writer.local(at)}, ${writer.local(object)}`;
    writer.branch(isOf ? `${machine}.isBehind(${place})` : `!(${writer.local(at)} < ${writer.local(all)}.length)`, end);
    const item = isOf ? `${machine}.item(${place})` : `${writer.local(all)}[${writer.local(at)}]`;
    // A key that was deleted in the meantime is passed over.
    if (node.type === 'ForInStatement') writer.branch(`!(${item} in Object(${writer.local(object)}))`, next);
    if (left.type === 'VariableDeclaration') bind(writer, left.declarations[0]!.id, item);
    else writer.run(`(${patternOf(left as Pattern, writer.surroundings(), (part) => writer.text(part))} = ${item})`);
    block(writer, [node.body]);
    writer.place(next);
    writer.run(`${writer.local(at)} += 1`);
    writer.jump(begin);
  });
  writer.loops -= 1;
}

function choice(writer: Writer, node: Extract<AnyNode, { type: 'SwitchStatement' }>, labels: readonly string[]): void {
  inside(writer, { of: 'switch', labels }, () => {
    const { end } = writer.contexts.at(-1) as Extract<Context, { kind: 'jump' }>;
    const key = writer.slot();
    writer.freeing(() => writer.set(key, value(writer, node.discriminant)));
    writer.inBlock(() => {
      for (const { consequent } of node.cases) for (const item of consequent) declareIn(writer, item);
      declareFunctions(
        writer,
        node.cases.flatMap(({ consequent }) => consequent),
      );
      const places = node.cases.map(() => writer.label());
      node.cases.forEach(({ test }, at) => {
        if (test) writer.freeing(() => writer.branch(`${writer.local(key)} === ${value(writer, test)}`, places[at]!));
      });
      const otherwise = node.cases.findIndex(({ test }) => !test);
      writer.jump(otherwise < 0 ? end : places[otherwise]!);
      node.cases.forEach(({ consequent }, at) => {
        writer.place(places[at]);
        for (const item of consequent) if (item.type !== 'FunctionDeclaration') writer.freeing(() => statement(writer, item));
      });
    });
  });
}

function guarded(writer: Writer, node: Extract<AnyNode, { type: 'TryStatement' }>): void {
  const { block: body, handler, finalizer } = node;
  if (!finalizer) {
    caught(writer, body.body, handler!);
    return;
  }
  const [how, kept] = [writer.slot(), writer.slot()];
  const [thrown, at] = [writer.label(), writer.label()];
  const context = { kind: 'finally' as const, how, value: kept, at, ways: [] as Leave[] };
  writer.contexts.push(context);
  writer.handlers.push({ slot: kept, at: thrown });
  writer.place();
  if (handler) caught(writer, body.body, handler);
  else block(writer, body.body);
  writer.handlers.pop();
  writer.contexts.pop();
  writer.place();
  writer.set(how, '0');
  writer.set(kept, 'undefined');
  writer.jump(at);
  writer.place(thrown);
  writer.set(how, '1');
  writer.place(at);
  block(writer, finalizer.body);
  writer.run(`if (${writer.local(how)} === 1) throw ${writer.local(kept)}`);
  context.ways.forEach((way, index) => {
    const other = writer.label();
    writer.branch(`${writer.local(how)} !== ${index + 2}`, other);
    writer.leave(way, writer.local(kept));
    writer.place(other);
  });
}

function caught(writer: Writer, body: readonly AnyNode[], handler: Extract<AnyNode, { type: 'CatchClause' }>): void {
  const [at, end] = [writer.label(), writer.label()];
  const slot = writer.slot();
  writer.handlers.push({ slot, at });
  writer.place();
  block(writer, body);
  writer.handlers.pop();
  writer.place();
  writer.jump(end);
  writer.place(at);
  writer.inBlock(() => {
    const { param } = handler;
    if (param) {
      for (const name of namesIn(param)) writer.declare(name, EVERYWHERE);
      bind(writer, param, writer.local(slot));
    }
    block(writer, handler.body.body);
  });
  writer.place(end);
}
