/**
 * A short chaos run of each kind of lock; `npm run test:chaos` is the long one. A process of its own, so that a lost lock is a red
 * test and not a hanging one.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const run = promisify(execFile);

it.each(['cpython-3.13', 'cpython-2.7', 'ruby-3.4'])('%s survives the deaths of its threads', async (dialect) => {
  const program = fileURLToPath(new URL('./run.js', import.meta.url));
  const { stdout } = await run(process.execPath, [program, '--seconds', '2', '--seed', '7', '--dialect', dialect]);
  const result = JSON.parse(stdout);
  expect(result).toMatchObject({ violations: 0, hangs: 0, lost: false });
  expect(result.holds).toBeGreaterThan(0);
});
