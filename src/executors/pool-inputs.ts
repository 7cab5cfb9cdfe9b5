/**
 * The inputs of `Pool`'s maps, cut into chunks of calls: what `map` gives a task as its one argument, `starmap` as all of them.
 * CPython Lib/multiprocessing/pool.py: Pool._get_tasks.
 */
import { ArgumentError, describe, OutOfRangeError } from '../errors.js';
import { type AnyIterable, type Args, Inputs } from './inputs.js';
import { checkWhole } from './options.js';

/** Whether an input is a call's argument, or the list of its arguments. */
export type InputShape = 'argument' | 'arguments';

/** Takes chunks of calls from an iterable. A chunk in which an input fails is lost as a whole. */
export class ChunkedInputs {
  readonly #inputs: Inputs;
  readonly #shape: InputShape;

  /** @throws ArgumentError for what is not iterable */
  constructor(iterable: AnyIterable<unknown>, shape: InputShape) {
    this.#inputs = new Inputs([iterable]);
    this.#shape = shape;
  }

  /** Whether `pull` is to be used, else `pullNow`. */
  get areAsync(): boolean {
    return this.#inputs.areAsync;
  }

  /** The next `size` calls; fewer at the end, then none. */
  pullNow(size: number): Args[] {
    const calls: Args[] = [];
    while (calls.length < size && this.#add(this.#inputs.pullNow(), calls));
    return calls;
  }

  /** The same, of async inputs. */
  async pull(size: number): Promise<Args[]> {
    const calls: Args[] = [];
    while (calls.length < size && this.#add(await this.#inputs.pull(), calls));
    return calls;
  }

  /** No more is wanted. Resolves when the inputs have cleaned up. */
  close(): Promise<void> {
    return this.#inputs.close();
  }

  #add(taken: Args | undefined, calls: Args[]): boolean {
    if (taken === undefined) return false;
    if (this.#shape === 'argument') {
      calls.push(taken);
      return true;
    }
    const [args] = taken;
    if (!Array.isArray(args)) {
      this.close().catch(() => {});
      throw new ArgumentError(`starmap: expected each input to be an array of arguments, such as [1, 2]; got ${describe(args)}`);
    }
    calls.push(args);
    return true;
  }
}

/**
 * How many inputs `Pool.map` sends a worker at once if it is not told: so many that each worker gets about four chunks.
 *
 * @param length how many inputs there are, a whole number from 0
 * @param workers how many workers share them, a whole number from 1
 * @returns `ceil(length / (4 × workers))`; 0 if there are no inputs. CPython Lib/multiprocessing/pool.py: Pool._map_async
 * @throws ArgumentError, OutOfRangeError
 * @example
 * ```ts
 * import { defaultChunkSize } from 'gil';
 * console.log(defaultChunkSize(10, 4), defaultChunkSize(17, 4), defaultChunkSize(1000, 4)); // => 1 2 63
 * ```
 */
export function defaultChunkSize(length: number, workers: number): number {
  if (typeof length !== 'number') throw new ArgumentError(`length: expected a whole number, 0 or more; got ${describe(length)}`);
  if (!Number.isInteger(length) || length < 0) throw new OutOfRangeError(`length must be a whole number, 0 or more; got ${length}`);
  return Math.ceil(length / (4 * checkWhole('workers', workers)));
}
