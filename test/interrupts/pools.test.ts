/**
 * What a pool's user relies on: calls whose code nobody transformed share the lock, hear that they are not wanted any more, and are
 * transformed only as far as their way of being preempted asks for.
 */
import { ArgumentError, GlobalLock, InterpreterPool, ProcessPool, ThreadPool } from 'gil';
import { Thread } from 'gil/threading';
import { describe, expect, it } from 'vitest';

const GO_ON = 0;

function cells(): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(64));
}

describe.each(['interrupt', 'both'] as const)('preemption %s', (preemption) => {
  it('has two calls in code that never looks take turns', async () => {
    await using pool = new ThreadPool(2, { lock: new GlobalLock({ switchInterval: 1 }), preemption });
    const shared = cells();
    // The one that is through first goes on moving for the other.
    const stay = (shared: Int32Array, own: number): void => {
      new Function(
        'shared',
        'own',
        'let seen = 0; let moves = 0; while (moves < 10 || shared[10] < 2) { shared[own]++; const now = shared[3 - own]; if (now !== seen) { seen = now; if (++moves === 10) Atomics.add(shared, 10, 1); } }',
      )(shared, own);
    };
    await Promise.all([pool.submit(stay, shared, 1), pool.submit(stay, shared, 2)]);
    expect(shared[10]).toBe(2);
    expect(pool.lock.stats().interrupts.drops).toBeGreaterThan(0);
  });

  it('has threads take turns', async () => {
    const lock = new GlobalLock({ switchInterval: 1 });
    const shared = cells();
    const wait = (shared: Int32Array): void => {
      new Function('shared', 'while (shared[0] === 0) shared[1]++;')(shared);
    };
    const thread = new Thread({ target: wait, args: [shared], lock, preemption });
    thread.start();
    const other = new Thread({
      target: (shared: Int32Array) => {
        new Function('shared', 'while (shared[1] === 0); shared[0] = 1;')(shared);
      },
      args: [shared],
      lock,
      preemption,
    });
    other.start();
    expect(await thread.join()).toBe(true);
    expect(await other.join()).toBe(true);
  });

  it("aborts a call's signal in the midst of code that never looks", async () => {
    await using pool = new InterpreterPool(1, { preemption, gracePeriod: 60_000 });
    const shared = cells();
    const controller = new AbortController();
    const work = (shared: Int32Array, signal: AbortSignal): string => {
      const flag = { set: 'no' };
      signal.addEventListener('abort', () => {
        flag.set = String(signal.reason);
        void Promise.resolve().then(() => Atomics.store(shared, 5, 1));
      });
      Atomics.store(shared, 0, 1);
      new Function('flag', 'while (flag.set === "no");')(flag);
      // No microtask has run in the midst of this.
      return `${flag.set} ${shared[5]}`;
    };
    const future = pool.submitWith({ signal: controller.signal }, work, shared, controller.signal);
    while (Atomics.load(shared, 0) === GO_ON) await new Promise(setImmediate);
    controller.abort('enough');
    expect(await future).toBe('enough 0');
  });

  it('ends a call that does not listen after the grace period, and goes on', async () => {
    await using pool = new ThreadPool(1, { lock: new GlobalLock(), preemption, gracePeriod: 20 });
    const spin = (): void => {
      new Function('for (;;);')();
    };
    await expect(pool.submitWith({ timeout: 20 }, spin)).rejects.toThrow('its timeout of 20 ms');
    expect(await pool.submit(() => 'next')).toBe('next');
  });
});

describe('transforming', () => {
  const sourceOf = (): string => {
    async function inner(): Promise<void> {
      for (let i = 0; i < 3; i += 1) await null;
    }
    return String(inner);
  };

  it.each(['interrupt', 'none'] as const)('%s places no looks, but has async functions come back with the lock', async (preemption) => {
    await using pool = new ThreadPool(1, { lock: new GlobalLock(), preemption });
    const text = await pool.submit(sourceOf);
    expect(text).not.toMatch(/breaker|_look/);
    expect(text).toMatch(/_resume\(await null\)/);
  });

  it.each(['checkpoint', 'both'] as const)('%s places looks', async (preemption) => {
    await using pool = new ThreadPool(1, { lock: new GlobalLock(), preemption });
    expect(await pool.submit(sourceOf)).toMatch(/breaker/);
  });

  it('none lets a loop keep the lock until it ends', async () => {
    const lock = new GlobalLock({ switchInterval: 1 });
    await using pool = new ThreadPool(1, { lock, preemption: 'none' });
    const shared = cells();
    const future = pool.submit((shared: Int32Array) => {
      Atomics.store(shared, 0, 1);
      while (Atomics.load(shared, 1) === 0);
    }, shared);
    while (Atomics.load(shared, 0) === GO_ON) await new Promise(setImmediate);
    expect(lock.acquireSync({ timeout: 30 })).toBeNull();
    Atomics.store(shared, 1, 1);
    await future;
    expect(lock.stats().drops.forced).toBe(0);
  });
});

describe('options', () => {
  it('are of the pool, or else of its lock', () => {
    const lock = new GlobalLock({ preemption: 'both', interruptAfter: 2 });
    expect(lock.handle).toMatchObject({ preemption: 'both', interruptAfter: 2 });
    expect(new GlobalLock().handle).not.toHaveProperty('preemption');
  });

  it('are refused where nobody could be interrupted', () => {
    expect(() => new ProcessPool(1, { isolation: 'process', preemption: 'interrupt' })).toThrow(ArgumentError);
    expect(() => new ThreadPool(1, { dialect: 'cpython-2.7', preemption: 'both' })).toThrow("expected 'checkpoint' or 'none'");
    expect(() => new ThreadPool(1, { preemption: 'checkpoint', interruptAfter: 3 })).toThrow("it is for preemption 'both'");
    expect(() => new Thread({ target: () => {}, preemption: 'often' as 'both' })).toThrow('got "often"');
  });
});
