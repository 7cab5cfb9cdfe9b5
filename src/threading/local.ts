/**
 * `Local`: an object whose properties each thread has for itself, from a thread's first to its last moment. A worker runs many threads one
 * after the other, so the properties belong to the life of the thread and not to the worker. CPython Lib/_threading_local.py.
 */
import { inspect } from 'node:util';
import { ArgumentError, CloneError, describe } from '../errors.js';
import { HANDLE, opensBy } from '../host/traveller.js';
import { findKnown, remember } from '../lock/known.js';
import { createWords, openWords, type SyncHandle } from '../lock/object-memory.js';
import { currentLife } from '../runtime/thread-life.js';

const KIND = 'gil/threading/local';

/** A `Local` on its way to another thread. */
export interface LocalHandle extends SyncHandle<typeof KIND> {
  /** The properties that it begins with in each thread. */
  readonly initial: object;
}

/** What every `Local` has beside the properties of the thread. */
export interface LocalRecord {
  /** @internal What of it travels. */
  readonly [HANDLE]: LocalHandle;
}

/** Makes a `Local`; `Local.from(handle)` opens one. */
export interface LocalConstructor {
  /**
   * An object whose properties each thread has for itself.
   *
   * @param initial the properties that it begins with in each thread: a copy each, as `postMessage` copies. Default: none. Python has
   * `__init__` of a subclass run once in each thread for this.
   * @throws ArgumentError, CloneError
   */
  new <Values extends object = Record<string, unknown>>(initial?: Values): Local<Values>;
  /** What all of them inherit from. */
  readonly prototype: object;
  /** What is sent to another thread by hand; among a task's arguments send the object itself. */
  handleOf(local: LocalRecord): LocalHandle;
  /** The object of a handle that came from another thread. @throws HandleError */
  from<Values extends object = Record<string, unknown>>(handle: LocalHandle): Local<Values>;
}

/** An object whose properties each thread has for itself. */
export type Local<Values extends object = Record<string, unknown>> = LocalRecord & Values;

/** By the life of a thread what it was sent and has written to: as long as it lives, though nothing else here may hold it between two calls. */
const held = new WeakMap<object, LocalRecord[]>();

/** An object that stands, in each thread, for that thread's properties. `prototype`: of a subclass, its methods. */
function create(handle: LocalHandle, prototype: object, from: 'here' | 'elsewhere'): LocalRecord {
  const values = new WeakMap<object, object>();
  const own = (): object => {
    const life = currentLife();
    let mine = values.get(life);
    if (mine === undefined) {
      mine = Object.assign(Object.create(prototype) as object, structuredClone(handle.initial));
      values.set(life, mine);
      if (from === 'elsewhere') held.set(life, [...(held.get(life) ?? []), local]);
    }
    return mine;
  };
  const local: LocalRecord = new Proxy<object>(Object.create(prototype) as object, {
    get: (_, name, receiver) => (name === HANDLE ? handle : Reflect.get(own(), name, receiver)),
    set: (_, name, value) => Reflect.set(own(), name, value),
    has: (_, name) => name === HANDLE || Reflect.has(own(), name),
    deleteProperty: (_, name) => Reflect.deleteProperty(own(), name),
    ownKeys: () => Reflect.ownKeys(own()),
    getOwnPropertyDescriptor: (_, name) => Reflect.getOwnPropertyDescriptor(own(), name),
    defineProperty: (_, name, descriptor) => Reflect.defineProperty(own(), name, { ...descriptor, configurable: true }),
  }) as LocalRecord;
  remember(local, new Int32Array(handle.memory));
  return local;
}

/**
 * An object whose properties each thread has for itself: what one thread writes, no other sees, and what is left when a thread ends is
 * gone, though its worker goes on. CPython `threading.local`.
 *
 * @example
 * ```ts
 * import { Local, Thread } from 'gil/threading';
 * const local = new Local({ count: 0 });
 * local.count = 5;
 * const seen = new Int32Array(new SharedArrayBuffer(4));
 * const work = (local: { count: number }, seen: Int32Array) => { local.count += 1; seen[0] = local.count; };
 * const thread = new Thread({ target: work, args: [local, seen] });
 * thread.start();
 * await thread.join();
 * console.log(seen[0], local.count); // => 1 5
 * ```
 */
export const Local: LocalConstructor = Object.assign(
  class Local {
    constructor(initial: object = {}) {
      if (typeof initial !== 'object' || initial === null) {
        throw new ArgumentError(`Local: expected the properties to begin with, such as { count: 0 }; got ${describe(initial)}`);
      }
      const handle: LocalHandle = { kind: KIND, memory: createWords(0).buffer, name: 'Local', initial: copyOf(initial) };
      // biome-ignore lint/correctness/noConstructorReturn: what stands for the properties is a proxy
      return create(handle, new.target.prototype, 'here') as unknown as Local;
    }

    [inspect.custom](): string {
      return `<Local ${inspect({ ...this })}>`;
    }
  },
  {
    handleOf: (local: LocalRecord) => local[HANDLE],
    from: (handle: LocalHandle) =>
      findKnown<LocalRecord>(openWords(handle, KIND, 'Local.from')) ?? create(handle, Local.prototype, 'elsewhere'),
  },
) as unknown as LocalConstructor;

function copyOf(initial: object): object {
  try {
    return structuredClone(initial);
  } catch (cause) {
    throw new CloneError('Local: the properties to begin with cannot be copied; expected plain data, without functions', { cause });
  }
}

opensBy<LocalHandle>(KIND, (handle) => Local.from(handle));
