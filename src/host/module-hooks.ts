/**
 * The door to Node's module hooks: the only place that registers any.
 */
import * as nodeModule from 'node:module';

/** A `load` hook that runs in the thread itself (Node 22.15 and newer). */
export type LoadHook = (url: string, context: object, nextLoad: (url: string, context?: object) => object) => object;

/** Two ways to the same hook. */
export interface ModuleHooks {
  /** A module with `initialize(data)` and `load`, for a hooks thread. */
  readonly hooksUrl: string | URL;
  /** What `initialize` gets. */
  readonly data: unknown;
  /** The hook for this thread; not needed where Node cannot use it. */
  readonly inThread: LoadHook | undefined;
}

const registerHooks: unknown = Reflect.get(nodeModule, 'registerHooks');

/** Where a thread's hooks run. */
export const HOOKS_RUN: 'in-the-thread' | 'in-a-thread-of-their-own' =
  typeof registerHooks === 'function' ? 'in-the-thread' : 'in-a-thread-of-their-own';

/** Installs a `load` hook for the modules that this thread will load. Other threads are not affected. */
export function installModuleHooks({ hooksUrl, data, inThread }: ModuleHooks): void {
  if (typeof registerHooks === 'function' && inThread !== undefined) registerHooks({ load: sayingJson(inThread) });
  else nodeModule.register(hooksUrl, { data });
}

/** Deno tells a hook no format, and takes what a hook does not call JSON for JavaScript, even what it merely passes on. */
function sayingJson(load: LoadHook): LoadHook {
  return (url, context, nextLoad) => {
    const loaded = load(url, context, nextLoad);
    return url.endsWith('.json') && Reflect.get(loaded, 'format') === undefined ? { ...loaded, format: 'json' } : loaded;
  };
}

/** A TypeScript file as the JavaScript that Node makes of it, where Node can (22.13 and newer); any other as it is. Every character stays at its place. */
export function withoutTypes<L extends Typed>(loaded: L): L {
  const [, format] = /^(module|commonjs)-typescript$/.exec(loaded.format ?? '') ?? [];
  const strip: unknown = Reflect.get(nodeModule, 'stripTypeScriptTypes');
  const { source } = loaded;
  if (format === undefined || typeof strip !== 'function' || source === null || source === undefined) return loaded;
  return { ...loaded, format, source: strip(typeof source === 'string' ? source : new TextDecoder().decode(source)) };
}

/** A loaded file, as far as its types go. */
interface Typed {
  readonly format?: string | null | undefined;
  readonly source?: string | ArrayBuffer | NodeJS.TypedArray | null | undefined;
}
