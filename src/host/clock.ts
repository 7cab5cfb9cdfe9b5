/**
 * Time, as the rest of the library may know it: one monotonic clock in milliseconds. Nobody else reads a clock or sets a timer.
 */

/** Milliseconds on this thread's monotonic clock; only differences mean anything. */
export function now(): number {
  return performance.now();
}

/** Runs `task` after `ms`; the returned function calls it off. A pending timer does not keep the process alive. */
export function after(ms: number, task: () => void): () => void {
  const timer = setTimeout(task, Math.min(ms, 0x7fff_ffff));
  timer.unref();
  return () => clearTimeout(timer);
}

/** Runs `task` once the event loop has nothing more to do in this turn: after all microtasks, before it goes to sleep. */
export function whenIdle(task: () => void): void {
  setImmediate(task);
}
