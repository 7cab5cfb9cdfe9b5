/**
 * Leaves ways in: behind each function of a file, a way to evaluate a text where it was written, so that its twin can use what it uses. The functions
 * themselves stay as they are, and no line moves.
 */
import type { AnyNode, MethodDefinition, Program, Property } from 'acorn';
import MagicString from 'magic-string';
import type { MembersNode } from './output.js';
import { children, type FunctionNode, freshPrefix, isFunction, parseFile } from './syntax.js';
import { type ClassNode, constructionOf, isPlainValue, stopField } from './twin-construct.js';
import { canTwin } from './twin-parts.js';

/** How {@link leaveOrigins} is told about a file. */
export interface OriginOptions {
  /** For timelines. */
  readonly file: string;
  /** The line that a line of the text was in the file that was written, both from 1. */
  readonly lineOf: (line: number) => number;
}

/** The file with ways in; `undefined` if it has no functions. */
export function leaveOrigins(source: string, { file, lineOf }: OriginOptions): MagicString | undefined {
  const program = parseFile(source, 'module');
  const code = new MagicString(source);
  const prefix = freshPrefix(source);
  const found = new Writer(source, code, prefix).visit(program);
  if (found === 'nothing') return undefined;
  const lines = source.split('\n').map((_, at) => lineOf(at + 1));
  const imports = importsOf(program);
  const getters = imports.map((name) => `get ${name}() { return ${name}; }`).join(', ');
  const about = [JSON.stringify(file), JSON.stringify(source), JSON.stringify(lines), `${prefix}_imports`, JSON.stringify(imports)].join(
    ', ',
  );
  code.prepend(
    `import { originsIn as ${prefix}_open } from 'gil/transform'; const ${prefix}_imports = { ${getters} }, ${prefix}_o = ${prefix}_open(${about}); `,
  );
  return code;
}

function importsOf(program: Program): string[] {
  return program.body.flatMap((statement) =>
    statement.type === 'ImportDeclaration' ? statement.specifiers.map(({ local }) => local.name) : [],
  );
}

class Writer {
  readonly #source: string;
  readonly #code: MagicString;
  readonly #prefix: string;

  constructor(source: string, code: MagicString, prefix: string) {
    this.#source = source;
    this.#code = code;
    this.#prefix = prefix;
  }

  visit(root: AnyNode): 'something' | 'nothing' {
    let found: 'something' | 'nothing' = 'nothing';
    const walk = (node: AnyNode): void => {
      // An inserted statement would make it ordinary JavaScript.
      if (
        isFunction(node) &&
        node.body.type === 'BlockStatement' &&
        node.body.body.some((part) => 'directive' in part && part.directive === 'use asm')
      )
        return;
      if (node.type === 'Program' || node.type === 'BlockStatement' || node.type === 'StaticBlock') {
        if (this.#declarations(node)) found = 'something';
      }
      if (node.type === 'ClassDeclaration' || node.type === 'ClassExpression' || node.type === 'ObjectExpression') {
        if (this.#members(node)) found = 'something';
      }
      for (const part of children(node)) walk(part);
      if ((node.type === 'ArrowFunctionExpression' || (node.type === 'FunctionExpression' && !methods.has(node))) && canTwin(node)) {
        this.#code.prependRight(node.start, `${this.#prefix}_o.function(`);
        this.#code.appendLeft(node.end, `, ${this.#evaluator}, ${node.start}, ${node.end})`);
        found = 'something';
      }
    };
    const methods = methodsIn(root);
    walk(root);
    return found;
  }

  /** Declared functions are there from the start of their block on, so their ways in are too. */
  #declarations(block: Extract<AnyNode, { type: 'Program' | 'BlockStatement' | 'StaticBlock' }>): boolean {
    const declared: FunctionNode[] = [];
    for (const statement of block.body) {
      const inner =
        statement.type === 'ExportNamedDeclaration' || statement.type === 'ExportDefaultDeclaration' ? statement.declaration : statement;
      if (inner?.type === 'FunctionDeclaration' && inner.id !== null && canTwin(inner as FunctionNode))
        declared.push(inner as FunctionNode);
    }
    if (declared.length === 0) return false;
    const text = declared
      .map(
        (node) =>
          `${this.#prefix}_o.function(${(node as { id: { name: string } }).id.name}, ${this.#evaluator}, ${node.start}, ${node.end});`,
      )
      .join(' ');
    const directive = block.body.findLast((part) => 'directive' in part);
    if (directive) this.#code.appendLeft(directive.end, `; ${text}`);
    else if (block.type === 'Program') this.#code.prependRight(block.body[0]!.start, `${text} `);
    else this.#code.appendLeft(block.type === 'StaticBlock' ? this.#source.indexOf('{', block.start) + 1 : block.start + 1, ` ${text}`);
    return true;
  }

  #members(node: MembersNode): boolean {
    const members = node.type === 'ObjectExpression' ? node.properties : node.body.body;
    const places = members.filter(isMethod).flatMap((member) => this.#placeOf(member));
    const table = `{ ${places.join(', ')} }`;
    if (node.type === 'ObjectExpression') {
      if (places.length === 0) return false;
      this.#code.prependRight(node.start, `${this.#prefix}_o.object(`);
      this.#code.appendLeft(node.end, `, ${this.#evaluator}, ${table})`);
      return true;
    }
    const end = node.body.end - 1;
    const hidden = this.#privates(members.filter(isMethod));
    if (hidden !== '') this.#code.appendLeft(end, hidden);
    const { kind, fields } = constructionOf(node as ClassNode, 'inside');
    if (kind === 'made') {
      for (const { value } of fields) {
        if (!value || isPlainValue(value)) continue;
        this.#code.prependRight(value.start, `${this.#prefix}_o.isMaking() ? void 0 : (`);
        this.#code.appendLeft(value.end, ')');
      }
      this.#code.appendLeft(end, stopField(this.#prefix, `${this.#prefix}_o.hand`));
    }
    this.#code.appendLeft(end, ` static { ${this.#prefix}_o.class(this, ${this.#evaluator}, ${table}, ${node.start}, ${node.end}); }`);
    return true;
  }

  /** Private methods can be reached from inside an object of the class only: a field of its own does it, when one is made. */
  #privates(members: readonly (MethodDefinition | Property)[]): string {
    const found = members.filter(
      (member): member is MethodDefinition =>
        member.type === 'MethodDefinition' &&
        member.kind === 'method' &&
        !member.static &&
        member.key.type === 'PrivateIdentifier' &&
        canTwin(member.value as FunctionNode),
    );
    if (found.length === 0) return '';
    const calls = found.map(
      ({ key, start, end }) =>
        `${this.#prefix}_o.function(this.${this.#source.slice(key.start, key.end)}, ${this.#evaluator}, ${start}, ${end})`,
    );
    return ` #${this.#prefix}_p = void [${calls.join(', ')}];`;
  }

  /** `"value increment": [12, 40]`, or nothing for what cannot be reached by a name. */
  #placeOf(member: MethodDefinition | Property): string[] {
    if (
      member.computed ||
      member.key.type === 'PrivateIdentifier' ||
      member.kind === 'constructor' ||
      !canTwin(member.value as FunctionNode)
    )
      return [];
    const name = member.key.type === 'Literal' ? String(member.key.value) : this.#source.slice(member.key.start, member.key.end);
    const kind = member.kind === 'get' || member.kind === 'set' ? member.kind : 'value';
    const where = member.type === 'MethodDefinition' && member.static ? 'static' : 'own';
    return [`${JSON.stringify(`${where} ${kind} ${name}`)}: [${member.start}, ${member.end}]`];
  }

  /** A direct `eval`: only that sees the scope around it. */
  get #evaluator(): string {
    return `(${this.#prefix}_text) => eval(${this.#prefix}_text)`;
  }
}

function isMethod(member: AnyNode): member is MethodDefinition | Property {
  return member.type === 'MethodDefinition' || (member.type === 'Property' && (member.method || member.kind !== 'init'));
}

/** The functions that are methods: they are reached by their names. */
function methodsIn(root: AnyNode, found = new Set<AnyNode>()): ReadonlySet<AnyNode> {
  if (isMethod(root)) found.add(root.value);
  for (const part of children(root)) methodsIn(part, found);
  return found;
}
