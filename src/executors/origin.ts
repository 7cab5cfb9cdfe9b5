/**
 * Where calls were submitted, for the stack of an error that comes back: the worker's frames say what failed, these say who wanted it.
 * Writing down a stack costs a microsecond or two and half a kilobyte, so where calls rain only some are written down.
 */
import type { Prepared } from './prepare.js';

/** The frames of whoever submitted a call. */
export interface Origin {
  /** V8 keeps the frames and spells them out only when somebody reads them. */
  readonly trace: { readonly stack?: string };
  /** `this`: they are this very call's. `like-this`: those of a call of the same task, some milliseconds before at most. */
  readonly of: 'this' | 'like-this';
}

/** How many are written down at once, and how many more for each millisecond that goes by. */
const BURST = 32;
const EACH_MILLISECOND = 1;

/** The origins of one pool's calls. */
export class Origins {
  #left = BURST;
  #since = 0;
  #lastTask: Prepared | undefined;
  #last: Origin | undefined;

  /** The frames below `entrance`, which is what the user called at `time`; or those of a call like this one, a moment ago. */
  of(task: Prepared, entrance: unknown, time: number): Origin | undefined {
    this.#left = Math.min(BURST, this.#left + (time - this.#since) * EACH_MILLISECOND);
    this.#since = time;
    if (this.#left < 1) return this.#likeLast(task);
    this.#left -= 1;
    this.#lastTask = task;
    this.#last = Origins.here(entrance);
    return this.#last;
  }

  /** The frames below `entrance`, for many calls that are wanted by it alone. */
  static here(entrance: unknown): Origin {
    const trace = {};
    Error.captureStackTrace(trace, entrance as () => void);
    return { trace, of: 'this' };
  }

  #likeLast(task: Prepared): Origin | undefined {
    if (this.#lastTask !== task || this.#last === undefined) return undefined;
    if (this.#last.of === 'this') this.#last = { trace: this.#last.trace, of: 'like-this' };
    return this.#last;
  }
}

/** Puts the frames of `origin` below those of an error that came from a worker. */
export function joinStacks(error: unknown, origin: Origin | undefined, worker: string): void {
  if (!(error instanceof Error) || origin === undefined || typeof error.stack !== 'string') return;
  const frames = String(origin.trace.stack)
    .split('\n')
    .filter((line) => /^\s+at /.test(line));
  if (frames.length === 0) return;
  const call = origin.of === 'this' ? 'a call' : 'a call like this';
  const stack = [error.stack, `    at ${call} that was submitted to ${worker}`, ...frames].join('\n');
  Object.defineProperty(error, 'stack', { value: stack, writable: true, enumerable: false, configurable: true });
}
