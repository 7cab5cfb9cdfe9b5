/**
 * Where the files are that a pool starts and that generated code imports. The build puts every chunk into one folder with `entry/`
 * beside it, so these paths are right in the built package, whichever chunk this text lands in, and only there.
 */
import { fileURLToPath } from 'node:url';
import { isMainThread, workerData } from 'node:worker_threads';

const beside = (path: string): URL => new URL(path, import.meta.url);

/** What a worker thread runs. */
export const WORKER_ENTRY = beside('./entry/worker.js');
/** What a child process runs. */
export const PROCESS_ENTRY = beside('./entry/process.js');
/** What the hooks thread of Node 20 runs. */
export const HOOKS_ENTRY = beside('./entry/hooks.js');
/** What the thread runs that has others interrupted. */
export const INTERRUPTER_ENTRY = beside('./entry/interrupter.js');
/** The thread of a schedule that is run live. */
export const GATED_ENTRY = beside('./entry/gated.js');
/** Where this package's own files are. */
export const OWN_FILES = beside('./');

const OWN_PATHS = [OWN_FILES.href, fileURLToPath(OWN_FILES)] as const;

/** Whether a file's URL, or its path, is that of one of this package's own. */
export function isOwnFile(file: string): boolean {
  return OWN_PATHS.some((own) => file.startsWith(own));
}

/** Whether Node itself turns places in stack traces into those of the sources. */
export function sourceMaps(): 'on' | 'off' {
  return Reflect.get(process, 'sourceMapsEnabled') === true ? 'on' : 'off';
}

/** Whether this thread or process is one that a pool started. */
export function startedByPool(): boolean {
  return isMainThread ? process.argv[1] === fileURLToPath(PROCESS_ENTRY) : Reflect.get(Object(workerData), 'kind') === 'gil/start';
}
