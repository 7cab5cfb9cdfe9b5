/**
 * The seam between placing looks and making generators: what the placer tells whoever turns the text into a twin.
 */
import type {
  AnonymousClassDeclaration,
  AnyNode,
  AssignmentExpression,
  ChainExpression,
  ClassDeclaration,
  ClassExpression,
  MemberExpression,
  MetaProperty,
  ObjectExpression,
  ThisExpression,
  UpdateExpression,
} from 'acorn';
import type { CallNode } from './calls.js';
import type { FunctionNode } from './syntax.js';

/** A class or an object, which may have methods. */
export type MembersNode = ClassDeclaration | AnonymousClassDeclaration | ClassExpression | ObjectExpression;

/** What becomes of the parts of a text that is to be a generator. Asked when the parts inside have been dealt with, unless said otherwise. */
export interface Output {
  /** A function inside; its own parts have not been visited. */
  nested(node: FunctionNode): void;
  /** A class or an object with methods; its parts have not been visited. `visit` visits one of them. */
  members(node: MembersNode, visit: (part: AnyNode) => void): void;
  /** A call. */
  call(node: CallNode): void;
  /** An optional chain; its parts have not been visited. Whether something is done to it (`delete`, a call) that needs it to stay one. */
  chain(node: ChainExpression, form: 'reference' | 'value', visit: (part: AnyNode) => void): void;
  /** What a function has from how it was called: `this`, `new.target`. */
  context(node: ThisExpression | MetaProperty): void;
  /** A member that is read. */
  read(node: MemberExpression): void;
  /** An assignment; whether it has been dealt with here. `look` spells the look between load and store. */
  assign(node: AssignmentExpression): void;
  /** `o.x++`, whose object and key have been visited: with a look between load and store, or without. */
  update(node: UpdateExpression, look: string | undefined): void;
  /** A part that no generator can have: says so. */
  refuse(node: AnyNode, what: string): never;
}
