/**
 * Every fence of README.md, docs/ and the doc comments in src/ runs against the built package and keeps what it says.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { afterAll, describe, expect, test } from 'vitest';
import { type Fence, fencesOf, HARNESS, javascript, programOf } from './fence.js';
import { makeUserFolder, PROJECT, run } from './project.js';

const LIMIT = 60_000;

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(PROJECT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md') && !name.startsWith('api'))
    .map((name) => `docs/${name}`),
  ...readdirSync(join(PROJECT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `src/${name}`),
];
const fences = pages.flatMap((page) => fencesOf(page, readFileSync(join(PROJECT, page), 'utf8')));
const runnable = fences.filter(({ use }) => use.kind === 'run');
const folder = makeUserFolder();
afterAll(() => folder.remove());

const folderOf = (page: string): string => join(folder.path, page.replace(/\W+/g, '-'));
for (const page of new Set(fences.map((fence) => fence.page))) {
  mkdirSync(folderOf(page));
  writeFileSync(join(folderOf(page), '$fence.js'), HARNESS);
}
for (const { page, use, code } of fences) {
  if (use.kind !== 'file') continue;
  writeFileSync(join(folderOf(page), use.name), code);
  if (use.name.endsWith('.ts')) writeFileSync(join(folderOf(page), use.name.replace(/ts$/, 'js')), javascript(code));
}

const title = ({ page, line }: Fence): string => `${page}:${line}`;

describe.concurrent('each fence runs', () => {
  test.each(runnable.map((fence) => [title(fence), fence] as const))('%s', { timeout: LIMIT * 2 }, async (where, fence) => {
    const file = join(folderOf(fence.page), `line-${fence.line}.js`);
    writeFileSync(file, programOf(fence));
    const { code, stderr } = await run(process.execPath, [file], folderOf(fence.page), LIMIT);
    expect(code === null ? `${where}: did not end within ${LIMIT} ms\n${stderr}` : stderr, where).toBe('');
    expect(code, where).toBe(0);
  });
});

test('each fence has right types', { timeout: LIMIT * 2 }, () => {
  const files = fences
    .filter(({ language, use }) => language === 'ts' && use.kind === 'run')
    .map((fence) => {
      const path = join(folderOf(fence.page), `line-${fence.line}.ts`);
      writeFileSync(path, fence.code);
      return { path, fence };
    });
  const program = ts.createProgram(
    files.map(({ path }) => path),
    {
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      moduleDetection: ts.ModuleDetectionKind.Force,
      lib: ['lib.es2023.d.ts', 'lib.es2024.sharedmemory.d.ts', 'lib.esnext.disposable.d.ts'],
      types: ['node'],
      typeRoots: [join(PROJECT, 'node_modules/@types')],
    },
  );
  const problems = ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
    const message = ts.flattenDiagnosticMessageText(messageText, ' ');
    const own = files.find(({ path }) => path === file?.fileName);
    if (own === undefined || file === undefined) return `${file?.fileName ?? ''} ${message}`;
    return `${own.fence.page}:${own.fence.line + file.getLineAndCharacterOfPosition(start ?? 0).line} ${message}`;
  });
  expect(problems).toEqual([]);
});

test('there are fences to run in the README, in docs and in src', () => {
  for (const start of ['README.md', 'docs/', 'src/']) expect(runnable.filter(({ page }) => page.startsWith(start))).not.toEqual([]);
});
