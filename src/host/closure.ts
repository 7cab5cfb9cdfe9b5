/**
 * What a function has from where it was made: the variables around it, and what it was bound to. The language shows neither; the engine's own
 * inspector does, in the thread that asks, at once. It changes nothing, and no debugger is started.
 */
import type { Session } from 'node:inspector';

/** What a function has beside its arguments; of a proxy, what it stands for. */
export interface Closure {
  /** The variables around it, by name, the inner ones first; without those of the platform. */
  readonly scopes: readonly Readonly<Record<string, unknown>>[];
  /** Of a bound function: the function, and what it was bound to. Of a proxy: its target, and its handler. */
  readonly bound: { readonly target: object; readonly to: readonly unknown[] } | undefined;
}

interface Remote {
  readonly objectId?: string;
}

interface Property {
  readonly name: string;
  readonly value?: Remote;
}

type Inspector = typeof import('node:inspector');

/** Where this thread and the inspector's own texts, which may live in another context, both find what is handed over. */
const TABLE = Symbol.for('gil.closure');
const SHARED = `process.getBuiltinModule('node:inspector').Session[Symbol.for('gil.closure')]`;
const GROUP = 'gil';

/** Looks into functions, with one session for all of them; `look` gives `undefined` where there is no inspector, or it may not be used. */
export function withClosures<T>(task: (look: (plain: object) => Closure | undefined) => T): T {
  let inspector: Inspector | undefined;
  let session: Session | undefined;
  try {
    // Not everywhere there is one: not in every build, and not under the permission model.
    inspector = process.getBuiltinModule?.('node:inspector') as Inspector | undefined;
    session = inspector && new inspector.Session();
    session?.connect();
  } catch {
    session = undefined;
  }
  if (session === undefined || inspector === undefined) return task(() => undefined);
  const open = session;
  const door = inspector.Session;
  try {
    return task((plain) => look(open, door, plain));
  } finally {
    Reflect.deleteProperty(door, TABLE);
    open.disconnect();
  }
}

function look(session: Session, door: object, plain: object): Closure | undefined {
  const ask = <R>(method: string, params: object): R | undefined => {
    let answer: R | undefined;
    // In the same thread the answer is there before `post` returns.
    session.post(method, params, (_, result) => {
      answer = result as R;
    });
    return answer;
  };
  const table: { readonly plain: object; scopes?: unknown; to?: unknown[]; self?: unknown; target?: object } = { plain };
  Reflect.set(door, TABLE, table);
  const fetch = (from: Remote | undefined, key: string): void => {
    if (from?.objectId !== undefined)
      ask('Runtime.callFunctionOn', { objectId: from.objectId, functionDeclaration: `function () { ${SHARED}.${key} = this; }` });
  };
  try {
    const found = ask<{ readonly result: Remote }>('Runtime.evaluate', { expression: `${SHARED}.plain`, objectGroup: GROUP });
    const inner = ask<{ readonly internalProperties?: readonly Property[] }>('Runtime.getProperties', {
      objectId: found?.result.objectId,
      ownProperties: true,
    })?.internalProperties;
    const hidden = (name: string): Remote | undefined => inner?.find((property) => property.name === name)?.value;
    fetch(hidden('[[TargetFunction]]'), 'target');
    if (table.target !== undefined) {
      fetch(hidden('[[BoundThis]]'), 'self');
      fetch(hidden('[[BoundArgs]]'), 'to');
      return { scopes: [], bound: { target: table.target, to: [table.self, ...(table.to ?? [])] } };
    }
    fetch(hidden('[[Target]]'), 'target');
    if (table.target !== undefined) {
      fetch(hidden('[[Handler]]'), 'self');
      return { scopes: [], bound: { target: table.target, to: [table.self] } };
    }
    fetch(hidden('[[Scopes]]'), 'scopes');
    if (table.scopes === undefined) return undefined;
    const scopes = Array.from(table.scopes as { readonly description: string; readonly object: Record<string, unknown> }[]);
    return { scopes: scopes.filter(({ description }) => description !== 'Global').map(({ object }) => object), bound: undefined };
  } finally {
    ask('Runtime.releaseObjectGroup', { objectGroup: GROUP });
  }
}

/** Modules of the platform whose functions depend on nothing but their arguments, though they have a text. */
const PURE_MODULES = ['assert', 'buffer', 'path', 'querystring', 'url', 'util'];
let pure: ReadonlySet<unknown> | undefined;

/** Whether a function is one of the platform's that keep nothing. */
export function isPurePlatform(plain: object): boolean {
  pure ??= new Set(PURE_MODULES.flatMap((name) => Object.values(process.getBuiltinModule?.(`node:${name}`) ?? {})));
  return pure.has(plain);
}
