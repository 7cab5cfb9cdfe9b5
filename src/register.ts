/**
 * `node --import gil/register app.js`: the files that this thread loads get looks.
 *
 * The dialect, also that of `GlobalLock.default`, is the one that the environment variable `GIL_DIALECT` names, or the default one.
 * Packages under `node_modules`, and CommonJS files under Node 20, are left as they are, as a C extension is under CPython.
 *
 * @packageDocumentation
 */
import { type DialectName, resolveDialect } from './dialects/registry.js';
import { startedByPool } from './host/files.js';
import { GlobalLock } from './lock/global-lock.js';
import { transformModules } from './runtime/module-transform.js';
import { createThreadLooks } from './runtime/thread-looks.js';

// A worker inherits `--import gil/register`, but it lives under the lock that its pool gave it.
if (!startedByPool()) {
  const dialect = resolveDialect((process.env['GIL_DIALECT'] || undefined) as DialectName | undefined);
  const lock = new GlobalLock({ dialect });
  GlobalLock.adopt(lock);
  createThreadLooks(lock);
  transformModules(lock);
}
