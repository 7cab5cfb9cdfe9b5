/**
 * What goes wrong in a pool and how it is told: the table of `npm run bench -- behaviour`, for this package's own pools. Each cell is a process of
 * its own, which must come to its end by itself.
 */
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { PROJECT, run } from '../docs/project.js';

const CHILD = fileURLToPath(new URL('../../bench/behaviour-child.js', import.meta.url));
const { CASES } = (await import(new URL('../../bench/behaviour-cases.js', import.meta.url).href)) as { CASES: Record<string, unknown> };
const POOLS: readonly (readonly [title: string, pool: string, options: object])[] = [
  ['InterpreterPool', 'InterpreterPool', {}],
  ['InterpreterPool that replaces workers', 'InterpreterPool', { onWorkerDeath: 'replace' }],
  ['ThreadPool', 'ThreadPool', {}],
  ['ThreadPool, free-threaded', 'ThreadPool, cpython-3.13t', {}],
  ['ProcessPool of processes', 'ProcessPool of processes', {}],
];

/** How long a child may take. */
const LIMIT = 60_000;

describe.each(POOLS)('%s', (_, pool, options) => {
  it.each(Object.keys(CASES))('%s', async (title) => {
    const given = Object.keys(options).length > 0 ? [JSON.stringify(options)] : [];
    const { code, stdout, stderr } = await run(process.execPath, [CHILD, pool, title, ...given], PROJECT, LIMIT);
    const said = stdout.split('\n').filter((line) => line.startsWith('{'));
    expect({ code, ...JSON.parse(said.at(-1) ?? '{}'), errors: code === 0 ? '' : stderr }).toMatchObject(
      title === 'process ends' ? { code: 0, at: 'end' } : { code: 0, wrong: '', errors: '' },
    );
  });
});
