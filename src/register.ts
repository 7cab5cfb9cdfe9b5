/**
 * `node --import gil/register app.js`: the main thread becomes a thread under the lock, as Python's is. The files that it loads get
 * looks; it holds `GlobalLock.default` while it runs JavaScript, hands it over at a look when asked, and lets go when its event loop is
 * idle. So it waits for a `ThreadPool`'s threads, and they for it.
 *
 * The dialect, also that of `GlobalLock.default`, is the one that the environment variable `GIL_DIALECT` names, or the default one.
 * Packages under `node_modules`, and CommonJS files under Node 20, are left as they are, as a C extension is under CPython.
 *
 * @packageDocumentation
 */
import { type DialectName, resolveDialect } from './dialects/registry.js';
import { startedByPool } from './host/files.js';
import { adopt, GlobalLock } from './lock/global-lock.js';
import { hookFor } from './runtime/module-looks.js';
import { transformModules } from './runtime/module-transform.js';
import { createThreadLooks, leaveWhenIdle } from './runtime/thread-looks.js';

// A worker inherits `--import gil/register`, but it lives under the lock that its pool gave it.
if (!startedByPool()) {
  const dialect = resolveDialect((process.env['GIL_DIALECT'] || undefined) as DialectName | undefined);
  const lock = new GlobalLock({ dialect });
  adopt(lock);
  createThreadLooks(lock);
  transformModules(dialect, hookFor);
  lock.acquireSync();
  leaveWhenIdle(lock);
}
