/**
 * Carries out an actor's program: at once on a thread that may block, or awaiting on an event loop. What a command does is the
 * performer's business. `driveSync` and `blockingPerformer` travel to worker threads as text.
 */
import type { GlobalLock, Releaser } from 'gil';
import type { Action, Command, Words } from './ops.js';

/** Carries a program out on this thread. */
export function driveSync<Result>(action: Action<Result>, perform: (command: Command) => unknown): Result {
  let turn = action.next();
  while (!turn.done) {
    let outcome: unknown;
    try {
      outcome = perform(turn.value);
    } catch (error) {
      turn = action.throw(error);
      continue;
    }
    turn = action.next(outcome);
  }
  return turn.value;
}

/** Carries a program out on this thread's event loop. */
export async function driveAsync<Result>(action: Action<Result>, perform: (command: Command) => unknown): Promise<Result> {
  let turn = action.next();
  while (!turn.done) {
    let outcome: unknown;
    try {
      outcome = await perform(turn.value);
    } catch (error) {
      turn = action.throw(error);
      continue;
    }
    turn = action.next(outcome);
  }
  return turn.value;
}

/** Commands for a thread that may block: the `Sync` methods of the lock. Sent as text, with `driveSync` in the same scope. */
export function blockingPerformer(
  lock: GlobalLock,
  words: Words,
  drive: <Result>(action: Action<Result>, perform: (command: Command) => unknown) => Result,
): (command: Command) => unknown {
  const releasers: Releaser[] = [];
  const keep = (releaser: Releaser | null): boolean => {
    if (releaser !== null) releasers.push(releaser);
    return releaser !== null;
  };
  const perform = (command: Command): unknown => {
    switch (command.do) {
      case 'take':
        return keep(command.timeout === undefined ? lock.acquireSync() : lock.acquireSync({ timeout: command.timeout }));
      case 'takeSync':
        return keep(lock.acquireSync());
      case 'tryTake':
        return keep(lock.tryAcquire());
      case 'release':
        return lock.release();
      case 'releaseAgain':
        return releasers[0]?.();
      case 'look':
        for (let time = 0; time < command.times; time += 1) lock.checkpoint();
        return undefined;
      case 'io':
        return lock.releaseForIO(() => drive(command.body(), perform));
      case 'gate':
        while (Atomics.load(words, command.index) === 0) Atomics.wait(words, command.index, 0);
        return undefined;
    }
  };
  return perform;
}
