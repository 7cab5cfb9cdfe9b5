/**
 * Everything that passes between a pool and its workers, as closed unions. Types only: the same words cross a MessagePort and the
 * channel of a child process. What a worker sends is checked on arrival, see `check-message.ts`.
 */
import type { Dialect } from '../dialects/dialect.js';
import type { LockHandle } from '../lock/handle.js';
import type { PreemptionOptions } from '../lock/preemption.js';
import type { TaskSource } from '../transform/link.js';
import type { EncodedError } from './error-codec.js';
import type { ThreadHandle } from './thread-life.js';

/** What a worker is started with. */
export interface StartData {
  readonly kind: 'gil/start';
  readonly name: string;
  /** The lock it lives under: one shared with others, or rules for one of its own. */
  readonly lock: LockHandle | ({ readonly dialect: Dialect; readonly switchInterval: number } & PreemptionOptions);
  /** The memory that it shares with its pool, see `window.ts`; none in another process. */
  readonly window: SharedArrayBuffer | undefined;
  /** The life of the `Thread` that it is started for: over, if the worker comes to its end before that begins. */
  readonly life?: SharedArrayBuffer;
  /** What it runs before its first call. */
  readonly initializer: { readonly task: TaskReference; readonly args: readonly unknown[]; readonly encoding: Encoding } | undefined;
}

/** Which function a worker is to know. */
export type TaskReference =
  | { readonly kind: 'function'; readonly text: TaskSource }
  | { readonly kind: 'module'; readonly url: string; readonly name: string };

/** To a worker. */
export type ToWorker =
  /** From now on `key` means this function. */
  | { readonly kind: 'task'; readonly key: number; readonly task: TaskReference }
  /**
   * Calls number `first`, `first` + 1, …, whose arguments are all primitive: two calls in one message can share no object. Flat, because that
   * is cheap to clone: the task's key, how many arguments, the arguments, the next key, …
   */
  | { readonly kind: 'calls'; readonly first: number; readonly calls: readonly unknown[] }
  /** One call. */
  | {
      readonly kind: 'call';
      readonly seq: number;
      readonly key: number;
      readonly args: readonly unknown[];
      readonly encoding: Encoding;
      /** Not `one`: `args` is a list of argument lists, to be called one after another; `stop`: until one fails. */
      readonly calls: 'one' | 'all' | 'stop';
      /** What the pool's `context` gave when the call was submitted. */
      readonly context: unknown;
      /** The `Thread` whose target this is. What it returns is of no interest. */
      readonly life?: ThreadHandle;
    }
  /** Whoever submitted this call does not want it any more. */
  | { readonly kind: 'abort'; readonly seq: number; readonly reason: EncodedError }
  | { readonly kind: 'end' };

/** From a worker. */
export type FromWorker =
  /** It is ready for calls. `breaker` is the word that its looks read, `slot` where it is interrupted, or 0. */
  | { readonly kind: 'ready'; readonly breaker: Int32Array | undefined; readonly slot: number }
  /** Its initializer failed: it will never be ready. */
  | { readonly kind: 'unfit'; readonly error: EncodedError }
  /** Nobody caught this: it will end next. */
  | { readonly kind: 'fatal'; readonly error: EncodedError }
  /** Whether threads run that were started here and that the process waits for. */
  | { readonly kind: 'offspring'; readonly state: 'some' | 'none' }
  /** There is something new in the window. */
  | { readonly kind: 'bell' }
  | { readonly kind: 'done'; readonly seq: number; readonly value: unknown; readonly encoding: Encoding; readonly times: Times }
  | { readonly kind: 'chunk'; readonly seq: number; readonly outcomes: readonly EncodedOutcome[]; readonly times: Times }
  | { readonly kind: 'failed'; readonly seq: number; readonly error: EncodedError; readonly times: Times }
  /** It gave up because it was asked to. */
  | { readonly kind: 'stopped'; readonly seq: number; readonly times: Times }
  | { readonly kind: 'progress'; readonly seq: number; readonly value: unknown };

/** When a call began and ended, on the clock that all threads share, in milliseconds. */
export type Times = readonly [began: number, ended: number];

/** What became of one call of several. */
export type EncodedOutcome =
  | { readonly kind: 'value'; readonly value: unknown; readonly encoding: Encoding }
  | { readonly kind: 'error'; readonly error: EncodedError };

/**
 * `plain`: the values are as they were. `tokens`: locks and signals among them stand as tokens and must be put back. `kinds`: so do things
 * that a worker knows only once it has loaded all of the package.
 */
export type Encoding = 'plain' | 'tokens' | 'kinds';
