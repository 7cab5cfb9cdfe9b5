/**
 * Many calls and many pools: what is over leaves nothing behind. Each case is a program of its own, which says what it has measured.
 */
import { describe, expect, it } from 'vitest';
import { run } from './program.js';

/** What every program here begins with. */
const HEAD = `
  import { InterpreterPool, ProcessPool, ThreadPool } from 'gil';
  const turn = () => new Promise(setImmediate);
  /** What is used when nothing is left to be collected. */
  const heap = async () => {
    for (let i = 0; i < 3; i += 1) { await turn(); gc(); }
    return process.memoryUsage().heapUsed;
  };
  const open = () => process.getActiveResourcesInfo().filter((name) => !/^(Immediate|CloseReq)$/.test(name)).sort().join();
  const listeners = () => process.eventNames().map((name) => String(name) + process.listenerCount(name)).sort().join();
`;

const program = async (text: string): Promise<Record<string, unknown>> => {
  const { code, stdout, stderr } = await run(HEAD + text, ['--expose-gc']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
};

describe('a million calls of two workers', () => {
  it('need no more memory than a hundred thousand, where a buffer bounds how many wait', { timeout: 120_000 }, async () => {
    const text = `
      const N = 1_000_000;
      let [pulled, read, sum, ahead] = [0, 0, 0, 0];
      function* inputs() {
        for (; pulled < N; pulled += 1) yield pulled;
      }
      const pool = new ThreadPool(2);
      const used = [];
      for await (const value of pool.mapWith({ bufferSize: 1000 }, (x) => x + 1, inputs())) {
        sum += value;
        read += 1;
        ahead = Math.max(ahead, pulled - read);
        if ([N / 10, N / 2, N].includes(read)) used.push(await heap());
      }
      const { submitted, completed, workers } = pool.stats();
      console.log(JSON.stringify({ sum, ahead, submitted, completed, workers, used }));`;
    const { used, ...counts } = await program(text);
    expect(counts).toEqual({ sum: 500_000_500_000, ahead: expect.any(Number), submitted: 1e6, completed: 1e6, workers: 2 });
    expect(counts['ahead']).toBeLessThanOrEqual(1000);
    const [tenth, half, all] = used as [number, number, number];
    // Twenty bytes for each call would be three times as much.
    expect(half / tenth).toBeLessThan(1.3);
    expect(all / tenth).toBeLessThan(1.3);
  });
});

describe('pools that come and go', () => {
  it('leave no thread, no port, no listener and no memory behind: 200 of two workers', { timeout: 120_000 }, async () => {
    const text = `
      const makers = [() => new ThreadPool(2), () => new ProcessPool(2), () => new InterpreterPool(2)];
      const { signal } = new AbortController();
      const round = (n) => Promise.all(Array.from({ length: 10 }, async (_, i) => {
        const pool = makers[(n + i) % 3]();
        await Promise.all([1, 2, 3].map((x) => pool.submitWith({ signal }, (x) => x, x)));
        await (i % 2 ? pool.shutdown() : pool.terminateWorkers());
        return pool.workerCount;
      }));
      await round(0);
      const before = { open: open(), listeners: listeners() };
      const used = [];
      let workers = 0;
      for (let n = 1; n <= 20; n += 1) {
        for (const count of await round(n)) workers += count;
        if (n % 10 === 0) used.push(await heap());
      }
      await turn();
      const { getEventListeners } = await import('node:events');
      console.log(JSON.stringify({
        workers, used, signals: getEventListeners(signal, 'abort').length, before, after: { open: open(), listeners: listeners() },
      }));`;
    const { workers, signals, used, before, after } = await program(text);
    expect([workers, signals]).toEqual([0, 0]);
    expect(after).toEqual(before);
    const [half, all] = used as [number, number];
    // Two workers that are kept are 60 KB of this thread's memory, 200 of them as much as there is.
    expect(all / half).toBeLessThan(1.25);
  });

  it('leave no child process behind: 20 of them', { timeout: 120_000 }, async () => {
    const text = `
      const before = { open: open(), listeners: listeners() };
      const pids = [];
      for (let n = 0; n < 5; n += 1) {
        await Promise.all([0, 1, 2, 3].map(async (i) => {
          const pool = new ProcessPool(1, { isolation: 'process' });
          pids.push(await pool.submit(() => process.pid));
          await (i % 2 ? pool.shutdown() : pool.killWorkers());
        }));
      }
      for (let i = 0; i < 5; i += 1) await turn();
      const alive = pids.filter((pid) => { try { return process.kill(pid, 0); } catch { return false; } });
      console.log(JSON.stringify({ different: new Set(pids).size, alive, before, after: { open: open(), listeners: listeners() } }));`;
    const { different, alive, before, after } = await program(text);
    expect({ different, alive }).toEqual({ different: 20, alive: [] });
    expect(after).toEqual(before);
  });
});
