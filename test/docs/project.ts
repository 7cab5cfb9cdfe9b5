/**
 * The project as its documents see it: where it is, a folder in which `import 'gil'` is the built package, and child processes.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const PROJECT = fileURLToPath(new URL('../../', import.meta.url));

const { dependencies } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { dependencies: object };

/** An empty folder of ES modules that has this package, as it was built, among its `node_modules`, and what comes with it. */
export function makeUserFolder(): { readonly path: string; remove(): void } {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'gil-docs-')));
  mkdirSync(join(path, 'node_modules'));
  symlinkSync(PROJECT, join(path, 'node_modules', 'gil'), 'junction');
  for (const name of Object.keys(dependencies)) {
    symlinkSync(join(PROJECT, 'node_modules', name), join(path, 'node_modules', name), 'junction');
  }
  writeFileSync(join(path, 'package.json'), '{ "private": true, "type": "module" }');
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** How a child process ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end; one that does not end within `limit` milliseconds is killed, and its code is `null`. */
export function run(program: string, args: readonly string[], cwd: string, limit: number): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(program, args, { cwd, timeout: limit, killSignal: 'SIGKILL', maxBuffer: 1 << 24 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : null;
      resolve({ code, stdout, stderr });
    });
  });
}
