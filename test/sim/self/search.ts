/**
 * Scenes searched: all schedules of a text as it is written, or the first that a mutant fails in.
 */
import { Engine } from '../../../src/sim/engine.js';
import type { RawFailure } from '../../../src/sim/program.js';
import { Preemptions } from '../../../src/sim/strategies/preemptions.js';
import type { Strategy } from '../../../src/sim/strategy.js';
import { AS_WRITTEN, type Mutation, programOf, type Scene, type Time } from './stage.js';
import { type Costs, Visited } from './visited.js';

const MOST_RUNS = 100_000;
const TOO_MANY = 'more schedules than there is time for';

/** What a search has come to. */
export interface Found {
  readonly proved: string;
  readonly schedules: number;
  /** What went wrong, or `''`. */
  readonly failure: string;
}

/** How far a search goes. */
export interface Extent {
  readonly time?: Time;
  /** How many preemptions, or other deviations, at most. @default all */
  readonly bound?: number;
  readonly costs?: Costs;
  /** Where threads keep more to themselves than a stage can see, no schedule stands for another. @default 'by state' */
  readonly how?: 'by state' | 'each by itself';
}

/** In every schedule, or in all with so many preemptions. */
export function search(
  scene: Scene,
  { time = 'limits', bound = Number.POSITIVE_INFINITY, costs = 'preemptions', how = 'by state' }: Extent = {},
  mutation = AS_WRITTEN,
): Found {
  const { program, played } = programOf(scene, { time, mutation });
  const engine = new Engine(program);
  let unlike = 0;
  const strategy = new Visited(
    (moment, sleepers, sinceWhen) => {
      unlike += 1;
      return how === 'by state' ? played.stage.keyOf(moment, sleepers, sinceWhen) : unlike;
    },
    bound,
    costs,
  );
  const result = (failure: string): Found => {
    const { proof, runs: schedules } = strategy;
    return { proved: proof.kind === 'bounded' ? `≤ ${proof.bound} ${costs}` : proof.kind, schedules, failure };
  };
  while (strategy.begin(program.names.length)) {
    const end = engine.run(strategy);
    if (engine.excess === 'steps') return result('never ends');
    if (end === 'failed') return result(describe(engine));
    if (strategy.runs > MOST_RUNS) return result(TOO_MANY);
  }
  return result('');
}

/** How many schedules it takes until a mutant fails: first those with few preemptions, simple ones first; then all, by state. */
export function find(scene: Scene, mutation: Mutation, extent: Extent = {}, most = 500): Found {
  const { program } = programOf(scene, { time: extent.time ?? 'limits', mutation });
  const engine = new Engine(program);
  const strategy: Strategy = new Preemptions();
  let schedules = 0;
  const result = (failure: string): Found => ({ proved: strategy.name, schedules, failure });
  while (schedules < most) {
    if (!strategy.begin(program.names.length)) return result('');
    const end = engine.run(strategy);
    if (strategy.end(engine.moment, end) === 'new') schedules += 1;
    if (engine.excess === 'steps') return result('never ends');
    if (end === 'failed') return result(describe(engine));
  }
  const all = search(scene, extent, mutation);
  return { ...all, failure: all.failure === TOO_MANY ? '' : all.failure, schedules: all.schedules + schedules };
}

function describe({ failure, moment }: Engine): string {
  const { kind, error } = failure as RawFailure;
  const schedule = [...moment.trace.subarray(0, moment.step)].join('');
  return `${kind}${error instanceof Error ? `: ${error.message}` : ''} in ${schedule}`;
}
