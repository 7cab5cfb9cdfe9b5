/**
 * Compares source-DPOR with the search that runs everything: the outcomes must be the same. In a file of its own, so that a test can load it
 * with a fault put in.
 */

import { SourceDpor } from '../../src/sim/strategies/dpor.js';
import { Exhaustive } from '../../src/sim/strategies/exhaustive.js';
import { count } from './drive.js';
import { outcomeOf, randomProgram } from './programs.js';

export interface Comparison {
  /** Programs that were compared; the rest have too many schedules. */
  readonly programs: number;
  /** Schedules of all of them: run by one search, and by the other. */
  readonly all: number;
  readonly few: number;
  /** Schedules that the second gave up as known. */
  readonly redundant: number;
  /** How many outcomes of which kind there were. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** The first programs whose outcomes differ, with what was missed or invented. */
  readonly differences: readonly string[];
}

/** Compares on the programs of some numbers, until `most` differ. */
export function compare(from: number, to: number, most = 3, limit = 1500, longest = 100): Comparison {
  let [programs, all, few, redundant] = [0, 0, 0, 0];
  const outcomes: Record<string, number> = {};
  const differences: string[] = [];
  for (let seed = from; seed < to && differences.length < most; seed += 1) {
    const expected = new Set<string>();
    const exhaustive = new Exhaustive();
    // The first schedule tells how many there will be, about: programs with too many are not even begun.
    const everything = count(randomProgram(seed), exhaustive, limit, (engine, end) => {
      expected.add(outcomeOf(engine, end));
      return expected.size === 1 && engine.moment.step > longest ? 'stop' : 'go on';
    });
    if (exhaustive.proof.kind !== 'complete' || everything.cut > 0) continue;
    const came = new Set<string>();
    const dpor = new SourceDpor();
    // A search with a fault may never end.
    const { schedules } = count(randomProgram(seed), dpor, 3 * limit, (engine, end) => void came.add(outcomeOf(engine, end)));
    programs += 1;
    all += everything.schedules;
    few += schedules;
    redundant += dpor.redundant;
    for (const outcome of expected) {
      const kind =
        outcome
          .match(/^\["(\w+)|^(\w+)/)
          ?.slice(1)
          .join('') ?? '';
      outcomes[kind] = (outcomes[kind] ?? 0) + 1;
    }
    const missed = [...expected].filter((outcome) => !came.has(outcome));
    const invented = [...came].filter((outcome) => !expected.has(outcome));
    if (missed.length > 0 || invented.length > 0 || dpor.proof.kind !== 'complete')
      differences.push(`program ${seed}: ${dpor.proof.kind}, missed ${missed.join(' ')}, invented ${invented.join(' ')}`);
  }
  return { programs, all, few, redundant, outcomes, differences };
}
