/**
 * Where each dialect looks, counted: the numbers are those of the rules, not of an implementation.
 */
import { createLooks, type DialectName, instrument, publishLooks } from 'gil/transform';
import { describe, expect, test } from 'vitest';

type Scope = Record<string, unknown>;

/** Runs a body with looks, and says how often it looked; `onLook` acts as the other thread. */
function looksOf(dialect: DialectName, body: string, scope: Scope = {}, onLook: (n: number) => void = () => {}): number {
  let looked = 0;
  const look = (): void => onLook(++looked);
  publishLooks(createLooks({ breaker: new Int32Array([1]), look, tick: look, resume: (value) => value, enter: () => {} }));
  const { code } = instrument(body, { dialect, sourceType: 'commonjs' });
  new Function(...Object.keys(scope), code)(...Object.values(scope));
  return looked;
}

const ALL = ['cpython-2.7', 'cpython-3.9', 'cpython-3.10', 'cpython-3.13'] as const;

describe.each(ALL)('every dialect with a lock: %s', (dialect) => {
  test.each([
    ['for', 'for (let i = 0, a = {}; i < 7; i++) { a.x; }'],
    ['for without an update', 'for (let i = 0; i < 7; ) { i++; }'],
    ['while', 'let i = 0; while (i < 7) i++;'],
    ['do', 'let i = 0; do { i++ } while (i < 7)'],
    ['for-of', 'for (const x of "abcdefg") ;'],
    ['for-in', 'for (const x in [0, 0, 0, 0, 0, 0, 0]) {}'],
    ['continue', 'for (const x of "abcdefg") { if (x) continue; }'],
    ['labelled continue', 'a: for (const x of "abcdefg") { for (;;) continue a; }'],
    ['a string by hand', 'const s = "abcdefg"; let i = 0, h = 0; while (i < s.length) { h = (h * 31 + s.charCodeAt(i)) | 0; i++; }'],
  ])('one look per turn: %s', (_, body) => {
    expect(looksOf(dialect, body)).toBe(7);
  });

  const callers = {
    call: (f: () => unknown): unknown => f(),
    make: (C: new () => unknown): unknown => new C(),
    read: (o: { p: unknown }): unknown => o.p,
    write: (o: { p: unknown }): unknown => Object.assign(o, { p: 1 }),
    next: (g: () => Iterator<unknown>): unknown => g().next(),
    drain: (g: () => Iterable<unknown>): unknown => [...g()],
  };
  test.each([
    ['call(() => 1)', 1],
    ['call(function () {})', 1],
    ['call(function () { "use strict"; })', 1],
    ['call(async () => {})', 1],
    ['call({ m() {} }.m)', 1],
    ['make(class { constructor() {} })', 1],
    ['make(class { f = 1; static { 1 } })', 0],
    ['read({ get p() { return 1 } })', 1],
    ['write({ set p(v) {} })', 1],
    ['next(function* () { yield 1 })', 1],
    ['drain(function* () { yield 1; yield 2 })', 3],
    ['drain(function* () { yield* "ab" })', 1],
  ])('one look on entry, one when a generator resumes: %s', (body, looks) => {
    // One more for the call of the caller, which is native as far as the text can tell.
    expect(looksOf(dialect, body, callers)).toBe(1 + looks);
  });
});

describe('calls', () => {
  const native = { native: Math.abs, list: { append: Math.abs } };
  test.each([
    ['cpython-3.13', 'native(1)', 1],
    ['cpython-3.13', 'const x = native(1)', 1],
    ['cpython-3.13', 'let x; x = native(1) + 2 * 3', 1],
    ['cpython-3.13', 'native(native(1))', 2],
    ['cpython-3.13', 'const x = [native(1), native(2)]', 2],
    ['cpython-3.13', 'new Date()', 1],
    ['cpython-3.13', 'String.raw`x`', 1],
    ['cpython-3.13', 'null?.x(); "a"?.trim()', 2],
    ['cpython-3.13', '[].push(1); list.append(1); Array.isArray(1)', 0],
    ['cpython-3.13', 'const Array = { isArray: native }; Array.isArray(1)', 1],
    ['cpython-3.10', '[].push(1); list.append(1); Array.isArray(1)', 3],
    ['cpython-3.13t-gil', '[].push(1); list.append(1); Array.isArray(1)', 3],
    ['cpython-3.9', 'new Map().set(1, [].at(0))', 3],
    ['cpython-3.10', 'new Map().set(1, [].at(0))', 1],
    ['cpython-3.13', '[].at(0); new Map().get(1)', 1],
    ['cpython-3.13t-gil', '[].at(0); new Map().get(1)', 1],
    // A function of the same text has looked on entry.
    ['cpython-3.13', 'function f() {} f()', 1],
    ['cpython-3.13', 'const f = () => {}; f(); (() => {})()', 2],
    ['cpython-3.13', 'let f = () => {}; f = native; f(1)', 1],
    ['cpython-3.10', 'function f() {} f()', 2],
    ['cpython-3.9', 'function f() {} f()', 2],
  ] as const)('%s: %s looks %i times', (dialect, body, times) => {
    expect(looksOf(dialect, body, native)).toBe(times);
  });
});

describe('taken branches of 3.10', () => {
  test.each([
    ['if (true) ; else ;', 0],
    ['if (false) ; else ;', 1],
    ['if (true) ;', 0],
    ['if (false) ;', 1],
    ['if (false) ; else if (false) ; else ;', 2],
    ['const x = true ? 1 : 2', 0],
    ['const x = false ? 1 : 2', 1],
  ])('%s looks %i times', (body, times) => {
    expect(looksOf('cpython-3.10', body)).toBe(times);
    expect(looksOf('cpython-3.13', body)).toBe(0);
  });
});

describe('between the load and the store of a member', () => {
  const lose = (dialect: DialectName, body: string): unknown => {
    const o = { x: 1, k: 'x' };
    let isArmed = true;
    // The other thread writes at the first look only.
    looksOf(dialect, body, { o }, () => {
      if (isArmed) o.x = 100;
      isArmed = false;
    });
    return isArmed || o.x >= 100 ? 'kept' : 'lost';
  };
  const UPDATES = [
    'o.x += 1',
    'o.x++',
    '++o.x',
    'o.x -= -1',
    'o[o.k] += 1',
    'o[o.k]++',
    'o["x"]++',
    'o.x = o.x + 1',
    'const y = o.x++ + 1',
    '(0, o).x++',
  ];
  test.each(UPDATES)('%s can be lost on 2.7 and 3.9', (body) => {
    expect([lose('cpython-2.7', body), lose('cpython-3.9', body)]).toEqual(['lost', 'lost']);
  });
  test.each(UPDATES)('%s cannot be lost on 3.10 and 3.13', (body) => {
    expect([lose('cpython-3.10', body), lose('cpython-3.13', body)]).toEqual(['kept', 'kept']);
  });
  test('a call between makes 3.13 lose it, too', () => {
    expect(lose('cpython-3.13', 'const v = o.x; Math.abs(1); o.x = v + 1')).toBe('lost');
    expect(lose('cpython-3.10', 'const v = o.x; if (0) ; else ; o.x = v + 1')).toBe('lost');
    expect(lose('cpython-3.13', 'const v = o.x; if (0) ; else ; o.x = v + 1')).toBe('kept');
  });
  test('private fields keep their value and have the look', () => {
    const looked = looksOf(
      'cpython-3.9',
      'class A { #n = 1; bump() { return [this.#n++, ++this.#n, this.#n--, this.#n] } } if (String(new A().bump()) !== "1,3,3,2") throw 1',
    );
    expect(looked).toBeGreaterThanOrEqual(4);
  });
});

describe('resuming', () => {
  const resumed = async (body: string): Promise<string[]> => {
    const seen: string[] = [];
    publishLooks(
      createLooks({
        breaker: new Int32Array(1),
        look: () => {},
        tick: () => {},
        resume: (value) => {
          seen.push(`resume ${String(value)}`);
          return value;
        },
        enter: () => void seen.push('enter'),
      }),
    );
    const { code } = instrument(`return (async () => { ${body} })()`, { sourceType: 'commonjs' });
    await new Function('log', code)((what: string) => void seen.push(what));
    return seen;
  };
  test.each([
    ['await 1', ['resume 1']],
    ['try { await Promise.reject(1) } catch { log("c") } finally { log("f") }', ['enter', 'c', 'enter', 'f']],
    ['try { log("t") } catch {} finally { log("f") }', ['t', 'f']],
    ['for await (const x of [1, 2]) log("b")', ['enter', 'b', 'enter', 'b', 'enter']],
    [
      'async function* g() { log(yield 1) } const i = g(); await i.next(); await i.next("x")',
      ['resume [object Object]', 'resume x', 'x', 'resume [object Object]'],
    ],
    ['a: for (const x of [1]) for await (const y of [1]) { continue a } log("end")', ['enter', 'enter', 'enter', 'end']],
  ])('%s', async (body, expected) => {
    expect(await resumed(body)).toEqual(expected);
  });
});

describe('the text', () => {
  test('a breaker that is not set costs no call', () => {
    let looked = 0;
    publishLooks(createLooks({ breaker: new Int32Array(1), look: () => looked++, tick: () => {}, resume: (v) => v, enter: () => {} }));
    new Function(instrument('for (const x of "abc") [].pop()', { sourceType: 'commonjs' }).code)();
    expect(looked).toBe(0);
  });
  test('2.7 counts operations: more work weighs more', () => {
    const weights: number[] = [];
    publishLooks(
      createLooks({ breaker: new Int32Array(1), look: () => {}, tick: (w) => weights.push(w), resume: (v) => v, enter: () => {} }),
    );
    new Function(
      instrument('let i = 0, x = 0; do { i++ } while (i < 1); do { x = x * i + x / i - i ** 2; i++ } while (i < 1)', {
        dialect: 'cpython-2.7',
        sourceType: 'commonjs',
      }).code,
    )();
    expect(weights).toHaveLength(2);
    expect(weights[1]).toBeGreaterThan(weights[0] ?? 0);
  });
  test('a module fetches its looks on a line that was there, behind a hashbang and directives', () => {
    const { code, map } = instrument('#!/usr/bin/env node\n"use strict"\nwork()\n', { looks: 'gil' });
    const lines = code.split('\n');
    expect(lines[0]).toBe('#!/usr/bin/env node');
    expect(lines[1]).toMatch(/^"use strict"; import "gil"; const \{ /);
    expect(lines).toHaveLength(4);
    expect(JSON.parse(map.toString()).mappings).not.toBe('');
  });
  test('a text that does not parse is a SyntaxError with a position', () => {
    expect(() => instrument('let x = ;')).toThrow(expect.objectContaining({ name: 'SyntaxError', pos: 8 }));
    expect(() => instrument('x', { dialect: 'cpython-4' as DialectName })).toThrow(expect.objectContaining({ code: 'ERR_GIL_ARGUMENT' }));
  });
});
