/**
 * Programs for the searches, and a loop that runs them: what `explore` does, without shrinking and reports.
 */
import { Engine } from '../../src/sim/engine.js';
import type { Program } from '../../src/sim/program.js';
import type { End, Strategy } from '../../src/sim/strategy.js';
import type { VirtualThread } from '../../src/sim/switch-point.js';

type Body<S> = (state: S) => VirtualThread;

/** A program of threads that do nothing before their first switch point. */
export function programOf<S>(
  state: () => S,
  bodies: readonly Body<S>[],
  {
    after,
    always,
    maxSteps = 10_000,
    beginning = 'stands',
  }: { after?: (state: S) => unknown; always?: (state: S) => unknown; maxSteps?: number; beginning?: 'stands' | 'moves' } = {},
): Program {
  return {
    names: bodies.map((_, at) => `t${at}`),
    bodies: bodies as unknown as Program['bodies'],
    state,
    always: always as Program['always'],
    after: after as Program['after'],
    beginnings: bodies.map(() => beginning),
    calls: bodies.map(() => 'announced' as const),
    time: 'when-idle',
    maxSteps,
  };
}

export interface Count {
  /** Schedules that the search calls new. */
  readonly schedules: number;
  readonly failed: number;
  /** Schedules given up. */
  readonly cut: number;
  /** The number of the first that failed, from 1; 0: none. */
  readonly first: number;
}

/** Runs a search to its end, or to `most` schedules. */
export function count(
  program: Program,
  strategy: Strategy,
  most = Number.POSITIVE_INFINITY,
  seen: (engine: Engine, end: End) => unknown = () => 'go on',
): Count {
  const engine = new Engine(strategy.watch?.(program) ?? program);
  let [schedules, failed, cut, first] = [0, 0, 0, 0];
  while (schedules < most && strategy.begin(program.names.length)) {
    const end = engine.run(strategy, strategy.observer);
    if (strategy.end(engine.moment, end) === 'again') continue;
    if (end === 'cut') {
      cut += 1;
      continue;
    }
    schedules += 1;
    if (end === 'failed') {
      failed += 1;
      if (first === 0) first = schedules;
    }
    if (seen(engine, end) === 'stop') break;
  }
  return { schedules, failed, cut, first };
}

/** The first schedule that fails, 0 if none of the first `most` does. */
export function firstFailure(program: Program, strategy: Strategy, most: number): number {
  return count(program, strategy, most, (_, end) => (end === 'failed' ? 'stop' : 'go on')).first;
}

/** Adds 1 so many times, by a read and a write: each a switch point. */
export function increments(times: number): (state: { x: number }) => VirtualThread {
  return function* (state) {
    for (let round = 0; round < times; round += 1) {
      yield;
      const value = state.x;
      yield;
      state.x = value + 1;
    }
  };
}

/** So many moves that have nothing to do with anybody. */
export function moves(times: number): () => VirtualThread {
  return function* () {
    for (let move = 0; move < times; move += 1) yield;
  };
}

/** Who moved, move by move. */
export function traceOf(engine: Engine): string {
  return engine.moment.trace.subarray(0, engine.moment.step).join('');
}
