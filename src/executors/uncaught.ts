/**
 * Where the errors go that a `Thread` did not catch: to the hook of the thread that started it. CPython Modules/_threadmodule.c: thread_excepthook.
 */
import { inspect } from 'node:util';

/** An error that nobody caught, and whose it is. */
export interface Uncaught {
  readonly error: unknown;
  /** `null`: its worker was between two threads. */
  readonly thread: { readonly name: string } | null;
}

type Hook = (uncaught: Uncaught) => void;

/** Writes it to stderr. */
export function writeUncaught({ error, thread }: Uncaught): void {
  console.error(`Exception in thread ${thread?.name ?? '(none)'}:\n${inspect(error)}`);
}

let hook: Hook = writeUncaught;

/** From now on `next` is told; gives whoever was told before. */
export function replaceHook(next: Hook): Hook {
  const previous = hook;
  hook = next;
  return previous;
}

/** An error that nobody caught. A hook that fails is written about, and nothing else comes of it. */
export function tellUncaught(uncaught: Uncaught): void {
  try {
    hook(uncaught);
  } catch (error) {
    console.error(`Exception in threading.excepthook:\n${inspect(error)}`);
  }
}
