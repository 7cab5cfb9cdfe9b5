/**
 * From the function that a user gives for a thread to the generator that the virtual host runs: a generator function as it is, an ordinary
 * one by its twin, which yields wherever the dialect's interpreter looks.
 */
import type { Dialect } from '../../dialects/dialect.js';
import { ArgumentError, describe } from '../../errors.js';
import { TWIN } from '../../transform/twin.js';
import { activate, twinOf } from '../../transform/twins.js';
import { accessorsOf } from '../accessors.js';
import { THREAD_EXPORTS } from '../exports.js';
import { onOpaque } from '../opaque.js';
import { threadKind } from '../thread-kind.js';
import { world } from '../world.js';
import type { VirtualText } from './task.js';

/** Any function, as it is called here. */
type Callable = (...args: never[]) => unknown;

/** From now on ordinary functions look where this dialect's interpreter does, and what they call with them. */
export function prepareTwins(dialect: Dialect, state: unknown, atomic: readonly Callable[]): void {
  world.offence = undefined;
  const natives = new Set<unknown>(atomic);
  activate({ dialect, exports: THREAD_EXPORTS, ...accessorsOf(state, natives), atomic: natives, onOpaque });
}

/**
 * What is called to begin a thread that shares state.
 * @throws SpecError, FreeVariableError
 */
export function sharingProgram(run: Callable, name: string): (...given: unknown[]) => VirtualText<unknown> {
  const kind = threadKind(name, run, 'write function* and yield* t.sleep(ms) for what it would await');
  return (kind === 'generator' ? run : twinOf(run)) as (...given: unknown[]) => VirtualText<unknown>;
}

/** The program, begun: the generator function itself, or the twin of an ordinary function; or a clear error if there is neither. */
export function programOf<C, T>(program: (t: C) => VirtualText<T>, t: C, name: string): VirtualText<T> {
  const twin: unknown = Reflect.get(program, TWIN);
  const begun: unknown = typeof twin === 'function' ? twin(t) : program(t);
  if (typeof begun === 'object' && begun !== null && 'next' in begun && Symbol.iterator in begun) return begun as VirtualText<T>;
  throw new ArgumentError(
    `threads: expected the thread ${name} to be a generator function, \`function* (t) { … }\`, or an ordinary one that shares \`state\`; it gave ${describe(begun)}`,
  );
}
