/**
 * The matrix of lost updates, proved: sixteen programs under eleven interpreters, two threads with two updates each. Where the interpreter lost no
 * update, no schedule does, and all of them were run; where it did, there is a schedule that does.
 */
import { describe, expect, it } from 'vitest';
import { EXPECTED, INTERPRETERS, LOST } from '../../src/lab/lost-updates-cpython.js';
import { type Globals, PROGRAMS, type Program } from '../../src/lab/lost-updates-programs.js';
import { explore } from '../../src/sim/explore.js';
import { times } from '../../src/sim/spec.js';
import { linesOf } from '../table.js';

/** What the programs count in, as plain objects: much quicker to make anew than memory that workers share, and as exact, since their parts are as native. */
function at(this: { cells: number[] }, index: number): number {
  return this.cells[index]!;
}
function set(this: { cells: number[] }, index: number, value: number): void {
  this.cells[index] = value;
}
const globals = () => ({
  counter: { value: 0 },
  obj: { x: 0 },
  slot: { value: 0 },
  lst: { cells: [0], at, set },
  dct: new Map([['x', 0]]),
  prop: { _x: 0 },
  boxed: { value: 0 },
});
const totalOf = ({ counter, obj, slot, lst, dct, prop, boxed }: ReturnType<typeof globals>) =>
  counter.value + obj.x + slot.value + lst.cells[0]! + dct.get('x')! + prop._x + boxed.value;

const rows: string[][] = [['program', ...INTERPRETERS.map(({ dialect }) => dialect.replace('cpython-', ''))]];

describe.each(Object.entries(PROGRAMS))('%s', (name, program) => {
  const row = [name];
  rows.push(row);
  it.each(INTERPRETERS.map(({ dialect }, at) => [dialect, LOST[name as keyof typeof LOST][at] as number] as const))(
    'under %s',
    (dialect, lost) => {
      const report = explore({
        dialect,
        state: () => ({ globals: globals(), program, updates: 2 }),
        atomic: [at, set],
        threads: times(2, (s: { program: Program; globals: unknown; updates: number }) =>
          s.program(s.globals as unknown as Globals, s.updates),
        ),
        after: ({ globals }) => totalOf(globals) === 4,
        search: { maxMs: 20_000 },
      });
      row.push(report.failure === null ? `${report.proved} ${report.schedules}` : `lost (${report.failure.preemptions})`);
      if (lost > 0) expect(report.failure?.kind).toBe('assertion');
      else expect(report).toMatchObject({ failure: null, proved: 'complete' });
      expect(lost).toBeLessThanOrEqual(EXPECTED);
    },
  );
});

it('says so', () => {
  expect(rows.flat()).toHaveLength(17 * 12);
  console.log(
    `Lost updates, two threads × two updates: all schedules that lose nothing, or the preemptions it takes to lose one\n${linesOf(rows).join('\n')}`,
  );
});
