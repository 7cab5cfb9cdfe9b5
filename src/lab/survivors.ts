/**
 * Whether a worker still exists: asked of the operating system and of the runtime, not of the pool that says it has ended it.
 */

/** A worker, as it knows itself. */
export interface Who {
  readonly pid: number;
  readonly threadId: number;
}

/** A task: gives who runs it. */
export function whoAmI(): Who {
  return { pid: process.pid, threadId: process.getBuiltinModule('node:worker_threads').threadId };
}

/** Whether that worker is there now. */
export function isAlive({ pid, threadId }: Who): boolean {
  return pid === process.pid ? threadIds().includes(threadId) : processExists(pid);
}

/** Signal 0 is not sent; it only asks. */
function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Every thread of this process that runs JavaScript answers for the diagnostic report. Node has no list of them elsewhere. */
function threadIds(): number[] {
  const { report } = process;
  if (report === undefined) throw new Error('this Node.js has no diagnostic report');
  const { workers } = report.getReport() as { workers?: readonly { header: { threadId: number } }[] };
  return (workers ?? []).map(({ header }) => header.threadId);
}
