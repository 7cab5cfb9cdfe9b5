/**
 * What a running task reports of its progress, to those who listen: by event, or as an async iterable.
 */
import { ArgumentError, describe } from '../errors.js';
import type { Watchable, Watcher } from './limits.js';
import { Stream } from './stream.js';

/** Is called with each value that a task reports. */
export type ProgressListener = (value: unknown) => void;

/** A future, as far as progress goes. */
interface Reporting extends Watchable {
  on(event: 'progress', listener: ProgressListener): unknown;
  off(event: 'progress', listener: ProgressListener): unknown;
}

/** Those who listen to one task. */
export class ProgressListeners {
  /** Replaced, never changed: who comes or goes during a report does not disturb it. */
  #all: readonly ProgressListener[] = [];

  add(listener: ProgressListener): void {
    this.#all = [...this.#all, listener];
  }

  /** The latest of equal ones, as an EventEmitter does. */
  remove(listener: ProgressListener): void {
    const at = this.#all.lastIndexOf(listener);
    this.#all = this.#all.filter((_, index) => index !== at);
  }

  /** Tells all of them; what one throws is reported as the trouble of `owner`. */
  tell(value: unknown, owner: unknown): void {
    for (const listener of this.#all) {
      try {
        listener(value);
      } catch (error) {
        console.error(`exception calling progress listener for ${owner}`, error);
      }
    }
  }
}

/** Throws unless this is something to listen to, with something that can. */
export function checkListener(event: unknown, listener: unknown): void {
  if (event !== 'progress') throw new ArgumentError(`event: expected 'progress'; got ${describe(event)}`);
  if (typeof listener !== 'function') throw new ArgumentError(`listener: expected a function; got ${describe(listener)}`);
}

/** What is reported from now on until the future is done. */
export function progressOf(future: Reporting): Stream<unknown> {
  const listener = (value: unknown): void => stream.push(value);
  const watcher: Watcher = { onDone: () => stream.end() };
  const stream = new Stream<unknown>(() => {
    future.off('progress', listener);
    future.unwatch(watcher);
  });
  if (future.done()) {
    stream.end();
  } else {
    future.on('progress', listener);
    future.watch(watcher);
  }
  return stream;
}
