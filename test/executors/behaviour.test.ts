/**
 * What goes wrong in a pool and how it is told: the table of `npm run bench -- behaviour`, for this package's own pools. Each cell is a process of
 * its own, which must come to its end by itself.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const CHILD = fileURLToPath(new URL('../../bench/behaviour-child.js', import.meta.url));
const { CASES } = (await import(new URL('../../bench/behaviour-cases.js', import.meta.url).href)) as { CASES: Record<string, unknown> };
const POOLS: readonly (readonly [title: string, pool: string, options: object])[] = [
  ['InterpreterPool', 'InterpreterPool', {}],
  ['InterpreterPool that replaces workers', 'InterpreterPool', { onWorkerDeath: 'replace' }],
  ['ThreadPool', 'ThreadPool', {}],
  ['ThreadPool, free-threaded', 'ThreadPool, cpython-3.13t', {}],
  ['ProcessPool of processes', 'ProcessPool of processes', {}],
];

async function run(...args: string[]): Promise<{ readonly last: object; readonly code: number | null; readonly errors: string }> {
  const child = spawn(process.execPath, [CHILD, ...args]);
  let [output, errors] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    output += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    errors += chunk;
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const lines = output.split('\n').filter((line) => line.startsWith('{'));
  return { last: JSON.parse(lines.at(-1) ?? '{}') as object, code, errors };
}

describe.each(POOLS)('%s', (_, pool, options) => {
  it.each(Object.keys(CASES))('%s', async (title) => {
    const { last, code, errors } = await run(pool, title, ...(Object.keys(options).length > 0 ? [JSON.stringify(options)] : []));
    expect({ code, ...last, errors: code === 0 ? '' : errors }).toMatchObject(
      title === 'process ends' ? { code: 0, at: 'end' } : { code: 0, wrong: '', errors: '' },
    );
  });
});
