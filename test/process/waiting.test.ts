/**
 * A wait for a lock keeps the process alive for as long as it lasts, and not a moment longer. Each case is a program of its own, whose
 * only proof is how it ends and what it said.
 */
import { describe, expect, it } from 'vitest';
import { run, start } from './program.js';

/** A worker that holds the lock until it is told to go on; it keeps nothing alive. */
const HELD = `
  import { Worker } from 'node:worker_threads';
  import { GlobalLock } from 'gil';
  const lock = new GlobalLock();
  const program = \`
    const { workerData, parentPort } = require('node:worker_threads');
    import('gil').then(({ GlobalLock }) => {
      const release = GlobalLock.from(workerData).acquireSync();
      parentPort.postMessage('held');
      parentPort.once('message', () => { release(); });
    });\`;
  const worker = new Worker(program, { eval: true, workerData: lock.handle, execArgv: [] });
  await new Promise((resolve) => worker.once('message', resolve));
  worker.unref();
  /** Lets the worker go on, from a timer that keeps nothing alive. */
  const goOn = () => setTimeout(() => worker.postMessage('go on'), 30).unref();
`;

const WAYS = {
  acquire: (options: string) => `lock.acquire(${options})`,
  runExclusive: (options: string) => `lock.runExclusive(() => 'ran', ${options})`,
  waitForUnlock: (options: string) => `lock.waitForUnlock(${options})`,
};

describe.each(Object.entries(WAYS))('a pending %s', (_, call) => {
  it('keeps the process alive until it has its turn, and then lets it end', async () => {
    const text = `${HELD} goOn(); await ${call('{}')}; console.log('after it');`;
    expect(await run(text)).toEqual({ code: 0, stdout: 'after it\n', stderr: '' });
  });

  it('keeps it alive until its timeout, and then lets it end', async () => {
    const text = `${HELD} console.log(await ${call('{ timeout: 40 }')});`;
    const { code, stdout, stderr } = await run(text);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^(null|false)\n$/);
  });

  it('that is aborted lets it end', async () => {
    const text = `${HELD}
      const abort = new AbortController();
      const waiting = ${call('{ signal: abort.signal, timeout: 86_400_000 }')};
      setTimeout(() => abort.abort(), 20).unref();
      console.log(await waiting.catch(({ code }) => code));`;
    expect(await run(text)).toEqual({ code: 0, stdout: 'ERR_GIL_CANCELLED\n', stderr: '' });
  });

  it('with a long timeout that has its turn early leaves no timer behind', async () => {
    const text = `${HELD} goOn(); await ${call('{ timeout: 86_400_000 }')}; console.log('after it');`;
    expect(await run(text)).toEqual({ code: 0, stdout: 'after it\n', stderr: '' });
  });
});

describe('cancel()', () => {
  it('of all that wait lets the process end, though the lock is still held', async () => {
    const text = `${HELD}
      const waiting = [1, 2, 3].map(() => lock.acquire().catch(({ code }) => code));
      setTimeout(() => lock.cancel(), 20).unref();
      console.log((await Promise.all(waiting)).join(' '));`;
    expect(await run(text)).toEqual({ code: 0, stdout: 'ERR_GIL_CANCELLED ERR_GIL_CANCELLED ERR_GIL_CANCELLED\n', stderr: '' });
  });
});

describe('a wait that nobody ends', () => {
  it('does not end silently: the process is there until it is killed', async () => {
    const text = `
      import { GlobalLock } from 'gil';
      const lock = new GlobalLock();
      await lock.acquire();
      setTimeout(() => console.log('alive'), 60).unref();
      process.once('SIGTERM', () => { console.log('told to end'); process.exit(3); });
      await lock.acquire();
      console.log('never');`;
    const child = start(text);
    let stdout = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      stdout += chunk;
      if (chunk.includes('alive')) child.kill('SIGTERM');
    });
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(3);
    expect(stdout).toBe('alive\ntold to end\n');
  });
});
