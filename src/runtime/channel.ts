/**
 * What lies between a worker and its pool, as the worker has it. Types only.
 */
import type { FromWorker, ToWorker } from './messages.js';

/** How a worker hears and speaks. */
export interface Channel {
  /** Throws a DataCloneError if it cannot be cloned; nothing is sent then. `transfer`: what moves instead. */
  send(message: FromWorker, transfer?: readonly unknown[]): void;
  /** `onUnreadable`: something came that cannot be made out, though it could be sent. */
  listen(receive: (message: ToWorker) => void, onUnreadable: (cause: unknown) => void): void;
  /** Hears what has come, now, without the event loop. Does nothing where that is not possible. */
  hear(): void;
}
