/**
 * What may be a thread: an ordinary function, by its twin, or a generator function.
 */
import { type FunctionKind, functionKind } from '../transform/function-kind.js';
import { SpecError } from './errors.js';

/** @throws SpecError for an async function. `why`: what a promise cannot do here, or what to write instead. */
export function threadKind(name: string, body: object, why: string): Exclude<FunctionKind, 'async'> {
  const kind = functionKind(body);
  if (kind !== 'async') return kind;
  throw new SpecError(
    `threads.${name}: expected an ordinary function or a generator function; got an async one. A promise is no thread: ${why}`,
  );
}
