/**
 * A gate that a task waits at, also in another process: a file that is there or not.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A gate that is shut. Its path is an argument for {@link atGate}. */
export interface Gate {
  readonly path: string;
  open(): void;
}

/** A gate for the test that runs, which opens at its end. */
export function makeGate(): Gate {
  const folder = mkdtempSync(join(tmpdir(), 'gil-gate-'));
  const path = join(folder, 'open');
  const open = (): void => writeFileSync(path, '');
  onTestFinished(() => {
    open();
    rmSync(folder, { recursive: true });
  });
  return { path, open };
}

/** A task: gives `value` when the gate is open; at once if there is none; and throws it if it is a text. */
export async function atGate<T>(path: string | null, value: T): Promise<T> {
  const { existsSync } = process.getBuiltinModule('node:fs');
  while (path !== null && !existsSync(path)) await new Promise((resolve) => setTimeout(resolve, 1));
  if (typeof value === 'string') throw new RangeError(value);
  return value;
}
