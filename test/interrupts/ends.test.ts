/**
 * How everything ends while threads are interrupted: workers, the process, the thread that does the interrupting. Programs of their own,
 * because what goes wrong here is a process that never ends.
 */
import { describe, expect, it } from 'vitest';
import { run } from '../process/program.js';

/** Three workers in loops that never look, at a lock that changes hands all the time; then `ending`. */
const program = (ending: string): string => `
  import { Worker } from 'node:worker_threads';
  import { GlobalLock } from 'gil';
  const lock = new GlobalLock({ preemption: 'interrupt', switchInterval: 1 });
  const words = new Int32Array(new SharedArrayBuffer(16));
  const text = \`
    const { workerData: { handle, words } } = process.getBuiltinModule('node:worker_threads');
    import('gil').then(({ GlobalLock }) => {
      const lock = GlobalLock.from(handle);
      lock.acquireSync();
      while (words[0] === 0) words[1]++;
      if (words[0] === 2) process.exit(5);
      lock.release();
    });
  \`;
  const workers = [1, 2, 3].map(() => new Worker(text, { eval: true, workerData: { handle: lock.handle, words } }));
  while (lock.stats().interrupts.drops < 20) await new Promise(setImmediate);
  const exits = Promise.all(workers.map((worker) => new Promise((resolve) => worker.once('exit', resolve))));
  ${ending}
`;

describe('while threads are interrupted', () => {
  it.each([
    ['workers end by themselves', 'Atomics.store(words, 0, 1); console.log((await exits).join());', 0, '0,0,0\n'],
    ['workers exit', 'Atomics.store(words, 0, 2); console.log((await exits).join());', 0, '5,5,5\n'],
    ['workers are terminated', 'for (const worker of workers) void worker.terminate(); console.log((await exits).join());', 0, '1,1,1\n'],
    ['the process exits', 'process.exit(3);', 3, ''],
    ['the process has nothing left to do', 'for (const worker of workers) worker.unref();', 0, ''],
    ['nobody catches an error', "process.on('uncaughtException', () => process.exit(4)); throw new Error('x');", 4, ''],
  ])('%s', async (_, ending, code, stdout) => {
    expect(await run(program(ending))).toEqual({ code, stdout, stderr: '' });
  });

  it('the one who interrupts ends with the thread that started it, and is replaced', async () => {
    const ended = await run(`
      import { Worker } from 'node:worker_threads';
      import { GlobalLock } from 'gil';
      const words = new Int32Array(new SharedArrayBuffer(16));
      const first = new Worker(\`
        import('gil').then(({ GlobalLock }) => {
          new GlobalLock({ preemption: 'interrupt' });
          setInterval(() => {}, 1000);
          process.getBuiltinModule('node:worker_threads').parentPort.postMessage('started');
        });
      \`, { eval: true });
      await new Promise((resolve) => first.once('message', resolve));
      const lock = new GlobalLock({ switchInterval: 1 });
      console.log(lock.stats().interrupts.interrupter);
      await first.terminate();
      console.log(lock.stats().interrupts.interrupter);
      const holder = new Worker(\`
        const { workerData: { handle, words } } = process.getBuiltinModule('node:worker_threads');
        import('gil').then(({ GlobalLock }) => {
          const lock = GlobalLock.from({ ...handle, preemption: 'interrupt' });
          lock.acquireSync();
          Atomics.store(words, 1, 1);
          while (words[0] === 0);
          lock.release();
        });
      \`, { eval: true, workerData: { handle: lock.handle, words } });
      while (Atomics.load(words, 1) === 0) await new Promise(setImmediate);
      (await lock.acquire())();
      console.log(lock.stats().interrupts.interrupter, lock.stats().interrupts.drops > 0);
      Atomics.store(words, 0, 1);
    `);
    expect(ended).toEqual({ code: 0, stdout: 'running\nnone\nrunning true\n', stderr: '' });
  });
});

describe('where there are no interrupts, asking for them says why', () => {
  const ask = `
    import { GlobalLock } from 'gil';
    try { new GlobalLock({ preemption: 'interrupt' }); } catch (error) { console.log(error.code, error.message); }
  `;

  it('a main thread that does not know this package', async () => {
    const { stdout, stderr } = await run(`
      import { Worker } from 'node:worker_threads';
      new Worker(new URL('data:text/javascript,' + encodeURIComponent(${JSON.stringify(ask)}.replace("'gil'", JSON.stringify(import.meta.resolve('gil'))))));
    `);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^ERR_GIL_INTERRUPTS .*main thread has not loaded this package/);
  });

  it('the permission model', async () => {
    const flag = process.version.startsWith('v20.') ? '--experimental-permission' : '--permission';
    const { stdout } = await run(ask, [flag, '--allow-worker', '--allow-fs-read=*']);
    expect(stdout).toMatch(/^ERR_GIL_INTERRUPTS .*the permission model is on, and forbids the inspector\. Use 'checkpoint'/);
  });
});
