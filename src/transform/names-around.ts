/**
 * Which variables from around it a function or a class uses, in all of its text, and what they are where that can be seen.
 */
import { type AnyNode, parse } from 'acorn';
import { aroundOf, type UsedAround } from './frames-around.js';
import { isSteady } from './frames-globals.js';
import { type Origin, originOf } from './origin-table.js';
import { analyze } from './scope.js';
import { NEWEST } from './syntax.js';

/** A variable that is used: what it is, or that this cannot be seen. */
export type NameAround = ({ readonly kind: 'seen' } & Omit<UsedAround, 'title'>) | { readonly kind: 'unseen'; readonly name: string };

/** What a function or class uses from around it. */
export interface NamesAround {
  readonly uses: readonly NameAround[];
  /** A private field of a class, as `#n`, if it has one. */
  readonly hidden: string | undefined;
}

/** What this package has put into a text, and what a compiler has. */
const MADE_UP = /^\$gil\d*(?:_|$)/;
const NAMESPACE = /^__vi_import_\d+__$/;

/** A class has no way in of its own, but its methods have. */
function originNear(plain: object): Origin | undefined {
  const own = originOf(plain);
  if (own !== undefined) return own;
  for (const owner of [(plain as { readonly prototype?: object }).prototype, plain]) {
    for (const { value, get, set } of Object.values(Object.getOwnPropertyDescriptors(owner ?? {})))
      for (const part of [value, get, set] as unknown[]) {
        const origin = typeof part === 'function' && part !== plain ? originOf(part) : undefined;
        if (origin !== undefined) return origin;
      }
  }
  return undefined;
}

export function namesAround(plain: object): NamesAround {
  const read = readAround(originOf(plain)?.text ?? Function.prototype.toString.call(plain));
  if (read === undefined) return { uses: [{ kind: 'unseen', name: 'what cannot be read' }], hidden: undefined };
  const { root, source } = read;
  const origin = originNear(plain);
  const around = aroundOf({ plain: plain as () => unknown, origin, exports: {}, prefix: '' }, '');
  const above = superClassIn(root);
  const uses = new Map<string, NameAround>();
  for (const { node, member } of analyze(root, 'strict').free) {
    const { name } = node;
    if (MADE_UP.test(name) || node === above || name === 'arguments' || name === (plain as { name?: string }).name) continue;
    // The way in that the plugin left in a class.
    if (/^eval\(\$gil\d*_text\)/.test(source.slice(node.start, node.start + 20))) continue;
    const called = NAMESPACE.test(name) && member !== undefined ? member : name;
    if (uses.has(called) || (origin === undefined && isSteady(name))) continue;
    if (origin === undefined) uses.set(called, { kind: 'unseen', name: called });
    else if (called !== name) {
      const again = origin.evaluate(`() => ${name}.${called}`) as () => unknown;
      uses.set(called, { kind: 'seen', name: called, value: again(), again });
    } else for (const use of around.uses([name], isSteady)) uses.set(name, { kind: 'seen', ...use });
  }
  return { uses: [...uses.values()], hidden: hiddenIn(root) };
}

/** The syntax tree of a text of any form: a function, a class, or a member of one. */
function readAround(text: string): { readonly root: AnyNode; readonly source: string } | undefined {
  for (const source of [`(${text})`, `({${text}})`, `(class {${text}})`]) {
    try {
      const root = parse(source, { ...NEWEST, sourceType: 'module', allowSuperOutsideMethod: true, checkPrivateFields: false });
      return { root, source };
    } catch {
      // The next form, then.
    }
  }
  return undefined;
}

function classIn(root: AnyNode): Extract<AnyNode, { type: 'ClassExpression' }> | undefined {
  const statement = root.type === 'Program' ? root.body[0] : undefined;
  return statement?.type === 'ExpressionStatement' && statement.expression.type === 'ClassExpression' ? statement.expression : undefined;
}

/** Which class is extended is known from the class itself. */
function superClassIn(root: AnyNode): AnyNode | undefined {
  return classIn(root)?.superClass ?? undefined;
}

function hiddenIn(root: AnyNode): string | undefined {
  for (const part of classIn(root)?.body.body ?? [])
    if (part.type === 'PropertyDefinition' && part.key.type === 'PrivateIdentifier' && !MADE_UP.test(part.key.name))
      return `#${part.key.name}`;
  return undefined;
}
