/**
 * Being told that an AbortSignal aborts. However many wait on one signal, it has one listener of ours: Node warns of a leak at the
 * eleventh, and a signal that outlives many waits must not collect them.
 */

const tasksOf = new WeakMap<AbortSignal, Set<() => void>>();

/** Runs `task` when `signal` aborts; the returned function calls it off. The signal must not have aborted yet. */
export function onAbort(signal: AbortSignal, task: () => void): () => void {
  let tasks = tasksOf.get(signal);
  if (tasks === undefined) {
    tasks = new Set();
    tasksOf.set(signal, tasks);
    signal.addEventListener('abort', runAll);
  }
  const own = tasks;
  own.add(task);
  return () => {
    own.delete(task);
    if (own.size > 0 || tasksOf.get(signal) !== own) return;
    tasksOf.delete(signal);
    signal.removeEventListener('abort', runAll);
  };
}

function runAll(this: AbortSignal): void {
  for (const task of tasksOf.get(this) ?? []) task();
}
