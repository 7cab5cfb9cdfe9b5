/**
 * What a thread hands down to every worker that it starts from then on, whoever starts it and why: Node does the carrying.
 */
import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';

/** Shared memory that was handed down to this thread under this name, or that it hands down itself. */
export function handedDown(name: `gil/${string}`): SharedArrayBuffer | undefined {
  const memory: unknown = getEnvironmentData(name);
  return memory instanceof SharedArrayBuffer ? memory : undefined;
}

/** From now on this memory is handed down to new workers, and by them to theirs. */
export function handDown(name: `gil/${string}`, memory: SharedArrayBuffer): void {
  setEnvironmentData(name, memory as unknown as Parameters<typeof setEnvironmentData>[1]);
}
