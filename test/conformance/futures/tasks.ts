/**
 * Tasks that several of the tests submit. They are sent as text, so each uses nothing but its arguments, globals and the package.
 */
import { releaseForIO, report } from 'gil';
import type { GateToken } from './gate.js';

/** Reports that it has begun, waits at a gate, and then ends with `value` as it is told to. */
export async function hold(gate: GateToken, value: number, end: 'return' | 'throw' | 'exit' = 'return'): Promise<number> {
  report('begun');
  if (typeof gate === 'string') {
    const { existsSync } = process.getBuiltinModule('node:fs');
    while (!existsSync(gate)) await new Promise((resolve) => setTimeout(resolve, 2));
  } else {
    releaseForIO(() => Atomics.wait(gate, 0, 0));
  }
  if (end === 'throw') throw new RangeError(`thrown ${value}`);
  if (end === 'exit') process.exit(value);
  return value;
}

/** Python's `pow`. */
export function pow(base: number, exponent: number): number {
  return base ** exponent;
}

/** Python's `abs`. */
export function abs(value: number): number {
  return Math.abs(value);
}

/** Gives back what it gets. */
export function same(value: number): number {
  return value;
}

/** Fails. */
export function fail(message: string): never {
  throw new RangeError(message);
}

/** Who runs it: the process and the worker's name. */
export async function whoAmI(): Promise<string> {
  const { threadId } = process.getBuiltinModule('node:worker_threads');
  return `${process.pid} ${threadId}`;
}

/** Kills the worker as hard as it can be killed from within: a child process by a signal, a thread by its exit. */
export function crash(): never {
  const { isMainThread } = process.getBuiltinModule('node:worker_threads');
  if (isMainThread) process.kill(process.pid, 'SIGKILL');
  process.exit(9);
}
