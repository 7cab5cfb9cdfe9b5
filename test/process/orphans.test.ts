/**
 * Nothing outlives the process that made a pool, however that ends and whatever its children are doing. Each case is a program of its own.
 */
import { afterEach, describe, expect, it } from 'vitest';
import { run, start } from './program.js';

const children = new Set<number>();

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** An orphan must not burn a core until the machine is turned off because a test failed. */
afterEach(() => {
  for (const pid of children) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  children.clear();
});

/** Starts a program that says which processes its pool has, and what they do then. */
async function startPool(task: string, then = ''): Promise<{ pids: number[]; kill: (signal: NodeJS.Signals) => void }> {
  const parent = start(`
    import { ProcessPool, report } from 'gil';
    const pool = new ProcessPool(2, { isolation: 'process', dialect: 'cpython-3.13t' });
    const futures = [1, 2].map(() => pool.submit(${task}));
    const pids = await Promise.all(futures.map(async (future) => (await future.progress().next()).value));
    console.log(JSON.stringify(pids));
    ${then}`);
  const pids = await new Promise<number[]>((resolve) => {
    parent.stdout?.setEncoding('utf8').once('data', (line: string) => resolve(JSON.parse(line)));
  });
  for (const pid of pids) children.add(pid);
  expect(new Set(pids).size).toBe(2);
  return { pids, kill: (signal) => parent.kill(signal) };
}

const gone = async (pids: readonly number[]): Promise<void> => {
  while (pids.some(isAlive)) await new Promise((resolve) => setTimeout(resolve, 5));
};

const TASKS = {
  'an endless loop': '() => { report(process.pid); for (;;); }',
  'a long native call': '() => { report(process.pid); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); }',
  'a wait for what never comes': '() => { report(process.pid); return new Promise(() => {}); }',
};

describe('child processes', () => {
  it.each(Object.entries(TASKS))('in %s end when their parent is killed', async (_, task) => {
    const { pids, kill } = await startPool(task);
    expect(pids.every(isAlive)).toBe(true);
    kill('SIGKILL');
    await gone(pids);
  });

  it.each([
    "process.kill(process.pid, 'SIGTERM');",
    'process.exit(1);',
    'process.abort();',
    "setImmediate(() => { throw new Error('crash'); });",
  ])('in an endless loop end when their parent does this: %s', async (end) => {
    const { pids } = await startPool(TASKS['an endless loop'], end);
    await gone(pids);
  });
});

describe('a child process whose parent ends as it should', () => {
  it.each(['await pool.shutdown();', '', 'process.exit();'])('runs its exit handlers: %j', async (end) => {
    const text = `
      import { ProcessPool } from 'gil';
      const pool = new ProcessPool(1, { isolation: 'process' });
      await pool.submit(() => {
        process.on('exit', () => {
          const end = performance.now() + 20;
          while (performance.now() < end);
          console.log('bye');
        });
      });
      ${end}`;
    // The child writes where the parent does, so this program's end of that comes after both.
    expect(await run(text)).toEqual({ code: 0, stdout: 'bye\n', stderr: '' });
  });
});

const POOLS = {
  ThreadPool: 'new ThreadPool(1)',
  'ProcessPool of workers': 'new ProcessPool(1)',
  'ProcessPool of processes': "new ProcessPool(1, { isolation: 'process' })",
};

describe.each(Object.entries(POOLS))('%s', (_, make) => {
  it('takes nothing more when the process is ending', async () => {
    const text = `
      import { ProcessPool, ThreadPool } from 'gil';
      const pool = ${make};
      await pool.submit(() => 1);
      process.on('exit', () => {
        try {
          pool.submit(() => 2);
        } catch ({ code, message }) {
          console.log(code, message);
        }
      });`;
    expect(await run(text)).toEqual({
      code: 0,
      stdout: 'ERR_POOL_SHUTDOWN cannot schedule new futures after interpreter shutdown: the process is ending\n',
      stderr: '',
    });
  });
});
