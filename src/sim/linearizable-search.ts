/**
 * All schedules of one scenario that the budget allows, until one cannot be explained.
 */

import { ownNow } from '../host/clock.js';
import { natives } from '../transform/twins.js';
import { checkDeterminism } from './determinism.js';
import { Engine } from './engine.js';
import { claimOf } from './explore.js';
import type { Failure } from './failure.js';
import type { Trial } from './linearizable-scenario.js';
import type { Proved } from './report.js';
import { type Block, parseSchedule } from './schedule-text.js';
import type { SearchOptions } from './spec.js';
import { createStrategy } from './strategies/by-name.js';
import { FromText } from './strategies/from-text.js';
import type { Strategy } from './strategy.js';
import { tell } from './tell.js';

/** Enough for all schedules with two preemptions of most scenarios. A number, not a time: the same seed does the same everywhere. */
const MAX_SCHEDULES = 1000;

/** What was seen of a scenario. */
export interface Verdict {
  readonly proved: Proved;
  /** How many preemptions all schedules were run with, if `proved` is `bounded`. */
  readonly most: number | undefined;
  readonly schedules: number;
  readonly tooLong: number;
  readonly histories: number;
  readonly atomic: ReadonlySet<string>;
  /** Of a replay: where it could not follow the schedule. */
  readonly divergence: string | undefined;
  /** Tells the failure, if there is one: takes its time to make it simple. */
  readonly tell: (() => Failure) | undefined;
}

export function examine(trial: Trial, options: SearchOptions): Verdict {
  const { program, checker } = trial;
  if (options.schedule !== undefined) return follow(trial, parseSchedule(options.schedule, program.names));
  const checkState = checkDeterminism(program);
  const strategy = createStrategy(options);
  const engine = new Engine(strategy.watch?.(program) ?? program);
  const { maxSchedules = MAX_SCHEDULES, maxMs = Number.POSITIVE_INFINITY } = options;
  const begin = maxMs === Number.POSITIVE_INFINITY ? 0 : ownNow();
  let [schedules, tooLong] = [0, 0];
  let story: (() => Failure) | undefined;
  while (schedules < maxSchedules && (maxMs === Number.POSITIVE_INFINITY || ownNow() - begin <= maxMs)) {
    if (!strategy.begin(program.names.length)) break;
    const end = engine.run(strategy, strategy.observer);
    if (engine.excess === 'steps') tooLong += 1;
    if (strategy.end(engine.moment, end) === 'new') schedules += 1;
    if (end !== 'failed') continue;
    story = () => tell(program, engine, strategy, schedules, 'simple');
    break;
  }
  checkState();
  const { proved, bound } = claimOf(strategy.proof, tooLong, engine.spins);
  return {
    proved,
    most: bound?.most,
    schedules: story === undefined && tooLong === 0 && strategy.proof.kind === 'complete' ? strategy.proof.schedules : schedules,
    tooLong,
    histories: checker.histories,
    atomic: new Set(natives.keys()),
    divergence: undefined,
    tell: story,
  };
}

/** One schedule: by its labels, or, if that leads elsewhere, move by move. */
function follow({ program, checker }: Trial, blocks: readonly Block[]): Verdict {
  const engine = new Engine(program);
  const byLabels = new FromText(blocks, program.names, 'labels');
  let strategy: Strategy = byLabels;
  let end = engine.run(byLabels);
  if (end !== 'failed' && byLabels.divergence !== undefined) {
    strategy = new FromText(blocks, program.names, 'counts');
    end = engine.run(strategy);
  }
  return {
    proved: 'sampled',
    most: undefined,
    schedules: 1,
    tooLong: engine.excess === 'steps' ? 1 : 0,
    histories: checker.histories,
    atomic: new Set(natives.keys()),
    divergence: end === 'failed' ? undefined : byLabels.divergence,
    tell: end === 'failed' ? () => tell(program, engine, strategy, 1, 'as-it-is') : undefined,
  };
}
