/**
 * The first schedule, twice, before anything is searched: what differs between the two would make every verdict worthless.
 */
import { diverged, isSamePoint, tellStanding } from './divergence.js';
import { Engine } from './engine.js';
import { NondeterminismError } from './errors.js';
import { oneLine } from './labels.js';
import { Picture } from './picture.js';
import type { Program, RawFailure } from './program.js';
import { Replay } from './strategies/replay.js';
import type { Observer } from './strategy.js';
import { OVER, type SwitchPoint } from './switch-point.js';

/** Who moved, and from where. */
interface Steps extends Observer {
  readonly threads: number[];
  readonly points: SwitchPoint[];
}

/**
 * Gives what is to be asked again when everything has been run: whether `state` still makes the same.
 * @throws NondeterminismError
 */
export function checkDeterminism(program: Program): () => void {
  const fresh = new Picture().take(program.state());
  const checkState = (): void => {
    const now = program.state();
    const picture = new Picture().take(now);
    // Where each state has a number of its own, that it differs says nothing.
    if (picture.unseen !== undefined || fresh.equals(picture) || !picture.equals(new Picture().take(program.state()))) return;
    throw new NondeterminismError(leftOver(fresh.difference(picture, now)));
  };
  const different = compare(runOnce(program), runOnce(program));
  if (different === undefined) return checkState;
  checkState();
  throw different;
}

function leftOver(difference: string): string {
  return `state: expected the same at each call; after schedules had been run it gave ${difference}. Something that threads change is made only once: make it inside, () => ({ counter: 0 })`;
}

function compare([one, first]: Run, [other, second]: Run): NondeterminismError | undefined {
  const steps = Math.max(first.threads.length, second.threads.length);
  for (let step = 0; step < steps; step += 1) {
    const [thread, came] = [first.threads[step], second.threads[step]];
    if (thread === undefined || thread !== came || !isSamePoint(first.points[step], second.points[step]))
      return diverged(step + 1, tellStep(one, first, step, came), tellStep(other, second, step, thread));
  }
  return one.failure?.kind === other.failure?.kind ? undefined : diverged(steps + 1, tellEnd(one.failure), tellEnd(other.failure));
}

type Run = readonly [Engine, Steps];

function runOnce(program: Program): Run {
  const engine = new Engine(program);
  const [threads, points]: [number[], SwitchPoint[]] = [[], []];
  const steps: Steps = {
    threads,
    points,
    before(thread, point) {
      threads.push(thread);
      points.push(point);
    },
    after() {},
  };
  engine.run(new Replay([]), steps);
  return [engine, steps];
}

/** What a step was; where there was none, how the thread stood that moved in the other run. */
function tellStep({ moment, failure }: Engine, { threads, points }: Steps, step: number, other: number | undefined): string {
  const thread = threads[step];
  if (thread !== undefined) return tellStanding(moment, thread, points[step]);
  if (failure !== undefined) return tellEnd(failure);
  return moment.pending[other!] === OVER ? `${moment.names[other!]} ended` : `${tellStanding(moment, other!)}, where it has to wait`;
}

function tellEnd(failure: RawFailure | undefined): string {
  if (failure === undefined) return 'nothing to go wrong';
  const what = {
    assertion: '`after` not to hold',
    invariant: '`always` not to hold',
    error: 'an error',
    deadlock: 'a deadlock',
    livelock: 'a livelock',
  };
  return what[failure.kind] + (failure.error instanceof Error ? ` (${oneLine(failure.error)})` : '');
}
