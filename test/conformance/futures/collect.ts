/**
 * Garbage collection on demand.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Many more than it ever takes: one or two. */
const COLLECTIONS = 200;

/** Resolves when what `reference` points at is gone; rejects if something holds on to it. */
export async function collected(reference: WeakRef<object>): Promise<void> {
  for (let done = 0; reference.deref() !== undefined; done += 1) {
    if (done === COLLECTIONS) throw new Error(`it is still held after ${COLLECTIONS} collections`);
    // A WeakRef that was looked at keeps its object until the event loop has turned.
    await new Promise((resolve) => setTimeout(resolve, 1));
    collect();
  }
}
