/**
 * The package as its users get it: packed, installed into an empty folder, and used from there in every way there is.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Ended, PROJECT, run } from '../docs/project.js';

const LIMIT = 240_000;
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'gil-package-')));
const app = join(folder, 'app');
const manifest = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8'));
let tarball = '';
let files: string[] = [];

/** Runs a program that is to succeed. */
async function succeed(program: string, args: readonly string[], cwd: string): Promise<Ended> {
  const ended = await run(program, args, cwd, LIMIT);
  expect(ended.code, `${program} ${args.join(' ')}\n${ended.stdout}\n${ended.stderr}`).toBe(0);
  return ended;
}

/** Writes a file of the app and runs it with Node. What Node says about loading ES modules by `require` is its own affair. */
async function node(name: string, text: string): Promise<Ended> {
  writeFileSync(join(app, name), text);
  return succeed(process.execPath, ['--disable-warning=ExperimentalWarning', join(app, name)], app);
}

beforeAll(async () => {
  const packed = await succeed('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], PROJECT);
  const [report] = JSON.parse(packed.stdout);
  files = report.files.map(({ path }: { path: string }) => path);
  tarball = join(folder, readdirSync(folder).find((name) => name.endsWith('.tgz')) as string);
  mkdirSync(app);
  writeFileSync(join(app, 'package.json'), '{ "private": true, "type": "module" }');
  await succeed('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', tarball], app);
}, LIMIT * 2);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('holds what is needed and nothing else', () => {
  expect(files.filter((path) => !path.startsWith('dist/')).sort()).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json']);
  expect(files.filter((path) => !/\.(js|js\.map|d\.ts)$/.test(path) && path.startsWith('dist/'))).toEqual([]);
  for (const started of ['worker', 'process', 'hooks']) expect(files).toContain(`dist/entry/${started}.js`);
});

test('has what its package.json names', () => {
  const named = [...Object.values(manifest.exports), manifest.bin].flatMap((entry) =>
    typeof entry === 'string' ? entry : Object.values(entry as object),
  );
  expect(named.length).toBeGreaterThan(5);
  for (const path of named) expect(files).toContain(path.replace('./', ''));
});

test('publint has nothing to say', async () => {
  const bytes = readFileSync(tarball);
  const { messages, pkg } = await publint({
    pack: { tarball: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) },
    strict: true,
  });
  expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
});

test('its types hold for a strict user, without skipLibCheck', { timeout: LIMIT }, () => {
  const source = join(app, 'types.ts');
  writeFileSync(
    source,
    `import { type Future, GlobalLock, ProcessPool, ThreadPool } from 'gil';
     import { instrument } from 'gil/transform';
     import 'gil/register';
     const pool = new ThreadPool(1, { lock: new GlobalLock() });
     export const sum: Future<number> = pool.submit((a: number, b: number) => a + b, 1, 2);
     export const code: string = instrument('1').code;
     export const names: Promise<string[]> = new ProcessPool(1).map(async (n: number) => String(n), [1]).toArray();
     // @ts-expect-error: the task takes a number
     pool.submit((n: number) => n, 'x');`,
  );
  const program = ts.createProgram([source], {
    strict: true,
    noEmit: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    lib: ['lib.es2023.d.ts', 'lib.es2024.sharedmemory.d.ts', 'lib.esnext.disposable.d.ts'],
    types: ['node'],
    typeRoots: [join(PROJECT, 'node_modules/@types')],
  });
  // Only what concerns the package: the declarations of Node and the language check themselves.
  const problems = ts.getPreEmitDiagnostics(program).filter(({ file }) => file === undefined || file.fileName.startsWith(folder));
  expect(problems.map(({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`)).toEqual([]);
});

const USE = `
const pool = new ThreadPool(2);
const processes = new ProcessPool(1, { isolation: 'process' });
const nap = (ms) => { sleep(ms); return currentThread().name; };
Promise.all([pool.submit((a, b) => a + b, 40, 2), pool.submit(nap, 1), processes.submit((n) => n * 2, 21)])
  .then(async ([sum, name, product]) => {
    console.log(sum, /^ThreadPool-0_\\d$/.test(name), product);
    await Promise.all([pool.shutdown(), processes.shutdown()]);
  });
`;

describe('runs pools', () => {
  test('by import', { timeout: LIMIT }, async () => {
    const { stdout, stderr } = await node('by-import.js', `import { currentThread, ProcessPool, sleep, ThreadPool } from 'gil';${USE}`);
    expect([stdout, stderr]).toEqual(['42 true 42\n', '']);
  });

  test('by require', { timeout: LIMIT }, async () => {
    const { stdout, stderr } = await node(
      'by-require.cjs',
      `const { currentThread, ProcessPool, sleep, ThreadPool } = require('gil');${USE}`,
    );
    expect([stdout, stderr]).toEqual(['42 true 42\n', '']);
  });

  test('with a module task of its own', { timeout: LIMIT }, async () => {
    writeFileSync(join(app, 'work.js'), 'export const shout = (text) => text.toUpperCase();');
    const { stdout } = await node(
      'by-reference.js',
      `import { tasks, ThreadPool } from 'gil';
       const { shout } = tasks(new URL('./work.js', import.meta.url));
       const pool = new ThreadPool(1);
       console.log(await pool.submit(shout, 'looks'));
       await pool.shutdown();`,
    );
    expect(stdout).toBe('LOOKS\n');
  });

  test('by its command', { timeout: LIMIT }, async () => {
    const command = join(app, 'node_modules/.bin/gil');
    expect((await succeed(command, ['--version'], app)).stdout).toBe(`${manifest.version}\n`);
    const groups = (await succeed(command, ['lab', '--list'], app)).stdout.trim().split('\n\n');
    expect(groups.map((group) => group.split('\n').length)).toEqual([1 + 9, 1 + 10]);
  });

  test.each(['esm', 'cjs'] as const)('from a bundle that a user made with tsup: %s', { timeout: LIMIT }, async (format) => {
    const source = join(app, `bundled-${format}.ts`);
    writeFileSync(
      source,
      `import { releasing, sleep, ThreadPool } from 'gil';
       const pool = new ThreadPool(2);
       const rest = (ms: number): string => { sleep(ms); return 'rested'; };
       class Counter { #n = 0; next(): number { return ++this.#n; } }
       const wrapped = async (text: string): Promise<number> => releasing((t: string) => t.length)(text);
       Promise.all([pool.submit(rest, 1), pool.submit(wrapped, 'four'), pool.map((n: number) => n ** 2, [2, 3]).toArray()])
         .then(async (results) => { console.log(new Counter().next(), JSON.stringify(results)); await pool.shutdown(); });`,
    );
    const out = join(app, `out-${format}`);
    const tsup = join(PROJECT, 'node_modules/tsup/dist/cli-default.js');
    await succeed(process.execPath, [tsup, source, '--format', format, '--out-dir', out, '--no-config', '--silent'], app);
    const built = join(out, `bundled-${format}.${format === 'esm' ? 'js' : 'cjs'}`);
    const { stdout, stderr } = await succeed(process.execPath, ['--disable-warning=ExperimentalWarning', built], app);
    expect([stdout, stderr]).toEqual(['1 ["rested",4,[4,9]]\n', '']);
  });
});

test('explores under node:test, and says what failed', { timeout: LIMIT }, async () => {
  const name = 'explored.test.mjs';
  writeFileSync(
    join(app, name),
    `import { test } from 'node:test';
     import { explore, fromEnvironment } from 'gil/sim';
     const spec = (dialect) => ({
       dialect,
       state: () => ({ n: 0 }),
       threads: { ann: (s) => { s.n += 1; }, bob: (s) => { s.n += 1; } },
       after: (s) => s.n === 2,
       search: fromEnvironment(),
     });
     test('holds', () => { explore(spec('cpython-3.13')).assert(); });
     test('breaks', { skip: process.env.ONLY === 'holds' }, () => { explore(spec('cpython-3.9')).assert(); });`,
  );
  // A test runner that is started by another one would report to that.
  const start = (set: string): Promise<Ended> =>
    run('env', ['-u', 'NODE_TEST_CONTEXT', ...set.split(' '), process.execPath, '--test', '--test-reporter=tap', name], app, LIMIT);
  expect((await start('ONLY=holds')).code).toBe(0);
  const broken = await start('ONLY=all');
  expect(broken.code).toBe(1);
  expect(broken.stdout).toMatch(/ok 1 - holds[\s\S]*not ok 2 - breaks/);
  expect(broken.stdout).toContain('lost update on s.n');
  expect(broken.stdout).toContain('ann overwrites at step');
  const [, schedule] = /replay: (\S+)/.exec(broken.stdout) ?? [];
  // The schedule that was found fails at once.
  expect((await start(`GIL_SCHEDULE=${schedule} ONLY=all`)).stdout).toContain('found: schedule 1 of replay');
});
