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
  /** Makes the hook for this thread; called only where Node can use it. */
  readonly inThread: () => LoadHook;
}

/** Installs a `load` hook for the modules that this thread will load. Other threads are not affected. */
export function installModuleHooks({ hooksUrl, data, inThread }: ModuleHooks): void {
  const registerHooks: unknown = Reflect.get(nodeModule, 'registerHooks');
  if (typeof registerHooks === 'function') registerHooks({ load: sayingJson(inThread()) });
  else nodeModule.register(hooksUrl, { data });
}

/** Deno tells a hook no format, and takes what a hook does not call JSON for JavaScript, even what it merely passes on. */
function sayingJson(load: LoadHook): LoadHook {
  return (url, context, nextLoad) => {
    const loaded = load(url, context, nextLoad);
    return url.endsWith('.json') && Reflect.get(loaded, 'format') === undefined ? { ...loaded, format: 'json' } : loaded;
  };
}
