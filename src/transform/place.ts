/**
 * Puts looks into a parsed text. Insertions only, none with a line break: every line stays where it was.
 * Children come before their parents, so of two insertions at one position the outer one ends up outside.
 */
import type {
  AnyNode,
  ChainExpression,
  ExpressionStatement,
  LabeledStatement,
  Statement,
  TryStatement,
  VariableDeclaration,
  YieldExpression,
} from 'acorn';
import type MagicString from 'magic-string';
import { type CallNode, chainCalls, isCall, isNamed, lastCall, looksAfter } from './calls.js';
import { Edits } from './edits.js';
import { splitUpdate, touchesShared } from './members.js';
import type { Output } from './output.js';
import { placeInChain } from './place-chain.js';
import { operationsIn, type Places, type Speller } from './places.js';
import { type Quiet, quietIn } from './quiet.js';
import type { Scopes } from './scope.js';
import { strideOf, writeStride } from './strides.js';
import { children, continues, type FunctionNode, isFunction, isLoop, type LoopNode, suspends, within } from './syntax.js';

/** A text, what is known of it, and where its looks are to go. */
export interface Placement {
  readonly source: string;
  readonly code: MagicString;
  readonly scopes: Scopes;
  readonly places: Places;
  readonly spelling: Speller;
  /** What else happens to a text whose functions become generators. */
  readonly output?: Output | undefined;
}

/**
 * What the surroundings of an expression demand.
 * - `whole`: it is all of a statement, which places the look behind itself
 * - `callee`: put around a member, a call would take its `this` away; the operand of `delete` is as delicate
 * - `constructor`: in `new f().x()` a call needs parentheses, or it would be what `new` calls
 */
type Role = 'value' | 'whole' | 'callee' | 'constructor';

/** Puts looks into all of `root`. */
export function placeLooks(root: AnyNode, placement: Placement): void {
  new Placer(placement).visit(root);
}

class Placer {
  readonly #source: string;
  readonly #code: MagicString;
  readonly #edits: Edits;
  readonly #scopes: Scopes;
  readonly #places: Places;
  readonly #spelling: Speller;
  readonly #quiet: Quiet;
  /** Statements whose own look would be followed by the one at the end of the turn. */
  readonly #lastOfTurn = new Set<AnyNode>();
  #inside: FunctionNode | undefined;
  /** Whether a call's look is placed at the call. */
  #voice: 'aloud' | 'muted' = 'aloud';
  readonly #output: Output | undefined;

  constructor({ source, code, scopes, places, spelling, output }: Placement) {
    this.#output = output;
    this.#source = source;
    this.#code = code;
    this.#edits = new Edits(source, code, spelling);
    this.#scopes = scopes;
    this.#places = places;
    this.#spelling = spelling;
    this.#quiet = quietIn(scopes);
  }

  /** Places what belongs into a node. Returns whether the node's value is now followed by a look. */
  visit(node: AnyNode, role: Role = 'value'): boolean {
    if (node.type !== 'Identifier' && node.type !== 'Literal') this.#spelling.operations++;
    if (isFunction(node)) {
      if (this.#output === undefined || this.#inside === undefined) return this.#function(node);
      this.#output.nested(node);
      return false;
    }
    if (isLoop(node)) {
      const awaits = node.type === 'ForOfStatement' && node.await;
      this.#loop(node, [], awaits ? 'resumes' : 'stays');
      if (awaits) this.#edits.enterBehind(node);
      return false;
    }
    if (isCall(node)) return this.#call(node, role);
    switch (node.type) {
      case 'ExpressionStatement':
        if (!node.directive) this.#statement(node, node);
        return false;
      case 'VariableDeclaration':
        this.#statement(node, node);
        return false;
      case 'ExportNamedDeclaration':
        if (node.declaration?.type === 'VariableDeclaration') this.#statement(node, node.declaration);
        else if (node.declaration) this.visit(node.declaration);
        return false;
      case 'IfStatement':
        this.visit(node.test);
        this.#body(node.consequent);
        if (node.alternate) this.#body(node.alternate);
        if (this.#places.untaken) this.#edits.untaken(node, this.#spelling.statement('branch', node));
        return false;
      case 'ConditionalExpression':
        this.#parts(node);
        if (this.#places.untaken) this.#edits.before('branch', node.alternate);
        return false;
      case 'LabeledStatement':
        return this.#labeled(node);
      case 'TryStatement':
        return this.#try(node);
      case 'WithStatement':
        // Inside, a name of ours might be asked of the object: only what is outside is touched.
        this.visit(node.object);
        return false;
      case 'ChainExpression':
        return this.#chain(node, role);
      case 'MemberExpression':
        this.visit(node.object, role === 'constructor' ? role : 'value');
        if (node.computed) this.visit(node.property);
        if (role === 'value' || role === 'constructor') this.#output?.read(node);
        return false;
      case 'ClassDeclaration':
      case 'ClassExpression':
      case 'ObjectExpression':
        if (this.#output === undefined) this.#parts(node);
        else this.#output.members(node, (part) => this.visit(part));
        return false;
      case 'ThisExpression':
      case 'MetaProperty':
        this.#output?.context(node);
        return false;
      case 'UnaryExpression':
        this.visit(node.argument, node.operator === 'delete' ? 'callee' : 'value');
        return false;
      case 'AwaitExpression':
        this.#parts(node);
        this.#edits.wrap(node, `${this.#spelling.name('resume')}(`, ')');
        return false;
      case 'YieldExpression':
        return this.#yield(node);
      case 'AssignmentExpression': {
        if (this.#output === undefined || !/Pattern$/.test(node.left.type)) this.visit(node.left, 'callee');
        else if (within(node.left, isCall)) this.#output.refuse(node.left, 'a call in a pattern that is assigned to');
        const looked = this.visit(node.right);
        // `o.x += e` loads o.x before it computes e: a look after e is one between load and store.
        if (this.#places.members && node.left.type === 'MemberExpression' && !looked) this.#edits.after('between', node.right);
        this.#output?.assign(node);
        return false;
      }
      case 'UpdateExpression':
        this.visit(node.argument, 'callee');
        if (this.#output !== undefined) {
          const isSplit = this.#places.members && node.argument.type === 'MemberExpression';
          this.#output.update(node, isSplit ? this.#spelling.expression('between', node) : undefined);
        } else if (this.#places.members) splitUpdate(node, this.#source, this.#code, this.#spelling);
        return false;
      default:
        this.#parts(node);
        return false;
    }
  }

  #parts(node: AnyNode): void {
    for (const part of children(node)) this.visit(part);
  }

  /** Expressions and declarations: as few looks as nobody can tell from one after each call. */
  #statement(statement: AnyNode, node: ExpressionStatement | VariableDeclaration): void {
    const isPlain = node.type === 'ExpressionStatement' || node.declarations.every(({ id }) => id.type === 'Identifier');
    const parts: AnyNode[] = node.type === 'ExpressionStatement' ? [node.expression] : node.declarations.flatMap(({ init }) => init ?? []);
    let isPending: boolean;
    if (isPlain && this.#isLocalButOneCall(parts)) {
      isPending = parts.some((part) => within(part, (inner) => isCall(inner) && looksAfter(inner, this.#places, this.#scopes)));
      if (this.#output !== undefined) this.#visitMuted(parts);
    } else {
      // A call at the very end whose value goes to a variable or nowhere: behind the statement is right after the call.
      const last = isPlain ? lastCall(parts.at(-1)) : undefined;
      if (node.type === 'VariableDeclaration') for (const { id } of node.declarations) this.visit(id);
      for (const part of last ? parts.slice(0, -1) : parts) this.visit(part);
      isPending = last !== undefined && this.visit(last, 'whole');
    }
    if (!isPending && !(this.#places.members && touchesShared(node))) return;
    if (!this.#lastOfTurn.has(statement)) this.#edits.behind(statement, this.#spelling.statement('after', node));
  }

  /** A generator needs its calls made into such, also where the look is behind the statement. */
  #visitMuted(parts: readonly AnyNode[]): void {
    this.#voice = 'muted';
    for (const part of parts) this.visit(part);
    this.#voice = 'aloud';
  }

  /** Only locals but for one call: from that call to the end of the statement, nothing can be seen of other threads. */
  #isLocalButOneCall(parts: readonly AnyNode[]): boolean {
    let calls = 0;
    const oneCall = (node: AnyNode, again: (node: AnyNode) => boolean): boolean =>
      node.type === 'CallExpression' && !node.optional && isNamed(node.callee) && ++calls === 1 && node.arguments.every(again);
    const isLocal = parts.every(
      (part) => this.#quiet(part, oneCall) && !(this.#places.untaken && within(part, ({ type }) => type === 'ConditionalExpression')),
    );
    if (isLocal) for (const part of parts) this.#spelling.operations += 1 + operationsIn(part);
    return isLocal;
  }

  #call(node: CallNode, role: Role): boolean {
    if (node.type === 'TaggedTemplateExpression') {
      this.visit(node.tag, 'callee');
      this.visit(node.quasi);
    } else {
      this.visit(node.callee, node.type === 'NewExpression' ? 'constructor' : 'callee');
      for (const argument of node.arguments) this.visit(argument);
    }
    this.#output?.call(node);
    if (!looksAfter(node, this.#places, this.#scopes)) return false;
    if (role !== 'whole' && this.#voice === 'aloud') this.#edits.after('after', node, role === 'constructor' ? 'parentheses' : 'bare');
    return true;
  }

  #chain(node: ChainExpression, role: Role): boolean {
    const visit = (part: AnyNode, own: 'value' | 'callee'): void => void this.visit(part, own);
    const looks = (call: CallNode): boolean => looksAfter(call, this.#places, this.#scopes);
    const isReference = role === 'callee' && node.expression.type === 'MemberExpression';
    this.#output?.chain(node, isReference ? 'reference' : 'value', (part) => visit(part, 'value'));
    const isPending =
      this.#output === undefined
        ? placeInChain(node, { visit, looks, after: (part) => this.#edits.after('after', part) })
        : chainCalls(node).behind.some(looks);
    if (!isPending || isReference) return false;
    if (role !== 'whole') this.#edits.after('after', node, role === 'constructor' ? 'parentheses' : 'bare');
    return true;
  }

  #yield(node: YieldExpression): boolean {
    this.#parts(node);
    if (this.#inside?.async) this.#edits.wrap(node, `${this.#spelling.name('resume')}(`, ')');
    // CPython looks when a generator resumes after `yield`, not after `yield from` (RESUME 1 and 2).
    if (!this.#places.entry || node.delegate) return false;
    this.#edits.after('entry', node);
    return true;
  }

  #function(node: FunctionNode): boolean {
    const directives = node.body.type === 'BlockStatement' ? node.body.body.filter((statement) => 'directive' in statement) : [];
    // An inserted statement would make it ordinary JavaScript, with other semantics for heap and integers, and a warning.
    if (directives.some((statement) => statement.type === 'ExpressionStatement' && statement.directive === 'use asm')) return false;
    const [outer, operations] = [this.#inside, this.#spelling.operations];
    this.#inside = node;
    this.#spelling.operations = 0;
    for (const param of node.params) {
      if (this.#output !== undefined && within(param, isCall)) this.#output.refuse(param, 'a call in a default value');
      if (this.#output === undefined) this.visit(param);
    }
    if (node.body.type === 'BlockStatement') this.#parts(node.body);
    else this.visit(node.body);
    this.#spelling.operations = 0;
    if (this.#places.entry) {
      if (node.body.type !== 'BlockStatement') this.#edits.before('entry', node.body);
      else {
        const last = directives.at(-1);
        this.#code.appendLeft(last ? last.end : node.body.start + 1, `${last ? ';' : ''} ${this.#spelling.statement('entry', node)}`);
      }
    }
    this.#inside = outer;
    this.#spelling.operations = operations;
    return false;
  }

  #labeled(node: LabeledStatement): boolean {
    const labels: string[] = [];
    let body: Statement = node;
    for (; body.type === 'LabeledStatement'; body = body.body) labels.push(body.label.name);
    // A jump to the label may come out of a `for await`, and so out of another turn of the event loop.
    const resumes = within(body, (part) => part.type === 'ForOfStatement' && part.await);
    if (isLoop(body)) this.#loop(body, labels, resumes ? 'resumes' : 'stays');
    else this.#body(body);
    if (resumes) this.#edits.enterBehind(node);
    return false;
  }

  #loop(node: LoopNode, labels: readonly string[], entry: 'resumes' | 'stays'): boolean {
    const { body } = node;
    if (node.type === 'ForStatement' && this.#places.strides) {
      const stride = strideOf(node, this.#source, this.#scopes, this.#quiet, this.#inside);
      if (stride) {
        if (node.init) this.#parts(node.init);
        const { prefix } = this.#spelling;
        const name = this.#spelling.name(stride.helper);
        writeStride(node, stride, this.#code, prefix, name, this.#spelling.statement('turn', node));
        return false;
      }
    }
    const update = node.type === 'ForStatement' ? node.update : undefined;
    // One look per turn that every `continue` reaches: in the update if there is one, else at the end of the body or, failing that, at its head.
    const where = !this.#places.turns ? 'nowhere' : update ? 'update' : continues(body, labels) ? 'head' : 'end';
    if (where === 'update' || where === 'end') this.#mergeIntoEnd(body);

    for (const part of children(node)) {
      if (part === body || part === update) continue;
      if (part.type === 'VariableDeclaration') this.#parts(part);
      else if (this.#output === undefined || part !== (node as { left?: AnyNode }).left) this.visit(part);
    }
    this.visit(body);
    const head = entry === 'resumes' ? `${this.#spelling.name('enter')}(); ` : '';
    if (where === 'update' && update) {
      const look = this.#spelling.expression('turn', node);
      this.visit(update);
      this.#code.prependRight(update.start, `${look}, `);
    } else if (update) this.visit(update);
    if (where === 'head') this.#edits.around(body, head + this.#spelling.statement('turn', node), '');
    else this.#edits.around(body, head, where === 'end' ? this.#spelling.statement('turn', node) : '');
    return false;
  }

  /** Statements at the end of a turn need no look of their own, as long as only locals are touched between them and its look. */
  #mergeIntoEnd(body: Statement): void {
    for (const statement of body.type === 'BlockStatement' ? body.body.toReversed() : [body]) {
      this.#lastOfTurn.add(statement);
      const isLocal = statement.type === 'ExpressionStatement' && this.#quiet(statement.expression);
      if (!isLocal || within(statement, isCall)) return;
    }
  }

  #try(node: TryStatement): boolean {
    this.#parts(node);
    // Where nothing suspends there is nothing to take back; a generator that is not async runs on its caller's lock.
    if (this.#inside && !this.#inside.async) return false;
    const enter = ` ${this.#spelling.prefix}_enter();`;
    const suspended = suspends(node.block);
    const blocks = [];
    if (node.handler && suspended) blocks.push(node.handler.body);
    if (node.finalizer && (suspended || (node.handler && suspends(node.handler)))) blocks.push(node.finalizer);
    for (const block of blocks) this.#code.appendLeft(block.start + 1, enter);
    if (blocks.length > 0) this.#spelling.used.add('enter');
    return false;
  }

  /** Visits the body of an `if` or a label, which gets braces if something came behind it. */
  #body(node: Statement): void {
    this.visit(node);
    this.#edits.around(node, '', '');
  }
}
