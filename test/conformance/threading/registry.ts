/**
 * How tests of CPython's are run on the workers of two kinds of pool, and the table of what passed. Each file makes one table.
 */
import { type Executor, InterpreterPool, ThreadPool } from 'gil';
import { afterAll, describe, expect, it } from 'vitest';
import { linesOf, resultsBelow } from '../../table.js';

declare module 'vitest' {
  interface TaskMeta {
    cpython?: { readonly row: string; readonly column: string };
  }
}

/** One of CPython's tests, on a pool; the log's words are all 0. */
export type Proof = (pool: Executor, log: Int32Array) => Promise<unknown> | unknown;

const COLUMNS: readonly (readonly [string, () => Executor])[] = [
  ['Thread', () => new ThreadPool(10, { switchInterval: 1 })],
  ['Interpreter', () => new InterpreterPool(10)],
];

/** Words of the log: how many have come, how many have passed. */
export const COME = 0;
export const PASSED = 1;

/** An error with this code. */
export const code = (name: string): unknown => expect.objectContaining({ code: name });

/** Waits until it is so. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

/** So many threads do the same. */
export function bunch<A extends unknown[], R>(pool: Executor, count: number, task: (...args: A) => R, ...args: A): Promise<Awaited<R>[]> {
  return Promise.all(Array.from({ length: count }, () => pool.submit(task, ...args))) as Promise<Awaited<R>[]>;
}

/** The table of a file: `tests` adds rows that run on each kind of pool, `notApplicable` rows that say why they do not. */
export function createTable() {
  /** One for the whole file: ten threads take a while to start. */
  const pools = new Map<string, Executor>();
  const poolOf = (column: string, make: () => Executor): Executor => {
    const pool = pools.get(column) ?? make();
    pools.set(column, pool);
    return pool;
  };
  afterAll(async () => {
    for (const pool of pools.values()) await pool.shutdown();
  });
  const rows: { readonly row: string; readonly why?: string }[] = [];
  // biome-ignore lint/correctness/noEmptyPattern: the runner reads this list of fixtures from the text, and wants a pattern
  afterAll(({}, suite) => {
    const found = new Map(resultsBelow(suite, (meta) => meta.cpython).map(({ row, column, outcome }) => [`${row} ${column}`, outcome]));
    const cells = rows.map(({ row, why }) => [
      why === undefined ? row : `${row}: n/a, ${why}`,
      ...COLUMNS.map(([column]) => (why === undefined ? (found.get(`${row} ${column}`) ?? 'not run') : '–')),
    ]);
    console.log(linesOf([["CPython's test", ...COLUMNS.map(([column]) => column)], ...cells]).join('\n'));
  });
  return {
    tests(group: string, proofs: Readonly<Record<string, Proof>>): void {
      rows.push(...Object.keys(proofs).map((name) => ({ row: `${group} ${name}` })));
      for (const [column, make] of COLUMNS) {
        describe(`${group} ${column}`, () => {
          for (const [name, prove] of Object.entries(proofs)) {
            it(name, { timeout: 60_000 }, async ({ task }) => {
              task.meta.cpython = { row: `${group} ${name}`, column };
              await prove(poolOf(column, make), new Int32Array(new SharedArrayBuffer(64)));
            });
          }
        });
      }
    },
    notApplicable(reasons: Readonly<Record<string, string>>): void {
      rows.push(...Object.entries(reasons).map(([row, why]) => ({ row, why })));
    },
  };
}
