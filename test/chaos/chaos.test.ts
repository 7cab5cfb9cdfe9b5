/**
 * A short chaos run of each kind of lock; `npm run test:chaos` is the long one. A process of its own, so that a lost lock is a red
 * test and not a hanging one.
 */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const program = fileURLToPath(new URL('./run.js', import.meta.url));

/**
 * Node itself may abort when a worker runs out of memory in the midst of a background compilation (an assertion in node_platform.cc).
 * Then the run says nothing about the lock: another seed.
 */
async function run(
  dialect: string,
  seed: number,
  preemption = 'checkpoint',
): Promise<{ exitCode: number | null; stdout: string; stderr: string }> {
  const options = { seconds: '2', seed: String(seed), dialect, preemption };
  const child = spawn(process.execPath, [program, ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, value])]);
  const exit = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [stdout, stderr, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), exit]);
  if (seed < 12 && /node_platform\.cc/.test(stderr)) return run(dialect, seed + 1, preemption);
  return { exitCode, stdout, stderr };
}

it.each(['cpython-3.13', 'cpython-2.7', 'ruby-3.4'])('%s survives the deaths of its threads', { timeout: 120_000 }, async (dialect) => {
  const { exitCode, stdout, stderr } = await run(dialect, 7);
  expect(stderr).toBe('');
  const result = JSON.parse(stdout);
  expect(result, stdout).toMatchObject({ violations: 0, hangs: 0, lost: false });
  expect(result.holds).toBeGreaterThan(0);
  expect(exitCode).toBe(0);
});

it('survives them while threads are interrupted in loops that never look', { timeout: 120_000 }, async () => {
  const { exitCode, stdout, stderr } = await run('cpython-3.13', 7, 'interrupt');
  expect(stderr).toBe('');
  const result = JSON.parse(stdout);
  expect(result, stdout).toMatchObject({ violations: 0, hangs: 0, lost: false });
  expect(result.interrupts).toBeGreaterThan(0);
  expect(exitCode).toBe(0);
});
