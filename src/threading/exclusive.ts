/**
 * What `runExclusive` is, whatever is acquired: it is given back however the task ends.
 */
import { checkTask } from '../lock/options.js';
import type { Releaser } from '../lock/releaser.js';

/** Runs a task while holding what `acquire` gets; gives it back when the task's promise has settled. */
export async function runHolding<T>(acquire: () => Promise<Releaser>, task: () => T | Promise<T>): Promise<T> {
  checkTask(task);
  const release = await acquire();
  try {
    return await task();
  } finally {
    release();
  }
}

/** The same, blocking the thread. */
export function runHoldingSync<T>(acquire: () => Releaser, task: () => T): T {
  checkTask(task);
  const release = acquire();
  try {
    return task();
  } finally {
    release();
  }
}
