/**
 * Tasks by reference: functions of a module, named by its URL, loaded and transformed where they run.
 */
import { ArgumentError, describe } from '../errors.js';

declare const SIGNATURE: unique symbol;

/** A function of a module, to be submitted in its stead. */
export interface Task<F> {
  /** What it is. */
  readonly kind: 'gil/task';
  /** Where its module is. */
  readonly url: string;
  /** The name of the export. */
  readonly name: string;
  /** Only for the type checker: the function's own signature. */
  readonly [SIGNATURE]?: F;
}

/** The functions of a module, as tasks. */
export type Tasks<M> = { readonly [K in keyof M as M[K] extends (...args: never) => unknown ? K : never]: Task<M[K]> };

/**
 * The functions of a module as tasks. Nothing is loaded here: each worker imports the module when it first runs one of them.
 *
 * @param url where the module is; `new URL('./work.js', import.meta.url)` is next to this file
 * @example
 * ```ts no-run
 * import { tasks, ThreadPool } from 'gil';
 * const { fib } = tasks<typeof import('./fib.js')>(new URL('./fib.js', import.meta.url));
 * await using pool = new ThreadPool(4);
 * console.log(await pool.submit(fib, 30));
 * ```
 * @throws ArgumentError if `url` is not a URL
 */
export function tasks<M>(url: URL): Tasks<M> {
  if (!(url instanceof URL)) {
    throw new ArgumentError(`tasks: expected a URL such as new URL('./work.js', import.meta.url); got ${describe(url)}`);
  }
  const { href } = url;
  return new Proxy({} as Tasks<M>, {
    // `then`: whoever awaits the proxy by mistake must not find a thenable.
    get: (_, name) => (typeof name === 'symbol' || name === 'then' ? undefined : Object.freeze({ kind: 'gil/task', url: href, name })),
  });
}

/** Whether this came out of `tasks()`. */
export function isTask(value: unknown): value is Task<unknown> {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'gil/task';
}
