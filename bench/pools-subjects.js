/**
 * The pools that are compared, all in one shape: `load()` imports what is needed, what it gives makes a pool of so many workers, and the
 * pool's `run` submits one of `pools-tasks/tasks.js`, with at most one argument and a signal.
 */
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

const path = (name) => fileURLToPath(new URL(`./pools-tasks/${name}.js`, import.meta.url));
const TASKS = new URL('./pools-tasks/tasks.js', import.meta.url);

/** For pools that know no signals. A listener that gave a promise would have its rejection thrown by Node, so it gives nothing. */
function onAbort(signal, cancel) {
  signal?.addEventListener('abort', () => void cancel());
}

/** A task is a function that is written once and submitted by value, unless `runner` says otherwise. */
function ours(name, create, runner = byValue) {
  async function load() {
    const [gil, tasks] = [await import('gil'), { ...(await import(TASKS)) }];
    return (workers, options) => {
      const pool = create(gil, workers, options);
      return { pool, run: runner(pool, tasks, gil) };
    };
  }
  return { name, kind: 'ours', load };
}

function byValue(pool, tasks) {
  return (task, argument, signal) => {
    if (signal !== undefined) return pool.submitWith({ signal }, tasks[task], argument);
    return argument === undefined ? pool.submit(tasks[task]) : pool.submit(tasks[task], argument);
  };
}

const byReference = (pool, _, gil) => byValue(pool, gil.tasks(TASKS));

/** What a program does that writes its task where it submits it. */
const byNewFunction = (pool) => (_, argument) => (argument === undefined ? pool.submit(() => {}) : pool.submit((value) => value, argument));

const interpreters = (gil, workers, options) => new gil.InterpreterPool(workers, options);

const interpreterPool = ours('InterpreterPool', interpreters);
const threadPool = ours('ThreadPool', (gil, workers, options) => new gil.ThreadPool(workers, { dialect: 'cpython-3.13', ...options }));
const freeThreaded = ours(
  'ThreadPool, cpython-3.13t',
  (gil, workers, options) => new gil.ThreadPool(workers, { dialect: 'cpython-3.13t', ...options }),
);
const processPool = ours(
  'ProcessPool of processes',
  (gil, workers, options) => new gil.ProcessPool(workers, { isolation: 'process', ...options }),
);

const piscina = (name, settings) => ({
  name,
  kind: 'peer',
  async load() {
    const { Piscina } = await import('piscina');
    return (workers) => {
      const pool = new Piscina({ filename: TASKS.href, minThreads: workers, maxThreads: workers, ...settings });
      return { pool, run: (name, argument, signal) => pool.run(argument, { name, signal }) };
    };
  },
});

const tinypool = (name, settings) => ({
  name,
  kind: 'peer',
  async load() {
    const { Tinypool } = await import('tinypool');
    return (workers) => {
      const pool = new Tinypool({ filename: TASKS.href, minThreads: workers, maxThreads: workers, ...settings });
      return { pool, run: (name, argument, signal) => pool.run(argument, { name, signal }) };
    };
  },
});

const workerpool = {
  name: 'workerpool',
  kind: 'peer',
  async load() {
    const { default: library } = await import('workerpool');
    return (workers) => {
      const pool = library.pool(path('workerpool'), { minWorkers: workers, maxWorkers: workers, workerType: 'thread' });
      const run = (task, argument, signal) => {
        const promise = pool.exec(task, [argument]);
        onAbort(signal, () => promise.cancel());
        return promise;
      };
      return { pool, run };
    };
  },
};

const poolifier = {
  name: 'poolifier',
  kind: 'peer',
  async load() {
    const { FixedThreadPool } = await import('poolifier');
    return (workers) => {
      const pool = new FixedThreadPool(workers, path('poolifier'));
      // Without a listener an error in a worker would end the process.
      pool.emitter.on('error', () => {});
      return { pool, run: (task, argument, signal) => pool.execute(argument, task, signal) };
    };
  },
};

const threads = {
  name: 'threads',
  kind: 'peer',
  async load() {
    const library = await import('threads');
    return (workers) => {
      // It takes a path for one relative to this file, whatever it begins with.
      const pool = library.Pool(() => library.spawn(new library.Worker('./pools-tasks/threads.js')), workers);
      const run = (task, argument, signal) => {
        const queued = pool.queue((worker) => worker[task](argument));
        onAbort(signal, () => queued.cancel());
        return Promise.resolve(queued);
      };
      return { pool, run };
    };
  },
};

/** No pool at all: what is submitted in one turn goes to the workers by turns, in messages of 128 calls at most. */
const raw = {
  name: 'raw postMessage, batches ≤ 128',
  kind: 'floor',
  async load() {
    return (count) => {
      const workers = Array.from({ length: count }, () => {
        const worker = { thread: new Worker(path('raw')), calls: [], waiting: [] };
        worker.thread.on('message', (results) => {
          for (const [i, resolve] of worker.waiting.splice(0, results.length).entries()) resolve(results[i]);
        });
        return worker;
      });
      const flush = (worker) => worker.calls.length > 0 && worker.thread.postMessage(worker.calls.splice(0));
      let turn = 0;
      const run = (task, argument) =>
        new Promise((resolve) => {
          turn = (turn + 1) % count;
          const worker = workers[turn];
          if (worker.calls.length === 0) queueMicrotask(() => flush(worker));
          worker.waiting.push(resolve);
          if (worker.calls.push([task, argument]) === 128) flush(worker);
        });
      return { pool: workers, run };
    };
  },
};

const WHERE_TASKS_DIFFER = ['roundTrip', 'throughput', 'cold'];

/** For `npm run bench -- pools`; `only` some of the measures. */
export const MEASURED = [
  raw,
  interpreterPool,
  { ...ours('InterpreterPool, by reference', interpreters, byReference), only: WHERE_TASKS_DIFFER },
  { ...ours('InterpreterPool, a new function each time', interpreters, byNewFunction), only: WHERE_TASKS_DIFFER },
  threadPool,
  freeThreaded,
  piscina('piscina', {}),
  piscina('piscina, 32 per worker', { concurrentTasksPerWorker: 32 }),
  tinypool('tinypool', {}),
  tinypool('tinypool, 32 per worker', { concurrentTasksPerWorker: 32 }),
  workerpool,
  poolifier,
];

/** For `npm run bench -- behaviour`. */
export const BEHAVING = [
  interpreterPool,
  threadPool,
  freeThreaded,
  processPool,
  piscina('piscina', {}),
  tinypool('tinypool', {}),
  workerpool,
  poolifier,
  threads,
];

/** The one with this name, loaded. */
export function load(name) {
  return [...MEASURED, ...BEHAVING].find((subject) => subject.name === name).load();
}
