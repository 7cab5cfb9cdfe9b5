/**
 * Small loops look once in 256 turns, and nobody can tell: not by what they compute, nor by how often a `valueOf` is asked.
 */
import { createLooks, type DialectName, instrument, publishLooks } from 'gil/transform';
import { describe, expect, test } from 'vitest';

interface Run {
  readonly looked: number;
  readonly result: unknown;
}

function run(body: string, argument?: unknown, dialect: DialectName = 'cpython-3.13'): Run {
  let looked = 0;
  const look = (): void => void looked++;
  publishLooks(createLooks({ breaker: new Int32Array([1]), look, tick: look, resume: (value) => value, enter: look }));
  const { code } = instrument(`let n = input; ${body}`, { dialect, sourceType: 'commonjs' });
  const result = new Function('input', code)(argument);
  return { looked, result };
}

const SUM = 'let s = 0; for (let i = 0; i < n; i++) s += i; return s';

describe('a number as the bound', () => {
  test.each([0, 1, 2, 255, 256, 257, 512, 1000, 1000.5, -5])('%d turns', (n) => {
    const turns = Math.max(0, Math.ceil(n));
    expect(run(SUM, n)).toEqual({ looked: Math.ceil(turns / 256), result: turns && (turns * (turns - 1)) / 2 });
  });
  test.each([
    ['i += 1', 'for (let i = 0; i < n; i += 1) t++'],
    ['++i', 'for (let i = 0; i < n; ++i) { t++ }'],
    ['a literal', 'for (let i = 0; i < 1000; i++) t++'],
    ['a const of the header', 'for (let i = 0, m = n; i < m; i++) t++'],
    ['Math and conditions', 'for (let i = 0; i < n; i++) { const x = Math.max(i, 3) ? Math.PI : -i; if (x > 0) t++; else t--; }'],
    ['continue', 'for (let i = 0; i < n; i++) { t++; if (i % 2) continue; let y = i; }'],
  ])('%s', (_, loop) => {
    expect(run(`let t = 0; ${loop}; return t`, 1000)).toEqual({ looked: 4, result: 1000 });
    expect(run(`let t = 0; ${loop}; return t`, 1000, 'cpython-3.9').looked).toBeGreaterThanOrEqual(1000);
  });
  test('up to and with the bound', () => {
    expect(run('let t = 0; for (let i = 1; i <= n; i++) t += i; return t', 1000)).toEqual({ looked: 4, result: 500_500 });
  });
  test('break leaves both loops, return leaves the function, a switch keeps its own break', () => {
    expect(run('for (var t = 0, x; false; ); for (let i = 0; i < n; i++) { if (i === 300) break; t = i } return t', 1000)).toEqual({
      looked: 1,
      result: 299,
    });
    expect(run('for (let i = 0; i < n; i++) if (i === 300) return i', 1000)).toEqual({ looked: 1, result: 300 });
    expect(
      run(
        'let t = 0; for (let i = 0; i < n; i++) { switch (i % 3) { case 0: break; case 1: continue; default: if (i > 500) break; t++ } t++ } return t',
        600,
      ).looked,
    ).toBe(3);
    expect(run('let t = 0; l: for (let i = 0; i < n; i++) { if (i > 9) break; t++ } return t', 600)).toEqual({ looked: 0, result: 10 });
  });
});

describe('a text as the bound', () => {
  const HASH = 'let h = 0; for (let i = 0; i < n.length; i++) h = (h * 31 + n.charCodeAt(i)) | 0; return h';
  test.each([0, 1, 256, 257, 1000])('of %d characters', (length) => {
    const text = 'abcdefghij'.repeat(100).slice(0, length);
    const plain = new Function('n', HASH)(text);
    expect(run(HASH, text)).toEqual({ looked: Math.ceil(length / 256), result: plain });
  });
  test('an object of the same shape is looked at on each turn', () => {
    let asked = 0;
    const like = {
      get length() {
        asked++;
        return 5;
      },
      charCodeAt: (i: number) => i,
    };
    const plain = new Function('n', HASH)(like);
    const askedPlain = asked;
    asked = 0;
    expect(run(HASH, like)).toEqual({ looked: 5, result: plain });
    expect(asked).toBe(askedPlain);
  });
});

describe('bounds that are no numbers', () => {
  const counting = (value: unknown): { asked: number; valueOf(): unknown } => ({
    asked: 0,
    valueOf() {
      this.asked++;
      return value;
    },
  });
  test.each([
    ['an object', 300],
    ['of a BigInt', 300n],
    ['of a text', '300'],
    ['of NaN', Number.NaN],
  ])('%s is asked as often as written', (_, value) => {
    const [plain, striding] = [counting(value), counting(value)];
    const result = new Function('n', SUM)(plain);
    const { looked } = run(SUM, striding);
    expect(striding.asked).toBe(plain.asked);
    expect(run(SUM, counting(value)).result).toBe(result);
    expect(looked).toBe(Number.isNaN(value) ? 0 : 300);
  });
  test.each([[undefined], [null], [Number.NaN], ['7'], ['x'], [true], [[5]], [7n]])('%s', (bound) => {
    expect(run(SUM, bound).result).toBe(new Function('n', SUM)(bound));
  });
  test('Infinity, with a way out', () => {
    expect(run('for (let i = 0; i < n; i++) if (i > 999) return i', Number.POSITIVE_INFINITY)).toEqual({ looked: 3, result: 1000 });
  });
  test.each(['"0"', '5n', 'null', 'undefined', '{ valueOf: () => 3 }', '[2]', '-0', '0.5', 'true'])(
    'a counter that starts at %s',
    (start) => {
      for (const step of ['i++', '++i', 'i += 1']) {
        const body = `let t = "", k = 0; try { for (let i = ${start}; i < n; ${step}) { t += i + ","; if (k++ > 20) break } } catch (e) { t += e.name } return t`;
        expect(run(body, 9).result, step).toBe(new Function('n', body)(9));
      }
    },
  );
});

describe('loops that are no strides: a look on each turn', () => {
  test.each([
    ['the counter is captured', 'let f; for (let i = 0; i < n; i++) { f = () => i }'],
    ['the counter is captured in the header', 'for (let i = 0, f = () => i; i < n; i++) { n }'],
    ['the counter is written', 'for (let i = 0; i < n; i++) { i = i + 0 }'],
    ['the bound is written', 'for (let i = 0; i < n; i++) { n = n - 0 }'],
    ['the bound is written by a function', 'let m = n; const f = () => { m = 5 }; for (let i = 0; i < m; i++) { n }'],
    ['a member is read', 'const a = [1]; for (let i = 0; i < n; i++) { a[0] }'],
    ['a global is read', 'for (let i = 0; i < n; i++) { globalThis }'],
    ['Math is a variable', 'const Math = { max: (a) => a }; for (let i = 0; i < n; i++) { Math.PI }'],
    ['the step is not one', 'for (let i = 0; i < n + n; i += 2) {}'],
    ['the bound is computed', 'for (let i = 0; i < n * 1; i++) {}'],
    ['var', 'for (var i = 0; i < n; i++) {}'],
    ['eval is about', 'for (let i = 0; i < n; i++) {} if (0) eval("")'],
    ['a comment in the header', 'for (let i = 0; i < n; i++ /* here */) {}'],
  ])('%s', (_, body) => {
    expect(run(body, 300).looked).toBeGreaterThanOrEqual(300);
  });
});
