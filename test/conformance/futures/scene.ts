/**
 * What one test is given: pools of its column, gates, and held tasks. When it is over, gates are opened, pools ended, and no worker may be left.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Executor, Future } from 'gil';
import { expect, vi } from 'vitest';
import type { Column, MakeOptions } from './columns.js';
import { Gate } from './gate.js';
import { hold } from './tasks.js';

/** A task that waits at a gate. */
export interface Held {
  readonly future: Future<number>;
  /** Resolves when a worker runs it. */
  readonly begun: Promise<unknown>;
}

export class Scene {
  readonly column: Column;
  readonly #pools: Executor[] = [];
  readonly #gates: Gate[] = [];
  /** Every pool of this scene is made with these. */
  readonly #options: MakeOptions;
  readonly #outer: Scene | undefined;
  #directory: string | undefined;

  /** `outer`: a scene whose pools may still look for the gates of this one when it is closed, so their files stay. */
  constructor(column: Column, options: MakeOptions = {}, outer?: Scene) {
    this.column = column;
    this.#options = options;
    this.#outer = outer;
  }

  /** A new pool. Workers are started on demand. */
  pool(workers = 2, options: MakeOptions = {}): Executor {
    const pool = this.column.make(workers, { ...this.#options, ...options });
    this.#pools.push(pool);
    return pool;
  }

  /** A new gate, shut. */
  gate(): Gate {
    const gate = new Gate(this.column.memory, () => this.directory);
    this.#gates.push(gate);
    return gate;
  }

  /** A directory of this scene's own. */
  get directory(): string {
    if (this.#outer !== undefined) return this.#outer.directory;
    this.#directory ??= mkdtempSync(join(tmpdir(), 'gil-conformance-'));
    return this.#directory;
  }

  /** Submits a task that waits at a gate and then ends. */
  hold(pool: Executor, gate: Gate, value = 0, end: 'return' | 'throw' | 'exit' = 'return'): Held {
    const future = pool.submit(hold, gate.token, value, end);
    return { future, begun: future.progress().next() };
  }

  /** Occupies every worker of a pool. Resolves when all of them wait at the gate. */
  async occupy(pool: Executor, gate: Gate): Promise<Future<number>[]> {
    const held = Array.from({ length: pool.maxWorkers }, (_, at) => this.hold(pool, gate, at));
    await Promise.all(held.map(({ begun }) => begun));
    return held.map(({ future }) => future);
  }

  /** A pool is shut down, and only then the one task that runs in it ends its worker. Gives the task's future, which must not be awaited here. */
  async crashAfterShutdown(pool: Executor): Promise<{ readonly future: Future<number> }> {
    const gate = this.gate();
    const { future, begun } = this.hold(pool, gate, 1, 'exit');
    await begun;
    const down = pool.shutdown();
    gate.open();
    await down;
    return { future };
  }

  async close(): Promise<void> {
    for (const gate of this.#gates.splice(0)) gate.open();
    for (const pool of this.#pools.splice(0)) {
      await pool.killWorkers();
      expect(pool.workerCount).toBe(0);
    }
    if (this.#directory !== undefined) rmSync(this.#directory, { recursive: true });
    this.#directory = undefined;
    vi.restoreAllMocks();
  }
}

/** What is written to the error log from here on. */
export function log(): string[] {
  const lines: string[] = [];
  vi.spyOn(console, 'error').mockImplementation((...parts) => void lines.push(parts.map(String).join(' ')));
  return lines;
}

/** An error of this package, by its code. */
export const code = (name: string) => expect.objectContaining({ code: name });

/** Which futures these are, by number, in no order: to `toEqual` one is like another, and a state may change meanwhile. */
export const names = (futures: Iterable<unknown>): string[] =>
  [...futures].map((future) => String(future).match(/#\d+/)?.[0] ?? String(future)).sort();

/** What `wait` gave, by name. */
export const named = ({ done, notDone }: { done: Iterable<unknown>; notDone: Iterable<unknown> }) => ({
  done: names(done),
  notDone: names(notDone),
});

/** What `wait` should give, by name. */
export const sets = (done: readonly unknown[], notDone: readonly unknown[]) => named({ done, notDone });

/** What a promise came to. */
export async function outcome(promise: PromiseLike<unknown>): Promise<{ value: unknown } | { error: unknown }> {
  return promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
}
