/**
 * Functions that are handed to a primitive, such as the predicate of `waitForSync`: by their twin if they have one, else in one go.
 */
import { TWIN } from '../../transform/twin.js';
import type { VirtualThread } from '../switch-point.js';

/** Runs a function as part of the thread that calls it. */
export function* runIt<T>(task: () => T): VirtualThread<T> {
  const twin: unknown = Reflect.get(task, TWIN);
  return typeof twin === 'function' ? yield* (twin as () => VirtualThread<T>)() : task();
}
