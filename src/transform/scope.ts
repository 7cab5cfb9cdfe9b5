/**
 * Which declaration each identifier means, by the language's scoping rules: hoisting, parameters apart from the body,
 * functions in blocks, the inner names of function expressions and classes.
 */
import type { AnyNode, Identifier } from 'acorn';
import { children, type FunctionNode, isFunction } from './syntax.js';

/** One use of a name. */
export interface Reference {
  readonly node: Identifier;
  /** The function it stands in; `undefined` at the top. */
  readonly inside: FunctionNode | undefined;
  readonly access: 'read' | 'write';
  /** The `x` of `name.x`, where the use is of that form. */
  readonly member: string | undefined;
}

/** One declared name. */
export interface Binding {
  readonly name: string;
  readonly kind: 'var' | 'let' | 'const' | 'param' | 'function' | 'class' | 'import' | 'arguments';
  /** The function it is a local of; `undefined` at the top. */
  readonly inside: FunctionNode | undefined;
  /** The function, class or initial value it was declared with. */
  readonly value: AnyNode | undefined;
  readonly references: Reference[];
}

/** What {@link analyze} found. */
export interface Scopes {
  /** The declaration an identifier means; none for a free one. */
  readonly bindingOf: ReadonlyMap<Identifier, Binding>;
  /** Uses of names declared nowhere in the text, in the order of the text. */
  readonly free: readonly Reference[];
  /** Functions in which, or inside which, `eval` is called: their variables may change unseen. */
  readonly evals: ReadonlySet<FunctionNode | undefined>;
}

interface Scope {
  readonly parent: Scope | undefined;
  readonly inside: FunctionNode | undefined;
  /** Where a `var` goes. */
  readonly kind: 'function' | 'block';
  readonly names: Map<string, Binding>;
}

/** Resolves every identifier of a parsed text. In sloppy code, a function in a block is a variable of the function around, too. */
export function analyze(root: AnyNode, mode: 'strict' | 'sloppy'): Scopes {
  const uses: { readonly scope: Scope; readonly reference: Reference }[] = [];
  const evals = new Set<FunctionNode | undefined>();
  const open = (parent: Scope | undefined, kind: Scope['kind'], inside = parent?.inside): Scope => ({
    parent,
    inside,
    kind,
    names: new Map(),
  });

  const declare = (scope: Scope, name: string, kind: Binding['kind'], value?: AnyNode): void => {
    const known = scope.names.get(name);
    // `var x` twice is one variable; with two values it has no known one.
    if (known) scope.names.set(name, { ...known, kind: known.kind === 'function' ? 'var' : known.kind, value: undefined });
    else scope.names.set(name, { name, kind, inside: scope.inside, value, references: [] });
  };

  const use = (scope: Scope, node: Identifier, access: Reference['access'], member?: string): void => {
    uses.push({ scope, reference: { node, inside: scope.inside, access, member } });
  };

  /** Declares the names of a pattern, or, without a kind, takes it as the target of an assignment. */
  const pattern = (scope: Scope, node: AnyNode, kind: Binding['kind'] | undefined, value?: AnyNode): void => {
    switch (node.type) {
      case 'Identifier':
        if (kind === undefined) use(scope, node, 'write');
        else declare(kind === 'var' ? functionScope(scope) : scope, node.name, kind, value);
        // A declaration with a value in it is a write where it stands: `var n = 5` in a loop changes n on each turn.
        if (kind === 'var' && value) use(scope, node, 'write');
        return;
      case 'ObjectPattern':
        for (const property of node.properties) {
          if (property.type === 'Property' && property.computed) visit(scope, property.key);
          pattern(scope, property.type === 'Property' ? property.value : property.argument, kind);
        }
        return;
      case 'ArrayPattern':
        for (const element of node.elements) if (element) pattern(scope, element, kind);
        return;
      case 'RestElement':
        pattern(scope, node.argument, kind);
        return;
      case 'AssignmentPattern':
        pattern(scope, node.left, kind);
        visit(scope, node.right);
        return;
      default:
        visit(scope, node);
        return;
    }
  };

  const enterFunction = (outer: Scope, node: FunctionNode): void => {
    let around = outer;
    if (node.type === 'FunctionExpression' && node.id) {
      around = open(outer, 'block');
      declare(around, node.id.name, 'function', node);
    }
    const params = open(around, 'function', node);
    if (node.type !== 'ArrowFunctionExpression') declare(params, 'arguments', 'arguments');
    for (const param of node.params) pattern(params, param, 'param');
    // A scope of its own: what a default value uses is never a variable of the body.
    const body = open(params, 'function', node);
    if (node.body.type !== 'BlockStatement') {
      visit(body, node.body);
      return;
    }
    hoist(body, node.body.body);
    for (const statement of node.body.body) visit(body, statement);
  };

  /** Functions and classes of a list of statements are known in all of it. */
  const hoist = (scope: Scope, list: readonly AnyNode[]): void => {
    for (const item of list) {
      let statement: AnyNode = item;
      if ((statement.type === 'ExportNamedDeclaration' || statement.type === 'ExportDefaultDeclaration') && statement.declaration)
        statement = statement.declaration;
      while (statement.type === 'LabeledStatement') statement = statement.body;
      if (statement.type === 'FunctionDeclaration' && statement.id) {
        declare(scope, statement.id.name, 'function', statement);
        const outer = functionScope(scope);
        if (mode === 'sloppy' && outer !== scope && !outer.names.has(statement.id.name)) declare(outer, statement.id.name, 'var');
      }
      if (statement.type === 'ClassDeclaration' && statement.id) declare(scope, statement.id.name, 'class', statement);
    }
  };

  const visit = (scope: Scope, node: AnyNode): void => {
    if (isFunction(node)) {
      enterFunction(scope, node);
      return;
    }
    const all = (parts: readonly AnyNode[], inner = scope): void => {
      for (const part of parts) visit(inner, part);
    };
    switch (node.type) {
      case 'Identifier':
        use(scope, node, 'read');
        return;
      case 'Program':
        hoist(scope, node.body);
        all(node.body);
        return;
      case 'BlockStatement':
      case 'StaticBlock': {
        const inner = open(scope, node.type === 'StaticBlock' ? 'function' : 'block');
        hoist(inner, node.body);
        all(node.body, inner);
        return;
      }
      case 'SwitchStatement': {
        visit(scope, node.discriminant);
        const inner = open(scope, 'block');
        for (const part of node.cases) hoist(inner, part.consequent);
        all(node.cases, inner);
        return;
      }
      case 'ForStatement':
      case 'WhileStatement':
      case 'DoWhileStatement':
        all(children(node), open(scope, 'block'));
        return;
      case 'IfStatement': {
        const inner = open(scope, 'block');
        hoist(inner, node.alternate ? [node.consequent, node.alternate] : [node.consequent]);
        all(children(node), inner);
        return;
      }
      case 'ForInStatement':
      case 'ForOfStatement': {
        const inner = open(scope, 'block');
        if (node.left.type === 'VariableDeclaration') {
          for (const { id } of node.left.declarations)
            pattern(inner, id, bindingKind(node.left.kind), node.left.kind === 'var' ? node.right : undefined);
        } else pattern(inner, node.left, undefined);
        visit(inner, node.right);
        visit(inner, node.body);
        return;
      }
      case 'VariableDeclaration':
        for (const { id, init } of node.declarations) {
          pattern(scope, id, bindingKind(node.kind), init ?? undefined);
          if (init) visit(scope, init);
        }
        return;
      case 'CatchClause': {
        const inner = open(scope, 'block');
        if (node.param) pattern(inner, node.param, 'let');
        visit(inner, node.body);
        return;
      }
      case 'ClassDeclaration':
      case 'ClassExpression': {
        const inner = open(scope, 'block');
        if (node.id) declare(inner, node.id.name, 'class', node);
        if (node.superClass) visit(inner, node.superClass);
        visit(inner, node.body);
        return;
      }
      case 'AssignmentExpression':
        pattern(scope, node.left, undefined);
        visit(scope, node.right);
        return;
      case 'UpdateExpression':
        if (node.argument.type === 'Identifier') use(scope, node.argument, 'write');
        else visit(scope, node.argument);
        return;
      case 'MemberExpression':
        if (node.object.type !== 'Identifier' || node.computed) {
          all(children(node));
          return;
        }
        use(scope, node.object, 'read', node.property.type === 'Identifier' ? node.property.name : undefined);
        return;
      case 'CallExpression':
        if (node.callee.type === 'Identifier' && node.callee.name === 'eval') {
          for (let at: Scope | undefined = scope; at; at = at.parent) evals.add(at.inside);
        }
        all(children(node));
        return;
      case 'WithStatement':
        // What a name means in there depends on the object: taken as an unseen writer, and its own names as not free.
        for (let at: Scope | undefined = scope; at; at = at.parent) evals.add(at.inside);
        visit(scope, node.object);
        return;
      case 'ImportSpecifier':
      case 'ImportDefaultSpecifier':
      case 'ImportNamespaceSpecifier':
        declare(scope, node.local.name, 'import');
        return;
      case 'ExportNamedDeclaration':
        if (node.source) return;
        if (node.declaration) {
          visit(scope, node.declaration);
          return;
        }
        for (const { local } of node.specifiers) if (local.type === 'Identifier') use(scope, local, 'read');
        return;
      case 'ExportAllDeclaration':
        return;
      default:
        all(children(node));
        return;
    }
  };

  visit(open(undefined, 'function'), root);

  const bindingOf = new Map<Identifier, Binding>();
  const free: Reference[] = [];
  for (const { scope, reference } of uses) {
    const binding = lookUp(scope, reference.node.name);
    if (!binding) free.push(reference);
    else {
      binding.references.push(reference);
      bindingOf.set(reference.node, binding);
    }
  }
  free.sort((a, b) => a.node.start - b.node.start);
  return { bindingOf, free, evals };
}

function bindingKind(kind: 'var' | 'let' | 'const' | 'using' | 'await using'): Binding['kind'] {
  return kind === 'var' || kind === 'let' ? kind : 'const';
}

function functionScope(scope: Scope): Scope {
  let at = scope;
  while (at.kind !== 'function' && at.parent) at = at.parent;
  return at;
}

function lookUp(scope: Scope, name: string): Binding | undefined {
  for (let at: Scope | undefined = scope; at; at = at.parent) {
    const binding = at.names.get(name);
    if (binding) return binding;
  }
  return undefined;
}
