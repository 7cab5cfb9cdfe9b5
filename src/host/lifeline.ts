/**
 * A child process ends when its parent is gone, also when it is in an endless loop and its event loop hears nothing of that. A pipe that
 * only the parent holds open comes to its end with the parent, however that ends; a thread of the child's own, which does nothing else,
 * waits for that in its event loop: nothing polls.
 */
import { Worker } from 'node:worker_threads';
import { overlook } from './kin.js';

/** How a child's files are laid out: the channel is where `fork` has it, the pipe behind it. */
export const CHILD_STDIO = ['inherit', 'inherit', 'inherit', 'ipc', 'pipe'] as const;
const LIFELINE = CHILD_STDIO.indexOf('pipe');

/** How long a child may take to end by itself, for its exit handlers, in milliseconds. */
const GRACE = 500;

/** Plain text, so that the thread loads no file, and no loader of the user's. */
const WATCH = `
const { Socket } = require('node:net');
const kill = () => process.kill(process.pid, 'SIGKILL');
new Socket({ fd: ${LIFELINE} }).on('error', () => {}).on('close', () => setTimeout(kill, ${GRACE})).resume();
`;

/** Has this child process end with its parent. Where there can be no such thread, only an event loop that turns learns that the parent is gone. */
export function endWithParent(): void {
  try {
    const watch = new Worker(WATCH, {
      eval: true,
      name: 'gil lifeline',
      execArgv: [],
      env: {},
      stdin: false,
      resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 1, codeRangeSizeMb: 1, stackSizeMb: 1 },
    });
    overlook(watch);
    watch.unref();
    watch.on('error', () => {});
  } catch {
    // Not allowed here.
  }
}
