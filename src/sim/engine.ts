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
import type { Program, RawFailure } from './program.js';
import { CUT, type End, type Moment, type Observer, type Strategy } from './strategy.js';
import { OVER, Point, type SwitchPoint, type VirtualThread } from './switch-point.js';
import { world } from './world.js';

export type { Observer } from './strategy.js';

export class Engine {
  readonly program: Program;
  readonly moment: Moment & { pending: SwitchPoint[] };
  /** How the last schedule went wrong, if it did. */
  failure: RawFailure | undefined;
  /** What the threads of the last schedule shared. */
  state: unknown;
  /** How the last schedule ended, where it did not end by itself. */
  excess: 'none' | 'steps' = 'none';
  readonly #arena = new Arena();
  readonly #threads: VirtualThread[];
  readonly #blocked: BlockedThreads;
  #over = 0;
  #everybody = 0;
  #observer: Observer | undefined;

  constructor(program: Program) {
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
      trace: new Int32Array(256),
      pending: new Array(count).fill(undefined),
      threads: count,
      names: program.names,
    };
    for (let thread = 0; thread < count; thread += 1) this.#everybody ^= bitOf(thread);
    this.#blocked = new BlockedThreads(this.moment);
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
        if (program.time === 'when-idle' && this.#blocked.passTime()) continue;
        if (program.mayRest?.() === true) break;
        this.failure = { kind: 'deadlock', error: undefined, thread: -1 };
        break;
      }
      if (moment.step >= program.maxSteps) {
        this.excess = 'steps';
        return 'cut';
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
