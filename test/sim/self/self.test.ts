/**
 * The texts of this package, explored by its own engine: what each promises holds in every schedule, or in every one with few preemptions,
 * wherever a thread dies; and a mistake in a text would be found. The table at the end says what was shown.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { linesOf } from '../../table.js';
import { type Row, rows } from './all.js';
import { LOCKLESS } from './lock.js';
import { type Found, find, search } from './search.js';
import type { Scene } from './stage.js';

const count = (value: number): string => value.toLocaleString('en');

const table: string[][] = [['text', 'dialects', 'threads', 'proved', 'schedules']];
const found: string[][] = [['mutant', 'in', 'found in schedule']];
afterAll(() =>
  console.log(
    [
      ...linesOf(table),
      `no lock, no text: ${LOCKLESS.join(', ')}`,
      'complete: to every state and from there on; states are told apart by 53 bits of what each thread was answered',
      '',
      ...linesOf(found),
    ].join('\n'),
  ),
);

/** The scene of a row; or all of those in which somebody dies, each with what it is. */
function scenesOf(row: Row): readonly (readonly [string, Scene])[] {
  if (row.deaths === undefined) return [['', row.scene]];
  return Array.from({ length: row.deaths + 1 }, (_, steps) => [`dead after ${steps} steps: `, row.scene(steps)]);
}

/** All scenes of a row. The weakest of what was proved, and the first failure. */
function searchAll(row: Row): Found {
  let all: Found = { proved: 'complete', schedules: 0, failure: '' };
  for (const [what, scene] of scenesOf(row)) {
    const { proved, schedules, failure } = search(scene, row.extent);
    all = {
      proved: proved === 'complete' ? all.proved : proved,
      schedules: all.schedules + schedules,
      failure: all.failure === '' && failure !== '' ? what + failure : all.failure,
    };
  }
  return all;
}

/** The first failure of a mutant, wherever somebody dies. */
function findMutant(row: Row, name: string): Found {
  const { mutation, scene, extent = row.extent } = row.mutants![name]!;
  let schedules = 0;
  for (const [what, each] of scene === undefined ? scenesOf(row) : [['', scene] as const]) {
    const one = find(each, mutation, extent);
    schedules += one.schedules;
    if (one.failure !== '') return { ...one, failure: what + one.failure, schedules };
  }
  return { proved: 'nothing', schedules, failure: '' };
}

for (const row of rows) {
  const { text, dialects = '', threads, mutants = {} } = row;
  describe([text, dialects, threads].filter((part) => part !== '').join(', '), () => {
    it('holds in every schedule', () => {
      const { proved, schedules, failure } = searchAll(row);
      expect(failure).toBe('');
      // A bound that is not needed would be an understatement.
      expect(proved === 'complete').toBe(row.extent?.bound === undefined);
      table.push([text, dialects, threads, proved, count(schedules)]);
    });
    it.each(Object.keys(mutants))('but not if it is wrong: %s', (name) => {
      const { schedules, failure } = findMutant(row, name);
      expect(failure).not.toBe('');
      found.push([name, [text, dialects].filter((part) => part !== '').join(', '), count(schedules)]);
    });
  });
}
