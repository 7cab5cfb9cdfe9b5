/**
 * `node --import gil/register app.js`: the files that this thread loads get looks.
 *
 * The dialect is that of the environment variable `GIL_DIALECT`, or the default one. Packages under `node_modules` and CommonJS
 * files under Node 20 are left as they are, as a C extension is under CPython.
 *
 * @packageDocumentation
 */
import { type DialectName, resolveDialect } from './dialects/registry.js';
import { installModuleHooks } from './host/module-hooks.js';
import { type HookData, isOurs, type Loaded, withLooks } from './transform/hooks.js';
import { createLooks, publishedLooks, publishLooks } from './transform/looks.js';

// In the package this file is `dist/register.js` or a chunk beside it, so both are right there, though not in `src/`.
const hooksUrl = new URL('./entry/hooks.js', import.meta.url);
const ownFiles = new URL('./', import.meta.url).href;

const { GIL_DIALECT } = process.env;

const data: HookData = {
  dialect: resolveDialect((GIL_DIALECT || undefined) as DialectName | undefined),
  skip: [ownFiles],
  formats: ['module'],
};

// Files that run before anything of this package does would find no looks. These never have to wait: nobody can ask yet.
if (!publishedLooks()) {
  const nothing = (): void => {};
  publishLooks(createLooks({ breaker: new Int32Array(1), look: nothing, tick: nothing, resume: (value) => value, enter: nothing }));
}

installModuleHooks({
  hooksUrl,
  data,
  inThread: () => {
    const inThread: HookData = { ...data, formats: ['module', 'commonjs'] };
    return (url, context, nextLoad) => {
      const loaded = nextLoad(url, context) as Loaded;
      return isOurs(url, inThread) ? withLooks(loaded, inThread) : loaded;
    };
  },
});
