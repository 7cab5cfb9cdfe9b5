/**
 * What keeps a process alive and what does not, and that nothing outlives it. Each case is a program of its own.
 */
import { describe, expect, it } from 'vitest';
import { run, start } from './program.js';

const POOLS = {
  ThreadPool: 'new ThreadPool(2)',
  'ProcessPool of workers': 'new ProcessPool(2)',
  'ProcessPool of processes': "new ProcessPool(2, { isolation: 'process' })",
};

describe.each(Object.entries(POOLS))('%s', (_, make) => {
  const program = (text: string) => run(`import { GlobalLock, ProcessPool, sleep, ThreadPool } from 'gil'; const pool = ${make}; ${text}`);

  it('lets the process end when it is idle, also without a shutdown', async () => {
    expect(await program('console.log(await pool.submit(() => 42));')).toEqual({ code: 0, stdout: '42\n', stderr: '' });
  });

  it('keeps it alive while it is busy, though nobody waits', async () => {
    const text = "pool.submit(() => sleep(50)).addDoneCallback((future) => console.log('done', future.exceptionNow()));";
    expect(await program(text)).toEqual({ code: 0, stdout: 'done null\n', stderr: '' });
  });

  it('does queued work after shutdown without waiting for it', async () => {
    const text = `
      for (let i = 0; i < 5; i += 1) pool.submit((x) => x, i).addDoneCallback((future) => console.log(future.resultNow()));
      await pool.shutdown({ wait: false });
      console.log('shut');`;
    const { code, stdout, stderr } = await program(text);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n').sort()).toEqual(['', '0', '1', '2', '3', '4', 'shut']);
  });

  it('shows what its workers print', async () => {
    const { stdout } = await program("await pool.submit(() => console.log('from a worker')); await pool.shutdown();");
    expect(stdout).toBe('from a worker\n');
  });

  it('waits for its end at the end of await using', async () => {
    const text =
      'const future = pool.submit(() => sleep(20)); await pool[Symbol.asyncDispose](); console.log(future.done(), pool.workerCount);';
    expect(await program(text)).toEqual({ code: 0, stdout: 'true 0\n', stderr: '' });
  });
});

describe('a program that is given as text, with options that a single thread cannot have', () => {
  it.each(['--expose-gc', '--max-old-space-size=512', '--stack-trace-limit=50'])('%s', async (option) => {
    const text = "import { ThreadPool } from 'gil'; console.log(await new ThreadPool(1).submit(() => 'started'));";
    expect(await run(text, [option])).toEqual({ code: 0, stdout: 'started\n', stderr: '' });
  });

  it('and with a file that every thread loads first', async () => {
    const text = "import { ThreadPool } from 'gil'; console.log(await new ThreadPool(1).submit(() => Reflect.get(globalThis, 'first')));";
    const first = `data:text/javascript,globalThis.first='loaded'`;
    for (const options of [['--import', first], [`--import=${first}`]]) {
      expect(await run(text, options)).toEqual({ code: 0, stdout: 'loaded\n', stderr: '' });
    }
  });
});

describe('a lock', () => {
  it('keeps the process alive while somebody waits for it', async () => {
    const text = `
      import { Worker } from 'node:worker_threads';
      import { GlobalLock } from 'gil';
      const lock = new GlobalLock();
      const program = \`
        const { workerData, parentPort } = require('node:worker_threads');
        import('gil').then(({ GlobalLock, sleep }) => {
          const release = GlobalLock.from(workerData).acquireSync();
          parentPort.postMessage('held');
          sleep(60);
          release();
        });\`;
      const worker = new Worker(program, { eval: true, workerData: lock.handle, execArgv: [] });
      await new Promise((resolve) => worker.once('message', resolve));
      worker.unref();
      (await lock.acquire())();
      console.log('got it');`;
    expect(await run(text)).toEqual({ code: 0, stdout: 'got it\n', stderr: '' });
  });

  it('that is held and not waited for does not', async () => {
    expect(await run("import { GlobalLock } from 'gil'; await new GlobalLock().acquire(); console.log('end');")).toMatchObject({
      code: 0,
      stdout: 'end\n',
    });
  });
});

describe('child processes', () => {
  it('end when their parent is killed', async () => {
    const text = `
      import { ProcessPool } from 'gil';
      const pool = new ProcessPool(2, { isolation: 'process' });
      console.log(JSON.stringify(await pool.map(() => process.pid, ).toArray()), JSON.stringify(await Promise.all([1, 2].map(() => pool.submit(() => process.pid)))));
      pool.submit(() => new Promise(() => {}));`;
    const parent = start(text);
    const pids = await new Promise<number[]>((resolve) => {
      parent.stdout?.setEncoding('utf8').once('data', (line: string) => resolve(JSON.parse(line.split(' ')[1] ?? '[]')));
    });
    expect(pids.length).toBe(2);
    parent.kill('SIGKILL');
    const alive = (pid: number) => {
      try {
        return process.kill(pid, 0);
      } catch {
        return false;
      }
    };
    while (pids.some(alive)) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(pids.some(alive)).toBe(false);
  });
});

describe('node --import gil/register', () => {
  it('puts looks into the files of the main thread, which then shares its time with workers', async () => {
    const url = new URL('../fixtures/work/main-shares.js', import.meta.url).href;
    expect(await run(`await import(${JSON.stringify(url)});`, ['--import', 'gil/register'])).toEqual({
      code: 0,
      stdout: 'cpython-3.13 let go true true\n',
      stderr: '',
    });
  });
});
