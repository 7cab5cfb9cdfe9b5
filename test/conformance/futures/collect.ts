/**
 * Garbage collection on demand.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Resolves when what `reference` points at is gone; if something holds on to it, never. */
export async function collected(reference: WeakRef<object>): Promise<void> {
  while (reference.deref() !== undefined) {
    // A WeakRef that was looked at keeps its object until the event loop has turned.
    await new Promise((resolve) => setTimeout(resolve, 1));
    collect();
  }
}
