/**
 * Source-DPOR with sleep sets: one schedule for each kind that nobody can tell apart, which is fewer by orders of magnitude where threads
 * mostly mind their own business. What moves do is watched, see `watch.ts`. Abdulla et al.: Optimal Dynamic Partial Order Reduction, POPL 2014.
 */
import { Step } from '../../steps/step.js';
import { diverged, tellEnabled } from '../divergence.js';
import { type Footprint, isConflict, isWriteTo, union } from '../footprint.js';
import type { Program } from '../program.js';
import { CUT, type End, type Moment, NOTHING, type Proof, type Strategy } from '../strategy.js';
import { Point } from '../switch-point.js';
import { Watcher } from '../watch.js';
import { world } from '../world.js';
import type { Cause, Clock, Frame } from './frames.js';
import { type AskPast, settle, settleWaiting } from './races.js';

const NO_UNDO: ReadonlyMap<number, unknown> = new Map();

export class SourceDpor implements Strategy {
  readonly name = 'dpor';
  readonly asked = 'at-every-move';
  readonly observer = new Watcher();
  proof: Proof = NOTHING;
  /** Schedules given up because all that could go on there had been seen elsewhere. */
  redundant = 0;
  readonly #frames: Frame[] = [];
  readonly #ask: AskPast = (thread, point, past) => this.observer.ask(thread, point, past).ready;
  #schedules = 0;
  #stage: 'new' | 'begun' = 'new';
  /** A schedule without an end shows nothing about what comes after it. */
  #gaveUp: 'never' | 'once' = 'never';
  #cut: 'no' | 'yes' = 'no';
  /** Of each thread, in this schedule: its last move, and who woke it. */
  #last: number[] = [];
  #wokenBy: number[] = [];
  #barrier: Clock = new Int32Array(0);
  #clock = 0;

  /** The program as this search has to see it. */
  watch(program: Program): Program {
    return this.observer.watch(program);
  }

  begin(threads: number): boolean {
    this.#last = new Array(threads).fill(-1);
    this.#wokenBy = new Array(threads).fill(-1);
    this.#barrier = new Int32Array(threads);
    this.#clock = 0;
    this.#cut = 'no';
    if (this.#stage === 'new') {
      this.#stage = 'begun';
      return true;
    }
    if (this.#next()) return true;
    if (this.#gaveUp === 'never') this.proof = { kind: 'complete', schedules: this.#schedules };
    return false;
  }

  /** Goes back to the last state where somebody else is to be tried. */
  #next(): boolean {
    const frames = this.#frames;
    for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
      frame.sleep.set(frame.thread, frame.footprint!);
      for (const thread of frame.backtrack) {
        if (frame.sleep.has(thread)) continue;
        frame.thread = thread;
        frame.footprint = undefined;
        return true;
      }
      frames.pop();
    }
    return false;
  }

  choose(moment: Moment): number {
    const { step } = moment;
    const frames = this.#frames;
    this.#see(moment);
    if (step === frames.length) {
      const frame = this.#open(moment);
      if (frame === undefined) {
        this.#cut = 'yes';
        return CUT;
      }
      frames.push(frame);
    }
    const frame = frames[step]!;
    if (!isSame(frame.enabled, moment)) {
      const expected = frame.enabled.map((thread) => moment.names[thread]).join(' and ');
      throw diverged(step + 1, `${expected} able to go on`, tellEnabled(moment));
    }
    if (frame.footprint === undefined) this.#prepare(frame, moment);
    this.#last[frame.thread] = step;
    return frame.thread;
  }

  /** Looks at what the last move has done. */
  #see(moment: Moment): void {
    const { step, threads, pending } = moment;
    const before = this.#frames[step - 1];
    if (before !== undefined) {
      this.#close(before, moment);
      for (let thread = 0; thread < threads; thread += 1) {
        const isAsleep = isWait(pending[thread]) && !isEnabled(moment, thread) && this.#last[thread]! >= 0;
        if (isAsleep) this.observer.asleep[thread] = 'asleep';
        else if (this.observer.asleep[thread] === 'asleep' && this.#wokenBy[thread]! < this.#last[thread]!)
          this.#wokenBy[thread] = step - 1;
      }
    }
    if (world.clock === this.#clock) return;
    this.#clock = world.clock;
    this.#barrier = moment.moves.slice();
  }

  /** A state that was not reached before; `undefined`: everybody who could go on sleeps. */
  #open(moment: Moment): Frame | undefined {
    const { enabled, count, current, step } = moment;
    const parent = this.#frames[step - 1];
    const sleep = new Map<number, Footprint>();
    if (parent !== undefined) {
      for (const [thread, footprint] of parent.sleep)
        if (thread !== parent.thread && !isConflict(footprint, parent.footprint!)) sleep.set(thread, footprint);
    }
    const able = Array.from(enabled.subarray(0, count));
    const thread = able.includes(current) && !sleep.has(current) ? current : able.find((each) => !sleep.has(each));
    if (thread === undefined) return undefined;
    return {
      enabled: able,
      backtrack: new Set([thread]),
      sleep,
      blocked: this.#blocked(moment),
      time: world.clock,
      barrier: this.#barrier,
      thread,
      index: 0,
      previous: -1,
      cause: { kind: 'free' },
      point: undefined,
      looked: undefined,
      footprint: undefined,
      undo: NO_UNDO,
      clock: this.#barrier,
    };
  }

  #blocked(moment: Moment): ReadonlyMap<number, Footprint> {
    const blocked = new Map<number, Footprint>();
    for (let thread = 0; thread < moment.threads; thread += 1) {
      const point = moment.pending[thread];
      if (!isEnabled(moment, thread) && point instanceof Point && point.ready !== undefined)
        blocked.set(thread, this.observer.ask(thread, point).footprint);
    }
    return blocked;
  }

  #prepare(frame: Frame, { moves, pending }: Moment): void {
    const { thread } = frame;
    const point = pending[thread];
    frame.index = moves[thread]! + 1;
    frame.previous = this.#last[thread]!;
    frame.point = undefined;
    frame.cause = { kind: 'free' };
    if (point instanceof Point && point.ready !== undefined) {
      const { ready, footprint } = this.observer.ask(thread, point);
      frame.point = point;
      frame.looked = footprint;
      frame.cause = { kind: ready === 'yes' ? 'ready' : 'timed-out' };
    } else if (isWait(point) && this.observer.asleep[thread] === 'asleep') frame.cause = this.#awakening(thread);
  }

  #awakening(thread: number): Cause {
    const by = this.#wokenBy[thread]!;
    // Woken in the state that time had just led to, by nobody's move.
    const isByTime = this.#barrier.some((moves) => moves > 0) && this.#isPassed(by);
    return isByTime ? { kind: 'timed-out' } : { kind: 'woken', by };
  }

  /** Whether time passed right after a move. */
  #isPassed(at: number): boolean {
    let moves = 0;
    for (const count of this.#barrier) moves += count;
    return moves === at + 1;
  }

  /** A move has been made: what it did is known now. */
  #close(frame: Frame, moment: Moment): void {
    if (frame.footprint !== undefined) return;
    const [after, before] = this.observer.invariant;
    const { footprint } = this.observer;
    // Who looks at everything after each move can tell the order of those moves that change what it looks at.
    const isSeen = isWriteTo(footprint, before) || isWriteTo(footprint, after);
    frame.footprint = isSeen ? union(footprint, before, after) : footprint;
    frame.undo = this.observer.undo;
    settle(this.#frames, moment.step - 1, moment.threads, this.#ask);
    // Who was kept from going on could have gone before.
    for (const thread of frame.enabled)
      if (thread !== frame.thread && !frame.sleep.has(thread) && !isEnabled(moment, thread)) frame.backtrack.add(thread);
  }

  end(moment: Moment, end: End): 'new' | 'again' {
    const frames = this.#frames;
    const { threads, pending, step } = moment;
    if (step > 0) this.#close(frames[step - 1]!, moment);
    if (end === 'cut' && this.#cut === 'no') this.#gaveUp = 'once';
    for (let thread = 0; thread < threads; thread += 1) {
      const point = pending[thread];
      if (isEnabled(moment, thread) || !(point instanceof Point) || point.ready === undefined) continue;
      const looked = this.observer.ask(thread, point).footprint;
      settleWaiting(frames, { thread, previous: this.#last[thread]!, point, looked }, threads, this.#ask);
    }
    // A failure ends everything: what the others would have done comes before it in other schedules.
    const last = frames[step - 1];
    if (end === 'failed' && last !== undefined) for (const thread of last.enabled) last.backtrack.add(thread);
    if (end === 'cut' && this.#cut === 'yes') {
      this.redundant += 1;
      return 'again';
    }
    this.#schedules += 1;
    return 'new';
  }
}

function isWait(point: unknown): boolean {
  return point instanceof Step && point.operation === 'wait';
}

function isSame(expected: readonly number[], { enabled, count }: Moment): boolean {
  if (expected.length !== count) return false;
  for (let at = 0; at < count; at += 1) if (enabled[at] !== expected[at]) return false;
  return true;
}

function isEnabled({ enabled, count }: Moment, thread: number): boolean {
  for (let at = 0; at < count; at += 1) if (enabled[at] === thread) return true;
  return false;
}
