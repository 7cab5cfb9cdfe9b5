/**
 * The table as it looks on terminals of several widths.
 */
import { describe, expect, it } from 'vitest';
import { type Paint, PLAIN } from '../../src/cli/paint.js';
import { reportText } from '../../src/cli/report.js';
import { layoutTable, type Row } from '../../src/cli/table.js';
import { cut, pad, widthOf, wrap } from '../../src/cli/text.js';
import { ARTICLE } from '../../src/lab/article.js';
import type { Grid } from '../../src/lab/experiment.js';

const LIVE =
  'worker threads 1.84×, child processes 1.85×, results in order, the first after 33 % of the time; 0 threads and 0 processes left';
const rows: Row[] = ARTICLE.map((experiment, index) => ({ ...experiment, here: LIVE.slice(0, 40 + 10 * index), holds: true }));

describe('wrap', () => {
  it('breaks at spaces and keeps to the width', () => {
    expect(wrap('never more than one inside', 10)).toEqual(['never more', 'than one', 'inside']);
  });

  it('keeps numbers with their units, thousands and versions, and code in one piece', () => {
    expect(wrap('it took 3.45 s', 9)).toEqual(['it took', '3.45 s']);
    expect(wrap('lost 486 328 of', 9)).toEqual(['lost', '486 328', 'of']);
    expect(wrap('gave 0.98 (3.9.18)', 14)).toEqual(['gave', '0.98 (3.9.18)']);
    expect(wrap('by `o.x += 1` in', 12)).toEqual(['by', '`o.x += 1`', 'in']);
    expect(wrap('1.00 → 1.9×', 8)).toEqual(['1.00 →', '1.9×']);
  });

  it('tears a word only where it must, at a seam if there is one', () => {
    expect(wrap('a ProcessPoolExecutor', 12)).toEqual(['a', 'ProcessPool', 'Executor']);
    expect(wrap('multiprocessing.Pool', 18)).toEqual(['multiprocessing.', 'Pool']);
    expect(wrap('abcdefgh', 3)).toEqual(['abc', 'def', 'gh']);
  });

  it('gives one empty line for nothing', () => {
    expect(wrap('', 10)).toEqual(['']);
  });
});

describe('pad and cut', () => {
  it('count letters, not bytes', () => {
    expect(pad('Σ×', 4)).toBe('Σ×  ');
    expect(cut('round 12 of the race', 9)).toBe('round 12…');
    expect(cut('short', 9)).toBe('short');
  });
});

describe('layoutTable', () => {
  it.each([60, 80, 100, 120, 200])('fits %i columns', (width) => {
    const lines = layoutTable(rows, width, PLAIN);
    expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(width);
  });

  it('puts every text under its title, whole', () => {
    const lines = layoutTable(rows, 120, PLAIN);
    const header = lines[0];
    const columns = ['Claim', 'Article', 'CPython', 'Here', 'Holds'].map((title) => header.indexOf(title));
    const column = (index: number): string =>
      lines
        .slice(2)
        .map((line) => line.slice(columns[index], columns[index + 1]).trim())
        .join(' ');
    for (const row of rows) {
      const joined = (text: string): string => text.replaceAll(' ', '');
      expect(joined(column(0))).toContain(joined(row.claim + row.name));
      expect(joined(column(2))).toContain(joined(row.cpython));
      expect(joined(column(3))).toContain(joined(row.here));
    }
    expect(column(4).match(/✔ yes/g)).toHaveLength(rows.length);
  });

  it('tears no word at 120 columns', () => {
    const words = new Set(rows.flatMap((row) => [row.claim, row.name, row.article, row.cpython, row.here].join(' ').split(' ')));
    const seen = layoutTable(rows, 120, PLAIN)
      .slice(2)
      .flatMap((line) => line.split(/\s+/))
      .filter((word) => !['', '✔', 'yes'].includes(word));
    expect(seen.filter((word) => !words.has(word))).toEqual([]);
  });

  it('becomes shorter on a wider terminal', () => {
    const heights = [80, 100, 120].map((width) => layoutTable(rows, width, PLAIN).length);
    expect(heights).toEqual(heights.toSorted((a, b) => b - a));
    expect(heights[0]).toBeLessThanOrEqual(80);
  });

  it('says below a claim that does not hold what was expected', () => {
    const lines = layoutTable([{ ...rows[2], holds: false }], 80, PLAIN);
    expect(lines.join('\n')).toContain('✘ NO');
    expect(lines.join(' ').replace(/\s+/g, ' ')).toContain(`expected: ${rows[2].expectation}`);
  });

  it('pads by what is seen, not by what colours add', () => {
    const mark = (text: string): string => `<<${text}>>`;
    const painted: Paint = { strong: mark, faint: mark, good: mark, bad: mark };
    const bare = layoutTable(rows, 80, painted).map((line) => line.replaceAll(/<<|>>/g, '').trimEnd());
    expect(bare).toEqual(layoutTable(rows, 80, PLAIN));
  });

  it('looks like this at 80 columns', () => {
    const row: Row = {
      name: 'cpu-bound',
      claim: 'Threads do not help CPU-bound work',
      article: '4 threads 1.23 s, 1 thread 1.15 s: 1.07',
      cpython: '4 threads / 1 thread: 0.98 (3.9.18), 1.20 (3.11.7), 0.98 (3.13.0)',
      here: '4 threads 104 ms, 1 thread 100 ms: 1.04, over 243 switches',
      holds: true,
      expectation: '',
    };
    expect(`\n${layoutTable([row], 80, PLAIN).join('\n')}\n`).toMatchInlineSnapshot(`
      "
      Claim           Article         CPython                Here                Holds
      ────────────────────────────────────────────────────────────────────────────────
      Threads do not  4 threads       4 threads / 1 thread:  4 threads 104 ms,   ✔ yes
      help CPU-bound  1.23 s,         0.98 (3.9.18),         1 thread 100 ms:
      work            1 thread        1.20 (3.11.7),         1.04, over
      cpu-bound       1.15 s: 1.07    0.98 (3.13.0)          243 switches
      "
    `);
  });
});

describe('reportText', () => {
  const circumstances = { node: '20.20.2', cores: 2, milliseconds: 58_123 };
  const result = (name: string, holds: boolean, notes: string[]) => ({
    experiment: ARTICLE.find((each) => each.name === name)!,
    outcome: { holds, live: LIVE, figures: {}, notes },
    milliseconds: 1,
  });

  it.each([80, 120])('fits %i columns, with its notes and its summary', (width) => {
    const text = reportText([result('cpu-bound', true, []), result('free-threaded', false, [LIVE, LIVE])], circumstances, width, PLAIN);
    expect(Math.max(...text.split('\n').map(widthOf))).toBeLessThanOrEqual(width);
    expect(text).toContain('1 of 2 claims hold · 58.1 s · Node 20.20.2, 2 cores, cpython-3.13');
    expect(text).toContain('gil lab free-threaded');
  });

  it('has no notes where there are none', () => {
    const text = reportText([result('cpu-bound', true, [])], circumstances, 80, PLAIN);
    expect(text).not.toContain('Notes');
    expect(text).toContain('1 of 1 claims holds');
  });

  it('has a grid below the table, each cell with its verdict', () => {
    const grid: Grid = {
      title: 'here/there',
      columns: ['3.9', '3.13t-gil'],
      rows: [
        {
          name: 'one',
          cells: [
            { text: '75/55', holds: true },
            { text: '0/0', holds: true },
          ],
        },
        {
          name: 'another',
          cells: [
            { text: '0–12/9', holds: false },
            { text: '<1/9', holds: true },
          ],
        },
      ],
    };
    const { outcome, ...rest } = result('cpu-bound', true, []);
    const text = reportText([{ ...rest, outcome: { ...outcome, grid } }], circumstances, 80, { ...PLAIN, bad: (part) => `!${part}!` });
    expect(text).toContain(
      ['here/there', '              3.9  3.13t-gil', 'one       75/55 ✔      0/0 ✔', 'another  !0–12/9 ✘!     <1/9 ✔', ''].join('\n'),
    );
  });
});
