/**
 * Why a schedule went wrong, where the pattern is one that has a name: read off from what its moves read and wrote.
 */
import { type Access, isNews, pathOf } from './access.js';
import { nameOf } from './labels.js';
import { type Move, show } from './story.js';
import { Point } from './switch-point.js';

/** Why a schedule went wrong. */
export interface Cause {
  /** What the pattern is called. */
  readonly name: 'lost update' | 'stale check' | 'check then act' | 'lost wake-up';
  /** What it is about, as `s.n`. */
  readonly subject: string;
  /** The one sentence. */
  readonly sentence: string;
}

interface Touch extends Access {
  /** From 1. */
  readonly step: number;
  readonly place: string;
}

/** What patterns are looked for in. */
interface Scene {
  readonly moves: readonly Move[];
  readonly names: readonly string[];
  readonly touches: readonly Touch[];
}

/** The likelier ones first: the later ones are there wherever threads share anything. */
const PATTERNS: readonly ((scene: Scene) => Iterable<Cause>)[] = [lostUpdates, lostWakeUps, actsOnOldChecks, staleChecks, bothChecked];

/**
 * The cause, if it is one of those that have a name. Of several, the one about something that the condition looked at that does not hold.
 * @param judged - The places that it looked at.
 */
export function causeOf(moves: readonly Move[], names: readonly string[], judged: ReadonlySet<string>): Cause | undefined {
  const touches = moves.flatMap(({ accesses }, at) =>
    accesses.filter(isNews).map((access): Touch => ({ ...access, step: at + 1, place: pathOf(access.object, access.key) })),
  );
  const causes = PATTERNS.flatMap((pattern) => [...pattern({ moves, names, touches })]);
  return causes.find(({ name, subject }) => name === 'lost wake-up' || judged.has(subject)) ?? causes[0];
}

/** A thread writes what it computed from a value that another one has changed since. */
function* lostUpdates({ touches, names }: Scene): Iterable<Cause> {
  for (const [at, write] of touches.entries()) {
    if (write.kind !== 'write') continue;
    const past = touches.slice(0, at).filter(({ place }) => place === write.place);
    const read = past.findLast(({ kind, thread }) => kind === 'read' && thread === write.thread);
    const other = read && past.findLast(({ kind, thread, step }) => kind === 'write' && thread !== write.thread && step > read.step);
    // What is computed from a value is a number or a text; a flag that was looked at is a check.
    if (read === undefined || other === undefined || !isComputed(read.after)) continue;
    const [ann, bob] = [names[write.thread], names[other.thread]];
    yield {
      name: 'lost update',
      subject: write.place,
      sentence: `${ann} overwrites at step ${write.step} what ${bob} wrote to ${write.place} at step ${other.step}: it computed ${show(write.after)} from ${show(read.after)}, which it had read at step ${read.step}`,
    };
  }
}

function isComputed(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'string' || typeof value === 'bigint';
}

/** A thread is woken because something holds, and when it goes on it does not hold any more. */
function* lostWakeUps({ moves, touches, names }: Scene): Iterable<Cause> {
  for (const [at, { thread, point }] of moves.entries()) {
    if (!(point instanceof Point) || point.announcement !== 'wait' || point.ready === undefined) continue;
    const notify = moves.slice(0, at).findLastIndex((move) => notifies(move, point.target));
    if (notify < 0) continue;
    const taken = touches.find(
      ({ kind, thread: other, step }) =>
        kind === 'write' && other !== thread && other !== moves[notify]!.thread && step > notify + 1 && step <= at,
    );
    if (taken === undefined) continue;
    const subject = nameOf(point.target);
    yield {
      name: 'lost wake-up',
      subject,
      sentence: `${names[thread]} was notified by ${names[moves[notify]!.thread]} at step ${notify + 1}, but ${names[taken.thread]} came first and changed ${taken.place} from ${show(taken.before)} to ${show(taken.after)} at step ${taken.step}: what ${names[thread]} waited for at ${subject} does not hold any more when it goes on at step ${at + 1}. Wait in a loop`,
    };
  }
}

function notifies({ point, calls }: Move, target: unknown): boolean {
  return [point, ...calls].some((call) => call instanceof Point && call.announcement === 'notify' && call.target === target);
}

/** A thread looks at something and then changes it, though another one has changed it in between. The later the act, the nearer to what went wrong. */
function* actsOnOldChecks({ touches, names }: Scene): Iterable<Cause> {
  for (const act of touches.toReversed()) {
    if (act.kind !== 'write') continue;
    const about = touches.filter(({ place, step }) => place === act.place && step <= act.step);
    const before = about.findLast(({ kind, thread, step }) => kind === 'write' && thread === act.thread && step < act.step)?.step ?? 0;
    // Its first look since it last changed it: what made it go this way.
    const check = about.find(({ kind, thread, step }) => kind === 'read' && thread === act.thread && step > before);
    const change =
      check &&
      about.findLast(({ kind, thread, step }) => kind === 'write' && thread !== act.thread && step > check.step && step < act.step);
    if (check === undefined || change === undefined) continue;
    const [ann, bob] = [names[act.thread], names[change.thread]];
    yield {
      name: 'check then act',
      subject: act.place,
      sentence: `${ann} looked at ${act.place} at step ${check.step}${valued(check)} and changed it at step ${act.step}, but in between, at step ${change.step}, ${bob} had changed it${typeof change.after === 'symbol' ? '' : ` to ${show(change.after)}`}`,
    };
  }
}

/** What was read, where that is known: of a Map it is not. */
function valued({ key, after }: Touch): string {
  return key === undefined ? '' : ` (${show(after)})`;
}

/** A thread acts on something it has looked at, which another one has changed since. */
function* staleChecks({ moves, touches, names }: Scene): Iterable<Cause> {
  for (const change of touches.toReversed()) {
    if (change.kind !== 'write') continue;
    const about = touches.filter(({ place }) => place === change.place);
    const read = about.find(
      (touch) => touch.kind === 'read' && touch.thread !== change.thread && touch.step < change.step && !isRewritten(touch, about),
    );
    if (read === undefined || show(read.after) === show(change.after)) continue;
    const again = about.some(({ kind, thread, step }) => kind === 'read' && thread === read.thread && step > change.step);
    const acts = moves.findLastIndex(({ thread }, at) => thread === read.thread && at + 1 > change.step) + 1;
    if (again || acts === 0) continue;
    const [ann, bob] = [names[read.thread], names[change.thread]];
    yield {
      name: 'stale check',
      subject: change.place,
      sentence: `${ann} goes on at step ${acts} with what it had read of ${change.place} at step ${read.step} (${show(read.after)}), but ${bob} changed it to ${show(change.after)} at step ${change.step}`,
    };
  }
}

/** What a move reads only to write it at once, such as the length in a `push`, it does not go on with. */
function isRewritten(read: Touch, about: readonly Touch[]): boolean {
  return about.some(({ kind, thread, step }) => kind === 'write' && thread === read.thread && step === read.step);
}

/** Two threads look at the same thing before either has changed it, and both do what only one of them should. */
function* bothChecked({ touches, names }: Scene): Iterable<Cause> {
  for (const second of touches.toReversed()) {
    if (second.kind !== 'write') continue;
    const first = touches.find(
      ({ kind, thread, place, step }) => kind === 'write' && thread !== second.thread && place === second.place && step < second.step,
    );
    if (first === undefined) continue;
    const reads = touches.filter(({ kind, place }) => kind === 'read' && place !== second.place);
    const check = reads.find(
      ({ thread, place, step }) =>
        thread === first.thread &&
        step <= first.step &&
        reads.some((other) => other.thread === second.thread && other.place === place && other.step <= second.step) &&
        !touches.some((other) => other.kind === 'write' && other.place === place),
    );
    const other = check && reads.find(({ thread, place }) => thread === second.thread && place === check.place);
    if (check === undefined || other === undefined) continue;
    const [ann, bob] = [names[first.thread], names[second.thread]];
    yield {
      name: 'check then act',
      subject: check.place,
      sentence: `${ann} and ${bob} both looked at ${check.place} before either had changed it, at steps ${check.step} and ${other.step}, and both went on to change ${second.place}, at steps ${first.step} and ${second.step}`,
    };
  }
}
