/**
 * The sixteen programs under the eleven dialects, for real: each cell loses updates where the interpreter did, and nowhere else.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EXPECTED, INTERPRETERS, LOST } from '../../src/lab/lost-updates-cpython.js';
import { ENOUGH, REPETITIONS } from '../../src/lab/lost-updates-matrix.js';
import { PROGRAMS } from '../../src/lab/lost-updates-programs.js';
import { gil } from './run-cli.js';

/** What the interpreters did, as it was written down. */
interface Measured {
  readonly interpreters: readonly string[];
  readonly programs: Readonly<
    Record<string, { readonly cells: Readonly<Record<string, { readonly verdict: 'lost' | 'exact'; readonly max: number }>> }>
  >;
}

interface Report {
  readonly experiments: readonly {
    readonly holds: boolean;
    readonly figures: Readonly<Record<string, number>>;
    readonly grid: {
      readonly columns: readonly string[];
      readonly rows: readonly { readonly name: string; readonly cells: readonly { readonly text: string; readonly holds: boolean }[] }[];
    };
  }[];
}

const fixture = new URL('../fixtures/lost-updates-matrix.json', import.meta.url);
const measured = JSON.parse(readFileSync(fixture, 'utf8')) as Measured;
const names = Object.keys(measured.programs);

describe('what the interpreters did', () => {
  it('is what was measured', () => {
    expect(INTERPRETERS.map(({ version }) => version)).toEqual(measured.interpreters);
    for (const [name, { cells }] of Object.entries(measured.programs)) {
      const losses = measured.interpreters.map((version) => cells[version]!);
      expect(LOST[name as keyof typeof LOST]).toEqual(losses.map(({ max }) => max));
      for (const { verdict, max } of losses) expect(max > 0 && max < EXPECTED ? 'lost' : 'exact').toBe(verdict);
    }
  });

  it('is known of the programs that there are', () => {
    expect(names).toHaveLength(16);
    expect(Object.keys(LOST)).toEqual(names);
    expect(Object.keys(PROGRAMS)).toEqual(names);
  });

  it('is compared with the dialect of each interpreter', () => {
    for (const { version, dialect } of INTERPRETERS) {
      const [number, lock] = version.split(' ');
      const name = `cpython-${number!.replace(/\.\d+(?=t?$)/, '')}`;
      expect(dialect).toBe(lock === 'GIL=1' ? `${name}-gil` : name);
    }
  });
});

describe('lost-updates', () => {
  it('agrees with every interpreter in every cell', { timeout: 200_000 }, async () => {
    const { code, stdout, stderr } = await gil(['lab', 'lost-updates', '--json']);
    expect(stderr).toBe('');
    const [found] = (JSON.parse(stdout) as Report).experiments;
    const { columns, rows } = found!.grid;
    expect(columns).toEqual(INTERPRETERS.map(({ dialect }) => dialect.replace('cpython-', '')));
    // A repetition that differs from the others would be seen as `0–75`.
    const verdicts = Object.fromEntries(
      rows.map(({ name, cells }) => [
        name,
        cells.map(({ text }) => (/^0\//.test(text) ? 'exact' : /^(<1|\d+)\//.test(text) ? 'lost' : text)),
      ]),
    );
    const interpreters = Object.fromEntries(
      names.map((name) => [name, measured.interpreters.map((version) => measured.programs[name]!.cells[version]!.verdict)]),
    );
    expect(verdicts).toEqual(interpreters);
    expect(found!.figures).toMatchObject({ programs: 16, interpreters: 11, cells: 176, agreeing: 176, repetitions: REPETITIONS });
    expect(found!.figures.leastSwitches).toBeGreaterThanOrEqual(ENOUGH);
    expect(REPETITIONS).toBeGreaterThanOrEqual(3);
    expect(found!.holds).toBe(true);
    expect(code).toBe(0);
  });
});
