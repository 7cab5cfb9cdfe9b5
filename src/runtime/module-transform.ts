/**
 * Has the modules that this thread loads from now on transformed by the rules of its lock.
 */
import { HOOKS_ENTRY, OWN_FILES } from '../host/files.js';
import { installModuleHooks, withoutTypes } from '../host/module-hooks.js';
import type { GlobalLock } from '../lock/global-lock.js';
import { type HookData, isOurs, type Loaded, withLooks } from '../transform/hooks.js';

/** Installs the hook, unless the dialect has no looks to place. Packages and this package's own files are left as they are. */
export function transformModules(lock: GlobalLock): void {
  if (lock.dialect.looks.length === 0) return;
  const data: HookData = { dialect: lock.dialect, skip: [OWN_FILES.href], formats: ['module'] };
  installModuleHooks({
    hooksUrl: HOOKS_ENTRY,
    data,
    inThread: () => {
      const inThread: HookData = { ...data, formats: ['module', 'commonjs'] };
      return (url, context, nextLoad) => {
        const loaded = nextLoad(url, context) as Loaded;
        return isOurs(url, inThread) ? withLooks(withoutTypes(loaded), inThread) : loaded;
      };
    },
  });
}
