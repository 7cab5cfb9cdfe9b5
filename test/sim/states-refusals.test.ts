/**
 * What the stateful search takes of ordinary functions, and what it says of what it does not.
 */
import { describe, expect, it } from 'vitest';
import type { DialectName } from '../../src/dialects/registry.js';
import { explore, replay } from '../../src/sim/explore.js';
import { Barrier } from '../../src/threading/barrier.js';
import { Condition } from '../../src/threading/condition.js';
import { Lock } from '../../src/threading/lock.js';

interface Shared {
  [key: string]: unknown;
}

const run = (state: () => object, text: string, dialect: DialectName = 'cpython-3.13', after?: (s: Shared) => unknown) => {
  const thread = new Function(`return ${text}`)() as (s: Shared) => void;
  const spec = { dialect, state: state as () => Shared, threads: { ann: thread, bob: thread }, ...(after && { after }) };
  return { spec, report: explore({ ...spec, search: { strategy: 'stateful', maxMs: 60_000 } }) };
};

class Counter {
  n = 0;
  inc(): void {
    this.n += 1;
  }
}

class Hidden {
  #n = 0;
  m = 0;
  inc(): void {
    this.m += 1;
  }
  get n(): number {
    return this.#n;
  }
}

let outside = 0;

class Looking extends Counter {
  look(): number {
    outside += 1;
    return outside;
  }
}

class Made {
  static count = 0;
  n = 0;
}

describe('ordinary functions', () => {
  it('decides two threads with 10 increments between any two operations', () => {
    const text = '(s) => { for (let i = 0; i < 10; i++) s.n += 1; }';
    const { report } = run(
      () => ({ n: 0 }),
      text,
      'cpython-3.9',
      (s) => (s['n'] as number) >= 2,
    );
    expect(report).toMatchObject({ proved: 'complete', failure: null, schedules: 25_452 });
  });

  it('finds a failure in them, and tells it as any other', () => {
    const text = '(s) => { for (let i = 0; i < 3; i++) s.box.inc(); }';
    const { spec, report } = run(
      () => ({ box: new Counter() }),
      text,
      'cpython-3.13t',
      (s) => (s['box'] as Counter).n > 3,
    );
    expect(report.failure).toMatchObject({ kind: 'assertion' });
    expect(replay(report.failure!.schedule, spec).failure?.kind).toBe('assertion');
    expect(String(report)).toContain('this.n');
  });

  it('proves what a lock and a condition are for', () => {
    const text =
      '(s) => { for (let i = 0; i < 4; i++) { s.ready.runExclusiveSync(() => { s.n += 1; s.ready.notify(); }); } s.lock.acquireSync(); s.m += s.n; s.lock.release(); }';
    const state = () => ({ n: 0, m: 0, lock: new Lock(), ready: new Condition() });
    expect(run(state, text, 'cpython-3.13t', (s) => s['n'] === 8).report).toMatchObject({ proved: 'complete', failure: null });
  });

  it('finds a deadlock', () => {
    const state = () => ({ a: new Lock(), b: new Lock() });
    const spec = {
      state,
      threads: {
        ann: (s: ReturnType<typeof state>) => {
          s.a.runExclusiveSync(() => s.b.runExclusiveSync(() => {}));
        },
        bob: (s: ReturnType<typeof state>) => {
          s.b.runExclusiveSync(() => s.a.runExclusiveSync(() => {}));
        },
      },
    };
    const report = explore({ ...spec, dialect: 'cpython-3.9', search: { strategy: 'stateful' } });
    expect(report.failure?.kind).toBe('deadlock');
    expect(String(report)).toMatch(/ann holds lock, waits for lock, which bob holds/);
  });

  it.each([
    [
      'private fields',
      () => ({ it: new Hidden() }),
      '(s) => { s.it.inc(); }',
      /`Hidden`, has the private field #n|`Hidden`: has the private field #n/,
    ],
    ['what a method uses from around it', () => ({ it: new Looking() }), '(s) => { s.it.inc(); }', /uses `outside` from around it/],
    ['a property of a class that changes', () => ({ Made }), '(s) => { s.Made.count += 1; }', /its property `count`: it changed/],
    ['a bound function', () => ({ f: Math.max.bind(null, 1) }), '(s) => { s.f(); }', /the state\.f: a native or bound function/],
    ['a date', () => ({ at: new Date(0) }), '(s) => { s.n = 1; }', /the state\.at: expected plain data.*got a Date/],
    ['a global', () => ({ n: 0 }), '(s) => { s.n = globalThis.x; }', /uses `globalThis`/],
    ['what freezes', () => ({ o: {} }), '(s) => { Object.freeze(s.o); }', /`freeze`: is called natively/],
    ['a class inside', () => ({ n: 0 }), '(s) => { class A { x() {} } s.n = new A().n; }', /expected it outside of the function/],
    ['an iterator', () => ({ m: new Map([[1, 2]]), n: 0 }), '(s) => { for (const v of s.m.values()) s.n += v; }', /at a switch point/],
    [
      'a Map that changes under who goes through it',
      () => ({ m: new Map([[1, 2]]) }),
      '(s) => { for (const [k, v] of s.m) s.m.set(k + v, v - 1); }',
      /gets or loses a key/,
    ],
    [
      'a function that keeps a variable of a turn',
      () => ({ n: 0 }),
      '(s) => { for (let i = 0; i < 2; i++) { const f = () => i; f(); s.n += f(); } }',
      /keeps `i`, which is made anew on each turn/,
    ],
    ['a timeout', () => ({ lock: new Lock() }), '(s) => { s.lock.acquireSync({ timeout: 5 }); }', /waits for a time/],
    ['sleep', () => ({ n: 0 }), '(s) => { sleep(5); }', /`\w+` of gil: is no part of a state, nor is time/],
    ['a barrier', () => ({ it: new Barrier(2) }), '(s) => { s.it.waitSync(); }', /Barrier/],
    [
      'what acquireSync gave',
      () => ({ lock: new Lock() }),
      '(s) => { const free = s.lock.acquireSync(); free(); }',
      /releaser|acquireSync/,
    ],
  ])('refuses %s', (_, state, text, message) => {
    expect(() => run(state, text)).toThrow(message);
  });
});
