/**
 * From a failing schedule to the simplest that fails in the same way: first whole blocks are moved together, as long as that saves a switch; then all
 * schedules with fewer preemptions are run, which finds what the moves missed, or proves that there is nothing to find.
 */

import { notTheSame } from './divergence.js';
import type { Engine } from './engine.js';
import type { NondeterminismError } from './errors.js';
import { oneLine } from './labels.js';
import type { RawFailure } from './program.js';
import { type Block, blocksOf, traceOf } from './schedule-text.js';
import { Preemptions } from './strategies/preemptions.js';
import { Replay } from './strategies/replay.js';

/** A schedule that fails, and what it takes. */
export interface FailingSchedule {
  readonly trace: readonly number[];
  readonly preemptions: number;
}

export interface Shrunk extends FailingSchedule {
  /** How many preemptions it had as it was given. */
  readonly found: number;
  /** How many schedules it took. */
  readonly replays: number;
  /** All schedules with up to so many preemptions were run, and none fails in this way; -1: not even those with none. */
  readonly provedBelow: number;
  /** How many those are. */
  readonly provedSchedules: number;
}

export interface ShrinkLimits {
  /** For moving blocks. */
  readonly replays: number;
  /** For the search below. */
  readonly schedules: number;
  /** Whether time is left. */
  readonly goesOn: () => boolean;
}

/** The shortest way into a circle: after it everybody goes on in turns. As it is, if no part of it leads there. */
export function shortenWay(engine: Engine, trace: readonly number[], limits: ShrinkLimits): Shrunk | undefined {
  let replays = 0;
  for (let length = 0; length <= trace.length && limits.goesOn() && replays < limits.replays; length += 1) {
    const way = trace.slice(0, length);
    const replay = new Replay(way, 'in turns');
    replays += 1;
    engine.run(replay);
    if (engine.failure?.kind === 'livelock')
      return { trace: way, preemptions: replay.preemptions, replays, provedBelow: -1, provedSchedules: 0, found: replay.preemptions };
  }
  return undefined;
}

export function shrink(engine: Engine, trace: readonly number[], failure: RawFailure, limits: ShrinkLimits): Shrunk {
  let replays = 0;
  const fails = (wanted: readonly number[]): FailingSchedule | undefined => {
    replays += 1;
    const replay = new Replay(wanted);
    engine.run(replay);
    if (!isAlike(engine.failure, failure)) return undefined;
    return { trace: Array.from(engine.moment.trace.subarray(0, engine.moment.step)), preemptions: replay.preemptions };
  };

  const first = fails(trace);
  if (first === undefined) throw unrepeated(failure);
  let best = first;
  for (let improved: FailingSchedule | undefined = first; improved !== undefined && replays < limits.replays && limits.goesOn(); ) {
    improved = undefined;
    for (const candidate of candidates(blocksOf(best.trace))) {
      if (replays >= limits.replays || !limits.goesOn()) break;
      const found = fails(traceOf(candidate));
      if (found === undefined || !isSimpler(found, best)) continue;
      best = found;
      improved = found;
      break;
    }
  }

  let provedBelow = -1;
  let provedSchedules = 0;
  let schedules = 0;
  const { spins } = engine;
  if (best.preemptions > 0) {
    const search = new Preemptions(best.preemptions - 1);
    while (schedules < limits.schedules && limits.goesOn() && search.begin()) {
      engine.run(search);
      search.end(engine.moment);
      schedules += 1;
      if (!isAlike(engine.failure, failure)) continue;
      const found = fails(Array.from(engine.moment.trace.subarray(0, engine.moment.step)));
      if (found !== undefined && isSimpler(found, best)) best = found;
      break;
    }
    // Where somebody waited in a loop, not all schedules were run.
    if (search.proof.kind === 'bounded' && engine.spins === spins) {
      provedBelow = search.proof.bound;
      provedSchedules = search.proof.schedules;
    }
  }
  return { ...best, found: first.preemptions, replays, provedBelow, provedSchedules };
}

/** Every way to put two blocks of a thread together, those far apart first; every block given up; every other place for a block. */
function* candidates(blocks: readonly Block[]): Generator<Block[]> {
  for (let at = 0; at < blocks.length; at += 1) {
    for (let later = blocks.length - 1; later > at + 1; later -= 1) {
      if (blocks[later]!.thread !== blocks[at]!.thread) continue;
      const rest = blocks.filter((_, index) => index !== at && index !== later);
      const merged: Block = { ...blocks[at]!, moves: blocks[at]!.moves + blocks[later]!.moves };
      yield [...rest.slice(0, at), merged, ...rest.slice(at)];
      yield [...rest.slice(0, later - 1), merged, ...rest.slice(later - 1)];
    }
  }
  for (let at = 0; at < blocks.length; at += 1) yield blocks.filter((_, index) => index !== at);
  // In another order a thread may find taken what it would otherwise have been kept from: then it stops by itself.
  yield blocks.toReversed();
  for (let at = 0; at < blocks.length; at += 1) {
    const rest = blocks.filter((_, index) => index !== at);
    for (let to = 0; to < blocks.length; to += 1)
      if (to !== at && to !== at - 1) yield [...rest.slice(0, to), blocks[at]!, ...rest.slice(to)];
  }
}

/** Fewer preemptions, else fewer switches, else fewer moves. */
function isSimpler(one: FailingSchedule, other: FailingSchedule): boolean {
  if (one.preemptions !== other.preemptions) return one.preemptions < other.preemptions;
  const [ones, others] = [blocksOf(one.trace).length, blocksOf(other.trace).length];
  return ones !== others ? ones < others : one.trace.length < other.trace.length;
}

/** Whether it is the same failure, as far as one can tell: of one kind, and with the same class of error. */
function isAlike(one: RawFailure | undefined, other: RawFailure): boolean {
  return one !== undefined && one.kind === other.kind && nameOf(one.error) === nameOf(other.error);
}

/** A schedule that failed, and does not fail when it is run again. */
function unrepeated({ kind, error }: RawFailure): NondeterminismError {
  const what = error instanceof Error ? `${kind} (${oneLine(error)})` : kind;
  return notTheSame(`expected the failure that was found, ${what}; got none, or another one, when it was run again`);
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
