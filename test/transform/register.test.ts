/**
 * `node --import gil/register`: what a program loads gets looks, and nothing else changes.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import nodeModule, { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const register = pathToFileURL(createRequire(import.meta.url).resolve('gil/register')).href;
const transform = pathToFileURL(createRequire(import.meta.url).resolve('gil/transform')).href;
const gil = pathToFileURL(createRequire(import.meta.url).resolve('gil')).href;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gil-register-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Writes files and runs the first; gives what it printed. */
function run(files: Record<string, string>, env: Record<string, string> = {}): string {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const args = ['--import', register, join(folder, Object.keys(files)[0] ?? '')];
  return execFileSync(process.execPath, args, {
    env: { ...process.env, ...env },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();
}

describe('which files get looks', () => {
  const SHOW = 'export function f(o) { o.x += 1; return o.x }\n';
  test('modules of the program, under the default dialect', () => {
    expect(run({ 'a.mjs': `${SHOW}console.log(f.toString())` })).toContain('$gil_breaker[0] !== 0');
  });
  test('under the dialect of the environment', () => {
    expect(run({ 'a.mjs': `${SHOW}console.log(f.toString(), f({ x: 1 }))` }, { GIL_DIALECT: 'cpython-3.9' })).toMatch(
      /o\.x \+= \$gil_after\(1\).* 2$/s,
    );
    expect(run({ 'a.mjs': `${SHOW}console.log(f.toString())` }, { GIL_DIALECT: 'cpython-3.13t' })).not.toContain('$gil');
    expect(() => run({ 'a.mjs': '' }, { GIL_DIALECT: 'cpython-4' })).toThrow(/expected one of cpython-2\.7/);
  });
  test('not packages', () => {
    const files = {
      'b.mjs': 'import { f } from "pack"; console.log(f.toString())',
      'node_modules/pack/package.json': '{"type":"module","exports":"./i.js"}',
      'node_modules/pack/i.js': SHOW,
    };
    expect(run(files)).toBe(SHOW.trim().replace('export ', ''));
  });
  test('CommonJS files still work', () => {
    expect(
      run({
        'c.cjs':
          'const { join } = require("path"); module.exports = 1; console.log(join("a", "b"), this === module.exports, __filename.slice(-5))',
      }),
    ).toBe('a/b false c.cjs');
  });
  // Where Node runs the hook in the thread itself. Through a hooks thread they stay as they are.
  describe.runIf('registerHooks' in nodeModule)('CommonJS files', () => {
    const LOOKS = 'String(f).includes("_breaker[")';
    const SHARED = 'function f(o) { while (o.x < 3) o.x += 1; return o.x }\n';
    test('get looks, whether they are started, required or imported', () => {
      const files = {
        'f.cjs': `${SHARED}const a = require("./g.cjs"); import("./g.cjs").then((b) => console.log(${LOOKS}, f({ x: 0 }), a.looks, a === b.default, a.f({ x: 1 })))`,
        'g.cjs': `${SHARED}module.exports = { f, looks: ${LOOKS} && require("./h.cjs").looks && this === exports && __filename.endsWith("g.cjs") };`,
        'h.cjs': `"use strict"; ${SHARED}exports.looks = ${LOOKS};`,
      };
      expect(run(files)).toBe('true 3 true true 3');
    });
    test('get looks without a type in package.json, whatever their syntax', () => {
      const files = {
        'untyped/i.js': `${SHARED}const esm = require("./j.js"); console.log(${LOOKS}, esm.looks, JSON.stringify(require("./k.json")))`,
        'untyped/j.js': `export ${SHARED}export const looks = ${LOOKS};`,
        'untyped/k.json': '[1]',
        'untyped/package.json': '{}',
      };
      expect(run(files)).toBe('true true [1]');
    });
    test('of packages get none', () => {
      const files = {
        'l.cjs': 'console.log(require("old").looks)',
        'node_modules/old/index.js': `${SHARED}exports.looks = ${LOOKS};`,
      };
      expect(run(files)).toBe('false');
    });
    test('give tasks with looks', () => {
      const files = {
        'o.mjs': `const { tasks, ThreadPool } = await import(${JSON.stringify(gil)});
          const pool = new ThreadPool(1); console.log(await pool.submit(tasks(new URL("./r.cjs", import.meta.url)).looks)); await pool.shutdown()`,
        'r.cjs': `${SHARED}exports.looks = () => ${LOOKS};`,
      };
      expect(run(files)).toBe('true');
    });
  });
  test('an error in the text is reported by Node', () => {
    expect(() => run({ 'd.mjs': 'let x = ;' })).toThrow(/d\.mjs:1\s+let x = ;/);
  });
  test('a stack trace has the lines of the file', () => {
    expect(() => run({ 'e.mjs': 'const f = () => {\n  for (const x of [1])\n    throw new Error("here")\n}\nf()' })).toThrow(
      /e\.mjs:3:\d+\)\s+at file.*e\.mjs:5:\d+/,
    );
  });
});

describe('order of evaluation', () => {
  test('a function called by an import cycle before its module has run', () => {
    const files = {
      'm.mjs':
        'import { early } from "./n.mjs"; export function f(n) { for (const x of [1, 2]) n += parseInt(x); return n } console.log(early, f(5))',
      'n.mjs': 'import { f } from "./m.mjs"; export const early = f(1)',
    };
    for (const dialect of ['cpython-2.7', 'cpython-3.9', 'cpython-3.10', 'cpython-3.13'])
      expect(run(files, { GIL_DIALECT: dialect }), dialect).toBe('4 8');
  });
  test('top-level await, import.meta, dynamic imports and re-exports', () => {
    const files = {
      'p.mjs':
        'import * as q from "./q.mjs"; const r = await import("./q.mjs"); for await (const x of [1]) q.add(x); try { await Promise.reject(2) } catch (e) { q.add(e) } console.log(r === q, q.list, q.default(3), import.meta.url.slice(-5), q.basename("/a/b"))',
      'q.mjs':
        'export const list = []; export { basename } from "node:path"; export * from "node:os"; export const add = (x) => list.push(x); export default function (n) { return n * 2 }',
    };
    expect(run(files)).toBe('true [ 1, 2 ] 6 p.mjs b');
  });
  test('in a worker, for that worker alone', () => {
    const files = {
      'w.mjs': `import { Worker, isMainThread, parentPort } from "node:worker_threads"; export const f = () => 1;
        if (isMainThread) { const w = new Worker(new URL(import.meta.url), { execArgv: ["--import", ${JSON.stringify(register)}] }); w.once("message", (m) => console.log(m)) } else parentPort.postMessage(String(f))`,
    };
    expect(run(files)).toContain('$gil_breaker');
  });
});

test('a task may import modules', () => {
  const text = `import { createLooks, instrumentFunction, linkFunction } from ${JSON.stringify(transform)};
    const nothing = () => {}; const looks = createLooks({ breaker: new Int32Array(1), look: nothing, tick: nothing, resume: (v) => v, enter: nothing });
    const task = instrumentFunction(() => import("node:path").then((m) => m.basename("/a/b")), { exports: new Set() });
    console.log(await linkFunction(task, looks, {})(), task.text.includes("$gil"))`;
  expect(run({ 't.mjs': text })).toBe('b true');
});
