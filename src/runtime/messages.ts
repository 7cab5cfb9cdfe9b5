/**
 * Everything that passes between a pool and its workers, as closed unions. Types only: the same words cross a MessagePort and the
 * channel of a child process.
 */
import type { Dialect } from '../dialects/dialect.js';
import type { LockHandle } from '../lock/handle.js';
import type { TaskSource } from '../transform/link.js';
import type { EncodedError } from './error-codec.js';

/** What a worker is started with. */
export interface StartData {
  readonly kind: 'gil/start';
  readonly name: string;
  /** The lock it lives under: one shared with others, or rules for one of its own. */
  readonly lock: LockHandle | { readonly dialect: Dialect; readonly switchInterval: number };
}

/** Which function to run. A function's text is sent to a worker once and then known by its key. */
export type TaskReference =
  | { readonly kind: 'function'; readonly key: number; readonly text: TaskSource }
  | { readonly kind: 'known'; readonly key: number }
  | { readonly kind: 'module'; readonly url: string; readonly name: string };

/** To a worker. */
export type ToWorker =
  | {
      readonly kind: 'run';
      readonly id: number;
      readonly task: TaskReference;
      readonly args: readonly unknown[];
      readonly encoding: Encoding;
    }
  | { readonly kind: 'end' };

/** From a worker. */
export type FromWorker =
  | { readonly kind: 'ready'; readonly ident: number }
  | { readonly kind: 'done'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly error: EncodedError };

/** `plain`: the values are as they were. `tokens`: locks among them stand as tokens and must be put back. */
export type Encoding = 'plain' | 'tokens';
