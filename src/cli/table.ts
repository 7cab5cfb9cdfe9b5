/**
 * The results as a table that fits its terminal. The four columns of text share the width so that the whole becomes as short as it can.
 */
import type { Paint } from './paint.js';
import { longestWord, widthOf, wrap } from './text.js';

/** One line of the table. */
export interface Row {
  readonly name: string;
  readonly claim: string;
  readonly article: string;
  readonly cpython: string;
  readonly here: string;
  readonly holds: boolean;
  /** Said below the row when it does not hold. */
  readonly expectation: string;
}

const TITLES = ['Claim', 'Article', 'CPython', 'Here'] as const;
const GAP = 2;
const VERDICT = 5;
const NARROWEST = 60;
/** Lines longer than this are hard to follow, however wide the terminal. */
const WIDEST = 132;
const LEAST = 9;
/** So many lines longer may a table be for the sake of a column in which no word is torn. */
const TORN = 20;

/** A cell: its lines, and how each of them is set off. */
interface Cell {
  readonly lines: readonly string[];
  readonly paint: (text: string, line: number) => string;
}

/** The table in lines of at most `width` columns. */
export function layoutTable(rows: readonly Row[], width: number, paint: Paint): string[] {
  const total = Math.min(Math.max(width, NARROWEST), WIDEST);
  const texts = rows.map((row) => [row.claim, row.article, row.cpython, row.here]);
  const names = Math.max(LEAST, ...rows.map(({ name }) => widthOf(name)));
  const widths = [...shareOut(texts, names, total - VERDICT - TITLES.length * GAP), VERDICT];
  const lines = [
    ...printRow(
      [...TITLES, 'Holds'].map((title) => cell([title], paint.strong)),
      widths,
    ),
    paint.faint('─'.repeat(total)),
  ];
  for (const [index, row] of rows.entries()) {
    if (index > 0) lines.push('');
    const [claim = [], ...others] = texts[index]!.map((text, column) => wrap(text, widths[column]!));
    const verdict = row.holds ? cell(['✔ yes'], paint.good) : cell(['✘ NO'], paint.bad);
    lines.push(...printRow([titled(claim, row.name, paint), ...others.map((each) => cell(each, String)), verdict], widths));
    if (!row.holds) for (const line of wrap(`expected: ${row.expectation}`, total - 2)) lines.push(`  ${paint.bad(line)}`);
  }
  return lines;
}

function cell(lines: readonly string[], paint: (text: string) => string): Cell {
  return { lines, paint: (text) => paint(text) };
}

/** The claim, and below it the name by which it is run alone. */
function titled(claim: readonly string[], name: string, paint: Paint): Cell {
  return { lines: [...claim, name], paint: (text, line) => (line < claim.length ? paint.strong(text) : paint.faint(text)) };
}

function printRow(cells: readonly Cell[], widths: readonly number[]): string[] {
  const height = Math.max(...cells.map(({ lines }) => lines.length));
  return Array.from({ length: height }, (_, line) =>
    cells
      .map(({ lines, paint }, column) => {
        const text = lines[line] ?? '';
        const painted = text === '' ? '' : paint(text, line);
        return column === cells.length - 1 ? painted : painted + ' '.repeat(widths[column]! + GAP - widthOf(text));
      })
      .join('')
      .trimEnd(),
  );
}

/** Of all ways to share `available` columns among the texts, the one that makes the fewest lines; of equals, the most even one. */
function shareOut(rows: readonly (readonly string[])[], names: number, available: number): number[] {
  const most = available - 3 * LEAST;
  const heights = TITLES.map((_, column) =>
    Array.from({ length: most + 1 }, (_, width) =>
      width < LEAST ? [] : rows.map((row) => wrap(row[column]!, width).length + (column === 0 ? 1 : 0)),
    ),
  );
  const words = TITLES.map((_, column) => Math.max(...rows.map((row) => longestWord(row[column]!))));
  let best: number[] = [];
  let least = Number.POSITIVE_INFINITY;
  for (let first = names; first <= most; first += 1) {
    for (let second = LEAST; second <= available - first - 2 * LEAST; second += 1) {
      for (let third = LEAST; third <= available - first - second - LEAST; third += 1) {
        const widths = [first, second, third, available - first - second - third];
        let lines = 0;
        for (let row = 0; row < rows.length; row += 1) lines += Math.max(...widths.map((width, column) => heights[column]![width]![row]!));
        const torn = widths.filter((width, column) => width < words[column]!).length;
        const cost = lines + TORN * torn + (Math.max(...widths) - Math.min(...widths)) / 1000;
        if (cost < least) [best, least] = [widths, cost];
      }
    }
  }
  return best;
}
