/**
 * Time, as the rest of the library may know it: one monotonic clock in milliseconds. Nobody else reads a clock or sets a timer.
 */
import { hrtime } from 'node:process';

/** Milliseconds on a monotonic clock that all threads of the process share; only differences mean anything. */
export function now(): number {
  const [seconds, nanoseconds] = hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}

/** Taken at the start: while schedules are explored, the platform's own complains. */
const read = performance.now.bind(performance);

/** The same for one thread and cheaper, for whoever looks very often. */
export function ownNow(): number {
  return read();
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
