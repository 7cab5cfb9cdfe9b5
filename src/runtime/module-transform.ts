/**
 * Has the modules that this thread loads from now on transformed by the rules of its lock. What does it is handed in, see
 * `module-looks.ts`: it brings the parser, and a thread whose hooks run in a thread of their own starts without.
 */
import type { Dialect } from '../dialects/dialect.js';
import { HOOKS_ENTRY, OWN_FILES } from '../host/files.js';
import { installModuleHooks } from '../host/module-hooks.js';
import type { HookData } from '../transform/hooks.js';
import type { hookFor } from './module-looks.js';

/**
 * Installs the hook, unless the dialect has no lock to look after. Packages and this package's own files are left as they are.
 * `hook` is needed only where hooks run in this thread, see `HOOKS_RUN`.
 */
export function transformModules(dialect: Dialect, hook: typeof hookFor | undefined): void {
  if (dialect.lock === 'none') return;
  const data: HookData = { dialect, skip: [OWN_FILES.href], formats: ['module'] };
  installModuleHooks({ hooksUrl: HOOKS_ENTRY, data, inThread: hook?.({ ...data, formats: ['module', 'commonjs'] }) });
}
