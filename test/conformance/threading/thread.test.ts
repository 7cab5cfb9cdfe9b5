/**
 * CPython's `test_threading.py` and `test_threading_local.py` on threads of several dialects: each of their tests that has a meaning here,
 * what is not applicable and why, and the table of what passed.
 */
import { GlobalLock, releaseForIO, sleep } from 'gil';
import {
  BoundedSemaphore,
  currentThread,
  type ExceptHookArgs,
  enumerate,
  excepthook,
  getIdent,
  Local,
  Lock,
  mainThread,
  RLock,
  setExcepthook,
  Thread,
  type ThreadOptions,
  Timer,
} from 'gil/threading';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { run as runProgram } from '../../process/program.js';
import { linesOf, resultsBelow } from '../../table.js';

declare module 'vitest' {
  interface TaskMeta {
    threadTest?: { readonly row: string; readonly column: string };
  }
}

const DIALECTS = ['cpython-2.7', 'cpython-3.13', 'cpython-3.13t'] as const;
const EVERYWHERE = 'every dialect';

/** Makes and starts threads of one dialect. */
interface Scene {
  readonly lock: GlobalLock;
  readonly words: Int32Array;
  make<Args extends readonly unknown[]>(
    target: (...args: Args) => unknown,
    args: Args,
    more?: { readonly daemon?: boolean; readonly name?: string },
  ): Thread;
  start<Args extends readonly unknown[]>(target: (...args: Args) => unknown, ...args: Args): Thread;
}
type Proof = (scene: Scene) => Promise<unknown> | unknown;

const rows: { readonly row: string; readonly not?: string }[] = [];
const code = (name: string) => expect.objectContaining({ code: name });
const joinAll = async (threads: readonly Thread[]) => {
  for (const thread of threads) expect(await thread.join()).toBe(true);
};

/** Rows that run once for each dialect. */
function tests(group: string, proofs: Readonly<Record<string, Proof>>): void {
  rows.push(...Object.keys(proofs).map((name) => ({ row: `${group} ${name}` })));
  for (const dialect of DIALECTS) {
    describe(`${group} ${dialect}`, () => {
      for (const [name, prove] of Object.entries(proofs)) {
        it(name, { timeout: 60_000 }, async ({ task }) => {
          task.meta.threadTest = { row: `${group} ${name}`, column: dialect };
          const lock = lockOf(dialect);
          const make: Scene['make'] = (target, args, more) =>
            new Thread({ ...more, target, args, lock } as unknown as ThreadOptions<readonly unknown[]>);
          const start: Scene['start'] = (target, ...args) => {
            const thread = make(target, args);
            thread.start();
            return thread;
          };
          await prove({ lock, words: new Int32Array(new SharedArrayBuffer(64)), make, start });
        });
      }
    });
  }
}

/** Rows that are programs of their own, with a thread of each dialect. What `text` calls `dialects` are their names. */
function programs(
  group: string,
  proofs: Readonly<Record<string, { readonly text: string; readonly stdout: string; readonly stderr?: RegExp }>>,
): void {
  rows.push(...Object.keys(proofs).map((name) => ({ row: `${group} ${name}` })));
  describe.concurrent(`${group} in programs of their own`, () => {
    for (const [name, { text, stdout, stderr = /^$/ }] of Object.entries(proofs)) {
      it(name, { timeout: 60_000 }, async ({ task }) => {
        task.meta.threadTest = { row: `${group} ${name}`, column: EVERYWHERE };
        const head = `import { sleep } from 'gil'; import { enumerate, mainThread, Thread } from 'gil/threading';
          const dialects = ${JSON.stringify(DIALECTS.slice(1, 3))};`;
        const ended = await runProgram(`${head}${text}`);
        expect({ ...ended, stdout: ended.stdout.trim().split('\n').sort() }).toEqual({
          code: 0,
          stdout: stdout.split('|').sort(),
          stderr: expect.stringMatching(stderr),
        });
      });
    }
  });
}

/** Rows that have no meaning here. */
function not(group: string, why: string, ...names: readonly string[]): void {
  rows.push(...names.map((name) => ({ row: `${group} ${name}`, not: why })));
}

const locks = new Map<string, GlobalLock>();
function lockOf(dialect: (typeof DIALECTS)[number]): GlobalLock {
  const lock = locks.get(dialect) ?? new GlobalLock({ dialect, switchInterval: 1 });
  locks.set(dialect, lock);
  return lock;
}

afterEach(() => {
  setExcepthook(excepthook);
  vi.restoreAllMocks();
});

// biome-ignore lint/correctness/noEmptyPattern: the runner reads this list of fixtures from the text, and wants a pattern
afterAll(({}, suite) => {
  const found = new Map(resultsBelow(suite, (meta) => meta.threadTest).map(({ row, column, outcome }) => [`${row} ${column}`, outcome]));
  const cell = (row: string, column: string) => found.get(`${row} ${column}`) ?? found.get(`${row} ${EVERYWHERE}`) ?? 'not run';
  const whys = [...new Set(rows.flatMap(({ not }) => not ?? []))];
  const cells = rows.map(({ row, not }) => [
    row,
    ...DIALECTS.map((dialect) => (not === undefined ? cell(row, dialect) : `n/a ${whys.indexOf(not) + 1}`)),
  ]);
  console.log(linesOf([["CPython's test", ...DIALECTS], ...cells]).join('\n'));
  console.log(whys.map((why, index) => `${index + 1}  ${why}`).join('\n'));
});

const nothing = () => {};
/** Says in word 0 that it is there, and stays until word 1 is set. */
const stay = (words: Int32Array) => {
  Atomics.add(words, 0, 1);
  releaseForIO(() => Atomics.wait(words, 1, 0));
};
const open = (words: Int32Array) => {
  Atomics.store(words, 1, 1);
  Atomics.notify(words, 1);
};
const listen = () => {
  const told: ExceptHookArgs[] = [];
  setExcepthook((args) => told.push(args));
  return told;
};

tests('ThreadTests', {
  'name (adapted: only a string is one)': ({ make }) => {
    expect(make(nothing, [], { name: 'myname1' }).name).toBe('myname1');
    expect(() => make(nothing, [], { name: 123 as never })).toThrow(code('ERR_GIL_ARGUMENT'));
    const numbers = [make(nothing, []), make(nothing, [])].map(({ name }) => Number(/^Thread-(\d+) \(nothing\)$/.exec(name)?.[1]));
    expect(numbers[1]).toBe(numbers[0]! + 1);
  },
  args_argument: async ({ words, start }) => {
    const check = (words: Int32Array, value: unknown, kind: string) => {
      if (typeof value === kind) Atomics.add(words, 0, 1);
    };
    await joinAll([start(check, words, 1, 'number'), start(check, words, 'text', 'string'), start(check, words, [1], 'object')]);
    expect(words[0]).toBe(3);
  },
  'lock_no_args (adapted: a name only)': () => expect(() => new Lock({ name: 1 as never })).toThrow(code('ERR_GIL_ARGUMENT')),
  various_ops: async ({ words, make }) => {
    const semaphore = new BoundedSemaphore(3);
    const mutex = new RLock();
    const task = (words: Int32Array, semaphore: BoundedSemaphore, mutex: RLock) => {
      semaphore.runExclusiveSync(() => {
        mutex.runExclusiveSync(() => {
          words[0]! += 1;
          words[1] = Math.max(words[1]!, words[0]!);
        });
        sleep(1);
        mutex.runExclusiveSync(() => {
          words[0]! -= 1;
        });
      });
      Atomics.add(words, 2, 1);
    };
    const threads = Array.from({ length: 10 }, () => make(task, [words, semaphore, mutex]));
    for (const thread of threads) {
      expect([thread.ident, String(thread)]).toEqual([null, `<Thread(${thread.name}, initial)>`]);
      thread.start();
    }
    await joinAll(threads);
    for (const thread of threads) {
      expect([thread.isAlive(), String(thread)]).toEqual([false, `<Thread(${thread.name}, stopped ${thread.ident})>`]);
      expect(thread.ident).toBeGreaterThan(0);
    }
    expect([words[0], words[2]]).toEqual([0, 10]);
    expect(words[1]).toBeLessThanOrEqual(3);
  },
  enumerate_after_join: ({ start }) => {
    for (let n = 0; n < 30; n += 1) {
      const thread = start(nothing);
      thread.joinSync();
      expect(enumerate()).not.toContain(thread);
    }
  },
  join_from_multiple_threads: async ({ words, start }) => {
    const thread = start(stay, words);
    const join = (thread: Thread, words: Int32Array) => {
      thread.joinSync();
      Atomics.add(words, 2, 1);
    };
    const joiners = Array.from({ length: 5 }, () => start(join, thread, words));
    open(words);
    await joinAll([...joiners, thread]);
    expect(words[2]).toBe(5);
  },
  join_with_timeout: async ({ words, start }) => {
    const thread = start(stay, words);
    expect([thread.joinSync({ timeout: 1 }), await thread.join({ timeout: 1 }), thread.isAlive()]).toEqual([false, false, true]);
    open(words);
    expect([thread.joinSync({ timeout: 60_000 }), thread.isAlive()]).toEqual([true, false]);
  },
  repr_daemon: ({ make }) => {
    const thread = make(nothing, []);
    expect(String(thread)).not.toContain('daemon');
    thread.daemon = true;
    expect(String(thread)).toContain('daemon');
  },
  daemon_param: ({ make }) =>
    expect(
      [make(nothing, []), make(nothing, [], { daemon: false }), make(nothing, [], { daemon: true })].map(({ daemon }) => daemon),
    ).toEqual([false, false, true]),
  main_thread: async ({ words, start }) => {
    expect(mainThread()).toBe(currentThread());
    expect([mainThread().name, mainThread().ident]).toEqual(['MainThread', getIdent()]);
    const look = (words: Int32Array) => {
      words[0] = mainThread() !== currentThread() && mainThread().threadId === 0 && currentThread().threadId !== 0 ? 1 : 2;
    };
    await joinAll([start(look, words)]);
    expect(words[0]).toBe(1);
  },
  repr_stopped: async ({ words, start }) => {
    const thread = start(stay, words);
    expect(String(thread)).toContain('started');
    open(words);
    // Without a join: by looking.
    while (thread.isAlive()) await new Promise((resolve) => setImmediate(resolve));
    expect(String(thread)).toContain('stopped');
  },
  BoundedSemaphore_limit: async ({ words, start }) => {
    const release = (semaphore: BoundedSemaphore, words: Int32Array) => {
      semaphore.acquireSync();
      semaphore.release();
      try {
        semaphore.release();
      } catch (error) {
        if ((error as { code?: string }).code === 'ERR_SEMAPHORE_RELEASE') Atomics.add(words, 0, 1);
      }
    };
    for (const limit of [1, 10]) await joinAll([start(release, new BoundedSemaphore(limit), words)]);
    expect(words[0]).toBe(2);
  },
  leak_without_join: async ({ start }) => {
    const thread = start(nothing);
    while (thread.isAlive()) await new Promise((resolve) => setImmediate(resolve));
  },
  'limbo_cleanup (adapted: arguments that cannot be sent)': ({ make }) => {
    const before = enumerate().length;
    const thread = make((_: unknown) => {}, [() => {}]);
    expect(() => thread.start()).toThrow(code('ERR_TASK_CLONE'));
    expect([enumerate().length, thread.isAlive(), String(thread)]).toEqual([before, false, `<Thread(${thread.name}, initial)>`]);
  },
});

programs('ThreadTests', {
  join_nondaemon_on_shutdown: {
    text: "for (const dialect of dialects) new Thread({ dialect, target: () => { sleep(100); console.log('woke up'); } }).start();",
    stdout: 'woke up|woke up',
  },
  'import_from_another_thread (adapted: a worker of Node)': {
    text: `const { Worker } = await import('node:worker_threads');
      const text = "import('gil/threading').then(({ mainThread, currentThread, Thread }) => { const t = new Thread({ target: () => {} }); t.start(); console.log(t.joinSync(), mainThread() !== currentThread(), mainThread().name); })";
      await new Promise((resolve) => new Worker(text, { eval: true }).once('exit', resolve));`,
    stdout: 'true true MainThread',
  },
  start_new_thread_at_finalization: {
    text: `const late = dialects.map((dialect) => new Thread({ dialect, target: () => {} }));
      process.on('exit', () => { for (const each of late) try { each.start(); } catch (error) { console.log(error.message.includes("interpreter shutdown")); } });`,
    stdout: 'true|true',
  },
});

programs('ThreadJoinOnShutdown', {
  '1_join_on_shutdown (adapted: nobody joins the main thread)': {
    text: `for (const dialect of dialects) new Thread({ dialect, target: (main) => {
        try { main.joinSync(); } catch (error) { if (error.code !== 'ERR_THREAD_STATE') throw error; }
        sleep(100); console.log('end of thread');
      }, args: [mainThread()] }).start();
      console.log('end of main');`,
    stdout: 'end of main|end of thread|end of thread',
  },
  '4_daemon_threads': {
    text: `const words = new Int32Array(new SharedArrayBuffer(4));
      for (const dialect of dialects) for (let n = 0; n < 2; n += 1)
        new Thread({ dialect, daemon: true, target: (words) => { Atomics.add(words, 0, 1); for (;;) sleep(1); }, args: [words] }).start();
      while (Atomics.load(words, 0) < 4) await new Promise((resolve) => setImmediate(resolve));
      console.log('end of main');`,
    stdout: 'end of main',
  },
  thread_from_thread: {
    text: `for (const dialect of dialects) new Thread({ dialect, target: () => {
        new Thread({ target: () => { sleep(100); console.log('end of inner'); } }).start();
      } }).start();
      console.log('end of main');`,
    stdout: 'end of main|end of inner|end of inner',
  },
});

tests('ThreadingExceptionTests', {
  start_thread_again: async ({ start }) => {
    const thread = start(nothing);
    expect(() => thread.start()).toThrow(code('ERR_THREAD_STATE'));
    await thread.join();
  },
  joining_current_thread: async ({ words, start }) => {
    expect(() => currentThread().joinSync()).toThrow(code('ERR_THREAD_STATE'));
    const self = async (words: Int32Array) => {
      const failed = (error: { code?: string }) => void (error.code === 'ERR_THREAD_STATE' && Atomics.add(words, 0, 1));
      await currentThread().join().catch(failed);
    };
    await joinAll([start(self, words)]);
    expect(words[0]).toBe(1);
  },
  joining_inactive_thread: ({ make }) => expect(() => make(nothing, []).joinSync()).toThrow(code('ERR_THREAD_STATE')),
  daemonize_active_thread: async ({ start }) => {
    const thread = start(nothing);
    expect(() => {
      thread.daemon = true;
    }).toThrow(code('ERR_THREAD_STATE'));
    await thread.join();
  },
  releasing_unacquired_lock: () => expect(() => new Lock().release()).toThrow(code('ERR_GIL_NOT_HELD')),
  'recursion_limit (adapted: an error of the thread)': async ({ start }) => {
    const told = listen();
    const deep = () => {
      const recurse = (): number => recurse() + 1;
      recurse();
    };
    await joinAll([start(deep)]);
    expect(told[0]?.error).toBeInstanceOf(RangeError);
  },
});

programs('ThreadingExceptionTests', {
  print_exception: {
    text: "for (const dialect of dialects) new Thread({ dialect, name: dialect, target: () => { null.x; } }).start(); console.log('end');",
    stdout: 'end',
    stderr:
      /^(?=[\s\S]*Exception in thread cpython-3.13:\nTypeError)(?=[\s\S]*Exception in thread cpython-3.13t:\nTypeError)(?![\s\S]*Uncaught)/,
  },
});

const fail = () => {
  throw new RangeError('bug');
};

tests('ExceptHookTests', {
  excepthook: ({ make }) => {
    const written = vi.spyOn(console, 'error').mockImplementation(() => {});
    excepthook({ error: new RangeError('bug'), thread: make(nothing, [], { name: 'excepthook thread' }) });
    expect(written.mock.calls[0]?.[0]).toMatch(/^Exception in thread excepthook thread:\nRangeError: bug\n +at/);
  },
  excepthook_thread_None: () => {
    const written = vi.spyOn(console, 'error').mockImplementation(() => {});
    excepthook({ error: new RangeError('bug'), thread: null });
    expect(written.mock.calls[0]?.[0]).toMatch(/^Exception in thread \(none\):\nRangeError: bug/);
  },
  'system_exit (adapted: process.exit)': async ({ start }) => {
    const told = listen();
    await joinAll([start(() => process.exit(1))]);
    expect(told).toEqual([]);
  },
  custom_excepthook: async ({ start }) => {
    const told = listen();
    const thread = start(fail);
    await thread.join();
    expect(told).toEqual([{ error: expect.objectContaining({ name: 'RangeError', message: 'bug' }), thread }]);
  },
  custom_excepthook_fail: async ({ start }) => {
    const written = vi.spyOn(console, 'error').mockImplementation(() => {});
    setExcepthook(() => {
      throw new Error('threading_hook failed');
    });
    await joinAll([start(fail)]);
    expect(written.mock.calls[0]?.[0]).toMatch(/^Exception in threading.excepthook:\nError: threading_hook failed/);
  },
  original_excepthook: async ({ start }) => {
    const written = vi.spyOn(console, 'error').mockImplementation(() => {});
    expect(setExcepthook(nothing)).toBe(excepthook);
    await joinAll([start(fail)]);
    expect(written).not.toHaveBeenCalled();
    setExcepthook(excepthook);
    await joinAll([start(fail)]);
    expect(written).toHaveBeenCalledOnce();
  },
});

tests('TimerTests', {
  init_immutable_default_args: async ({ words, lock }) => {
    const ring = (words?: Int32Array, more = 0) => void (words && Atomics.add(words, 0, more + 1));
    const timers = [
      new Timer(1, ring, [words], { lock }),
      new Timer(1, ring, [words, 1], { lock }),
      new Timer(1, ring, undefined, { lock }),
    ];
    for (const timer of timers) timer.start();
    await joinAll(timers);
    expect(words[0]).toBe(3);
  },
});

tests('InterruptMainTests', {
  'can_interrupt_tight_loops (adapted: another thread gets the lock)': async ({ words, start }) => {
    const spin = (words: Int32Array) => {
      Atomics.store(words, 0, 1);
      while (words[1] === 0);
    };
    const spinning = start(spin, words);
    while (words[0] === 0) await new Promise((resolve) => setImmediate(resolve));
    await joinAll([start((words: Int32Array) => void Atomics.store(words, 1, 1), words), spinning]);
  },
});

programs('AtexitTests', {
  'atexit_output, atexit_called_once (adapted: exit handlers of Node)': {
    text: `let count = 0;
      process.on('exit', () => console.log('exit', ++count, enumerate().length));
      for (const dialect of dialects) new Thread({ dialect, target: () => { sleep(50); console.log('thread'); } }).start();`,
    stdout: 'thread|thread|exit 1 1',
  },
});

const leave = (local: { x?: string; y?: string }, words: Int32Array) => {
  local.x = 'foo';
  local.y = 'bar';
  delete local.y;
  Atomics.store(words, 0, 1);
  Atomics.notify(words, 0);
  releaseForIO(() => Atomics.wait(words, 1, 0));
  if (local.x === 'foo' && !('y' in local)) Atomics.add(words, 2, 1);
};
const look = (local: { x?: string }, words: Int32Array) => {
  releaseForIO(() => Atomics.wait(words, 0, 0));
  if (local.x === undefined && !('x' in local)) Atomics.add(words, 3, 1);
  Atomics.store(words, 1, 1);
  Atomics.notify(words, 1);
};
const oneClass = async (local: object, { words, start }: Scene) => {
  await joinAll([start(leave, local, words), start(look, local, words)]);
  expect([words[2], words[3], Object.keys(local)]).toEqual([1, 1, []]);
};
/** To see that subclasses behave. */
class LocalSubclass extends Local<{ x?: string; y?: string }> {}

tests('ThreadLocalTest', {
  threading_local: (scene) => oneClass(new Local(), scene),
  'threading_local_subclass (adapted: sent as a plain one)': (scene) => oneClass(new LocalSubclass(), scene),
  'derived (adapted: copies of first values in place of __init__)': async ({ words, start }) => {
    const local = new Local({ x: -1 });
    const own = (local: { x: number }, words: Int32Array, i: number) => {
      const first = local.x;
      local.x = i;
      sleep(1);
      if (first === -1 && local.x === i) Atomics.add(words, 0, 1);
    };
    await joinAll(Array.from({ length: 10 }, (_, i) => start(own, local, words, i)));
    expect([words[0], local.x]).toEqual([10, -1]);
  },
  'arguments (adapted: first values, nothing else)': () => {
    expect(new Local({ a: 1 }).a).toBe(1);
    expect(() => new Local(1 as never)).toThrow(code('ERR_GIL_ARGUMENT'));
  },
});

not('ThreadTests', 'a function has no truth of its own in JavaScript', 'boolean_target');
not('ThreadTests', "the size of a worker's stack is Node's affair", 'various_ops_small_stack', 'various_ops_large_stack');
not(
  'ThreadTests',
  'threads of Node alone: none comes from C',
  'foreign_thread',
  'ident_of_no_threading_threads',
  'PyThreadState_SetAsyncExc',
);
not(
  'ThreadTests',
  'processes are not forked',
  'is_alive_after_fork',
  'main_thread_after_fork',
  'main_thread_after_fork_from_nonmain_thread',
  'dummy_thread_after_fork',
);
not(
  'ThreadTests',
  "CPython's own tracing, finalisation and reference counts",
  'gettrace',
  'getprofile',
  'finalize_running_thread',
  'finalize_with_trace',
  'no_refcycle_through_target',
  'locals_at_exit',
);
not('ThreadTests', 'old names that CPython is about to drop', 'old_threading_api');
not(
  'ThreadJoinOnShutdown',
  'processes are not forked',
  '2_join_in_forked_process',
  '3_join_in_forked_from_thread',
  'reinit_tls_after_fork',
);
not(
  'ThreadingExceptionTests',
  'JavaScript has no bare raise, and stderr is always there',
  'bare_raise_in_brand_new_thread',
  'print_exception_stderr_is_none',
);
not(
  'InterruptMainTests',
  'signals come to event loops in Node',
  'interrupt_main_subthread',
  'interrupt_main_mainthread',
  'interrupt_main_with_signal_handler',
);
not('AtexitTests', "what is registered while the process ends is Node's affair", 'atexit_after_shutdown');
not(
  'SubinterpThreadingTests',
  'a worker of a worker ends with it',
  'threads_join',
  'threads_join_with_no_main',
  'daemon_threads_fatal_error',
);
not(
  'ThreadLocalTest',
  "CPython's reference counts, cycles, __dict__ and C races",
  'local_refs',
  'derived_cycle_dealloc',
  'dict_attribute',
  'cycle_collection',
  'thread_local_clearing_race',
);
