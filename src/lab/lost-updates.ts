/**
 * The first lesson of the course: whether `counter += 1` loses updates depends on where an interpreter looks. Sixteen programs under eleven
 * dialects, each cell beside what the interpreter itself did.
 */
import type { Context, Experiment, GridCell, Outcome } from './experiment.js';
import { EXPECTED, INTERPRETERS, LOST } from './lost-updates-cpython.js';
import { ENOUGH, FIRST, REPETITIONS, runPrograms, type Trial } from './lost-updates-matrix.js';
import { grouped } from './units.js';

export const lostUpdates: Experiment = {
  name: 'lost-updates',
  claim: 'Whether `x += 1` loses updates depends on where the interpreter looks',
  question: 'Which of 16 programs lose updates, under each of 11 interpreters?',
  article: 'no figure',
  cpython: '16 programs, 2.7.18 to 3.13.5t: `counter += 1` loses in 2.7–3.9 and without the GIL, never in 3.10–3.13',
  expectation: `all 176 cells lose updates where the interpreter does and nowhere else, in each of ${REPETITIONS} repetitions`,
  async run(context: Context): Promise<Outcome> {
    const columns: Record<string, Trial>[][] = [];
    for (const { dialect } of INTERPRETERS) {
      columns.push(await runPrograms(dialect, (repetition) => context.progress(`${dialect}, repetition ${repetition} of ${REPETITIONS}`)));
    }
    const rows = Object.entries(LOST).map(([name, lost]) => ({
      name,
      cells: lost.map((most, at) =>
        compare(
          columns[at]!.map((trials) => trials[name]!),
          most,
        ),
      ),
    }));
    const cells = rows.flatMap((row) => row.cells);
    const agreeing = cells.filter(({ holds }) => holds).length;
    const exact = columns.flat().flatMap((trials) => Object.values(trials).filter(({ lost }) => lost === 0));
    const leastSwitches = Math.min(...exact.map(({ switches }) => switches));
    return {
      holds: agreeing === cells.length && leastSwitches >= ENOUGH,
      live: `${agreeing} of ${cells.length} cells agree, in each of ${REPETITIONS} repetitions`,
      figures: {
        programs: rows.length,
        interpreters: columns.length,
        cells: cells.length,
        agreeing,
        repetitions: REPETITIONS,
        leastSwitches,
      },
      notes: [
        `A repetition runs a program on 4 threads, in growing rounds from ${grouped(FIRST)} updates a thread on, until updates are lost ` +
          `or the lock was taken from a running thread ${ENOUGH} times. The threads, and what V8 has compiled, stay for the next repetition.`,
      ],
      grid: {
        title: 'Updates lost at most, in %: here/CPython; 0 is exact',
        columns: INTERPRETERS.map(({ dialect }) => dialect.replace('cpython-', '')),
        rows,
      },
    };
  },
};

/** Here beside there. They agree if all repetitions lose, or none does, as the interpreter. */
function compare(trials: readonly Trial[], there: number): GridCell {
  const losing = trials.filter(({ lost }) => lost !== 0).length;
  const here = percent(Math.max(...trials.map(({ lost }) => lost)));
  return {
    text: `${losing === 0 || losing === trials.length ? '' : '0–'}${here}/${percent(there / EXPECTED)}`,
    holds: losing === (there === 0 ? 0 : trials.length),
  };
}

/** What is not 0 does not look like it. */
function percent(share: number): string {
  return share > 0 && share < 0.01 ? '<1' : String(Math.round(share * 100));
}
