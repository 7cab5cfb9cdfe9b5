/**
 * What a thread hands down to every worker that it starts from now on, and they to theirs.
 */
import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';

/** Every worker that is started from here on, and its own workers, find `value` under `name`: a copy, but shared memory stays shared. */
export function bequeath(name: string, value: unknown): void {
  setEnvironmentData(name, value as Parameters<typeof setEnvironmentData>[1]);
}

/** What this thread, or the one that started it, was handed down under `name`. */
export function heritage(name: string): unknown {
  return getEnvironmentData(name);
}
