/**
 * Functions as text: every form arrives and works, everything that cannot is refused with its name, its place and a remedy.
 */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the snippets are programs
import { createLooks, type DialectName, instrument, instrumentFunction, linkFunction, publishLooks } from 'gil/transform';
import { describe, expect, test } from 'vitest';

const EXPORTS = new Set(['sleep', 'checkpoint']);
const exported = { sleep: (ms: number): string => `slept ${ms}`, checkpoint: (): string => 'checked' };

let looked = 0;
const look = (): void => void looked++;
const looks = createLooks({ breaker: new Int32Array([1]), look, tick: look, resume: (value) => value, enter: look });

// biome-ignore lint/suspicious/noExplicitAny: arguments and results of every kind
function ship(task: unknown, dialect: DialectName = 'cpython-3.13'): (...args: any[]) => any {
  const source = instrumentFunction(task, { dialect, exports: EXPORTS });
  return linkFunction(structuredClone(source), looks, exported);
}

function thrown(task: unknown): Error & { code?: string; variable?: string; line?: number; column?: number } {
  try {
    instrumentFunction(task, { exports: EXPORTS });
  } catch (error) {
    return error as Error;
  }
  throw new Error('expected it to throw');
}

/** A function whose text is exactly what is given, whatever this file is compiled with. */
const make = (text: string, outer = ''): unknown => new Function(`${outer} return (${text}\n)`)();

describe('every form of function', () => {
  class Some {
    static stat(a: number) {
      return a + 1;
    }
    method(a: number) {
      return a + 1;
    }
  }
  const key = 'computed';
  const object = {
    short(a: number) {
      return a + 1;
    },
    'a string'(a: number) {
      return a + 1;
    },
    42(a: number) {
      return a + 1;
    },
    [key](a: number) {
      return a + 1;
    },
    delete(a: number) {
      return a + 1;
    },
    get(a: number) {
      return a + 1;
    },
    async(a: number) {
      return a + 1;
    },
    static(a: number) {
      return a + 1;
    },
    function: (a: number) => a + 1,
    async later(a: number) {
      return a + 1;
    },
  };
  test.each([
    ['declaration', make('function f(a) { return a + 1 }')],
    ['anonymous', make('function (a) { return a + 1 }')],
    ['arrow', make('a => a + 1')],
    ['arrow with a comment at its end', make('a => a + 1 // end')],
    ['arrow of an object', make('(a) => ({ a }).a + 1')],
    ['async arrow', make('async a => a + 1')],
    ['async function', make('async function (a) { return await a + 1 }')],
    ['sloppy', make('function f(a) { with ({ b: 1 }) { return a + b } }')],
    ['strict by itself', make('function f(a) { "use strict"; return a + 1 }')],
    ['static method', Some.stat],
    ['method of a class', new Some().method],
    ['getter', Object.getOwnPropertyDescriptor(make('{ get x() { return 2 } }') as object, 'x')?.get],
    ['setter', make('Object.getOwnPropertyDescriptor({ set x(v) { return v + 1 } }, "x").set')],
    ['private method', make('class { static #p(a) { return a + 1 } static get() { return this.#p } }.get()')],
    ['computed with a free name', make('{ [outer + 1](a) { return a + 1 } }.x1', 'const outer = "x";')],
    ['async method', make('{ async  [`y`] (a) { return a + 1 } }.y')],
    ...Object.entries(object),
  ])('%s', async (_, f) => {
    for (const dialect of ['cpython-2.7', 'cpython-3.9', 'cpython-3.10', 'cpython-3.13', 'cpython-3.13t'] as const) {
      expect(await ship(f, dialect)(1)).toBe(2);
    }
  });

  test('generators, sync and async', async () => {
    expect([
      ...ship(function* (n: number) {
        for (let i = 0; i < n; i++) yield i;
      })(3),
    ]).toEqual([0, 1, 2]);
    expect([
      ...ship(
        {
          *g() {
            yield* 'ab';
          },
        }.g,
      )(),
    ]).toEqual(['a', 'b']);
    const seen = [];
    for await (const x of ship(async function* () {
      yield 1;
    })())
      seen.push(x);
    expect(seen).toEqual([1]);
  });

  test('it knows its own name, as a function that says it', () => {
    const fib = make('function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2) }');
    expect(ship(fib)(10)).toBe(55);
    expect(ship(fib).name).toBe('fib');
    const { double } = { double: (n: number) => n * 2 };
    expect(ship(double).name).toBe('double');
    expect(ship(make('x => x')).name).toBe('anonymous');
  });

  test('parameters, hoisting and inner names are its own', () => {
    const f = make(
      `function f(a, { b = a, ...rest } = {}, [c = b] = [], ...more) {
      var v = w; var w = 1; function g(x = a) { return x + h() } function h() { return 1 } { function i() {} i() }
      class K { static s = K.name; m() { return K } } const k = class L { t = L };
      try { throw 1 } catch (e) { v = e } try {} catch { }
      for (const i of [1]) label: for (let j in [2]) { if (i) continue label; }
      switch (1) { case 1: let z = 2; v = z }
      const { [v]: p, q: { r } = {} } = {}; const t = typeof w;
      return [arguments.length, f.length, g(), new K().m().s, (() => arguments[0])(), function () { return new.target }(), p, r, rest, more, t];
    }`,
    );
    expect(ship(f)(1)).toEqual([1, 1, 2, 'K', 1, undefined, undefined, undefined, {}, [], 'number']);
  });

  test('nested functions and classes have a this of their own', () => {
    const f = make(
      '() => { class A { x = this; #y = 1; y() { return this.#y } static { this.z = 1 } } return [new A().y(), A.z, (function () { return this })(), { m() { return super.toString === Object.prototype.toString } }.m()] }',
    );
    expect(ship(f)()).toEqual([1, 1, undefined, true]);
  });

  test('module code is strict, old code stays sloppy', () => {
    expect(instrumentFunction(make('() => 1'), { exports: EXPORTS }).mode).toBe('strict');
    expect(instrumentFunction(make('() => 017'), { exports: EXPORTS }).mode).toBe('sloppy');
    expect(ship(make('() => 017'))()).toBe(15);
    expect(ship(make('() => { var await = 1, yield_ = 2; return await + yield_ }'))()).toBe(3);
  });

  test('the record is plain, and made once for a function and a dialect', () => {
    const f = (a: number): number => a;
    const source = instrumentFunction(f, { exports: EXPORTS });
    expect(structuredClone(source)).toEqual(source);
    expect(instrumentFunction(f, { exports: EXPORTS })).toBe(source);
    expect(instrumentFunction(f, { exports: EXPORTS, dialect: 'cpython-3.9' })).not.toBe(source);
    expect(instrumentFunction(f, { exports: new Set() })).not.toBe(source);
  });

  test('looks fire in it, and none in a dialect without a lock', () => {
    looked = 0;
    ship(make('() => { for (const x of "abc") ; }'))();
    expect(looked).toBe(4);
    ship(make('() => { for (const x of "abc") ; }'), 'cpython-3.13t')();
    expect(looked).toBe(4);
  });

  test('a stack trace has the lines of its own text', () => {
    const f = make('function deep() {\n  const x = 1;\n  throw new Error(String(x));\n}');
    const g = make('{ deep() {\n\n throw new Error("2") } }.deep');
    expect(() => ship(f)()).toThrow(expect.objectContaining({ stack: expect.stringMatching(/at deep \(gil-task:deep:3:\d+\)/) }));
    expect(() => ship(g)()).toThrow(expect.objectContaining({ stack: expect.stringMatching(/gil-task:deep:3:\d+/) }));
  });

  test('a function of a module that was loaded with looks keeps them', () => {
    publishLooks(looks);
    const { code } = instrument('return function work(n) { for (const x of "abc") n++; return n }', { sourceType: 'commonjs' });
    const work = new Function(code)();
    looked = 0;
    expect(ship(work)(1)).toBe(4);
    expect(looked).toBe(4);
  });
});

describe('free variables that arrive', () => {
  test('exports of the package, by their name', () => {
    expect(ship(make('(n) => sleep(n)'))(5)).toBe('slept 5');
    expect(instrumentFunction(make('() => [sleep, checkpoint, sleep]'), { exports: EXPORTS }).uses.exports).toEqual([
      'sleep',
      'checkpoint',
    ]);
    // A parameter of that name is the function's own.
    expect(instrumentFunction(make('(sleep) => sleep'), { exports: EXPORTS }).uses.exports).toEqual([]);
  });
  test.each(['__vi_import_0__', '__vite_ssr_import_12__', 'import_gil', 'import_gil2', 'gil_1', '_gil', 'gil', 'Gil'])(
    'the spelling %s of an import',
    (name) => {
      expect(ship(make(`(n) => ${name}.sleep(n)`))(5)).toBe('slept 5');
      expect(ship(make(`(n) => (0,${name}.sleep)(n) + (0, ${name}.checkpoint)()`))(5)).toBe('slept 5checked');
      expect(thrown(make(`() => ${name}.other()`))).toMatchObject({ variable: 'other', line: 1, column: 7 });
      expect(thrown(make(`() => ${name}`))).toMatchObject({ variable: name });
      expect(thrown(make(`() => ${name}["sleep"]`))).toMatchObject({ variable: name });
      expect(thrown(make(`() => ${name}.default`))).toMatchObject({ variable: 'default' });
    },
  );
  test('what esbuild leaves to keep names', () => {
    expect(ship(make('() => { const f = __name(() => 1, "f"); return f() }'))()).toBe(1);
  });
  test('globals', () => {
    expect(ship(make('() => [Math.abs(-1), typeof process, globalThis === global, undefined, NaN]'))()).toEqual([
      1,
      'object',
      true,
      undefined,
      Number.NaN,
    ]);
  });
});

describe('free variables that do not', () => {
  test.each([
    ['() => factor', 'factor', 1, 7],
    ['function f(n) {\n  return n * factor;\n}', 'factor', 2, 14],
    ['() => typeof missing', 'missing', 1, 14],
    ['() => { missing = 1 }', 'missing', 1, 9],
    ['() => { missing++ }', 'missing', 1, 9],
    ['() => { ({ a: missing } = {}) }', 'missing', 1, 15],
    ['() => ({ missing })', 'missing', 1, 10],
    ['() => ({ [missing]: 1, missing: 2 })', 'missing', 1, 11],
    ['(a = missing) => { var missing; }', 'missing', 1, 6],
    ['({ [missing]: a }) => a', 'missing', 1, 5],
    ['() => `${missing}`', 'missing', 1, 10],
    ['() => missing`x`', 'missing', 1, 7],
    ['() => class extends missing {}', 'missing', 1, 21],
    ['() => class { [missing] = 1 }', 'missing', 1, 16],
    ['() => class { x = missing }', 'missing', 1, 19],
    ['() => class { static { missing } }', 'missing', 1, 24],
    ['() => { { let a; } return () => () => a }', 'a', 1, 39],
    ['() => { for (const x of []) ; return x }', 'x', 1, 38],
    ['() => { try {} catch (e) {} return e }', 'e', 1, 36],
    ['() => { (function g() {}); return g }', 'g', 1, 35],
    ['() => { for (missing of []) ; }', 'missing', 1, 14],
    ['() => { { function h() {} } return h }', 'h', 1, 36],
    ['() => { l: for (;;) break l; return l }', 'l', 1, 37],
    ['() => { switch (1) { case missing: } }', 'missing', 1, 27],
    ['() => missing?.a.b', 'missing', 1, 7],
    ['() => { return\n\n  a.missing(missing) }', 'a', 3, 3],
    ['async () => { for await (const x of missing) ; }', 'missing', 1, 37],
    ['function* () { yield missing }', 'missing', 1, 22],
    ['{ m(a) { return missing } }.m', 'missing', 1, 15],
  ])('%s', (text, variable, line, column) => {
    const error = thrown(make(text));
    expect(error).toMatchObject({ name: 'FreeVariableError', code: 'ERR_TASK_FREE_VARIABLE', variable, line, column });
    expect(error).toBeInstanceOf(ReferenceError);
    expect(error.message).toContain(`uses the variable \`${variable}\` (line ${line}, column ${column})`);
  });

  test('the message names the function, the place and the remedy', () => {
    const work = make('function work(n) {\n  return n * (factor);\n}');
    expect(thrown(work).message).toBe(
      "the task `work` uses the variable `factor` (line 2, column 15), which does not exist in a worker. Pass it as an argument: pool.submit(work, factor), or export the function from a module and use tasks(new URL('./work.js', import.meta.url))",
    );
    expect(thrown(make('() => factor')).message).toMatch(/^the task \(an anonymous function\) uses .* pool\.submit\(task, factor\)/);
  });

  test.each([
    ['() => __awaiter(1)', /es2022/],
    ['() => _asyncToGenerator(1)', /es2022/],
    ['() => __using(1)', /es2022/],
    ['() => __vite_ssr_dynamic_import__("x")', /stands for import\(\)/],
    ['() => __vite_ssr_import_meta__.url', /import\.meta\.url as an argument/],
    ['() => { cov_1x2y().s[0]++ }', /coverage/],
    ['() => sleep2(5)', /this package's `sleep`, a bundler has renamed it: import \* as gil from 'gil'/],
    ['() => require("fs")', /await import\('node:fs'\)/],
    ['() => __dirname', /CommonJS/],
    ['{ self: (n) => self(n) }.self', /write it as `function self\(…\)/],
  ])('%s has a remedy of its own', (text, remedy) => {
    expect(thrown(make(text)).message).toMatch(remedy);
  });
});

describe('what is no task', () => {
  test.each([
    [5, 'submit: expected a function or a task of tasks(), got 5'],
    [undefined, 'submit: expected a function or a task of tasks(), got undefined'],
    ['x => x', 'submit: expected a function or a task of tasks(), got "x => x"'],
    [{}, 'submit: expected a function or a task of tasks(), got an object'],
    [make('class A {}'), 'the task `A` is a class'],
    [make('class {}'), 'is a class'],
    [parseInt, 'the task `parseInt` is a native function and has no source text to send to a worker: wrap it, as in `(x) => parseInt(x)`'],
    [Math.max, '`(x) => max(x)`'],
    [(() => 1).bind(null), 'is a bound function'],
    [new Proxy(() => 1, {}), 'has no source text'],
    [
      make('function f() { return this }'),
      'the task `f` uses `this`, and in a worker it would be undefined: pass the object as an argument',
    ],
    [make('() => this.x'), 'uses `this`'],
    [make('{ m() { return () => this } }.m'), 'the task `m` uses `this`'],
    [make('{ m() { return super.x } }.m'), 'the task `m` uses `super`'],
    [make('(a = this) => a'), 'uses `this`'],
    [make('function f() { return class extends this.A {} }'), 'uses `this`'],
    [make('function f() { return class { [this.k] = 1 } }'), 'uses `this`'],
    [make('function f() { return new.target }'), 'uses `new.target`'],
    [new Function('return () => arguments[0]')(), 'name its parameters'],
    [make('class { static #p = 1; static f(o) { return o.#p } }.f'), 'uses the private name #p'],
    [make('class { static #p = 1; static f(o) { return #p in o } }.f'), 'uses the private name #p'],
  ])('%s', (value, message) => {
    const error = thrown(value);
    expect(error.message).toContain(message);
    expect(error).toMatchObject({ name: 'TaskFunctionError', code: 'ERR_TASK_FUNCTION' });
  });

  test('import.meta', () => {
    const f = () => import.meta.url;
    // The text itself; vitest has rewritten it in the function above.
    const error = thrown(Object.assign(f, { toString: undefined }));
    expect(error.message).toMatch(/import\.meta/);
  });

  test('a text that the parser does not know', () => {
    const f = (): number => 1;
    const original = Function.prototype.toString;
    try {
      Function.prototype.toString = () => 'function f() {\n  return 1 +* 2 }';
      expect(thrown(f)).toMatchObject({
        name: 'TaskSyntaxError',
        code: 'ERR_TASK_SYNTAX',
        message: 'the task `f` could not be parsed (line 2, column 13): Unexpected token',
        cause: expect.any(SyntaxError),
      });
      Function.prototype.toString = () => '() => +* 2';
      expect(thrown(() => 2).message).toContain('(line 1, column 8)');
      Function.prototype.toString = () => '() => import.meta.url';
      expect(thrown(() => 3)).toMatchObject({
        code: 'ERR_TASK_FUNCTION',
        message: expect.stringContaining('import.meta.url as an argument'),
      });
    } finally {
      Function.prototype.toString = original;
    }
  });
});
