/**
 * Parsing, and the one way to walk what was parsed.
 * `children` leaves out the identifiers that are not expressions: property names, labels, `new.target`, import and export names.
 */
import { type AnyNode, type Options, type Program, parse } from 'acorn';

/** A function of any kind, as acorn has it. */
export type FunctionNode = Extract<AnyNode, { type: 'FunctionDeclaration' | 'FunctionExpression' | 'ArrowFunctionExpression' }>;

/** A loop of any kind. */
export type LoopNode = Extract<
  AnyNode,
  { type: 'ForStatement' | 'ForInStatement' | 'ForOfStatement' | 'WhileStatement' | 'DoWhileStatement' }
>;

/** How a file's text is read. CommonJS is the body of a function, and sloppy unless it says otherwise. */
export type SourceType = 'module' | 'commonjs';

/** Parses a file. */
export function parseFile(source: string, sourceType: SourceType): Program {
  if (sourceType === 'module') return parse(source, { ...NEWEST, sourceType: 'module' });
  return parse(source, { ...NEWEST, sourceType: 'commonjs', allowHashBang: true });
}

/** The newest language: what the engine that runs it cannot do, it will say itself. */
export const NEWEST: Options = { ecmaVersion: 'latest' };

const NAMES_ONLY: Readonly<Record<string, readonly string[]>> = {
  MetaProperty: ['meta', 'property'],
  LabeledStatement: ['label'],
  BreakStatement: ['label'],
  ContinueStatement: ['label'],
  ImportSpecifier: ['imported'],
  ExportSpecifier: ['exported'],
  ImportAttribute: ['key'],
};

/** The parts of a node in the order of the text, without those that only name something. */
export function children(node: AnyNode): AnyNode[] {
  const found: AnyNode[] = [];
  for (const [key, value] of Object.entries(node)) {
    if (typeof value !== 'object' || value === null) continue;
    if (NAMES_ONLY[node.type]?.includes(key) || isName(node, key)) continue;
    for (const part of Array.isArray(value) ? value : [value]) {
      if (part !== null && typeof part === 'object' && typeof part.type === 'string') found.push(part);
    }
  }
  return found;
}

/** The `x` of `o.x`, of `{ x: … }` and of `class { x() {} }`. */
function isName(node: AnyNode, key: string): boolean {
  if (node.type === 'MemberExpression') return key === 'property' && !node.computed;
  if (node.type === 'Property' || node.type === 'MethodDefinition' || node.type === 'PropertyDefinition') {
    return key === 'key' && !node.computed;
  }
  return false;
}

export function isFunction(node: AnyNode): node is FunctionNode {
  return node.type === 'FunctionDeclaration' || node.type === 'FunctionExpression' || node.type === 'ArrowFunctionExpression';
}

export function isLoop(node: AnyNode): node is LoopNode {
  return /^(?:For|While|DoWhile|ForIn|ForOf)Statement$/.test(node.type);
}

/** Whether `test` holds for the node or a part of it that runs as part of it: functions inside run at other times. */
export function within(node: AnyNode, test: (node: AnyNode) => boolean): boolean {
  if (test(node)) return true;
  return children(node).some((child) => !isFunction(child) && within(child, test));
}

/** Whether the code may come back on another turn of the event loop: `await`, `for await`, and `yield` of an async generator. */
export function suspends(node: AnyNode): boolean {
  return within(
    node,
    (part) => part.type === 'AwaitExpression' || part.type === 'YieldExpression' || (part.type === 'ForOfStatement' && part.await),
  );
}

/** Whether a `continue` in the body goes to the loop itself, whose labels are given. */
export function continues(body: AnyNode, labels: readonly string[]): boolean {
  if (body.type === 'ContinueStatement') return !body.label || labels.includes(body.label.name);
  if (isFunction(body)) return false;
  return children(body).some((part) =>
    isLoop(part)
      ? within(part, (inner) => inner.type === 'ContinueStatement' && !!inner.label && labels.includes(inner.label.name))
      : continues(part, labels),
  );
}

/** A name that nothing in the text begins with. */
export function freshPrefix(source: string): string {
  let prefix = '$gil';
  for (let digit = 1; source.includes(prefix); digit++) prefix = `$gil${digit}`;
  return prefix;
}

/** The line and the column of a place in a text, from 1. */
export function positionIn(source: string, at: number): [line: number, column: number] {
  const before = source.slice(0, at).split('\n');
  return [before.length, (before.at(-1)?.length ?? 0) + 1];
}
