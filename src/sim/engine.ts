/**
 * Runs a program's schedules, one after another, in one isolate: the only place where threads are moved. A move takes a thread from its
 * switch point to the next. Nothing is allocated per move but by the generators themselves: millions of moves a second are the point of it.
 */
import { strictness } from '../host/forbid.js';
import { Arena } from '../host/memory.js';
import { perform } from '../steps/perform.js';
import { CHANGED, Step } from '../steps/step.js';
import { reached } from '../transform/sites.js';
import { BlockedThreads, bitOf } from './blocked.js';
import { keepingTime, lookersSince, unchangedSince } from './hindsight.js';
import type { Program, RawFailure } from './program.js';
import { Rounds } from './rounds.js';
import { IDLE, SPIN, Spins } from './spins.js';
import { CUT, type End, type Moment, type Observer, type Strategy } from './strategy.js';
import { OVER, Point, type SwitchPoint, type VirtualThread } from './switch-point.js';
import { world } from './world.js';

/** Rounds of the same circle, before it is one for good. */
const LEAST_ROUNDS = 100;
/** Rounds that are no circle. */
const MOST_UNLIKE = 64;
const MOST_MOVES = 10_000;

export class Engine {
  readonly program: Program;
  readonly moment: Moment & { pending: SwitchPoint[] };
  /** How the last schedule went wrong, if it did. */
  failure: RawFailure | undefined;
  /** What the threads of the last schedule shared. */
  state: unknown;
  /** How the last schedule ended, where it did not end by itself. */
  excess: 'none' | 'steps' = 'none';
  /** Why the first schedule that was given up did not end, where that could be seen. */
  why: string | undefined;
  /** How often, in all schedules, a thread was made to stand aside because it went round in a loop that only waits. */
  spins = 0;
  /** When in this schedule time passed for others, though somebody could have gone on in a loop. */
  readonly passes = new Set<number>();
  readonly #arena = new Arena();
  readonly #threads: VirtualThread[];
  readonly #blocked: BlockedThreads;
  #over = 0;
  #everybody = 0;
  #observer: Observer | undefined;
  readonly #spins: Spins;
  readonly #follows: ReadonlySet<number> | undefined;
  /** When something is to be looked at besides who goes on. */
  #lookAt = 0;

  /** `follows`: the times when time passed in a schedule that is run once more, all of whose moves are given. */
  constructor(program: Program, follows?: ReadonlySet<number>) {
    const count = program.names.length;
    this.program = program;
    this.#threads = new Array(count);
    this.moment = {
      enabled: new Int32Array(count),
      count,
      set: 0,
      current: -1,
      step: 0,
      moves: new Int32Array(count),
      // Short at first: what is this small costs next to nothing, and many programs are explored by a few moves.
      trace: new Int32Array(16),
      pending: new Array(count).fill(undefined),
      threads: count,
      names: program.names,
    };
    for (let thread = 0; thread < count; thread += 1) this.#everybody ^= bitOf(thread);
    this.#blocked = new BlockedThreads(this.moment);
    this.#spins = new Spins(this.moment, this.#blocked);
    this.#follows = follows;
  }

  /** Runs one schedule to its end, as the strategy wants it. */
  run(strategy: Strategy, observer?: Observer): End {
    this.#observer = observer;
    strictness.now = 'strict';
    const end = this.#run(strategy);
    strictness.now = 'lenient';
    if (world.offence !== undefined) throw world.offence;
    return end;
  }

  #run(strategy: Strategy): End {
    const { program, moment } = this;
    this.#begin();
    const { enabled } = moment;
    const asksAlways = strategy.asked === 'at-every-move';
    while (this.failure === undefined) {
      if (this.#blocked.isAnybody) this.#blocked.recheck();
      if (moment.count === 0) {
        if (this.#over === moment.threads) {
          this.#check(program.after, 'assertion');
          break;
        }
        if (program.time === 'when-idle' && this.#blocked.passTime()) {
          if (this.#spins.isAnybodyAside) this.passes.add(moment.step);
          this.#release();
          continue;
        }
        if (this.#spins.isAnybodyAside) {
          this.#release();
          this.#goRound();
          continue;
        }
        if (program.mayRest?.() === true) break;
        this.failure = { kind: 'deadlock', error: undefined, thread: -1 };
        break;
      }
      if (moment.step >= this.#lookAt) {
        if (this.#look(strategy) === 'cut') return 'cut';
        if (moment.count === 0 || this.failure !== undefined) continue;
      }
      const thread = moment.count === 1 && !asksAlways ? enabled[0]! : strategy.choose(moment);
      if (thread === CUT) return 'cut';
      this.#move(thread);
      if (program.always !== undefined && this.failure === undefined) this.#check(program.always, 'invariant');
    }
    return this.failure === undefined ? 'passed' : 'failed';
  }

  /** What somebody else has found out of the last schedule: that it fails after so many moves. */
  fail(failure: RawFailure, step: number): void {
    this.failure = failure;
    this.moment.step = step;
  }

  /** How each thread stands, for reports: what it waits for, or that it has ended. */
  standing(thread: number): 'over' | 'blocked' | 'able' {
    return this.moment.pending[thread] === OVER ? 'over' : this.#blocked.isStuck(thread) ? 'blocked' : 'able';
  }

  #begin(): void {
    const { program, moment } = this;
    this.failure = undefined;
    this.excess = 'none';
    this.#over = 0;
    this.#blocked.clear();
    this.#spins.clear();
    if (this.passes.size > 0) this.passes.clear();
    this.#lookAt = this.#follows === undefined ? Math.min(this.#spins.lookAt, program.maxSteps) : 0;
    moment.current = -1;
    moment.step = 0;
    moment.count = moment.threads;
    moment.set = this.#everybody;
    // Locks and their like are shared memory, which is slow to make and slow to clear away: it is used again.
    const state = this.#arena.fill(program.state);
    this.state = state;
    world.calls = program.calls;
    for (let thread = 0; thread < moment.threads; thread += 1) {
      moment.enabled[thread] = thread;
      moment.moves[thread] = 0;
      moment.pending[thread] = undefined;
      this.#threads[thread] = program.bodies[thread]!(state);
    }
    for (let thread = 0; thread < moment.threads; thread += 1) if (program.beginnings[thread] === 'stands') this.#advance(thread, 0);
  }

  #move(thread: number): void {
    const { moment } = this;
    if (moment.step === moment.trace.length) {
      const longer = new Int32Array(moment.trace.length * 2);
      longer.set(moment.trace);
      moment.trace = longer;
    }
    moment.trace[moment.step] = thread;
    moment.step += 1;
    moment.moves[thread]! += 1;
    moment.current = thread;
    const point = moment.pending[thread];
    this.#observer?.before(thread, point);
    // A number or nothing is the usual case: no operation is announced, so nothing is to be done for it.
    if (typeof point !== 'object') this.#advance(thread, 0);
    else if (point instanceof Step) this.#step(thread, point);
    else this.#advance(thread, this.#blocked.outcome(thread));
    this.#observer?.after(thread);
  }

  /** Runs the thread's code up to its next switch point. */
  #advance(thread: number, input: number): void {
    const { moment } = this;
    world.thread = thread;
    let turn: IteratorResult<SwitchPoint, unknown>;
    try {
      turn = this.#threads[thread]!.next(input);
    } catch (error) {
      this.#end(thread);
      this.failure = { kind: 'error', error, thread };
      return;
    }
    if (turn.done) {
      this.#end(thread);
      return;
    }
    const point = turn.value ?? undefined;
    moment.pending[thread] = point;
    if (typeof point === 'number') reached.marks[point] = 1;
    else if (typeof point === 'object' && point instanceof Point && point.ready !== undefined) this.#blocked.add(thread, point);
  }

  #end(thread: number): void {
    this.moment.pending[thread] = OVER;
    this.#over += 1;
    this.#blocked.disable(thread);
  }

  /** Performs a step of a protocol text, and gives the thread its result; a sleeper is given it when it is woken. */
  #step(thread: number, step: Step): void {
    const blocked = this.#blocked;
    switch (step.operation) {
      case 'wait': {
        const woken = blocked.takeOutcome(thread);
        if (woken !== undefined) this.#advance(thread, woken);
        else if (Atomics.load(step.words, step.index) !== step.first) this.#advance(thread, CHANGED);
        else blocked.sleep(thread, step);
        return;
      }
      case 'notify':
        this.#advance(thread, blocked.wake(step.words, step.index, step.first));
        return;
      case 'now':
        this.#advance(thread, world.clock);
        return;
      default:
        this.#advance(thread, perform(step));
    }
  }

  /** What has to be looked at from time to time: whether it takes too long, and whether somebody goes round in a loop. */
  #look(strategy: Strategy): 'go on' | 'cut' {
    const { program, moment } = this;
    if (this.#follows !== undefined) {
      if (this.#follows.has(moment.step)) this.#blocked.passTime();
      return 'go on';
    }
    // Those that see what moves do have to see all of them.
    const isSeen = strategy.watch === undefined;
    if (moment.step >= program.maxSteps) {
      this.#release();
      if (isSeen && this.#spins.unseen === undefined && this.why === undefined) this.#goRound();
      if (this.failure !== undefined) return 'go on';
      this.why ??= this.#spins.unseen === undefined ? undefined : `whether they only wait cannot be seen in ${this.#spins.unseen}`;
      this.excess = 'steps';
      return 'cut';
    }
    const spin = isSeen ? this.#spins.look(this.plainState) : undefined;
    if (spin !== undefined) this.#setAside(strategy, spin.thread, spin.since);
    this.#lookAt = Math.min(isSeen ? this.#spins.lookAt : program.maxSteps, program.maxSteps);
    return 'go on';
  }

  #setAside(strategy: Strategy, thread: number, seen: number): void {
    const { moment } = this;
    if (strategy.spun !== undefined) {
      const since = this.#unchangedSince(seen - SPIN);
      if (since > seen) {
        this.#spins.forget();
        return;
      }
      strategy.spun(moment, thread, since, IDLE);
    }
    this.spins += 1;
    this.#spins.setAside(thread);
  }

  #release(): void {
    this.#spins.release();
    this.#lookAt = Math.min(this.#spins.lookAt, this.program.maxSteps);
  }

  /** What threads share, as it is, even if they are watched. */
  get plainState(): unknown {
    return this.program.unwatched === undefined ? this.state : this.program.unwatched(this.state);
  }

  /** This schedule once more, without what was checked the first time. */
  #again(program: Program): Engine {
    return new Engine({ ...program, always: undefined }, new Set(this.passes));
  }

  #unchangedSince(from: number): number {
    const { trace, step } = this.moment;
    return keepingTime(() => unchangedSince(this.#again(this.program), trace.slice(0, step), from));
  }

  /** Lets everybody go on in turns until that leads somewhere: out of it, or for ever round in a circle. */
  #goRound(): void {
    const { moment, program } = this;
    const { set, step: begin } = moment;
    const rounds = new Rounds();
    const starts = [begin];
    rounds.add(this.plainState);
    while ((moment.step < program.maxSteps && moment.step - begin < MOST_MOVES) || rounds.stable < LEAST_ROUNDS) {
      for (let thread = 0; thread < moment.threads; thread += 1) {
        if (!this.#blocked.isAble(thread)) continue;
        this.#move(thread);
        if (program.always !== undefined && this.failure === undefined) this.#check(program.always, 'invariant');
        if (this.failure !== undefined) return;
        if (this.#blocked.isAnybody) this.#blocked.recheck();
      }
      rounds.add(this.plainState);
      starts.push(moment.step);
      const isElsewhere = moment.set !== set || (rounds.period === 0 && starts.length > MOST_UNLIKE);
      if (isElsewhere || moment.step - begin > 2 * MOST_MOVES) return;
    }
    const from = starts.at(-1 - rounds.period)!;
    const moves = moment.step - from;
    if (!this.#doAllLook(from)) return;
    this.failure = {
      kind: 'livelock',
      error: undefined,
      thread: -1,
      circle: { from, moves, seen: Math.floor(rounds.stable / rounds.period) },
    };
    // What comes before is the way there; the moves in between said nothing.
    moment.step = rounds.period === 1 ? Math.min(begin, this.#unchangedSince(0)) : begin;
  }

  /** Whether each that goes round looks at what is shared: who does not computes, and may come to an end by itself. */
  #doAllLook(from: number): boolean {
    const { moment, program } = this;
    const trace = moment.trace.slice(0, moment.step);
    const looks = keepingTime(() => lookersSince({ ...program, always: undefined }, (watched) => this.#again(watched), trace, from));
    if (looks === undefined) return true;
    const idle = Array.from(moment.enabled.subarray(0, moment.count)).find((thread) => !looks.has(thread));
    if (idle !== undefined)
      this.why = `${program.names[idle]} did not look at anything shared any more: it computes, or goes round in a loop for ever`;
    return idle === undefined;
  }

  #check(condition: ((state: unknown) => unknown) | undefined, kind: 'assertion' | 'invariant'): void {
    if (condition === undefined) return;
    strictness.now = 'lenient';
    try {
      if (condition(this.state) === false) this.failure = { kind, error: undefined, thread: -1 };
    } catch (error) {
      this.failure = { kind, error, thread: -1 };
    }
    strictness.now = 'strict';
  }
}
