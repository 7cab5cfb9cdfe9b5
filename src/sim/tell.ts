/**
 * Makes a failure presentable: shrinks it, runs it once more slowly, and writes down what each move did and who waits for whom.
 */
import { now } from '../host/clock.js';
import { Condition } from '../threading/condition.js';
import { Lock } from '../threading/lock.js';
import { RLock } from '../threading/rlock.js';
import type { Engine, Observer } from './engine.js';
import { Failure, type TimelineStep, type WaitingThread } from './failure.js';
import { holderOf } from './primitives/locks.js';
import type { Program, RawFailure } from './program.js';
import { type Block, blocksOf, formatSchedule } from './schedule-text.js';
import { Guided, shrink } from './shrink.js';
import { isPreemption, type Moment, type Strategy } from './strategy.js';
import { describePoint, Point, type SwitchPoint } from './switch-point.js';

const LIMITS = { replays: 200, schedules: 100_000 };
const SHRINK_MS = 1000;

/** The failure of the engine's last run, which a strategy found as the `schedule`-th. */
export function tell(engine: Engine, strategy: Strategy, schedule: number): Failure {
  const { program, moment } = engine;
  const raw = engine.failure!;
  const trace = Array.from(moment.trace.subarray(0, moment.step));
  const before = preemptionsIn(engine, trace);
  const begin = now();
  const shrunk = shrink(engine, trace, raw, { ...LIMITS, goesOn: () => now() - begin < SHRINK_MS });
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
): { readonly timeline: TimelineStep[]; readonly failure: RawFailure; readonly blocks: readonly Block[] } {
  const { program, moment } = engine;
  const timeline: TimelineStep[] = [];
  const guided = new Marking(trace);
  const observer: Observer = {
    before(thread, point) {
      const what = tellPoint(point, program);
      timeline.push({ step: timeline.length + 1, thread: program.names[thread]!, what, switched: guided.switched });
    },
    after() {},
  };
  engine.run(guided, observer);
  return { timeline, failure: engine.failure ?? raw, blocks: blocksOf(moment.trace.subarray(0, moment.step)) };
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

function tellPoint(point: SwitchPoint, _program: Program): string {
  if (!(point instanceof Point)) return describePoint(point);
  return `${point.announcement} ${nameOf(point.target)}`.trimEnd();
}

function nameOf(target: unknown): string {
  const name: unknown = typeof target === 'object' && target !== null ? Reflect.get(target, 'name') : undefined;
  return typeof name === 'string' ? name : typeof target === 'string' ? target : '';
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
