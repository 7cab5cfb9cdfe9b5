/**
 * What moves did, in words: which properties they read and wrote, and, where the pattern is a known one, why it went wrong.
 */
import { inspect } from 'node:util';
import { describePoint, nameOf } from './labels.js';
import { Point, type SwitchPoint } from './switch-point.js';
import type { Access } from './watch.js';

/** A move, as it was watched. */
export interface Move {
  readonly thread: number;
  /** Where it began. */
  readonly point: SwitchPoint;
  readonly accesses: readonly Access[];
}

/** Why a schedule went wrong. */
export interface Cause {
  /** What the pattern is called. */
  readonly name: 'lost update' | 'stale check' | 'check then act' | 'lost wake-up';
  /** What it is about, as `s.n`. */
  readonly subject: string;
  /** The one sentence. */
  readonly sentence: string;
}

/** Accesses that a line tells; the others are said to be there. */
const TOLD = 3;

/** A move in one line. */
export function tellMove({ point, accesses }: Move): string {
  const place = describePoint(point);
  const told = distinct(accesses).slice(0, TOLD).map(tellAccess);
  if (told.length === 0) return place;
  const rest = distinct(accesses).length > TOLD ? ', …' : '';
  return `${place === '·' ? '' : `${place}  `}${told.join(', ')}${rest}`;
}

function tellAccess({ object, key, kind, before, after }: Access): string {
  const path = pathOf(object, key);
  // Of a Map or a Set it is known that it was read or changed, not what it held.
  if (key === undefined) return kind === 'read' ? `reads ${path}` : `changes ${path}`;
  return kind === 'read' ? `${path} → ${show(after)}` : `${path}: ${show(before)} → ${show(after)}`;
}

function pathOf(object: string, key: PropertyKey | undefined): string {
  if (key === undefined) return object;
  return typeof key === 'string' && /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(key) ? `${object}.${key}` : `${object}[${String(key)}]`;
}

/** What is told of a value: numbers and texts are the usual case. */
function show(value: unknown): string {
  if (typeof value === 'function') return value.name || 'a function';
  const text = inspect(value, { depth: 0, breakLength: Number.POSITIVE_INFINITY, compact: true });
  return text.length > 24 ? `${text.slice(0, 23)}…` : text;
}

/** Without those that only lead to another one: `s.cache`, on the way to `s.cache.size`. Methods are no news either. */
function distinct(accesses: readonly Access[]): Access[] {
  return accesses.filter(
    ({ kind, after }) => kind === 'write' || (typeof after !== 'function' && (typeof after !== 'object' || after === null)),
  );
}

interface Touch extends Access {
  /** From 1. */
  readonly step: number;
  readonly place: string;
}

/** The cause, if it is one of those that have a name. */
export function causeOf(moves: readonly Move[], names: readonly string[]): Cause | undefined {
  const touches = moves.flatMap(({ accesses }, at) =>
    accesses.map((access): Touch => ({ ...access, step: at + 1, place: pathOf(access.object, access.key) })),
  );
  return (
    lostUpdate(touches, names) ?? lostWakeUp(moves, touches, names) ?? staleCheck(moves, touches, names) ?? checkThenAct(touches, names)
  );
}

/** A thread writes what it computed from a value that another one has changed since. */
function lostUpdate(touches: readonly Touch[], names: readonly string[]): Cause | undefined {
  for (const [at, write] of touches.entries()) {
    if (write.kind !== 'write') continue;
    const read = touches
      .slice(0, at)
      .findLast(({ kind, thread, place }) => kind === 'read' && thread === write.thread && place === write.place);
    const other =
      read &&
      touches
        .slice(0, at)
        .findLast(
          ({ kind, thread, place, step }) => kind === 'write' && thread !== write.thread && place === write.place && step > read.step,
        );
    if (read === undefined || other === undefined) continue;
    const [ann, bob] = [names[write.thread], names[other.thread]];
    return {
      name: 'lost update',
      subject: write.place,
      sentence: `${ann} overwrites at step ${write.step} what ${bob} wrote to ${write.place} at step ${other.step}: it computed ${show(write.after)} from ${show(read.after)}, which it had read at step ${read.step}`,
    };
  }
  return undefined;
}

/** A thread is woken because something holds, and when it goes on it does not hold any more. */
function lostWakeUp(moves: readonly Move[], touches: readonly Touch[], names: readonly string[]): Cause | undefined {
  for (const [at, { thread, point }] of moves.entries()) {
    if (!(point instanceof Point) || point.announcement !== 'wait' || point.ready === undefined) continue;
    const notify = moves
      .slice(0, at)
      .findLastIndex(({ point: other }) => other instanceof Point && other.announcement === 'notify' && other.target === point.target);
    if (notify < 0) continue;
    const taken = touches.find(
      ({ kind, thread: other, step }) =>
        kind === 'write' && other !== thread && other !== moves[notify]!.thread && step > notify + 1 && step <= at,
    );
    if (taken === undefined) continue;
    const subject = nameOf(point.target);
    return {
      name: 'lost wake-up',
      subject,
      sentence: `${names[thread]} was notified by ${names[moves[notify]!.thread]} at step ${notify + 1}, but ${names[taken.thread]} came first and changed ${taken.place} from ${show(taken.before)} to ${show(taken.after)} at step ${taken.step}: what ${names[thread]} waited for at ${subject} does not hold any more when it goes on at step ${at + 1}. Wait in a loop`,
    };
  }
  return undefined;
}

/** A thread acts on something it has looked at, which another one has changed since. */
function staleCheck(moves: readonly Move[], touches: readonly Touch[], names: readonly string[]): Cause | undefined {
  const last = moves.length;
  for (const change of touches.toReversed()) {
    if (change.kind !== 'write') continue;
    const read = touches.find(
      ({ kind, thread, place, step }) => kind === 'read' && thread !== change.thread && place === change.place && step < change.step,
    );
    if (read === undefined || show(read.after) === show(change.after)) continue;
    const again = touches.some(
      ({ kind, thread, place, step }) => kind === 'read' && thread === read.thread && place === change.place && step > change.step,
    );
    const acts = moves.findLastIndex(({ thread }, at) => thread === read.thread && at + 1 > change.step) + 1;
    if (again || acts === 0) continue;
    const [ann, bob] = [names[read.thread], names[change.thread]];
    return {
      name: 'stale check',
      subject: change.place,
      sentence: `${ann} goes on at step ${Math.min(acts, last)} with what it had read of ${change.place} at step ${read.step} (${show(read.after)}), but ${bob} changed it to ${show(change.after)} at step ${change.step}`,
    };
  }
  return undefined;
}

/** Two threads look at the same thing before either has changed it, and both do what only one of them should. */
function checkThenAct(touches: readonly Touch[], names: readonly string[]): Cause | undefined {
  for (const second of touches.toReversed()) {
    if (second.kind !== 'write') continue;
    const first = touches.find(
      ({ kind, thread, place, step }) => kind === 'write' && thread !== second.thread && place === second.place && step < second.step,
    );
    if (first === undefined) continue;
    const check = touches.find(
      ({ kind, thread, place, step }) =>
        kind === 'read' &&
        thread === first.thread &&
        place !== second.place &&
        step <= first.step &&
        touches.some(
          (other) => other.kind === 'read' && other.thread === second.thread && other.place === place && other.step <= second.step,
        ) &&
        !touches.some((other) => other.kind === 'write' && other.place === place),
    );
    const other = check && touches.find(({ kind, thread, place }) => kind === 'read' && thread === second.thread && place === check.place);
    if (check === undefined || other === undefined) continue;
    const [ann, bob] = [names[first.thread], names[second.thread]];
    return {
      name: 'check then act',
      subject: check.place,
      sentence: `${ann} and ${bob} both looked at ${check.place} before either had changed it, at steps ${check.step} and ${other.step}, and both went on to change ${second.place}, at steps ${first.step} and ${second.step}`,
    };
  }
  return undefined;
}
