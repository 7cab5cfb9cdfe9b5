/**
 * How docs/runtimes.md is written: what is known not to work is about checks there are, and the tables say what was found.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lockChecks } from '../runtimes/core/lock-checks.mjs';
import { poolChecks } from '../runtimes/core/pool-checks.mjs';
import { ALL, runtime } from '../runtimes/runtimes.mjs';
import { tables, writePage } from '../runtimes/table.mjs';

const names = Object.keys({ ...lockChecks, ...poolChecks });

describe('what is known not to work', () => {
  it.each([...ALL, 'node-newest'])('with %s names core checks', (name) => {
    expect(names).toEqual(expect.arrayContaining(Object.keys(runtime(name).known)));
  });
  it('is asked of runtimes that exist', () => {
    expect(() => runtime('rhino')).toThrow('no runtime is called rhino; expected one of node-20');
  });
});

describe('the tables', () => {
  const outcomes = [
    {
      ...runtime('node-20'),
      version: '20.1.2',
      suite: { passed: 7, failed: 1, files: 2 },
      core: [
        { name: 'it works', result: 'passed' },
        { name: 'it ends', result: 'failed', why: 'no end\nin sight' },
      ],
    },
    { ...runtime('bun'), version: '1.2.3', known: { 'it ends': 'for a reason' }, core: [{ name: 'it ends', result: 'known', why: 'x' }] },
    { ...runtime('deno'), missing: 'no net' },
  ];
  it('say what passed, failed and did not run, and why', () => {
    const text = tables(outcomes, '2020-01-01');
    expect(text.replaceAll(/ +\|/g, ' |').replaceAll(/-+/g, '-').split('\n').slice(1)).toEqual(
      [
        '',
        '| runtime | the test suite | core checks |',
        '| - | - | - |',
        '| node 20.1.2 | 7 passed, 1 failed, in 2 files | 1 of 2 passed |',
        '| bun 1.2.3 | – | 0 of 1 passed |',
        '| deno | not run | not run |',
        '',
        '| core check | node 20.1.2 | bun 1.2.3 |',
        '| - | - | - |',
        '| it works | ✓ | – |',
        '| it ends | ✗ | ✗ |',
        '',
        'What a ✗ means:',
        '',
        '- node-20, “it ends”: no end',
        '- bun, “it ends”: for a reason',
      ].map((line) => line.replaceAll(/-+/g, '-')),
    );
  });
  it('go between the marks of the page, and nowhere else', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gil-page-'));
    const file = join(folder, 'page.md');
    const page = 'before\n<!-- written by npm run test:runtimes: begin -->\nold\n<!-- end -->\nafter\n';
    try {
      writeFileSync(file, page);
      writePage(file, 'new');
      expect(readFileSync(file, 'utf8')).toBe(page.replace('\nold\n', '\n\nnew\n\n'));
      writeFileSync(file, 'no marks');
      expect(() => writePage(file, 'new')).toThrow('has not both marks');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
