/**
 * Gets a runtime's binary: the npm package that carries it, installed into a cache below `node_modules`. What was installed
 * before is used when npm cannot be reached.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './child.mjs';

const MINUTES = 60_000;

/** The path of the binary and its version; or `missing`: why there is none. */
export async function getBinary(runtime, project) {
  if (process.platform !== 'linux' || process.arch !== 'x64') return { missing: 'the packages named here are for Linux on x64' };
  const folder = join(project, 'node_modules/.cache/gil-runtimes', runtime.name);
  mkdirSync(folder, { recursive: true });
  const flags = ['--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--ignore-scripts', '--prefix', folder];
  const installed = await run('npm', ['install', ...flags, `${runtime.package}@${runtime.version}`], { cwd: folder, limit: 5 * MINUTES });
  const path = join(folder, 'node_modules', runtime.package, runtime.binary);
  if (!existsSync(path)) return { missing: `npm could not install ${runtime.package}@${runtime.version}: ${installed.output.trim()}` };
  const { code, output } = await run(path, ['--version'], { cwd: project, limit: MINUTES });
  const [version] = /\d+\.\d+\.\d+/.exec(output) ?? [];
  if (code !== 0 || version === undefined) return { missing: `${path} does not start: ${output.trim()}` };
  return { path, version };
}
