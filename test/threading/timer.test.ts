/**
 * `Timer`: it waits for its time in its own thread, and can be called off until then, by any thread.
 */
import { GlobalLock, InterpreterPool } from 'gil';
import { currentThread, Thread, Timer } from 'gil/threading';
import { expect, it } from 'vitest';

const code = (name: string) => expect.objectContaining({ code: name });
const memory = () => new Int32Array(new SharedArrayBuffer(64));
const ring = (words: Int32Array) => void Atomics.add(words, 0, 1);
const LONG = 3_600_000;

it('runs its target when its time has come, not before', async () => {
  const words = memory();
  const timer = new Timer(30, ring, [words]);
  const start = performance.now();
  timer.start();
  expect(timer.isAlive()).toBe(true);
  expect(timer).toBeInstanceOf(Thread);
  expect(String(timer)).toMatch(/^<Timer\(Thread-\d+ \(ring\), started/);
  timer.joinSync();
  expect(performance.now() - start).toBeGreaterThanOrEqual(30);
  expect(words[0]).toBe(1);
  expect(timer.cancel()).toBe(false);
  await timer.join();
});

it('ends at once when it is called off: after its start, before it, twice', async () => {
  const words = memory();
  const after = new Timer(LONG, ring, [words]);
  after.start();
  expect(after.cancel()).toBe(true);
  expect(after.cancel()).toBe(true);
  const before = new Timer(0, ring, [words]);
  expect(before.cancel()).toBe(true);
  before.start();
  for (const timer of [after, before]) expect(await timer.join()).toBe(true);
  expect(words[0]).toBe(0);
});

it('is called off while it waits in its worker, by another thread', async () => {
  const words = memory();
  const timer = new Timer(LONG, ring, [words], { name: 'egg', lock: new GlobalLock({ dialect: 'cpython-3.13t' }) });
  timer.start();
  while (timer.ident === null) await new Promise((resolve) => setImmediate(resolve));
  await using pool = new InterpreterPool(1);
  const said = await pool.submit((timer: Timer) => [timer.name, timer.cancel(), timer.joinSync()], timer);
  expect(said).toEqual(['egg', true, true]);
  expect(Timer.from(timer.handle)).toBe(timer);
});

it('waits without the lock, and is what its target runs in', async () => {
  const words = memory();
  const lock = new GlobalLock();
  const self = (words: Int32Array) => {
    words[1] = currentThread().name === 'self' && 'cancel' in currentThread() ? 1 : 2;
  };
  const long = new Timer(LONG, ring, [words], { lock });
  long.start();
  while (long.ident === null) await new Promise((resolve) => setImmediate(resolve));
  const timer = new Timer(1, self, [words], { name: 'self', lock });
  timer.start();
  timer.joinSync();
  expect(words[1]).toBe(1);
  long.cancel();
  await long.join();
});

it.each([
  [['soon', ring], 'ERR_GIL_ARGUMENT'],
  [[-1, ring], 'ERR_GIL_RANGE'],
  [[1], 'ERR_TASK_FUNCTION'],
  [[1, ring, 'text'], 'ERR_GIL_ARGUMENT'],
  [[null, ring], 'ERR_GIL_ARGUMENT'],
])('refuses %j', (args, error) => {
  expect(() => Reflect.construct(Timer, args as unknown[])).toThrow(code(error as string));
});
