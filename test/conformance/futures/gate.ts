/**
 * A gate: a task waits at it until the test opens it. Where memory can be shared it is a word that the task waits for, having let go of
 * its lock; to another process it is a file that the task looks for.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What of a gate is sent to a task. */
export type GateToken = Int32Array | string;

let made = 0;

/** Made shut; opened once. Tasks are given its `token`, see `tasks.ts`. */
export class Gate {
  readonly token: GateToken;

  /** `directory`: where its file is to be, if memory cannot be shared. */
  constructor(memory: 'shared' | 'separate', directory: () => string) {
    this.token = memory === 'shared' ? new Int32Array(new SharedArrayBuffer(4)) : join(directory(), `gate-${++made}`);
  }

  /** Lets everybody through, now and later. */
  open(): void {
    if (typeof this.token === 'string') {
      writeFileSync(this.token, '');
      return;
    }
    Atomics.store(this.token, 0, 1);
    Atomics.notify(this.token, 0);
  }
}
