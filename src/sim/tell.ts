/**
 * Makes a failure presentable: shrinks it, runs it once more slowly, and writes down what each move did and who waits for whom.
 */
import { ownNow } from '../host/clock.js';
import { Condition } from '../threading/condition.js';
import { Lock } from '../threading/lock.js';
import { RLock } from '../threading/rlock.js';
import { causeOf } from './cause.js';
import { Engine } from './engine.js';
import { Failure, type TimelineStep, type WaitingThread } from './failure.js';
import { describePoint, labelOf, nameOf, Standings } from './labels.js';
import { holderOf } from './primitives/locks.js';
import type { Program, RawFailure } from './program.js';
import { type Block, blocksOf, EVERYBODY, formatSchedule } from './schedule-text.js';
import { shortenWay, shrink } from './shrink.js';
import { type Move, tellMove } from './story.js';
import { circleOf } from './story-circle.js';
import { Replay, type Then } from './strategies/replay.js';
import type { Moment, Observer, Strategy } from './strategy.js';
import { Point } from './switch-point.js';
import { Watcher } from './watch.js';
import { world } from './world.js';

const LIMITS = { replays: 200, schedules: 100_000 };
const SHRINK_MS = 1000;

/** The failure of the engine's last run, which a strategy found as the `schedule`-th; as it is, or as simple as it gets. */
export function tell(
  program: Program,
  { failure: found, moment }: Engine,
  strategy: Pick<Strategy, 'name'>,
  schedule: number,
  how: 'as-it-is' | 'simple',
): Failure {
  // Its own engine: the search may have watched what it ran, which takes many times as long.
  const engine = new Engine(program);
  const raw = found!;
  const trace = Array.from(moment.trace.subarray(0, moment.step));
  const begin = ownNow();
  const limits = { ...LIMITS, goesOn: () => ownNow() - begin < SHRINK_MS };
  const isCircle = raw.kind === 'livelock';
  const shrunk = isCircle ? shortenWay(engine, trace, limits) : how === 'simple' ? shrink(engine, trace, raw, limits) : undefined;
  const way = shrunk?.trace ?? trace;
  const {
    moves,
    judged,
    timeline,
    failure,
    blocks,
    engine: retold,
    preemptions,
  } = retell(program, way, raw, isCircle ? 'in turns' : 'running first');
  const circle = failure.circle && circleOf(moves, failure.circle, program.names, (thread) => retold.standing(thread));
  const cause = failure.kind === 'deadlock' || isCircle ? undefined : causeOf(moves, program.names, judged);
  return new Failure({
    kind: failure.kind,
    error: failure.error,
    thread: program.names[failure.thread],
    threads: program.names,
    schedule: formatSchedule(isCircle ? [...blocks, TURNS] : blocks, program.names),
    preemptions: shrunk?.preemptions ?? preemptions,
    timeline: circle === undefined ? timeline : timeline.slice(0, circle.from - 1 + circle.moves),
    waiting: failure.kind === 'deadlock' ? waitingIn(retold) : [],
    circle,
    cause,
    finding: {
      strategy: strategy.name,
      schedule,
      preemptionsBefore: shrunk?.found ?? preemptions,
      replays: shrunk?.replays ?? 0,
      proved:
        shrunk === undefined || shrunk.provedBelow < 0 ? undefined : { preemptions: shrunk.provedBelow, schedules: shrunk.provedSchedules },
    },
  });
}

/** After the way into a circle. */
const TURNS: Block = { thread: EVERYBODY, moves: Number.POSITIVE_INFINITY, stop: undefined };

interface Retold {
  readonly moves: readonly Move[];
  /** The places that the condition looked at which does not hold. */
  readonly judged: ReadonlySet<string>;
  readonly timeline: readonly TimelineStep[];
  readonly failure: RawFailure;
  readonly blocks: readonly Block[];
  readonly engine: Engine;
  readonly preemptions: number;
}

/** The schedule once more, move by move: with every access to the state watched, if the program bears that, else without. */
function retell(program: Program, trace: readonly number[], raw: RawFailure, then: Then): Retold {
  const watched = tryToWatch(program, trace, then);
  return watched?.failure.kind === raw.kind
    ? watched
    : (retellWith(new Engine(program), trace, then) ?? {
        moves: [],
        judged: new Set(),
        timeline: [],
        failure: raw,
        blocks: blocksOf(trace),
        engine: new Engine(program),
        preemptions: 0,
      });
}

/** Not every program bears to be watched; what it did is told all the same, without values. */
function tryToWatch(program: Program, trace: readonly number[], then: Then): Retold | undefined {
  const watcher = new Watcher('accesses');
  try {
    return retellWith(new Engine(watcher.watch(program)), trace, then, watcher);
  } catch {
    world.offence = undefined;
    return undefined;
  }
}

function retellWith(engine: Engine, trace: readonly number[], then: Then, watcher?: Watcher): Retold | undefined {
  const { program, moment } = engine;
  const { names } = program;
  const moves: Move[] = [];
  const timeline: TimelineStep[] = [];
  const stops: (Block['stop'] | 'cannot')[] = [];
  const replay = new Marking(trace, then);
  const standings = new Standings(names.length);
  let seen = 0;
  const observer: Observer = {
    before(thread, point) {
      watcher?.before(thread, point);
      moves.push({ thread, point, accesses: [], calls: [] });
      world.quietCalls = [];
    },
    after(thread) {
      watcher?.after(thread);
      const move = { ...moves.at(-1)!, accesses: watcher?.accesses.slice(seen) ?? [], calls: world.quietCalls ?? [] };
      world.quietCalls = undefined;
      seen = watcher?.accesses.length ?? 0;
      moves[moves.length - 1] = move;
      timeline.push({ step: moves.length, thread: names[thread]!, what: tellMove(move), switched: replay.switched });
      const label = labelOf(moment.pending[thread]);
      const stop = label === undefined ? undefined : { label, hits: standings.arrive(thread, label) };
      stops.push(engine.standing(thread) === 'able' ? stop : 'cannot');
    },
  };
  engine.run(replay, observer);
  if (engine.failure === undefined) return undefined;
  let end = 0;
  const blocks = blocksOf(then === 'in turns' ? trace : moment.trace.subarray(0, moment.step)).map((block) => {
    end += block.moves;
    const stop = stops[end - 1];
    // It went on as long as it could, and does so again, however many moves that takes.
    return stop === 'cannot' ? { ...block, moves: Number.POSITIVE_INFINITY, stop: undefined } : { ...block, stop };
  });
  return {
    moves,
    judged: watcher?.judged ?? new Set(),
    timeline,
    failure: engine.failure,
    blocks,
    engine,
    preemptions: replay.preemptions,
  };
}

/** A replay run that knows of its last choice whether it was a switch, and of which kind. */
class Marking extends Replay {
  switched: TimelineStep['switched'] = 'no';

  override choose(moment: Moment): number {
    const before = this.preemptions;
    const thread = super.choose(moment);
    const isSame = moment.current === thread || moment.current < 0;
    this.switched = this.preemptions > before ? 'preempted' : isSame ? 'no' : 'by-itself';
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
