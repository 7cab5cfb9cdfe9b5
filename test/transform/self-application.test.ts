/**
 * Real files with looks in them: they parse, and the instrumented parser parses as the plain one does.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as acorn from 'acorn';
import { createLooks, type DialectName, instrument, publishLooks } from 'gil/transform';
import { beforeAll, describe, expect, test } from 'vitest';

const DIALECTS: DialectName[] = ['cpython-2.7', 'cpython-3.9', 'cpython-3.10', 'cpython-3.13', 'cpython-3.13t'];
const modules = join(dirname(createRequire(import.meta.url).resolve('acorn')), '../..');
const read = (path: string): string => readFileSync(join(modules, path), 'utf8');

const vitestChunks = readdirSync(join(modules, 'vitest/dist/chunks')).filter((name) => name.endsWith('.js'));
const FILES = [
  'acorn/dist/acorn.mjs',
  'magic-string/dist/index.mjs',
  'p-limit/index.js',
  'tsup/dist/index.js',
  ...vitestChunks.map((name) => `vitest/dist/chunks/${name}`),
];

let looked = 0;
const count = (): void => void looked++;

beforeAll(() => {
  publishLooks(createLooks({ breaker: new Int32Array([1]), look: count, tick: count, resume: (value) => value, enter: count }));
});

const load = (code: string): Promise<typeof acorn> =>
  import(/* @vite-ignore */ `data:text/javascript;base64,${Buffer.from(code).toString('base64')}`);

describe.each(DIALECTS)('under %s', (dialect) => {
  test('files of the packages around still parse, line by line where they were', () => {
    for (const file of FILES) {
      const source = read(file);
      const sourceType = /^\s*(?:'use strict'|"use strict")/.test(source) ? 'commonjs' : 'module';
      const { code } = instrument(source, { dialect, sourceType });
      expect(() => acorn.parse(code, { ecmaVersion: 'latest', sourceType, allowHashBang: true }), file).not.toThrow();
      expect(code.split('\n').length, file).toBe(source.split('\n').length);
    }
  });

  test('the instrumented parser gives the same tree, of itself and of the TypeScript bundler', async () => {
    looked = 0;
    const parser = await load(instrument(read('acorn/dist/acorn.mjs'), { dialect }).code);
    for (const file of ['acorn/dist/acorn.mjs', 'magic-string/dist/index.mjs']) {
      const options = { ecmaVersion: 'latest', sourceType: 'module' } as const;
      expect(JSON.stringify(parser.parse(read(file), options)), file).toBe(JSON.stringify(acorn.parse(read(file), options)));
    }
    if (dialect === 'cpython-3.13t') expect(looked).toBe(0);
    else expect(looked).toBeGreaterThan(10_000);
  });
});
