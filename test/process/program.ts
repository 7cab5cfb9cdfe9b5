/**
 * Runs a little program that imports the package, in a process of its own, to its end.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** How a program ended and what it said. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts a program of ES module text. */
export function start(text: string, nodeArguments: readonly string[] = []): ChildProcess {
  const args = [...nodeArguments, '--input-type=module', '--eval', text];
  return spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Runs a program and waits for its end. */
export async function run(text: string, nodeArguments: readonly string[] = []): Promise<Ended> {
  const child = start(text, nodeArguments);
  let [stdout, stderr] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr?.setEncoding('utf8').on('data', (chunk) => {
    stderr += chunk;
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, stdout, stderr };
}
