/**
 * The heart of source-DPOR: which moves of a schedule could have come in the other order, and who must be tried where for that. Two moves race
 * if their order matters and nothing between them fixes it. Where threads wait this has four traps, each with a note below.
 */
import { type Footprint, isConflict } from '../footprint.js';
import type { Point } from '../switch-point.js';
import { type Clock, deadlineOf, type Frame, isBefore, join, lookedAt } from './frames.js';

/** Whether a thread could have gone on from a point, had some moves not been made: what they wrote is as it was before. */
export type AskPast = (thread: number, point: Point, past: ReadonlyMap<number, unknown>) => 'yes' | 'no' | 'unknown';

/** A move, made or only waited for, as seen from the moves before it. */
interface Event {
  readonly thread: number;
  /** Its place, or the end of the schedule. */
  readonly at: number;
  readonly clock: Clock;
  /** Its thread's last move, or -1. */
  readonly previous: number;
}

/** Gives a move its clock, and plans the schedules in which it comes before those that it races with. */
export function settle(frames: readonly Frame[], at: number, threads: number, ask: AskPast): void {
  const frame = frames[at]!;
  const { thread, previous, cause, barrier } = frame;
  const footprint = frame.footprint!;
  const own: Clock = previous < 0 ? new Int32Array(threads) : frames[previous]!.clock.slice();
  const clock = own.slice();
  join(clock, barrier);
  // Trap: who was woken comes after who woke it, not after those who woke others later.
  if (cause.kind === 'woken') join(clock, frames[cause.by]!.clock);
  const races: number[] = [];
  for (let earlier = at - 1; earlier >= 0; earlier -= 1) {
    const other = frames[earlier]!;
    if (other.thread === thread || isBefore(other, clock) || !isConflict(other.footprint!, footprint)) continue;
    join(clock, other.clock);
    races.push(earlier);
  }
  clock[thread] = frame.index;
  frame.clock = clock;
  const event: Event = { thread, at, clock, previous };
  if (cause.kind !== 'ready') for (const earlier of races) plan(frames, earlier, event);
  if (frame.point !== undefined) {
    const looked = lookedAt(frames, thread, previous, at, frame.looked!);
    reverse(frames, event, frame.point, own, [footprint, looked], ask);
  }
}

/** Trap: a thread that waits when the schedule ends has not moved, but it races all the same. */
export function settleWaiting(
  frames: readonly Frame[],
  { thread, previous, point, looked }: { thread: number; previous: number; point: Point; looked: Footprint },
  threads: number,
  ask: AskPast,
): void {
  const own: Clock = previous < 0 ? new Int32Array(threads) : frames[previous]!.clock.slice();
  const all = lookedAt(frames, thread, previous, frames.length, looked);
  const clock = own.slice();
  for (let earlier = frames.length - 1; earlier >= 0; earlier -= 1) {
    const other = frames[earlier]!;
    if (other.thread !== thread && !isBefore(other, clock) && isConflict(other.footprint!, all)) join(clock, other.clock);
  }
  clock[thread]! += 1;
  reverse(frames, { thread, at: frames.length, clock, previous }, point, own, [all], ask);
}

/**
 * Traps: what makes a move possible, such as the release of a lock, comes before it, but is not what it races with; that is the acquire before
 * it. And waiting for a condition releases a lock too. So it is asked, of each earlier move in conflict, whether the thread could have
 * gone on had that move not been made: only then can the two change places, and only then does the race hide those before it.
 */
function reverse(frames: readonly Frame[], event: Event, point: Point, own: Clock, footprints: readonly Footprint[], ask: AskPast): void {
  const fixed = own.slice();
  const deadline = deadlineOf(frames, event.previous, point.timeout);
  for (let earlier = event.at - 1; earlier >= 0; earlier -= 1) {
    const other = frames[earlier]!;
    if (other.thread === event.thread || isBefore(other, fixed)) continue;
    if (!footprints.some((footprint) => isConflict(other.footprint!, footprint))) continue;
    // Whose time is over goes on in any case; how it does may depend on what came before.
    const answer = other.time >= deadline ? 'yes' : ask(event.thread, point, without(frames, earlier, event.at));
    if (answer === 'no') continue;
    plan(frames, earlier, event);
    if (answer === 'yes') join(fixed, other.clock);
  }
}

/** What was there before a move and those that come after it of necessity. */
function without(frames: readonly Frame[], earlier: number, at: number): ReadonlyMap<number, unknown> {
  const past = new Map<number, unknown>();
  const first = frames[earlier]!;
  for (let later = earlier; later < frames.length && later <= at; later += 1) {
    const { clock, undo } = frames[later]!;
    if (later !== at && !isBefore(first, clock)) continue;
    for (const [place, value] of undo) if (!past.has(place)) past.set(place, value);
  }
  return past;
}

/** A schedule in which `event` comes before the move at `earlier`: one of those who can begin it must be tried there. */
function plan(frames: readonly Frame[], earlier: number, event: Event): void {
  const frame = frames[earlier]!;
  const { backtrack, sleep, enabled } = frame;
  // What could be done without the earlier move, by the first move of each thread.
  const firsts: Event[] = [];
  for (let at = earlier + 1; at <= event.at; at += 1) {
    const later: Event = at === event.at ? event : { ...frames[at]!, at };
    if (at !== event.at && isBefore(frame, later.clock)) continue;
    if (!firsts.some(({ thread }) => thread === later.thread)) firsts.push(later);
  }
  const initials = firsts.filter(
    (first) => !firsts.some((other) => other.at < first.at && first.clock[other.thread]! >= frames[other.at]!.index),
  );
  if (initials.some(({ thread }) => backtrack.has(thread) || sleep.has(thread))) return;
  const able = initials.filter(({ thread }) => enabled.includes(thread));
  const best = able.find(({ thread }) => thread === event.thread) ?? able[0];
  if (best !== undefined) backtrack.add(best.thread);
  else for (const thread of enabled) backtrack.add(thread);
}
