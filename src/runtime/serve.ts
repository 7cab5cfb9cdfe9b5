/**
 * The life of a worker: attach to the lock, then run what comes, one call at a time, holding the lock while JavaScript runs.
 * The same for a worker thread and a child process; they differ in the channel.
 */
import { CloneError } from '../errors.js';
import { now, whenIdle } from '../host/clock.js';
import { listenToInterrupts } from '../host/interrupted.js';
import { endThread, onUncaught } from '../host/thread.js';
import { GlobalLock } from '../lock/global-lock.js';
import { isThenable } from '../lock/thenable.js';
import type { Channel } from './channel.js';
import { encodeError } from './error-codec.js';
import { Inbox } from './inbox.js';
import { type Exports, TaskLoader } from './load-task.js';
import type { StartData, ToWorker } from './messages.js';
import { onOffspring } from './offspring.js';
import { CallRunner } from './run-call.js';
import { becomeThread } from './thread.js';
import { expectThread } from './thread-life.js';
import { createThreadLooks, leave } from './thread-looks.js';
import { decodeArguments } from './value-codec.js';
import { Window } from './window.js';

/** What only the started file can supply: this package's own exports, for functions by value, and the hook that transforms modules. */
export interface Surroundings {
  readonly exports: Exports;
  readonly transformModules: (lock: GlobalLock) => Promise<void>;
}

/** How long a worker runs calls before its event loop turns, for timers, sockets and what they wait for, in milliseconds. */
const SLICE = 1;

/** Serves until told to end. */
export function serve(start: StartData, channel: Channel, surroundings: Surroundings): void {
  if (start.life !== undefined) expectThread(start.life);
  const lock = 'memory' in start.lock ? GlobalLock.from(start.lock) : new GlobalLock(start.lock);
  const { ident, threadId, breaker, slot } = lock.seat;
  becomeThread({ name: start.name, ident, threadId, lock });
  let transforming: Promise<void> | undefined;
  const inbox = new Inbox();
  const window = start.window === undefined ? undefined : new Window(start.window);
  const runner = new CallRunner(lock, channel, window);
  if (slot !== 0) listenToInterrupts({ interrupt: () => runner.heed(), missed: () => {} });
  const loader = new TaskLoader(createThreadLooks(lock, runner), surroundings.exports, () => {
    transforming ??= surroundings.transformModules(lock);
    return transforming;
  });

  let known: 'locks' | 'everything' = 'locks';
  /** Arguments may be of kinds that a worker need not know before it meets them. */
  const learn = async <T>(then: T): Promise<Awaited<T>> => {
    await surroundings.exports('all');
    known = 'everything';
    return await then;
  };

  /** Calls in order, with a moment between two of them for what the first left to the microtasks. */
  const work = async (): Promise<void> => {
    let time = now();
    let sliceEnd = time + SLICE;
    let passed: 'none' | 'some' = 'none';
    for (let call = inbox.next(); call !== undefined; call = inbox.next()) {
      const found = call.unreadable === undefined ? loader.find(call.key) : unreadable(call.unreadable);
      const task = call.encoding === 'kinds' && known === 'locks' ? learn(found) : found;
      if (window?.begin(call.seq, isThenable(task) ? Number.POSITIVE_INFINITY : time) === false) {
        passed = 'some';
        continue;
      }
      passed = 'none';
      const running = runner.run(call, task, time, inbox.isEmpty() ? 'last' : 'more');
      if (running !== undefined) await running;
      if (inbox.isEmpty()) break;
      // One call ends when the next begins: the clock is read once for both.
      time = runner.ended;
      if (time < sliceEnd) {
        await undefined;
      } else {
        leave(lock);
        await new Promise<void>(whenIdle);
        time = now();
        sliceEnd = time + SLICE;
      }
    }
    leave(lock);
    // The room that calls took which were called off is free again, and no result tells of it.
    if (passed === 'some' && window?.mustRing()) channel.send({ kind: 'bell' });
  };

  onOffspring((state) => channel.send({ kind: 'offspring', state }));
  onUncaught((error) => channel.send({ kind: 'fatal', error: encodeError(error) }));

  let state: 'preparing' | 'idle' | 'working' = 'preparing';
  const goOn = (): void => {
    if (state !== 'idle' || inbox.isEmpty()) return;
    state = 'working';
    void work().then(() => {
      state = 'idle';
      goOn();
    });
  };

  const receive = (message: ToWorker): void => {
    switch (message.kind) {
      case 'task':
        loader.define(message.key, message.task);
        return;
      case 'call':
      case 'calls':
        inbox.push(message);
        goOn();
        return;
      case 'abort':
        runner.abort(message.seq, message.reason);
        return;
      case 'end':
        endThread();
    }
  };
  channel.listen(receive, (cause) => {
    inbox.pushUnreadable(cause);
    goOn();
  });

  const ready = (): void => {
    channel.send({ kind: 'ready', breaker: window && new Int32Array(breaker.buffer, breaker.byteOffset, 1), slot });
    state = 'idle';
    goOn();
  };
  if (start.initializer === undefined) {
    ready();
    return;
  }
  const { task, args, encoding } = start.initializer;
  loader.define(INITIALIZER, task);
  const initialize = async (): Promise<void> => {
    const run = await (encoding === 'kinds' ? learn(loader.find(INITIALIZER)) : loader.find(INITIALIZER));
    if (lock.isEnabled) lock.acquireSync();
    try {
      await run(...(encoding === 'plain' ? args : decodeArguments(args)));
    } finally {
      leave(lock);
    }
  };
  initialize().then(ready, (error) => channel.send({ kind: 'unfit', error: encodeError(error) }));
}

/** The key under which the initializer is known. Calls' keys begin at 1. */
const INITIALIZER = 0;

/** In place of the task of a call that could not be made out. */
async function unreadable({ cause }: { readonly cause: unknown }): Promise<never> {
  throw new CloneError('an argument could be sent, but the worker could not make it out; send plain data instead', { cause });
}
