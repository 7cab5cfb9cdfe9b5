/**
 * What the type checker must know: compiled, never run.
 */
import {
  type AsyncResult,
  asCompleted,
  Future,
  GlobalLock,
  type MapResults,
  Pool,
  type PoolResults,
  ProcessPool,
  type Releaser,
  releasing,
  type Task,
  ThreadPool,
  tasks,
  wait,
} from 'gil';
import { currentThread, Local, Thread, Timer } from 'gil/threading';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(_: Equal<A, B>): void => {};

interface Module {
  fib(n: number): number;
  later(text: string): Promise<Date>;
  readonly version: string;
}

const pool = new ThreadPool(2);
const module = tasks<Module>(new URL('file:///work.js'));

same<typeof module.fib, Task<(n: number) => number>>(true);
// @ts-expect-error what is no function is no task
module.version;

same<ReturnType<typeof pool.submit<[number], number>>, Future<number>>(true);
const fib = pool.submit(module.fib, 3);
same<typeof fib, Future<number>>(true);
const later = pool.submit(module.later, 'x');
same<typeof later, Future<Date>>(true);
const byValue = pool.submit((a: number, b: string) => `${a}${b}`, 1, 'b');
same<typeof byValue, Future<string>>(true);
// @ts-expect-error an argument of the wrong type
pool.submit(module.fib, 'three');
// @ts-expect-error an argument too few
pool.submit((a: number, b: number) => a + b, 1);
// @ts-expect-error no task at all
pool.submit(5);

const mapped = pool.map((n: number, s: string) => n + s.length, [1, 2], new Set(['a']));
same<typeof mapped, MapResults<number>>(true);
// @ts-expect-error an iterable of the wrong type
pool.map((n: number) => n, ['a']);
const read = async () => {
  same<Awaited<typeof later>, Date>(true);
  for await (const value of mapped) same<typeof value, number>(true);
};

const futures = async () => {
  const { done, notDone } = await wait([fib, byValue], { returnWhen: 'FIRST_EXCEPTION' });
  same<typeof done, Set<Future<number> | Future<string>>>(true);
  same<typeof notDone, typeof done>(true);
  for await (const future of asCompleted(new Set([later]), { timeout: 5 })) same<typeof future, Future<Date>>(true);
  const snapshot = fib.snapshot();
  if (snapshot.state === 'finished' && snapshot.kind === 'value') same<typeof snapshot.result, number>(true);
  const any: Future<unknown> = fib;
  return any;
};
new Future<number>();
// @ts-expect-error what a future stands for is the affair of a pool
new Future<number>({ isRunning: () => false, revoke: () => true });
// @ts-expect-error promises are no futures
wait([Promise.resolve(1)]);
// @ts-expect-error not a condition
wait([fib], { returnWhen: 'ANY' });

const lock = new GlobalLock();
const unlimited = lock.acquire();
same<typeof unlimited, Promise<Releaser>>(true);
const limited = lock.acquire({ timeout: 5 });
same<typeof limited, Promise<Releaser | null>>(true);
const ran = lock.runExclusive(() => 5, { priority: 1 });
same<typeof ran, Promise<number>>(true);
const ranLimited = lock.runExclusive(async () => 5, { timeout: 5 });
same<typeof ranLimited, Promise<number | null>>(true);
const ranSync = lock.runExclusiveSync(() => 5, { timeout: 5 });
same<typeof ranSync, number | null>(true);
const seen = lock.waitForUnlock(1);
same<typeof seen, Promise<void>>(true);
const seenLimited = lock.waitForUnlock({ timeout: 5 });
same<typeof seenLimited, Promise<boolean>>(true);
const sync = lock.acquireSync();
same<typeof sync, Releaser>(true);
const syncLimited = lock.acquireSync({ timeout: 5 });
same<typeof syncLimited, Releaser | null>(true);
const wrapped = releasing((a: number, b: string) => a + b.length);
same<Parameters<typeof wrapped>, [a: number, b: string]>(true);

// @ts-expect-error not a dialect
new GlobalLock({ dialect: 'cpython-4' });
// @ts-expect-error not an isolation
new ProcessPool(1, { isolation: 'thread' });

export { futures, read };

const children = new Pool(2);
const applied = children.apply(module.fib, 3);
same<typeof applied, Promise<number>>(true);
const appliedLater = children.applyAsync(module.later, ['x'], { callback: (date) => date.getTime() });
same<typeof appliedLater, AsyncResult<Date>>(true);
const appliedBare = children.applyAsync(() => 'x');
same<typeof appliedBare, AsyncResult<string>>(true);
// @ts-expect-error an argument of the wrong type
children.applyAsync(module.fib, ['three']);
const childMapped = children.map((n) => `${n.toFixed()}`, [1, 2]);
same<typeof childMapped, Promise<string[]>>(true);
const starred = children.starmapAsync((a: number, b: string) => a + b, [[1, 'a']]);
same<typeof starred, AsyncResult<string[]>>(true);
// @ts-expect-error an input that is not the arguments
children.starmap((a: number, b: string) => a + b, [[1, 2]]);
const stepped = children.imap(module.fib, new Set([1]));
same<typeof stepped, PoolResults<number>>(true);

new Thread({ target: () => 1 });
new Thread({ target: module.fib, args: [3], daemon: true });
// @ts-expect-error an argument is missing
new Thread({ target: module.fib });
// @ts-expect-error an argument of the wrong type
new Thread({ target: module.fib, args: ['three'] });
const threads: Thread[] = [new Thread({ target: (n?: number) => n }), new Thread({ target: module.fib, args: [3] }), currentThread()];
threads.push(new Timer(5, module.fib, [3]), new Timer(5, () => {}), new Timer(5, () => {}, [], { name: 'x' }));
// @ts-expect-error an argument is missing
new Timer(5, module.fib);
const local = new Local({ count: 0 });
same<typeof local.count, number>(true);
// @ts-expect-error not one of its properties
local.other;
new Local()['anything'] = 1;
