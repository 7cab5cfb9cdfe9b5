/**
 * How a hand-written thread calls a method that has a twin.
 */
import type { VirtualThread } from 'gil/sim';

const TWIN = Symbol.for('gil.twin');

export function* call<O extends object, K extends keyof O>(
  object: O,
  method: K,
  ...args: unknown[]
): VirtualThread<O[K] extends (...args: never[]) => infer R ? R : never> {
  const plain = object[method] as object;
  const twin = Reflect.get(plain, TWIN) as (...args: unknown[]) => VirtualThread;
  return (yield* twin.apply(object, args)) as never;
}
