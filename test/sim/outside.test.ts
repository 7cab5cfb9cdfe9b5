/**
 * Source-DPOR sees what threads do to the state. What else they share is found before it searches, or after: its verdict is never about less than
 * the program.
 */
import { basename } from 'node:path';
import { call, explore, linearizable, Point, type Spec } from 'gil/sim';
import { Lock } from 'gil/threading';
import { describe, expect, it } from 'vitest';
import * as shared from './outside-module.js';

const search = { strategy: 'dpor' } as const;

/** Two generator threads that do the same to something that is not in the state, with a switch point in between. */
function twice<S>(body: (s: S) => Generator<unknown>, state: () => S): Spec<S> {
  return { state, threads: { ann: body, bob: body }, search };
}

const plain = () => ({ n: 0 });

describe('what threads share beside the state', () => {
  let count = 0;
  const box = { n: 0 };
  const list = [1];
  const lock = new Lock();
  const words = new Int32Array(1);
  const map = Object.freeze(new Map([['n', 0]]));
  const half = Object.freeze({ inner: { n: 0 } });
  const bump = (): number => {
    box.n += 1;
    return box.n;
  };
  class Made {
    static made = 0;
    n = 0;
  }
  class Hidden {
    static #made = 0;
    n = ++Hidden.#made;
  }
  class Above extends Made {}

  it.each<[string, (s: { n: number }) => Generator<unknown>, RegExp]>([
    [
      'a variable that is assigned',
      function* (s) {
        yield;
        count += 1;
        s.n = count;
      },
      /threads\.ann assigns the variable `count` \(line \d+ of its text\), which is not in the state/,
    ],
    [
      'an object',
      function* () {
        yield;
        box.n += 1;
      },
      /changes the variable `box`/,
    ],
    [
      'an object that is only read',
      function* (s) {
        yield;
        s.n = box.n;
      },
      /uses the variable `box` .*which holds an object that can change/,
    ],
    [
      'an array',
      function* (s) {
        yield;
        s.n = list.length;
      },
      /`list`/,
    ],
    [
      'a lock',
      function* () {
        yield;
        yield* call(lock, 'acquireSync');
      },
      /`lock`/,
    ],
    [
      'shared memory',
      function* () {
        yield;
        Atomics.add(words, 0, 1);
      },
      /`words`/,
    ],
    [
      'a frozen map',
      function* (s) {
        yield;
        s.n = map.get('n')!;
      },
      /`map`/,
    ],
    [
      'a frozen object with something in it that is not',
      function* (s) {
        yield;
        s.n = half.inner.n;
      },
      /`half` .*`inner` of it/,
    ],
    [
      'what a function uses that is called',
      function* (s) {
        yield;
        s.n = bump();
      },
      /the variable `bump` .* changes the variable `box`/,
    ],
    [
      'fields of a class',
      function* (s) {
        yield;
        s.n = new Made().n;
      },
      /`Made`.* has the field `made`, which can change/,
    ],
    [
      'hidden fields of a class',
      function* (s) {
        yield;
        s.n = new Hidden().n;
      },
      /has the field `#made`, which can change/,
    ],
    [
      'fields of the class above',
      function* (s) {
        yield;
        s.n = new Above().n;
      },
      /`Above` .* uses the variable `Made`/,
    ],
    [
      'a property of a function',
      function* () {
        yield;
        (bump as { n?: number }).n = 1;
      },
      /changes the variable `bump`/,
    ],
    [
      'a global variable',
      function* (s) {
        yield;
        (globalThis as { ours?: number }).ours = s.n;
      },
      /assigns the global variable `ours`/,
    ],
    [
      'the global object',
      function* (s) {
        yield;
        Object.assign(globalThis, s);
      },
      /hands around `globalThis`/,
    ],
    [
      'a property of the platform',
      function* () {
        yield;
        (Math as { ours?: number }).ours = 1;
      },
      /changes the global variable `Math`/,
    ],
    [
      'what a module exports',
      function* (s) {
        yield;
        s.n = shared.settings.n;
      },
      /uses `settings` .*which holds an object/,
    ],
    [
      'what a function of a module assigns',
      function* () {
        yield;
        shared.next();
      },
      /`next` .* assigns the variable `last`/,
    ],
  ])('%s: refused', (_, body, message) => {
    const explored = (): unknown => explore(twice(body, plain));
    expect(explored).toThrow(expect.objectContaining({ code: 'ERR_SPEC' }));
    expect(explored).toThrow(message);
  });

  it('would make the verdict wrong', () => {
    const s = { state: () => Object.assign(box, { n: 0 }) && plain(), after: () => box.n === 2 };
    const body = function* (): Generator<undefined> {
      yield;
      const seen = box.n;
      yield;
      box.n = seen + 1;
    };
    const spec = { ...s, threads: { ann: body, bob: body } };
    expect(explore({ ...spec, search: { strategy: 'exhaustive' } }).failure).not.toBeNull();
    expect(() => explore({ ...spec, search })).toThrow('box');
  });
});

describe('what never changes', () => {
  const step = 1;
  const LIMITS = Object.freeze({ step: 1, words: Object.freeze(['a', 'b']), check: Object.freeze({ is: (n: number) => n < 5 }) });
  const WORD = /^\w+$/;
  class Pair {
    readonly a: number;
    constructor(a: number) {
      this.a = a;
    }
    static of(a: number): Pair {
      return new Pair(a);
    }
    sum(b: number): number {
      return this.a + b;
    }
  }
  class Three extends Pair {}
  const add = (a: number, b: number): number => shared.double(a + b) / 2 + nested(0);
  const nested = (n: number): number => (n > 0 ? nested(n - 1) : n);
  function* round(s: { n: number }): Generator<undefined> {
    yield;
    s.n = add(s.n, step);
  }

  it.each<[string, (s: { n: number }) => Generator<unknown>]>([
    [
      'constants',
      function* (s) {
        yield;
        s.n += step;
      },
    ],
    [
      'what is frozen with all that is in it',
      function* (s) {
        yield;
        s.n += LIMITS.check.is(1) ? LIMITS.step + LIMITS.words.length : 0;
      },
    ],
    [
      'functions and generators',
      function* (s) {
        yield* round(s);
      },
    ],
    [
      'classes',
      function* (s) {
        yield;
        s.n += Pair.of(1).sum(2) + new Three(1).a;
      },
    ],
    [
      'patterns',
      function* (s) {
        yield;
        s.n += WORD.test('a') ? 1 : 0;
      },
    ],
    [
      'the platform',
      function* (s) {
        yield;
        s.n = Math.max(Number(s.n), JSON.stringify([new Set([1])]).length, globalThis.parseInt('1'));
      },
    ],
    [
      'imports',
      function* (s) {
        yield;
        s.n += shared.double(shared.LIMITS.n);
        yield new Point('yield', 'x');
      },
    ],
  ])('%s: proved as always', (_, body) => {
    expect(explore(twice(body, plain))).toMatchObject({ proved: 'complete', failure: null, doubt: undefined });
  });

  it('is seen in functions bound to something, too', () => {
    const body = function* (this: { readonly by: number }, s: { n: number }): Generator<undefined> {
      yield;
      s.n += this.by;
    };
    expect(explore(twice(body.bind(Object.freeze({ by: 2 })), plain)).proved).toBe('complete');
    expect(() => explore(twice(body.bind({ by: 2 }), plain))).toThrow(/what threads.ann is bound to, which holds an object/);
  });
});

describe('methods of what is in the state', () => {
  let made = 0;
  class Account {
    readonly id: number;
    n = 0;
    constructor() {
      made += 1;
      this.id = made;
    }
    get fresh(): number {
      made += 1;
      return made;
    }
    count(): void {
      made += 1;
    }
    add(): void {
      this.n += 1;
    }
  }
  const spec = (body: (s: Account) => void): Spec<Account> =>
    twice(
      function* (s) {
        yield;
        body(s);
      },
      () => new Account(),
    );

  it('are looked into if a thread calls them', () => {
    expect(() => explore(spec((s) => s.count()))).toThrow(/s\.count assigns the variable `made`/);
    expect(() => explore(spec((s) => s['count']()))).toThrow('made');
    expect(() =>
      explore(
        spec((s) => {
          s.n = s.fresh;
        }),
      ),
    ).toThrow('made');
    expect(() =>
      explore(
        spec((s) => {
          Object.assign(s, { n: new (s.constructor as typeof Account)().n });
        }),
      ),
    ).toThrow('made');
  });

  it('are not if nobody does', () => {
    expect(explore(spec((s) => s.add())).proved).toBe('complete');
  });
});

describe('what a text does not show', () => {
  it('is which call of an object ended first', () => {
    const spec = { sequential: () => new Map(), concurrent: () => new Map(), ops: { get: [] }, search };
    expect(() => linearizable(spec)).toThrow(/'dpor' does not see which call ended/);
  });

  it('leaves no proof', () => {
    const body = function* (s: { n: number }): Generator<undefined> {
      yield;
      // biome-ignore lint/security/noGlobalEval: what it is about
      s.n = eval('1') as number;
    };
    const report = explore(twice(body, plain));
    expect(report).toMatchObject({ proved: 'sampled', failure: null });
    expect(String(report)).toMatch(
      /sampled, \d+ schedules \(dpor, seed 1\), and no proof, for `eval` of what is around threads\.ann could not be seen/,
    );
  });

  it('is seen by what it leaves behind', () => {
    const by = 'ours';
    const body = function* (s: { n: number }): Generator<undefined> {
      yield;
      Reflect.set(Reflect.get(s.constructor, 'prototype') as object, by, 1);
      Reflect.set(Function('return this')() as object, by, 1);
    };
    try {
      expect(() => explore(twice(body, plain))).toThrow(/`ours`.* is not in the state, and it has changed/);
    } finally {
      Reflect.deleteProperty(globalThis, by);
      Reflect.deleteProperty(Object.prototype, by);
    }
  });

  it('is known of the platform’s own modules', () => {
    const body = function* (s: { n: number }): Generator<undefined> {
      yield;
      s.n = basename('a/b').length;
    };
    expect(explore(twice(body, plain)).proved).toBe('complete');
  });
});
