/**
 * Shrinking: failures found by chance come down to the fewest preemptions that there can be, by moving blocks alone, in few replays.
 */
import { describe, expect, it } from 'vitest';
import { Engine } from '../../src/sim/engine.js';
import { shrink } from '../../src/sim/shrink.js';
import { Preemptions } from '../../src/sim/strategies/preemptions.js';
import { RandomWalk } from '../../src/sim/strategies/random.js';
import { Replay } from '../../src/sim/strategies/replay.js';
import { programs } from './sctbench-programs.js';

const REPLAYS = 200;
const FAILURES = 10;

/** The fewest preemptions with which it fails: all schedules with fewer were run. */
function fewest(engine: Engine): number {
  const search = new Preemptions();
  while (search.begin()) {
    if (engine.run(search) !== 'failed') {
      search.end(engine.moment);
      continue;
    }
    const replay = new Replay(Array.from(engine.moment.trace.subarray(0, engine.moment.step)));
    engine.run(replay);
    return replay.preemptions;
  }
  return Number.POSITIVE_INFINITY;
}

describe('failures found by chance', () => {
  it('reach the proven minimum in 95 of 100 cases', () => {
    let [all, reached] = [0, 0];
    for (const make of Object.values(programs)) {
      const program = make();
      if (program.names.length > 5) continue;
      const engine = new Engine(program);
      const least = fewest(engine);
      const walk = new RandomWalk(7);
      for (let run = 0, found = 0; run < 5000 && found < FAILURES; run += 1) {
        walk.begin();
        if (engine.run(walk) !== 'failed') continue;
        found += 1;
        const trace = Array.from(engine.moment.trace.subarray(0, engine.moment.step));
        const shrunk = shrink(engine, trace, engine.failure!, { replays: REPLAYS, schedules: 0, goesOn: () => true });
        expect(shrunk.replays).toBeLessThanOrEqual(REPLAYS);
        all += 1;
        if (shrunk.preemptions <= least) reached += 1;
      }
    }
    expect(all).toBeGreaterThan(150);
    expect(reached / all).toBeGreaterThanOrEqual(0.95);
  });

  it('come down by the search below where moves are not enough, and that proves it', () => {
    const engine = new Engine(programs['lost_wakeup_if']!());
    const walk = new RandomWalk(7);
    for (let run = 0, found = 0; found < FAILURES && run < 5000; run += 1) {
      walk.begin();
      if (engine.run(walk) !== 'failed') continue;
      found += 1;
      const trace = Array.from(engine.moment.trace.subarray(0, engine.moment.step));
      expect(shrink(engine, trace, engine.failure!, { replays: REPLAYS, schedules: 10_000, goesOn: () => true }).preemptions).toBe(0);
    }
  });
});
