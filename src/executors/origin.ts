/**
 * Where calls were submitted, for the stack of an error that comes back: the worker's frames say what failed, these say who wanted it.
 * Writing down a stack costs a microsecond or two and half a kilobyte, so out of a burst of calls only the first are written down.
 */
import type { Prepared } from './prepare.js';

/** The frames of whoever submitted a call. */
export interface Origin {
  /** As V8 spells a stack. Of this very call, or of an earlier one of the same task in the same turn of the event loop. */
  readonly stack: string;
}

/** How many are written down before the program comes back from where it submits. */
const EACH_TURN = 32;

/** The origins of one pool's calls. */
export class Origins {
  #left = EACH_TURN;
  #last: { readonly task: Prepared; readonly origin: Origin } | undefined;

  /** The frames below `entrance`, which is what the user called; or those of a call like this one, a moment ago. */
  of(task: Prepared, entrance: unknown): Origin | undefined {
    if (this.#left === 0) return this.#last?.task === task ? this.#last.origin : undefined;
    if (this.#left === EACH_TURN) queueMicrotask(() => this.#newTurn());
    this.#left -= 1;
    const origin = Origins.here(entrance);
    this.#last = { task, origin };
    return origin;
  }

  /** The frames below `entrance`, for many calls that are wanted by it alone. */
  static here(entrance: unknown): Origin {
    const origin = {} as Origin;
    // V8 keeps the frames and spells them out only when somebody reads them.
    Error.captureStackTrace(origin, entrance as () => void);
    return origin;
  }

  #newTurn(): void {
    this.#left = EACH_TURN;
    this.#last = undefined;
  }
}

/** Puts the frames of `origin` below those of an error that came from a worker. */
export function joinStacks(error: unknown, origin: Origin | undefined, worker: string): void {
  if (!(error instanceof Error) || origin === undefined || typeof error.stack !== 'string') return;
  const frames = origin.stack.split('\n').filter((line) => /^\s+at /.test(line));
  if (frames.length === 0) return;
  const stack = [error.stack, `    at a call that was submitted to ${worker}`, ...frames].join('\n');
  Object.defineProperty(error, 'stack', { value: stack, writable: true, enumerable: false, configurable: true });
}
