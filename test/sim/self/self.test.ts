/**
 * The texts of this package, explored by its own engine: what each promises holds in every schedule, or in every one with few preemptions,
 * wherever a thread dies; and a mistake in a text would be found. The table at the end says what was shown.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { linesOf } from '../../table.js';
import { mutex } from './mutex.js';
import type { Row } from './rows.js';
import { type Found, find, search } from './search.js';

const rows: readonly Row[] = [...mutex];

const table: string[][] = [['text', 'dialects', 'threads', 'proved', 'schedules', 'states', 'mutants found (in so many schedules)']];
afterAll(() => console.log(linesOf(table).join('\n')));

/** A scene, or all of those in which somebody dies. */
function searchRow(row: Row): Found {
  if (row.deaths === undefined) return search(row.scene, row.extent);
  let all: Found = { proved: 'complete', schedules: 0, states: 0, failure: '' };
  for (let steps = 0; steps <= row.deaths; steps += 1) {
    const { proved, schedules, states, failure } = search(row.scene(steps), row.extent);
    const told = failure === '' ? '' : `dead after ${steps} steps: ${failure}`;
    all = {
      proved: proved === 'complete' ? all.proved : proved,
      schedules: all.schedules + schedules,
      states: all.states + states,
      failure: all.failure || told,
    };
  }
  return all;
}

/** The first failure, wherever somebody dies. */
function findMutant(row: Row, name: string): Found {
  const { mutation, scene, extent = row.extent } = row.mutants![name]!;
  if (row.deaths === undefined || scene !== undefined) return find(scene ?? (row.scene as never), mutation, extent);
  let schedules = 0;
  for (let steps = 0; steps <= row.deaths; steps += 1) {
    const found = find(row.scene(steps), mutation, extent, 2000);
    schedules += found.schedules;
    if (found.failure !== '') return { ...found, schedules };
  }
  return { proved: '', schedules, states: 0, failure: '' };
}

for (const row of rows) {
  describe(`${row.text}, ${row.dialects ?? ''} ${row.threads}`, () => {
    const cells = [row.text, row.dialects ?? '', row.threads, 'not run', '', '', ''];
    table.push(cells);
    const count = (value: number): string => value.toLocaleString('en');
    it('holds', () => {
      const begin = performance.now();
      const { proved, schedules, states, failure } = searchRow(row);
      cells.splice(3, 3, proved, count(schedules), count(states));
      expect(failure).toBe('');
      if (row.extent?.bound === undefined) expect(proved).toBe('complete');
      if (process.env.SELF_MS) cells[0] = `${row.text} ${Math.round(performance.now() - begin)}ms`;
    });
    for (const name of Object.keys(row.mutants ?? {})) {
      it(`a mutant: ${name}`, () => {
        const { schedules, failure } = findMutant(row, name);
        expect(failure).not.toBe('');
        if (process.env.SELF_MS) console.log(name, failure);
        cells[6] = [cells[6], `${name} (${count(schedules)})`].filter((text) => text !== '').join('; ');
      });
    }
  });
}
