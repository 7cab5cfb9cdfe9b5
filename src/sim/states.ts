/**
 * The stateful search: two schedules that lead to the same state go on in the same way, so of each state there is only one to be explored. For threads
 * all of whose state can be seen: ordinary functions and generator functions over data. Where it comes to its end, it is a proof.
 */
import { ownNow } from '../host/clock.js';
import { strictness } from '../host/forbid.js';
import { WOKEN } from '../steps/step.js';
import { ENDED, type Frame, FrameProgram } from '../transform/frames.js';
import { StatefulError } from '../transform/frames-error.js';
import { Canonical } from './canonical.js';
import { NotPlainError } from './canonical-kinds.js';
import type { FailureKind, Program } from './program.js';
import { Circles } from './states-circles.js';
import { Constants, pathTo } from './states-constants.js';
import { Snapshots, type Threads } from './states-snapshot.js';
import { Visited } from './states-visited.js';
import { Point, type SwitchPoint } from './switch-point.js';
import { world } from './world.js';

export interface StatesOptions {
  /** What the threads' texts mean by names that are not their own: generator functions for `yield*`, and values such as `Point`. */
  readonly helpers?: Readonly<Record<string, unknown>> | undefined;
  /** How many states may be visited. */
  readonly maxStates?: number | undefined;
  /** How long it may take, in milliseconds. */
  readonly maxMs?: number | undefined;
}

/** How it went wrong, and by which way. */
export interface StatesFailure {
  readonly kind: FailureKind;
  readonly error: unknown;
  /** The thread that threw, or -1. */
  readonly thread: number;
  /** Who moves, move by move, as the engine counts them. For a `livelock`: until it is past escape. */
  readonly trace: readonly number[];
}

export interface StatesReport {
  /** `search`: everything was visited, so what holds is proved. */
  readonly endedBy: 'search' | 'failure' | 'maxStates' | 'maxMs';
  /** Different states, the first and the last ones included. */
  readonly states: number;
  /** Moves that were made. */
  readonly transitions: number;
  /** Different states in which all threads have ended. */
  readonly finals: number;
  /** Moves that led back to a state on the way to them: there are schedules that never end, if only because a thread waits in a loop. */
  readonly cycles: number;
  readonly ms: number;
  /** How often each function was called natively, by name. */
  readonly atomic: ReadonlyMap<string, number>;
  readonly failure: StatesFailure | undefined;
}

/** A state on the way, and who has not moved from it yet. */
interface Level {
  readonly state: number;
  readonly choices: readonly number[];
  /** Where its snapshot is kept; none is needed where only one can move. */
  readonly snapshot: number;
  next: number;
}

const MAX_STATES = 5_000_000;
/** So often the clock is looked at. */
const MOVES_PER_LOOK = 256;

/**
 * Visits every state, and says whether a condition fails, a thread throws, threads wait for ever, or go round for ever whoever goes on.
 * @throws StatefulError for threads and values that it cannot take
 */
export function searchStates(program: Program, options: StatesOptions = {}): StatesReport {
  return new StatesSearch(program, options).run();
}

class StatesSearch {
  readonly #program: Program;
  readonly #frames: FrameProgram;
  readonly #canonical: Canonical;
  readonly #constants: Constants;
  readonly #threads: Threads;
  readonly #maxStates: number;
  readonly #maxMs: number;
  readonly #snapshots: Snapshots;
  readonly #visited = new Visited();
  readonly #levels: Level[] = [];
  readonly #circles = new Circles();
  #state: unknown;
  #transitions = 0;
  #finals = 0;
  #failure: Omit<StatesFailure, 'trace'> | undefined;

  constructor(program: Program, { helpers = {}, maxStates = MAX_STATES, maxMs = Number.POSITIVE_INFINITY }: StatesOptions) {
    this.#program = program;
    const threads = Object.fromEntries(program.names.map((name, at) => [name, program.bodies[at]]));
    this.#constants = new Constants(helpers);
    this.#frames = new FrameProgram({ threads, helpers, rules: this.#constants });
    this.#canonical = new Canonical(this.#constants, this.#frames);
    this.#threads = { stacks: [], pending: [] };
    this.#snapshots = new Snapshots(this.#frames, this.#threads);
    this.#maxStates = maxStates;
    this.#maxMs = maxMs;
  }

  run(): StatesReport {
    const begin = ownNow();
    strictness.now = 'strict';
    let endedBy: StatesReport['endedBy'];
    const trace: number[] = [];
    try {
      endedBy = this.#search(begin, trace);
    } finally {
      strictness.now = 'lenient';
      // Helpers that are data were there before.
      if (this.#snapshots.mark > 0) this.#snapshots.restore(0);
    }
    if (world.offence !== undefined) throw world.offence;
    return {
      endedBy,
      states: this.#visited.size,
      transitions: this.#transitions,
      finals: this.#finals,
      cycles: this.#circles.count,
      ms: ownNow() - begin,
      atomic: this.#frames.natives,
      failure: this.#failure && { ...this.#failure, trace },
    };
  }

  #search(begin: number, trace: number[]): StatesReport['endedBy'] {
    const { names, beginnings, always } = this.#program;
    this.#state = this.#program.state();
    this.#constants.admit(this.#state);
    world.clock = 0;
    world.calls = this.#program.calls;
    for (let thread = 0; thread < names.length; thread += 1) {
      this.#threads.stacks.push(this.#frames.enter(thread, [this.#state]));
      this.#threads.pending.push(undefined);
    }
    this.#write();
    this.#snapshots.take(this.#canonical);
    for (let thread = 0; thread < names.length; thread += 1) if (beginnings[thread] === 'stands') this.#advance(thread);
    if (this.#failure !== undefined) return 'failure';
    this.#enter(-1);
    while (this.#failure === undefined) {
      const level = this.#levels.at(-1);
      if (level === undefined) return 'search';
      if (level.next === level.choices.length) {
        this.#levels.pop();
        if (this.#circles.leave(level.state, this.#levels.at(-1)?.state ?? -1) === 'endless') {
          this.#failure = { kind: 'livelock', error: undefined, thread: -1 };
          break;
        }
        this.#snapshots.drop(level.snapshot);
        trace.pop();
        continue;
      }
      if (level.next > 0) this.#snapshots.restore(level.snapshot);
      const thread = level.choices[level.next]!;
      level.next += 1;
      trace.push(thread);
      this.#advance(thread);
      this.#transitions += 1;
      if (this.#failure !== undefined) break;
      if (this.#visited.size >= this.#maxStates) return 'maxStates';
      if (this.#transitions % MOVES_PER_LOOK === 0 && ownNow() - begin >= this.#maxMs) return 'maxMs';
      if (this.#enter(thread, always) === 'known') trace.pop();
    }
    return 'failure';
  }

  /** Comes to a state: one that was visited has been looked at. */
  #enter(mover: number, always?: Program['always']): 'known' | 'new' {
    this.#write();
    const before = this.#visited.size;
    const state = this.#visited.add(this.#canonical.words, this.#canonical.length);
    if (state < before) {
      this.#circles.meet(this.#levels.at(-1)!.state, state);
      return 'known';
    }
    if (always !== undefined && !this.#holds(always, 'invariant')) return 'new';
    const choices = this.#choices(mover);
    if (choices.length === 0) {
      if (this.#threads.stacks.some((stack) => stack.length > 0)) this.#failure = { kind: 'deadlock', error: undefined, thread: -1 };
      else {
        this.#finals += 1;
        this.#holds(this.#program.after, 'assertion');
      }
    }
    this.#circles.enter(state, choices.length === 0 ? 'none' : 'some');
    this.#levels.push({ state, choices, snapshot: this.#snapshots.mark, next: 0 });
    if (choices.length > 1) this.#snapshots.take(this.#canonical);
    return 'new';
  }

  /** Who can go on: the one that ran first, then by number. */
  #choices(mover: number): number[] {
    const { stacks, pending } = this.#threads;
    const choices: number[] = [];
    for (let thread = 0; thread < stacks.length; thread += 1) {
      if (stacks[thread]!.length === 0) continue;
      const point = pending[thread];
      if (typeof point === 'object' && point instanceof Point && point.ready !== undefined && !point.ready()) continue;
      if (thread === mover) choices.unshift(thread);
      else choices.push(thread);
    }
    return choices;
  }

  #advance(thread: number): void {
    const { stacks, pending } = this.#threads;
    const stack = stacks[thread]!;
    world.thread = thread;
    const waited = pending[thread];
    let yielded: unknown;
    try {
      yielded = this.#frames.advance(stack, typeof waited === 'object' ? WOKEN : 0);
    } catch (error) {
      if (error instanceof StatefulError) throw error;
      this.#failure = { kind: 'error', error, thread };
      return;
    }
    this.#constants.check();
    if (yielded === ENDED) pending[thread] = undefined;
    else pending[thread] = typeof yielded === 'object' && yielded !== null ? this.#checked(thread, yielded, stack.at(-1)!) : undefined;
  }

  /** A point whose readiness depends on nothing but the frame and the state. */
  #checked(thread: number, yielded: object, frame: Frame): SwitchPoint {
    const title = `thread ${this.#program.names[thread]}`;
    if (!(yielded instanceof Point)) throw new StatefulError(title, 'yields an object that is no Point');
    if (Number.isFinite(yielded.timeout)) throw new StatefulError(title, 'waits with a timeout, and time is no part of a state');
    if (yielded.ready !== undefined && !this.#frames.isPoint(frame))
      throw new StatefulError(
        title,
        'yields a Point that was made elsewhere; expected `yield new Point(…, () => …)`, with its condition in place',
      );
    return yielded;
  }

  #holds(condition: Program['always'], kind: 'assertion' | 'invariant'): boolean {
    if (condition === undefined) return true;
    strictness.now = 'lenient';
    try {
      if (condition(this.#state) === false) this.#failure = { kind, error: undefined, thread: -1 };
    } catch (error) {
      this.#failure = { kind, error, thread: -1 };
    }
    strictness.now = 'strict';
    return this.#failure === undefined;
  }

  /** The whole state, in words. */
  #write(): void {
    const canonical = this.#canonical;
    canonical.start();
    try {
      canonical.write(this.#state);
      for (const data of this.#constants.data) canonical.write(data);
      for (const stack of this.#threads.stacks) {
        // Everything that follows is known by these numbers, so nothing needs an end.
        canonical.number(stack.length);
        for (const frame of stack) {
          canonical.number(frame.code);
          canonical.number(frame.pc);
          if (frame.outer !== undefined) canonical.write(frame.outer);
          if (this.#frames.captured(frame).length > 0) canonical.write(frame);
          const live = this.#frames.live(frame);
          for (let at = 0; at < live.length; at += 1) canonical.write(frame.locals[live[at]!]);
        }
      }
    } catch (error) {
      throw error instanceof NotPlainError ? this.#refusal(error) : error;
    }
  }

  /** Says where the value is that is no plain data. */
  #refusal({ value, message }: NotPlainError): StatefulError {
    const path = pathTo(value, this.#state);
    if (path !== undefined) return new StatefulError(`the state${path}`, message);
    for (const [thread, stack] of this.#threads.stacks.entries()) {
      for (const frame of stack) {
        for (const slot of [...this.#frames.live(frame), ...this.#frames.captured(frame)]) {
          const inside = pathTo(value, frame.locals[slot]);
          if (inside === undefined) continue;
          const variable = this.#frames.variable(frame, slot);
          const whose = `${this.#frames.name(frame)}${stack.length > 1 ? ` in thread ${this.#program.names[thread]}` : ''}`;
          return new StatefulError(`${whose}, ${variable}${inside} at a switch point`, message);
        }
      }
    }
    return new StatefulError('helpers', message);
  }
}
