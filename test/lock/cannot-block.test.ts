/**
 * A thread that may not block, as a web page's main thread: what needs no waiting works, what does throws and leaves the lock as it was.
 * Node has no such thread, so each case is a program whose `Atomics.wait` throws what V8's throws there, before the package is loaded.
 */
import { expect, test } from 'vitest';
import { run } from '../process/program.js';

/** The start of each program: this thread may not block, its workers may. */
const SCENE = `
  Atomics.wait = () => { throw new TypeError('Atomics.wait cannot be called in this context'); };
  const { GlobalLock, ThreadPool, sleep } = await import('gil');
  const { Worker } = await import('node:worker_threads');
  const words = new Int32Array(new SharedArrayBuffer(16));
  const PROGRAM = \`
    const { workerData: { handle, words, text }, parentPort } = require('node:worker_threads');
    import('gil').then(({ GlobalLock }) => eval(text)(GlobalLock.from(handle), words));
  \`;
  const start = (lock, body) => {
    const worker = new Worker(PROGRAM, { eval: true, execArgv: [], workerData: { handle: lock.handle, words, text: '(' + body + ')' } });
    return new Promise((resolve) => worker.once('exit', resolve));
  };
  const until = async (test) => { while (!test()) await new Promise((resolve) => setTimeout(resolve, 1)); };
  const thrown = (task) => { try { return task(); } catch (error) { return [error.code, error instanceof TypeError, error.cause?.message]; } };
  const show = (...values) => { for (const value of values) console.log(JSON.stringify(value)); };
`;
/** A lock that a worker has until `words[1]` is set. */
const HELD = `
  const lock = new GlobalLock({ switchInterval: 1 });
  const gone = start(lock, (lock, words) => {
    const release = lock.acquireSync();
    words[0] = 1;
    while (Atomics.load(words, 1) === 0) Atomics.wait(words, 1, 0, 5);
    release();
  });
  await until(() => Atomics.load(words, 0) === 1);
`;
/** A lock that this thread has and a worker waits for, which says so in `words[2]` when it has had it. */
const WANTED = `
  const lock = new GlobalLock({ switchInterval: 1, dialect: process.env.DIALECT });
  const release = lock.acquireSync();
  const gone = start(lock, (lock, words) => {
    const release = lock.acquireSync();
    words[2] = 1;
    release();
  });
  await until(() => lock.stats().waiting === 1);
`;

async function program(text: string): Promise<unknown[]> {
  const { code, stdout, stderr } = await run(`${SCENE}${text}`);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

test('takes and releases what nobody else wants', async () => {
  const text = `
    const lock = new GlobalLock();
    show(lock.runExclusiveSync(() => lock.isHeldByCurrentThread()));
    const release = lock.acquireSync();
    lock.checkpoint();
    show(lock.releaseForIO(() => lock.isLocked()), lock.isHeldByCurrentThread(), lock.tryAcquire());
    release();
    const old = new GlobalLock({ dialect: 'cpython-2.7' });
    old.acquireSync();
    for (let tick = 0; tick < 1000; tick += 1) old.checkpoint();
    show(old.isHeldByCurrentThread());`;
  expect(await program(text)).toEqual([true, false, true, null, true]);
});

test('acquireSync and runExclusiveSync throw instead of waiting, and nobody is left waiting', async () => {
  const text = `${HELD}
    show(thrown(() => lock.acquireSync()), thrown(() => lock.runExclusiveSync(() => 1))[0], lock.stats().waiting);
    show(lock.tryAcquire(), lock.acquireSync({ timeout: 0 }), thrown(() => lock.acquireSync({ timeout: 1000 }))[0]);
    setTimeout(() => { Atomics.store(words, 1, 1); }, 10);
    (await lock.acquire())();
    await gone;
    lock.acquireSync()();
    show(lock.isLocked(), lock.stats().waiting);`;
  const code = 'ERR_GIL_CANNOT_BLOCK';
  const error = [code, true, 'Atomics.wait cannot be called in this context'];
  expect(await program(text)).toEqual([error, code, 0, null, null, code, false, 0]);
});

test.each(['cpython-3.13', 'cpython-2.7'])('checkpoint throws and keeps the lock, checkpointAsync hands it over: %s', async (dialect) => {
  const text = `${WANTED.replace('process.env.DIALECT', JSON.stringify(dialect))}
    await until(() => lock.dialect.request.by === 'ticks' || lock.stats().requests > 0);
    show(thrown(() => lock.checkpoint(1000))[0], lock.isHeldByCurrentThread(), Atomics.load(words, 2));
    if (lock.dialect.request.by === 'ticks') release();
    else await lock.checkpointAsync();
    await until(() => Atomics.load(words, 2) === 1);
    await gone;
    if (lock.isHeldByCurrentThread()) lock.release();
    lock.acquireSync()();
    show(lock.isLocked(), lock.stats().waiting);`;
  expect(await program(text)).toEqual(['ERR_GIL_CANNOT_BLOCK', true, 0, false, 0]);
});

test('release by a thread that was asked does not block, and what it owes is paid by await acquire()', async () => {
  const text = `${WANTED}
    await until(() => lock.stats().requests > 0);
    release();
    (await lock.acquire())();
    show(Atomics.load(words, 2));
    await gone;
    lock.acquireSync()();
    show(lock.isLocked(), lock.stats().waiting);`;
  expect(await program(text)).toEqual([1, false, 0]);
});

test('releaseForIO with a promise works while others wait', async () => {
  const text = `${WANTED}
    await until(() => lock.stats().requests > 0);
    show(await lock.releaseForIO(async () => { await until(() => Atomics.load(words, 2) === 1); return 7; }), lock.isHeldByCurrentThread());
    await gone;
    release();
    show(lock.isLocked(), lock.stats().waiting);`;
  expect(await program(text)).toEqual([7, true, false, 0]);
});

test('releaseForIO of anything else runs it, and throws when the lock is gone by then', async () => {
  const text = `
    const lock = new GlobalLock();
    lock.acquireSync();
    const ran = [];
    show(thrown(() => lock.releaseForIO(() => {
      start(lock, (lock, words) => {
        const release = lock.acquireSync();
        words[0] = 1;
        while (Atomics.load(words, 1) === 0) Atomics.wait(words, 1, 0, 5);
        release();
      }).then(() => ran.push('gone'));
      while (Atomics.load(words, 0) === 0);
      ran.push('ran');
    }))[0], ran, lock.isHeldByCurrentThread(), lock.stats().waiting);
    Atomics.store(words, 1, 1);
    await until(() => ran.length === 2);
    lock.acquireSync()();
    show(lock.isLocked());`;
  expect(await program(text)).toEqual(['ERR_GIL_CANNOT_BLOCK', ['ran'], false, 0, false]);
});

test('pools work, as they never block; sleep throws and says what to do', async () => {
  const text = `
    const pool = new ThreadPool(2);
    show(await pool.map((x) => x + 1, [1, 2, 3]).toArray());
    await pool.shutdown();
    show(thrown(() => sleep(1))[0]);
    try { sleep(1); } catch (error) { show(/await lock.acquire/.test(error.message) && /expected a worker/.test(error.message)); }`;
  expect(await program(text)).toEqual([[2, 3, 4], 'ERR_GIL_CANNOT_BLOCK', true]);
});
