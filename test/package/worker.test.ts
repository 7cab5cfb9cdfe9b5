/**
 * `createWorker` and `gil/worker`: for those whose worker file is not where this package put it.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import { build } from 'esbuild';
import { ProcessPool, ThreadPool } from 'gil';
import { afterEach, describe, expect, it } from 'vitest';
import { run } from '../process/program.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const folders: string[] = [];
afterEach(() => Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true }))));

async function temporary(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'gil-test-'));
  folders.push(folder);
  return folder;
}

describe('createWorker', () => {
  it.each([ThreadPool, ProcessPool])('makes each worker of a %o, of the file and with the options it is given', async (Pool) => {
    const made: [URL, WorkerOptions, Worker][] = [];
    const createWorker = (url: URL, options: WorkerOptions) => {
      const worker = new Worker(url, options);
      made.push([url, options, worker]);
      return worker;
    };
    const pool = new Pool(2, { createWorker, resourceLimits: { stackSizeMb: 3 } });
    await Promise.all([pool.submit(() => 1), pool.submit(() => 2)]);
    expect(made.map(([url]) => url.href)).toEqual([1, 2].map(() => expect.stringMatching(/dist\/entry\/worker\.js$/)));
    expect(made[0]?.[1]).toMatchObject({ name: expect.stringMatching(/_0$/), resourceLimits: { stackSizeMb: 3 } });
    expect(made[1]?.[2].resourceLimits?.stackSizeMb).toBe(3);
    await pool.shutdown();
  });

  it('that fails breaks the pool, which says why', async () => {
    const createWorker = () => {
      throw new RangeError('no worker today');
    };
    const pool = new ThreadPool(1, { createWorker });
    await expect(pool.submit(() => 1)).rejects.toMatchObject({ code: 'ERR_POOL_BROKEN', cause: { cause: { message: 'no worker today' } } });
    await pool.shutdown();
  });

  it.each(['x', {}, null])('is a function, and not %j', (createWorker) => {
    expect(() => new ThreadPool(1, { createWorker: createWorker as never })).toThrow(expect.objectContaining({ code: 'ERR_GIL_ARGUMENT' }));
  });
});

describe('gil/worker', () => {
  it('is the file that a pool starts', async () => {
    const text = `
      import { Worker } from 'node:worker_threads';
      import { ThreadPool } from 'gil';
      const file = new URL(import.meta.resolve('gil/worker'));
      const seen = [];
      const pool = new ThreadPool(1, {
        createWorker: (url, options) => {
          seen.push(url.href === file.href);
          return new Worker(file, options);
        },
      });
      console.log(await pool.submit((x) => x + 1, 41), seen);`;
    expect(await run(text)).toEqual({ code: 0, stdout: '42 [ true ]\n', stderr: '' });
  });

  it('can be bundled beside an app, and runs in a folder where there is nothing else', async () => {
    const [source, out] = [await temporary(), await temporary()];
    const app = join(source, 'app.js');
    await writeFile(
      app,
      `import { Worker } from 'node:worker_threads';
      import { currentThread, sleep, ThreadPool } from 'gil';
      const createWorker = (url, options) => new Worker(new URL('./worker.mjs', import.meta.url), options);
      const pool = new ThreadPool(2, { createWorker });
      console.log(await pool.map((x) => x * x, [1, 2, 3]).toArray());
      console.log(await pool.submit(() => { sleep(1); return currentThread().name.slice(0, -1); }));
      console.log((await pool.submit(() => { throw new RangeError('far'); }).exception()) instanceof RangeError);
      await pool.shutdown();`,
    );
    await build({
      entryPoints: { app, worker: join(ROOT, 'dist/entry/worker.js') },
      alias: { gil: join(ROOT, 'dist/index.js') },
      outdir: out,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      splitting: true,
      minify: false,
      format: 'esm',
      platform: 'node',
      target: 'es2022',
      logLevel: 'error',
    });
    await rm(source, { recursive: true });
    folders.splice(folders.indexOf(source), 1);
    const text = `await import(${JSON.stringify(`file://${join(out, 'app.mjs')}`)});`;
    expect(await run(text)).toEqual({ code: 0, stdout: '[ 1, 4, 9 ]\nThreadPool-0_\ntrue\n', stderr: '' });
  });
});
