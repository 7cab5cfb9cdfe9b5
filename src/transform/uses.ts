/**
 * What the text of a function or a class uses from around it, and how: what it reads, what it assigns, and which names of properties it knows.
 */
import { type AnyNode, type Identifier, parse } from 'acorn';
import { readFunction } from './read-task.js';
import { analyze } from './scope.js';
import { children, isFunction, NEWEST, positionIn } from './syntax.js';

/** One use of a name that is not the text's own. */
export interface Use {
  readonly name: string;
  /** The `x` of `name.x`. */
  readonly member: string | undefined;
  /** `changes`: a property of it is assigned or deleted. */
  readonly access: 'reads' | 'assigns' | 'changes';
  /** From 1, of the text as it runs. */
  readonly line: number;
  /** In a class: the method or accessor that it is in; `undefined`: it is used when objects are made, or when the class is. */
  readonly method: string | undefined;
}

/** What a text uses. */
export interface Uses {
  readonly uses: readonly Use[];
  /** Names of the properties that it may look up; `any`: it computes names. */
  readonly names: ReadonlySet<string> | 'any';
  /** What it uses that has no name by which it could be looked up: `this` of what is around it, `eval`. */
  readonly nameless: readonly string[];
  /** Fields of the class itself that are hidden. */
  readonly hiddenStatics: readonly string[];
}

const known = new Map<string, Uses>();

/** Reads a function or a class. Throws what `readFunction` throws for what has no text. */
export function usesOf(plain: object): Uses {
  const text = Function.prototype.toString.call(plain);
  let uses = known.get(text);
  if (uses === undefined) {
    uses = read(plain, text);
    known.set(text, uses);
  }
  return uses;
}

const BEFORE_CLASS = '(';

function read(plain: object, text: string): Uses {
  if (!/^class\b/.test(text)) {
    const { framed, start, node, mode } = readFunction(plain);
    return collect(framed, start, node, mode);
  }
  const framed = `${BEFORE_CLASS}${text}\n)`;
  const [statement] = parse(framed, { ...NEWEST, sourceType: 'module' }).body;
  return collect(framed, BEFORE_CLASS.length, (statement as { readonly expression: AnyNode }).expression, 'strict');
}

function collect(framed: string, start: number, root: AnyNode, mode: 'strict' | 'sloppy'): Uses {
  const scopes = analyze(root, mode);
  const found = new Finder();
  found.visit(root, isFunction(root) && root.type !== 'ArrowFunctionExpression' ? 'own' : 'around');
  const [first] = positionIn(framed, start);
  const methodOf = methodsIn(root);
  const nameless = [...found.nameless];
  if (scopes.evals.size > 0) nameless.push('eval');
  const uses = scopes.free.map(
    ({ node, access, member }): Use => ({
      name: node.name,
      member,
      access: access === 'write' ? 'assigns' : found.changed.has(node) ? 'changes' : 'reads',
      line: positionIn(framed, node.start)[0] - first + 1,
      method: methodOf(node),
    }),
  );
  return {
    uses: uses.filter(({ name }) => name !== 'arguments'),
    names: found.computes === 'some' ? 'any' : found.names,
    nameless: uses.some(({ name }) => name === 'arguments') ? [...nameless, 'arguments'] : nameless,
    hiddenStatics: root.type === 'ClassExpression' ? hiddenIn(root) : [],
  };
}

type ClassNode = Extract<AnyNode, { type: 'ClassExpression' }>;

function hiddenIn(root: ClassNode): string[] {
  return root.body.body.flatMap((member) =>
    (member.type === 'PropertyDefinition' || (member.type === 'MethodDefinition' && member.kind === 'set')) &&
    member.static &&
    member.key.type === 'PrivateIdentifier'
      ? [`#${member.key.name}`]
      : [],
  );
}

/** In which method of a class a place is. */
function methodsIn(root: AnyNode): (node: AnyNode) => string | undefined {
  if (root.type !== 'ClassExpression') return () => undefined;
  const methods = root.body.body.flatMap((member) =>
    member.type === 'MethodDefinition' && member.kind !== 'constructor' && member.key.type !== 'PrivateIdentifier' ? [member] : [],
  );
  return ({ start }) => {
    const method = methods.find(({ value }) => value.start <= start && start < value.end);
    if (method === undefined) return undefined;
    const { key, computed } = method;
    return !computed && key.type === 'Identifier' ? key.name : key.type === 'Literal' ? String(key.value) : undefined;
  };
}

class Finder {
  readonly names = new Set<string>();
  readonly nameless = new Set<string>();
  /** Identifiers of which a property is assigned. */
  readonly changed = new Set<Identifier>();
  computes: 'none' | 'some' = 'none';

  /** `self`: whose `this` it is. */
  visit(node: AnyNode, self: 'own' | 'around'): void {
    switch (node.type) {
      case 'ThisExpression':
        if (self === 'around') this.nameless.add('this');
        break;
      case 'Super':
        if (self === 'around') this.nameless.add('super');
        break;
      case 'MetaProperty':
        if (node.meta.name === 'import') this.nameless.add('import.meta');
        break;
      case 'MemberExpression':
      case 'Property':
        // Of a pattern it is looked up; of an object it does no harm.
        this.#name(node.type === 'Property' ? node.key : node.property, node.computed);
        break;
      case 'AssignmentExpression':
        this.#target(node.left);
        break;
      case 'UpdateExpression':
        this.#target(node.argument);
        break;
      case 'UnaryExpression':
        if (node.operator === 'delete') this.#target(node.argument);
        break;
      case 'ForInStatement':
      case 'ForOfStatement':
        this.#target(node.left);
        break;
      default:
    }
    const isMaker = node.type === 'PropertyDefinition' || node.type === 'StaticBlock' || node.type === 'MethodDefinition';
    const inner = isMaker || (isFunction(node) && node.type !== 'ArrowFunctionExpression') ? 'own' : self;
    for (const part of children(node)) this.visit(part, inner);
  }

  #name(key: AnyNode, computed: boolean): void {
    if (key.type === 'Literal') this.names.add(String(key.value));
    else if (computed) this.computes = 'some';
    else if (key.type === 'Identifier') this.names.add(key.name);
  }

  /** Of what is assigned to, the variable that it starts from. */
  #target(node: AnyNode): void {
    switch (node.type) {
      case 'MemberExpression': {
        let at: AnyNode = node;
        while (at.type === 'MemberExpression' || at.type === 'ChainExpression')
          at = at.type === 'ChainExpression' ? at.expression : at.object;
        if (at.type === 'Identifier') this.changed.add(at);
        return;
      }
      case 'ObjectPattern':
        for (const property of node.properties) this.#target(property.type === 'Property' ? property.value : property.argument);
        return;
      case 'ArrayPattern':
        for (const element of node.elements) if (element) this.#target(element);
        return;
      case 'RestElement':
        this.#target(node.argument);
        return;
      case 'AssignmentPattern':
        this.#target(node.left);
        return;
      case 'ChainExpression':
      case 'ParenthesizedExpression':
        this.#target(node.expression);
        return;
      default:
    }
  }
}
