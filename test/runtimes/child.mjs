/**
 * Runs a program to its end and no longer than it may: one that hangs is killed with everything it started.
 */
import { spawn } from 'node:child_process';

/** What runs now. It does not outlive this process, which may be interrupted. */
const groups = new Set();
const kill = (group) => {
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    // It has ended.
  }
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, () => {
    groups.forEach(kill);
    process.exit(1);
  });
}

/** How it ended: its exit code (`null` if it was killed), what it said, how long it took. */
export function run(program, args, { cwd, env = process.env, limit }) {
  return new Promise((resolve) => {
    const began = performance.now();
    // A process group of its own, so that its children end with it.
    const child = spawn(program, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let inTime = true;
    const add = (chunk) => {
      output += chunk;
    };
    child.stdout.setEncoding('utf8').on('data', add);
    child.stderr.setEncoding('utf8').on('data', add);
    groups.add(child.pid);
    const timer = setTimeout(() => {
      inTime = false;
      kill(child.pid);
    }, limit);
    const end = (code, words = '') => {
      clearTimeout(timer);
      groups.delete(child.pid);
      resolve({ code, output: output + words, inTime, seconds: (performance.now() - began) / 1000 });
    };
    child.once('error', (error) => end(null, error.message));
    child.once('exit', () => kill(child.pid));
    child.once('close', (code) => end(inTime ? code : null));
  });
}
