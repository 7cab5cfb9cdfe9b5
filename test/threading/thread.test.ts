/**
 * `Thread`: its life, who may join it, where its errors go, what is left when its worker ends, and the threads that a thread sees.
 */
import type { Worker } from 'node:worker_threads';
import { GlobalLock, InterpreterPool, tasks, currentThread as threadOfPool } from 'gil';
import {
  activeCount,
  currentThread,
  type ExceptHookArgs,
  enumerate,
  excepthook,
  getIdent,
  Lock,
  mainThread,
  setExcepthook,
  Thread,
} from 'gil/threading';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { MAX_THREADS, placeOf, TENANT } from '../../src/lock/layout.js';

const code = (name: string) => expect.objectContaining({ code: name });
const memory = () => new Int32Array(new SharedArrayBuffer(64));
const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
};

/** Says in word 0 that it is there, and stays until word 1 is set. */
const stay = (words: Int32Array) => {
  Atomics.add(words, 0, 1);
  Atomics.notify(words, 0);
  Atomics.wait(words, 1, 0);
};
const open = (words: Int32Array) => {
  Atomics.store(words, 1, 1);
  Atomics.notify(words, 1);
};
const free = new GlobalLock({ dialect: 'cpython-3.13t' });

afterEach(() => {
  setExcepthook(excepthook);
  vi.restoreAllMocks();
});

describe('the life of a thread', () => {
  it('is told by its words, in every stage', async () => {
    const words = memory();
    const thread = new Thread({ name: 'one', target: stay, args: [words], lock: free });
    expect([thread.isAlive(), thread.ident, thread.threadId, String(thread)]).toEqual([false, null, null, '<Thread(one, initial)>']);
    thread.start();
    expect(thread.isAlive()).toBe(true);
    await until(() => words[0] === 1);
    expect(thread.ident).toBeGreaterThan(0);
    expect(thread.threadId).toBeGreaterThan(0);
    expect(String(thread)).toBe(`<Thread(one, started ${thread.ident})>`);
    open(words);
    expect(await thread.join()).toBe(true);
    expect([thread.isAlive(), String(thread)]).toEqual([false, `<Thread(one, stopped ${thread.ident})>`]);
  });

  it('begins once', () => {
    const thread = new Thread({ target: () => {} });
    thread.start();
    expect(() => thread.start()).toThrow(code('ERR_THREAD_STATE'));
    thread.joinSync();
    expect(() => thread.start()).toThrow(code('ERR_THREAD_STATE'));
  });

  it('is not waited for before it begins, nor by itself', async () => {
    const words = memory();
    const thread = new Thread({
      target: (words: Int32Array) => {
        try {
          currentThread().joinSync();
        } catch (error) {
          if ((error as { code?: string }).code === 'ERR_THREAD_STATE') words[2] = 1;
        }
      },
      args: [words],
    });
    expect(() => thread.joinSync()).toThrow(code('ERR_THREAD_STATE'));
    await expect(thread.join()).rejects.toThrow(code('ERR_THREAD_STATE'));
    thread.start();
    await thread.join();
    expect(words[2]).toBe(1);
    expect(() => mainThread().joinSync()).toThrow(code('ERR_THREAD_STATE'));
  });

  it('goes on when the time of a joiner is up', async () => {
    const words = memory();
    const thread = new Thread({ target: stay, args: [words], lock: free });
    thread.start();
    expect(thread.joinSync({ timeout: 0 })).toBe(false);
    expect(thread.joinSync({ timeout: 1 })).toBe(false);
    expect(await thread.join({ timeout: 1 })).toBe(false);
    const controller = new AbortController();
    const joining = thread.join({ signal: controller.signal });
    controller.abort('enough');
    await expect(joining).rejects.toMatchObject({ code: 'ERR_GIL_CANCELLED', cause: 'enough' });
    expect(thread.isAlive()).toBe(true);
    open(words);
    expect(thread.joinSync()).toBe(true);
    expect(thread.joinSync({ timeout: 0 })).toBe(true);
    expect(await thread.join({ timeout: 0 })).toBe(true);
  });

  it('takes tasks of modules and async functions', async () => {
    const { nothing, later } = tasks<{ nothing: () => void; later: (words: Int32Array) => Promise<void> }>(
      new URL('data:text/javascript,export const nothing = () => {}; export async function later(words) { await 0; words[3] = 7; }'),
    );
    const words = memory();
    const threads = [new Thread({ target: nothing }), new Thread({ target: later, args: [words] })];
    for (const thread of threads) thread.start();
    for (const thread of threads) await thread.join();
    expect(words[3]).toBe(7);
    expect(threads[1]?.name).toMatch(/^Thread-\d+ \(later\)$/);
  });

  it('needs no event loop: not to begin, not to be joined, not to leave its worker to the next', () => {
    const words = memory();
    const lock = new GlobalLock();
    const workers = new Set<number | null>();
    for (let n = 0; n < 20; n += 1) {
      const thread = new Thread({ target: (words: Int32Array) => void Atomics.add(words, 0, 1), args: [words], lock });
      thread.start();
      expect(thread.joinSync()).toBe(true);
      workers.add(thread.threadId);
    }
    expect(words[0]).toBe(20);
    expect(workers.size).toBe(1);
  });

  it('has a worker for itself, however many there are', () => {
    const words = memory();
    const lock = new GlobalLock({ dialect: 'cpython-3.13t' });
    const threads = Array.from({ length: 6 }, () => new Thread({ target: stay, args: [words], lock }));
    for (const thread of threads) thread.start();
    for (let seen = Atomics.load(words, 0); seen < 6; seen = Atomics.load(words, 0)) Atomics.wait(words, 0, seen);
    expect(new Set(threads.map((thread) => thread.threadId)).size).toBe(6);
    Atomics.store(words, 1, 1);
    Atomics.notify(words, 1);
    for (const thread of threads) thread.joinSync();
  });

  it('is known to other threads that it is sent to', async () => {
    const words = memory();
    const thread = new Thread({ name: 'sent', target: stay, args: [words], lock: free });
    await using pool = new InterpreterPool(2);
    const early = await pool.submit((thread: Thread) => {
      try {
        thread.start();
      } catch (error) {
        return [thread.name, thread.isAlive(), (error as { code?: string }).code] as const;
      }
      return null;
    }, thread);
    expect(early).toEqual(['sent', false, 'ERR_THREAD_STATE']);
    thread.start();
    const join = (thread: Thread) => thread.joinSync();
    expect(await pool.submit((thread: Thread) => thread.joinSync({ timeout: 1 }), thread)).toBe(false);
    const joined = [pool.submit(join, thread), pool.submit(join, thread)];
    open(words);
    // This thread is blocked until they say that it has ended: nobody needs its event loop for that.
    thread.joinSync();
    expect(await Promise.all(joined)).toEqual([true, true]);
    expect(await pool.submit((thread: Thread) => [thread.isAlive(), thread.lock.dialect.name], thread)).toEqual([false, 'cpython-3.13t']);
    expect(Thread.from(thread.handle)).toBe(thread);
  });
});

describe('what it is made of', () => {
  it('has a name of its own or its number and that of its target', () => {
    expect(new Thread({ target: stay, args: [memory()] }).name).toMatch(/^Thread-\d+ \(stay\)$/);
    expect(new Thread({ target: () => {} }).name).toMatch(/^Thread-\d+$/);
    expect(new Thread({ name: 'x', target: () => {} }).name).toBe('x');
  });

  it('is a daemon if it is told so or the thread that makes it is', async () => {
    const words = memory();
    const thread = new Thread({ target: () => {} });
    expect(thread.daemon).toBe(false);
    thread.daemon = true;
    expect(String(thread)).toContain('initial daemon');
    thread.start();
    expect(() => {
      thread.daemon = false;
    }).toThrow(code('ERR_THREAD_STATE'));
    await thread.join();
    const child = new Thread({
      daemon: true,
      target: (words: Int32Array) => {
        words[2] = new Thread({ target: () => {} }).daemon ? 1 : 2;
        words[3] = new Thread({ target: () => {}, daemon: false }).daemon ? 1 : 2;
      },
      args: [words],
    });
    child.start();
    await child.join();
    expect([words[2], words[3]]).toEqual([1, 2]);
  });

  it('lives under the lock or the dialect that it is given', () => {
    expect(new Thread({ target: () => {} }).lock).toBe(GlobalLock.default);
    expect(new Thread({ target: () => {}, lock: free }).lock).toBe(free);
    const two = [1, 2].map(() => new Thread({ target: () => {}, dialect: 'ruby-3.4' }).lock);
    expect(two[0]).toBe(two[1]);
    expect(two[0]?.dialect.name).toBe('ruby-3.4');
    expect(new Thread({ target: () => {}, dialect: 'cpython-3.13' }).lock).toBe(GlobalLock.default);
  });

  it.each([
    ['no target', {}, 'ERR_TASK_FUNCTION'],
    ['a free variable', { target: () => open(memory()) }, 'ERR_TASK_FREE_VARIABLE'],
    ['args', { target: stay, args: 1 }, 'ERR_GIL_ARGUMENT'],
    ['name', { target: () => {}, name: 1 }, 'ERR_GIL_ARGUMENT'],
    ['daemon', { target: () => {}, daemon: 1 }, 'ERR_GIL_ARGUMENT'],
    ['lock', { target: () => {}, lock: {} }, 'ERR_GIL_ARGUMENT'],
    ['dialect', { target: () => {}, dialect: 'basic' }, 'ERR_GIL_ARGUMENT'],
    ['both', { target: () => {}, lock: free, dialect: 'ruby-3.4' }, 'ERR_GIL_ARGUMENT'],
  ])('refuses what it cannot use: %s', (_, options, error) => {
    expect(() => new Thread(options as never)).toThrow(code(error));
  });

  it('refuses handles of something else', () => {
    expect(() => Thread.from(new Lock().handle as never)).toThrow(code('ERR_GIL_HANDLE'));
  });

  it('leaves no trace of a start that failed', async () => {
    const words = memory();
    const args: [unknown, Int32Array] = [() => {}, words];
    const thread = new Thread({ target: (_: unknown, words: Int32Array) => void Atomics.add(words, 0, 1), args });
    const before = activeCount();
    expect(() => thread.start()).toThrow(code('ERR_TASK_CLONE'));
    expect([thread.isAlive(), thread.threadId, activeCount()]).toEqual([false, null, before]);
    args[0] = 'plain';
    thread.start();
    await thread.join();
    expect(words[0]).toBe(1);
  });
});

describe('an error that it does not catch', () => {
  it('goes to the hook before join resolves, with the frames of start', async () => {
    const told: ExceptHookArgs[] = [];
    expect(setExcepthook((args) => told.push(args))).toBe(excepthook);
    const thread = new Thread({
      target: () => {
        throw new RangeError('far');
      },
    });
    thread.start();
    expect(await thread.join()).toBe(true);
    expect(told).toHaveLength(1);
    expect(told[0]?.thread).toBe(thread);
    expect(told[0]?.error).toBeInstanceOf(RangeError);
    expect((told[0]?.error as Error | undefined)?.stack).toContain('thread.test.ts');
  });

  it('is written to stderr below the name of the thread, unless there is a hook; the old one can be called', async () => {
    const written = vi.spyOn(console, 'error').mockImplementation(() => {});
    const fail = () => Promise.reject(new TypeError('later'));
    const first = new Thread({ target: fail, name: 'first' });
    first.start();
    await first.join();
    expect(written.mock.calls[0]?.[0]).toMatch(/^Exception in thread first:\nTypeError: later\n +at/);
    setExcepthook((args) => excepthook({ ...args, error: 'instead' }));
    const second = new Thread({ target: fail, name: 'second' });
    second.start();
    await second.join();
    expect(written.mock.calls[1]?.[0]).toBe("Exception in thread second:\n'instead'");
    setExcepthook(() => {
      throw new Error('the hook');
    });
    const third = new Thread({ target: fail });
    third.start();
    await third.join();
    expect(written.mock.calls[2]?.[0]).toMatch(/^Exception in threading.excepthook:\nError: the hook/);
    expect(() => setExcepthook(1 as never)).toThrow(code('ERR_GIL_ARGUMENT'));
  });

  it.each([undefined, null, 'text', 7])('may be anything: %s', async (value) => {
    const told: unknown[] = [];
    setExcepthook(({ error }) => told.push(error));
    const thread = new Thread({
      target: (value: unknown) => {
        throw value;
      },
      args: [value],
    });
    thread.start();
    await thread.join();
    expect(told).toEqual([value]);
  });
});

describe('a worker that ends under its thread', () => {
  const exit = () => process.exit(3);

  it.each(['join', 'joinSync'] as const)('by process.exit: it has ended, and nobody is told; %s', async (how) => {
    const told: unknown[] = [];
    setExcepthook((args) => told.push(args));
    const lock = new GlobalLock();
    const thread = new Thread({ target: exit, lock });
    thread.start();
    expect(await thread[how]()).toBe(true);
    expect(thread.isAlive()).toBe(false);
    // At once, while it may be on its way out.
    const words = memory();
    const next = new Thread({ target: (words: Int32Array) => void Atomics.add(words, 0, 1), args: [words], lock });
    next.start();
    expect(next.joinSync()).toBe(true);
    expect(words[0]).toBe(1);
    await thread.join();
    expect(told).toEqual([]);
  });

  it('by an error that nobody catches: the hook is told', async () => {
    const told: ExceptHookArgs[] = [];
    setExcepthook((args) => told.push(args));
    const thread = new Thread({
      target: () => {
        setTimeout(() => {
          throw new RangeError('in a timer');
        });
        return new Promise(() => {});
      },
      lock: new GlobalLock(),
    });
    thread.start();
    expect(await thread.join()).toBe(true);
    expect(told[0]?.thread).toBe(thread);
    expect(told[0]?.error).toMatchObject({ code: 'ERR_WORKER_DIED', cause: { message: 'in a timer' } });
  });

  it.each(['join', 'joinSync'] as const)('by terminate: it has ended, and its lock is free; %s', async (how) => {
    const words = memory();
    const lock = new GlobalLock();
    const started = new Promise<Worker>((resolve) => process.once('worker', resolve));
    const thread = new Thread({ target: stay, args: [words], lock });
    thread.start();
    const worker = await started;
    await until(() => words[0] === 1);
    expect(thread.threadId).toBe(worker.threadId);
    void worker.terminate();
    expect(await thread[how]()).toBe(true);
    expect(thread.isAlive()).toBe(false);
    expect(lock.acquireSync({ timeout: 20_000 })).not.toBe(null);
    lock.release();
  });
});

describe('a worker that cannot begin', () => {
  it('has ended its thread, also for who is blocked; the hook is told why', async () => {
    const told: ExceptHookArgs[] = [];
    setExcepthook((args) => told.push(args));
    const lock = new GlobalLock();
    const words = new Int32Array(lock.handle.memory);
    for (let ident = 1; ident <= MAX_THREADS; ident += 1) Atomics.compareExchange(words, placeOf(ident) + TENANT, 0, 12_345);
    const thread = new Thread({ target: () => {}, lock });
    thread.start();
    expect(thread.joinSync()).toBe(true);
    expect(thread.isAlive()).toBe(false);
    await thread.join();
    expect(told[0]).toMatchObject({ thread, error: { code: 'ERR_WORKER_DIED', cause: { code: 'ERR_GIL_THREADS' } } });
  });
});

describe('the threads that a thread sees', () => {
  it('on the main thread: itself and those it has started', async () => {
    const words = memory();
    expect(currentThread()).toBe(mainThread());
    expect(threadOfPool()).toBe(null);
    expect([mainThread().name, mainThread().isAlive(), mainThread().daemon, mainThread().threadId]).toEqual(['MainThread', true, false, 0]);
    expect(getIdent()).toBe(mainThread().ident);
    const thread = new Thread({ target: stay, args: [words], lock: free });
    expect(enumerate()).toEqual([mainThread()]);
    thread.start();
    expect(enumerate()).toEqual([mainThread(), thread]);
    expect(activeCount()).toBe(2);
    open(words);
    thread.joinSync();
    expect(enumerate()).toEqual([mainThread()]);
    await thread.join();
  });

  it('inside of a thread: the main thread, itself, and those it has started and waits for', async () => {
    const words = memory();
    const thread = new Thread({
      name: 'outer',
      target: (words: Int32Array, main: Thread) => {
        const me = currentThread();
        const inner = new Thread({
          name: 'inner',
          target: (words: Int32Array, outer: Thread) => {
            words[2] = outer.isAlive() && outer.name === 'outer' ? 1 : 2;
            Atomics.wait(words, 1, 0);
          },
          args: [words, me],
        });
        inner.start();
        const names = enumerate().map((each) => each.name);
        words[3] = names.join() === 'MainThread,outer,inner' ? 1 : 2;
        words[4] = mainThread() === main && me !== main && me.isAlive() ? 1 : 2;
        words[5] = me.ident === getIdent() && me.threadId === GlobalLock.default.holder()?.threadId ? 1 : 2;
        Atomics.store(words, 1, 1);
        Atomics.notify(words, 1);
        inner.joinSync();
        words[6] = inner.isAlive() ? 2 : 1;
      },
      args: [words, mainThread()],
    });
    thread.start();
    // The event loop of the main thread is blocked: workers of workers are started all the same.
    expect(thread.joinSync()).toBe(true);
    expect([...words.subarray(2, 7)]).toEqual([1, 1, 1, 1, 1]);
  });

  it('in a worker of a pool: the worker, by its name', async () => {
    await using pool = new InterpreterPool(1, { threadNamePrefix: 'pool' });
    const names = await pool.submit(() => [currentThread().name, mainThread().name, String(activeCount())]);
    expect(names).toEqual(['pool_0', 'MainThread', '2']);
  });
});
