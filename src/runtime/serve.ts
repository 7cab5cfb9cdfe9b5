/**
 * The life of a worker: attach to the lock, then run what comes, one task at a time, holding the lock while JavaScript runs.
 * The same for a worker thread and a child process; they differ in the channel.
 */
import { endThread } from '../host/thread.js';
import { GlobalLock } from '../lock/global-lock.js';
import { isThenable } from '../lock/thenable.js';
import { encodeError } from './error-codec.js';
import { TaskLoader } from './load-task.js';
import type { FromWorker, StartData, ToWorker } from './messages.js';
import { becomeThread } from './thread.js';
import { createThreadLooks, leave, leaveWhenIdle } from './thread-looks.js';
import { cloneError, decodeArguments } from './value-codec.js';

/** How a worker hears and speaks. */
export interface Channel {
  send(message: FromWorker): void;
  listen(receive: (message: ToWorker) => void): void;
}

/** What only the started file can supply: this package's own exports, for functions by value, and the hook that transforms modules. */
export interface Surroundings {
  readonly exports: () => Promise<Readonly<Record<string, unknown>>>;
  readonly transformModules: (lock: GlobalLock) => Promise<void>;
}

/** Serves until told to end. */
export function serve(start: StartData, channel: Channel, surroundings: Surroundings): void {
  const lock = 'memory' in start.lock ? GlobalLock.from(start.lock) : new GlobalLock(start.lock);
  const { ident, threadId } = lock.seat;
  becomeThread({ name: start.name, ident, threadId, lock });
  let transforming: Promise<void> | undefined;
  const loader = new TaskLoader(createThreadLooks(lock), surroundings.exports, () => {
    transforming ??= surroundings.transformModules(lock);
    return transforming;
  });

  const fail = (id: number, error: unknown): void => channel.send({ kind: 'failed', id, error: encodeError(error) });

  const finish = (id: number, value: unknown, taskName: string): void => {
    try {
      channel.send({ kind: 'done', id, value });
    } catch (cause) {
      fail(id, cloneError('result', [value], taskName, cause));
    }
  };

  const run = ({ id, args, encoding, task }: ToWorker & { kind: 'run' }, callable: (...args: readonly unknown[]) => unknown): void => {
    const taskName = callable.name || (task.kind === 'module' ? task.name : 'task');
    try {
      const values = encoding === 'plain' ? args : decodeArguments(args);
      if (lock.isEnabled && !lock.isHeldByCurrentThread()) lock.acquireSync();
      const result = callable(...values);
      if (!isThenable(result)) {
        leave(lock);
        finish(id, result, taskName);
        return;
      }
      leaveWhenIdle(lock);
      result.then(
        (value) => {
          leave(lock);
          finish(id, value, taskName);
        },
        (error) => {
          leave(lock);
          fail(id, error);
        },
      );
    } catch (error) {
      leave(lock);
      fail(id, error);
    }
  };

  channel.listen((message) => {
    if (message.kind === 'end') return endThread();
    const known = loader.known(message.task);
    if (known !== undefined) run(message, known);
    else
      loader.load(message.task).then(
        (loaded) => run(message, loaded),
        (error) => fail(message.id, error),
      );
    return undefined;
  });
  channel.send({ kind: 'ready', ident });
}
