// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts of threads have such
/**
 * Generator functions taken apart do what the generators do: the same values out for the same values in, and the same things to what they share.
 */
import { describe, expect, it } from 'vitest';
import { ENDED, type Frame, FrameProgram } from '../../src/transform/frames.js';

interface Shared {
  x: number;
  y?: unknown;
  z?: unknown;
  o?: unknown;
  readonly log: unknown[];
  [key: string]: unknown;
}

type Body = (s: Shared) => Generator<unknown, unknown, never>;

/** The bodies are texts: what is between two switch points is nobody's types. */
const text = (body: string, helpers: object = {}): Body =>
  new Function(...Object.keys(helpers), `return function* (s) { ${body} }`)(...Object.values(helpers)) as Body;

function* down(n: number): Generator<number, string, number> {
  if (n === 0) return 'z';
  yield n;
  return (yield* down(n - 1)) + n;
}

const helpers = {
  add: function* (a: number, b = 2): Generator<number, number, number> {
    const given = yield a;
    if (given > 3) return b + given;
    yield given;
    return a;
  },
  down,
  fails: function* ({ why = 'bad' } = {}): Generator<number> {
    yield 1;
    throw new TypeError(why);
  },
  twice: (n: number) => n * 2,
};

const CASES: Readonly<Record<string, string>> = {
  'loops to a number': 'for (let i = 0; i < 3; i++) { yield; const v = s.x; yield; s.x = v + 1; }',
  'yields in operands': 's.x = (yield 1) + (yield 2) * 3; s.log.push(s.x, yield 3); s.t = `a${yield 1}b${s.x}`; return -(yield 4);',
  'conditions, lazily':
    's.y = s.x > 10 ? yield 4 : (yield 5) || (yield 6); s.z ??= yield 7; s.z &&= yield 8; if ((yield 9) && s.y) s.x = 0;',
  'the old value first':
    's.x += yield 8; let n = 1; n += yield n; s.log.push(n); s[yield 3] = yield 4; s.x++; delete s[yield 3]; s.o = { n }; s.o.n *= yield;',
  'literals of objects and arrays':
    's.o = { a: yield 9, ...{ q: 1 }, [yield 10]: 4, m() { return 1; } }; s.a = [1, , yield 11, ...[yield 12], ,]; s.o = Object.keys(s.o).concat(s.o.m());',
  'calls of others':
    'const a = yield* add(1); s.log.push(a, yield* add(s.x, 5), twice(yield* add(2)), yield* down(3)); s.m = Math.max(yield 3, yield 9, 2); return yield* add(2);',
  labels:
    'outer: for (const k of [1, 2, 3, 4]) { let j = 0; while (true) { j++; if (j > k) continue outer; if (k === 4) break outer; yield j; s.log.push([k, j]); } } a: { yield 1; if (s.x > 0) break a; s.log.push("no"); }',
  'all kinds of loops':
    'do { s.x++; } while ((yield s.x) < 4 && s.x < 9); for (const key in { a: 1, b: 2 }) { yield key; s.log.push(key); } for (let i = 0, n = 3; i < n; i++) if (i === 1) continue; else yield i; let i = 0; while (i < 3) { i += (yield 7) + 1; if (i === 1) { for (;;) { if (i) break; } continue; } s.log.push(i); }',
  'a list that grows and a text':
    'for (const x of s.log) { yield x; if (s.log.length < 4) s.log.push(x); } for (const c of "ab") { yield c; s.x += c.length; }',
  switches:
    'for (let i = 0; i < 5; i++) { switch (i) { case yield 0: s.log.push("in"); break; case 2: yield 22; case 3: s.log.push("on"); yield 33; break; default: let q = i * 2; yield q; s.log.push(q); } }',
  'caught exceptions':
    'try { yield 1; yield* fails(); } catch (e) { s.log.push(e.message); yield 2; } finally { yield 3; s.log.push("last"); } try { try { yield 5; throw new TypeError("t"); } finally { yield 6; s.log.push("inner"); } } catch ({ message }) { s.log.push(message); }',
  'exceptions that go through': 'try { yield 1; s.x = 5; } catch { s.x = 6; } yield* fails({ why: "again" }); s.log.push("never");',
  'ways out through finally':
    'for (let i = 0; i < 4; i++) { try { if (i === 1) continue; if (i === 2) break; yield i; } finally { yield `f${i}`; } } try { for (const x of [1, 2]) { try { if (x === 1) throw 1; } catch { yield "c"; } if (x === 2) { yield x; return s.log.push("r"); } } } finally { s.log.push("z"); yield "end"; }',
  patterns:
    'const { a, b: [c, d = 7], ...rest } = { a: 1, b: [2], e: 5, f: 6 }; yield; let t; ({ t, q: s.q = 3 } = { t: 5 }); yield; [t, s.x] = [s.x, yield t]; s.log.push(a, c, d, rest, t);',
  shadows:
    'const a = 1; if (s.x) { const a = 9; yield a; s.log.push(a); } s.log.push(a, [2].map((a) => a)); var v = 3; { yield v; var v = 4; } s.log.push(v); for (var w = 0; w < 2; w++) s.log.push(w); yield w;',
  'functions inside':
    'let t = 0; const k = 2; [1, 2, 3].forEach((x) => { t += x * k; }); yield t; for (const x of [1, 2]) { const y = x * 2; yield; s.log.push([1, 2].map((q) => q + y + x)); } function fac(n) { return n < 2 ? 1 : n * fac(n - 1); } s.log.push(fac(4), { t, k });',
  'names of every turn': 'for (let i = 0; i < 3; i++) { const f = () => i; s.log.push(f()); yield; }',
};

/** All that comes out, until it has ended or has had enough. */
function drive(next: (input: unknown) => unknown, inputs: readonly unknown[]): unknown[] {
  const out: unknown[] = [];
  try {
    for (let at = 0; at < 60; at += 1) {
      out.push(next(inputs[at % inputs.length]));
      if (out.at(-1) === ENDED) break;
    }
  } catch (error) {
    out.push(String(error));
  }
  return out;
}

describe('a generator function that is taken apart', () => {
  it.each(Object.entries(CASES))('does %s', (_, body) => {
    const thread = text(body, helpers);
    const program = new FrameProgram({ threads: { thread }, helpers });
    for (const inputs of [[0], [1], [4, 5, 2], [undefined, 3], [9, 0]]) {
      const [one, other]: Shared[] = [
        { x: 1, log: [] },
        { x: 1, log: [] },
      ];
      const generator = thread(one!);
      const expected = drive((input) => {
        const { done, value } = generator.next(input as never);
        return done ? ENDED : value;
      }, inputs);
      const stack: Frame[] = program.enter(0, [other]);
      expect(drive((input) => program.advance(stack, input), inputs)).toEqual(expected);
      expect(other).toEqual(one);
    }
  });

  it('may be a method with parameters of every kind', () => {
    const { thread } = {
      *thread({ a, b = 2 }: { a: number; b?: number }, [c]: number[] = [3], ...rest: number[]) {
        yield [a, b, c, ...rest];
      },
    };
    const program = new FrameProgram({ threads: { thread } });
    expect(program.advance(program.enter(0, [{ a: 1 }]), 0)).toEqual([1, 2, 3]);
    expect(program.advance(program.enter(0, [{ a: 1, b: 5 }, [6], 7, 8]), 0)).toEqual([1, 5, 6, 7, 8]);
  });

  it('keeps only the variables that still matter', () => {
    const program = new FrameProgram({ threads: { thread: text('const a = s.x; yield; const b = a + 1; yield; s.x = b; yield;') } });
    const stack = program.enter(0, [{ x: 1 }]);
    const names = (): string[] => program.live(stack[0]!).map((slot) => program.variable(stack[0]!, slot));
    const all = [1, 2, 3].map(() => {
      program.advance(stack, 0);
      return names();
    });
    expect(all).toEqual([['its variable `s`', 'its variable `a`'], ['its variable `s`', 'its variable `b`'], []]);
  });
});

describe('what cannot be taken apart is refused in words', () => {
  it.each([
    ['yield; other();', 'uses `other`, which is not in its text: give it in `helpers`'],
    ['yield; return this;', 'uses `this`'],
    ['yield; return arguments[0];', 'uses `arguments`'],
    [
      'const all = [];\nfor (let i = 0; i < 2; i++) { let k = i; all.push(() => k); k++; yield; }',
      'line 2 of its text: makes a function that keeps `k`',
    ],
    ['yield* s.items();', 'expected `yield* helper(…)`'],
    ['const f = add; yield* add(1); f();', 'uses the generator function `add` other than as'],
    ['yield; later++; let later = 1;', 'uses `later` before it is declared'],
    ['const c = 1; yield; c = 2;', 'sets the constant `c`'],
    ['yield; Object.freeze(s);', 'uses Object.freeze'],
    ['yield; Date.now();', 'uses `Date`'],
    ['function* inner() { yield; } yield* inner();', 'has a generator function `inner` inside'],
    ['s.o?.f(yield);', 'expected it in a variable of its own first'],
  ])('%s', (body, message) => {
    expect(() => new FrameProgram({ threads: { ann: text(body, helpers) }, helpers })).toThrow(
      expect.objectContaining({ code: 'ERR_STATEFUL', message: expect.stringContaining(message) }),
    );
  });

  it.each([() => 1, async () => 1, 5, text('').bind(null)])('what is no generator function: %s', (body) => {
    expect(() => new FrameProgram({ threads: { ann: body } })).toThrow(expect.objectContaining({ code: 'ERR_STATEFUL' }));
  });

  it('an iterator that would have to be kept, even where the thread catches everything', () => {
    const program = new FrameProgram({ threads: { ann: text('try { for (const x of [1].values()) yield x; } catch { s.x = 2; }') } });
    expect(() => program.advance(program.enter(0, [{ x: 1 }]), 0)).toThrow(/goes through .* across a switch point/);
  });
});
