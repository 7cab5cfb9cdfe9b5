/**
 * The drivers: who an actor is. Real threads that block; identities of one event loop, each running the protocol text; and both at
 * one lock, where the main thread goes through the lock's own async face.
 */
import type { GlobalLock, Releaser } from 'gil';
import { identOf, ioAsync, lookAsync, newContender, release, takeAsync, tryTake } from './contender.js';
import { play } from './crew.js';
import { driveAsync } from './drive.js';
import { type Command, makeOps } from './ops.js';
import type { Actor, Factory, Part } from './stage.js';

type Perform = (command: Command) => unknown;

/** Each actor is a worker thread. */
export const blocking: Factory = { name: 'blocking', cast: asThread };

/** All actors live on the main thread's event loop. To the lock a thread is one identity, so all but a lone one run the protocol text. */
export const awaiting: Factory = {
  name: 'async',
  cast: (part) => (part.alone || !part.stage.lock.isEnabled ? asMainThread(part) : asContender(part)),
};

/** The first actor is the main thread, the others are worker threads. */
export const mainFirst: Factory = { name: 'mixed', cast: (part) => (part.number === 1 ? asMainThread(part) : asThread(part)) };

/** The second actor is the main thread: where the first one holds the lock, the main thread waits for it. */
export const mainSecond: Factory = {
  name: 'mixed-2',
  cast: (part) => (part.alone || part.number === 2 ? asMainThread(part) : asThread(part)),
};

function asThread({ stage, number, input, program }: Part): Actor<unknown> {
  return play({ handle: stage.lock.handle, words: stage.words, number, input, text: `(${program})` });
}

function asMainThread(part: Part): Actor<unknown> {
  const { lock } = part.stage;
  const leaving = new AbortController();
  return asTask(part, identOf(lock), () => lock.isHeldByCurrentThread(), leaving, facePerformer(lock, leaving.signal, part));
}

function asContender(part: Part): Actor<unknown> {
  const self = newContender(part.stage.lock);
  const leaving = new AbortController();
  const { signal } = leaving;
  const perform: Perform = async (command) => {
    switch (command.do) {
      case 'take':
        return turnAfter(await takeAsync(self, command.timeout, signal));
      case 'tryTake':
        return tryTake(self);
      case 'release':
        return release(self);
      case 'look':
        for (let time = 0; time < command.times; time += 1) await lookAsync(self, signal);
        return turnAfter(undefined);
      case 'io':
        return ioAsync(self, () => driveAsync(command.body(), perform), signal);
      case 'gate':
        return passGate(part, command.index, signal);
      default:
        throw new Error(`${command.do} is for an actor that is alone`);
    }
  };
  return asTask(part, self.ident, () => part.stage.lock.holder()?.ident === self.ident, leaving, perform);
}

/** Commands for the main thread: the lock's async methods. */
function facePerformer(lock: GlobalLock, signal: AbortSignal, part: Part): Perform {
  const releasers: Releaser[] = [];
  const keep = (releaser: Releaser | null): boolean => {
    if (releaser !== null) releasers.push(releaser);
    return releaser !== null;
  };
  const perform: Perform = async (command) => {
    switch (command.do) {
      case 'take':
        return turnAfter(keep(await lock.acquire(command.timeout === undefined ? { signal } : { signal, timeout: command.timeout })));
      case 'takeSync':
        return keep(lock.acquireSync());
      case 'tryTake':
        return keep(lock.tryAcquire());
      case 'release':
        return lock.release();
      case 'releaseAgain':
        return releasers[0]?.();
      case 'look':
        for (let time = 0; time < command.times; time += 1) await lock.checkpointAsync();
        return turnAfter(undefined);
      case 'io':
        return lock.releaseForIO(() => driveAsync(command.body(), perform));
      case 'gate':
        return passGate(part, command.index, signal);
    }
  };
  return perform;
}

/** A program on this thread's event loop. */
function asTask(part: Part, ident: number, holds: () => boolean, leaving: AbortController, perform: Perform): Actor<unknown> {
  const { stage, number, input, program } = part;
  const ops = makeOps({ words: stage.words, number, input: input as never, stats: () => stage.lock.stats(), holds });
  // As a thread would: not before whoever started it has gone on.
  const whileHere: Perform = (command) => {
    if (leaving.signal.aborted) throw new Error('the actor was ended');
    return perform(command);
  };
  const answer = nextTurn().then(() => driveAsync(program(ops), whileHere));
  answer.catch(() => {});
  return {
    ident: Promise.resolve(ident),
    answer,
    end: async () => {
      leaving.abort();
      await answer.catch(() => {});
    },
  };
}

async function passGate({ stage }: Part, index: number, signal: AbortSignal): Promise<void> {
  while (Atomics.load(stage.words, index) === 0) {
    if (signal.aborted) throw new Error('the actor was ended');
    await nextTurn();
  }
}

/** Lets the event loop's other tasks run first: between two commands of one actor, another may go on. */
async function turnAfter<T>(value: T): Promise<T> {
  await nextTurn();
  return value;
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
