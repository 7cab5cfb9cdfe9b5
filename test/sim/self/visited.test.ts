/**
 * A search that goes on from no state twice, beside one that does: they come to the same ends, in fewer schedules.
 */
import { expect, it } from 'vitest';
import { Engine } from '../../../src/sim/engine.js';
import { Exhaustive } from '../../../src/sim/strategies/exhaustive.js';
import type { Strategy } from '../../../src/sim/strategy.js';
import { rows } from './all.js';
import { takers } from './mutex.js';
import { programOf, type Scene } from './stage.js';
import { Visited } from './visited.js';

/** All memory and what went wrong, at each end that some schedule comes to. */
function endsOf(scene: Scene, how: 'by state' | 'all'): { readonly ends: readonly string[]; readonly schedules: number } {
  const { program, played } = programOf(scene, { time: 'limits' });
  const engine = new Engine(program);
  const strategy: Strategy =
    how === 'all' ? new Exhaustive() : new Visited((moment, sleepers, sinceWhen) => played.stage.keyOf(moment, sleepers, sinceWhen));
  const ends = new Set<string>();
  let schedules = 0;
  while (strategy.begin(program.names.length)) {
    const end = engine.run(strategy);
    strategy.end(engine.moment, end);
    schedules += 1;
    if (schedules > 50_000) throw new Error('expected a small scene');
    if (end !== 'cut') ends.add([engine.failure?.kind, ...played.stage.cast.words.flatMap((words) => [...words])].join());
  }
  expect(strategy.proof.kind).toBe('complete');
  return { ends: [...ends].sort(), schedules };
}

/** Scenes that are small enough to be gone through schedule by schedule. */
const SMALL = [
  'event: raise, lower, wait, 2: raised',
  'event: raise, lower, wait, 3: two wait',
  'biased reference count, 2: +−+',
  'biased reference count, 3: −, −, −',
];

it.each(SMALL)('%s: comes to the same ends', (name) => {
  const scenes = rows.filter((row) => `${row.text}, ${row.threads}`.startsWith(name) && row.deaths === undefined);
  expect(scenes.length).toBeGreaterThan(0);
  for (const { scene } of scenes) {
    const [states, all] = [endsOf(scene as Scene, 'by state'), endsOf(scene as Scene, 'all')];
    expect(states.ends).toEqual(all.ends);
    expect(states.schedules).toBeLessThanOrEqual(all.schedules);
  }
});

it('the mutex: comes to the same ends, in fewer schedules', () => {
  const [states, all] = [endsOf(takers([1, 1]), 'by state'), endsOf(takers([1, 1]), 'all')];
  expect(states.ends).toEqual(all.ends);
  expect(states.schedules).toBeLessThan(all.schedules / 2);
});
