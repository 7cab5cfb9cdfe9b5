/**
 * Makes a failure presentable: shrinks it, runs it once more slowly, and writes down what each move did and who waits for whom.
 */
import { ownNow } from '../host/clock.js';
import { Condition } from '../threading/condition.js';
import { Lock } from '../threading/lock.js';
import { RLock } from '../threading/rlock.js';
import type { Engine, Observer } from './engine.js';
import { Failure, type TimelineStep, type WaitingThread } from './failure.js';
import { describePoint, labelOf, nameOf, Standings } from './labels.js';
import { holderOf } from './primitives/locks.js';
import type { RawFailure } from './program.js';
import { type Block, blocksOf, formatSchedule } from './schedule-text.js';
import { Guided, shrink } from './shrink.js';
import { isPreemption, type Moment, type Strategy } from './strategy.js';
import { Point } from './switch-point.js';

const LIMITS = { replays: 200, schedules: 100_000 };
const SHRINK_MS = 1000;

/** The failure of the engine's last run, which a strategy found as the `schedule`-th; as it is, or as simple as it gets. */
export function tell(engine: Engine, strategy: Strategy, schedule: number, how: 'as-it-is' | 'simple'): Failure {
  const { program, moment } = engine;
  const raw = engine.failure!;
  const trace = Array.from(moment.trace.subarray(0, moment.step));
  const before = preemptionsIn(engine, trace);
  const begin = ownNow();
  const asItIs = { trace, preemptions: before, replays: 0, provedBelow: -1, provedSchedules: 0 };
  const shrunk = how === 'as-it-is' ? asItIs : shrink(engine, trace, raw, { ...LIMITS, goesOn: () => ownNow() - begin < SHRINK_MS });
  const { timeline, failure, blocks } = retell(engine, shrunk.trace, raw);
  return new Failure({
    kind: failure.kind,
    error: failure.error,
    thread: program.names[failure.thread],
    threads: program.names,
    schedule: formatSchedule(blocks, program.names),
    preemptions: shrunk.preemptions,
    timeline,
    waiting: failure.kind === 'deadlock' ? waitingIn(engine) : [],
    cause: undefined,
    finding: {
      strategy: strategy.name,
      schedule,
      preemptionsBefore: before,
      replays: shrunk.replays,
      proved: shrunk.provedBelow < 0 ? undefined : { preemptions: shrunk.provedBelow, schedules: shrunk.provedSchedules },
    },
  });
}

function preemptionsIn(engine: Engine, trace: readonly number[]): number {
  const guided = new Guided(trace);
  engine.run(guided);
  return guided.preemptions;
}

/** The schedule once more, move by move. */
function retell(
  engine: Engine,
  trace: readonly number[],
  raw: RawFailure,
): { readonly timeline: TimelineStep[]; readonly failure: RawFailure; readonly blocks: Block[] } {
  const { program, moment } = engine;
  const timeline: TimelineStep[] = [];
  const stops: (Block['stop'] | 'cannot')[] = [];
  const guided = new Marking(trace);
  const standings = new Standings(program.names.length);
  const observer: Observer = {
    before(thread, point) {
      timeline.push({ step: timeline.length + 1, thread: program.names[thread]!, what: describePoint(point), switched: guided.switched });
    },
    after(thread) {
      const label = labelOf(moment.pending[thread]);
      const stop = label === undefined ? undefined : { label, hits: standings.arrive(thread, label) };
      stops.push(engine.standing(thread) === 'able' ? stop : 'cannot');
    },
  };
  engine.run(guided, observer);
  let end = 0;
  const blocks = blocksOf(moment.trace.subarray(0, moment.step)).map((block) => {
    end += block.moves;
    const stop = stops[end - 1];
    // It went on as long as it could, and does so again, however many moves that takes.
    return stop === 'cannot' ? { ...block, moves: Number.POSITIVE_INFINITY, stop: undefined } : { ...block, stop };
  });
  return { timeline, failure: engine.failure ?? raw, blocks };
}

/** A guided run that knows of its last choice whether it was a switch, and of which kind. */
class Marking extends Guided {
  switched: TimelineStep['switched'] = 'no';

  override choose(moment: Moment): number {
    const thread = super.choose(moment);
    this.switched = isPreemption(moment, thread) ? 'preempted' : moment.current === thread || moment.current < 0 ? 'no' : 'by-itself';
    return thread;
  }
}

/** Who waits for what, and what it holds that others wait for. */
function waitingIn(engine: Engine): WaitingThread[] {
  const { program, moment } = engine;
  const blocked = program.names.map((_, thread) => thread).filter((thread) => engine.standing(thread) === 'blocked');
  const targets = blocked.map((thread) => (moment.pending[thread] instanceof Point ? (moment.pending[thread] as Point).target : undefined));
  return blocked.map((thread, at) => {
    const target = targets[at];
    const holder = target instanceof Lock || target instanceof RLock ? holderOf(target) : -1;
    const holds = targets
      .map((other) => (other instanceof Condition ? other.lock : other))
      .filter(
        (other, index, all): other is Lock | RLock =>
          (other instanceof Lock || other instanceof RLock) && all.indexOf(other) === index && holderOf(other) === thread,
      )
      .map(nameOf);
    return {
      thread: program.names[thread]!,
      holds,
      waitsFor: nameOf(target) || describePoint(moment.pending[thread]),
      heldBy: program.names[holder],
    };
  });
}
