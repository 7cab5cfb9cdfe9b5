/**
 * What a thread of `simulate` is given: how it spends virtual time, and how it works with others. All that takes time is
 * used with `yield*` in a generator function, and just called in an ordinary one.
 */
import { ArgumentError, describe, OutOfRangeError } from '../../errors.js';
import { allocate } from '../../host/memory.js';
import { toMicroseconds } from '../../lock/interval.js';
import { INTERVAL, RANK } from '../../lock/layout.js';
import { notHeld } from '../../lock/misuse.js';
import { checkTimeout } from '../../lock/options.js';
import { checkRank } from '../../lock/rank.js';
import { load, now, type Protocol, wait } from '../../steps/step.js';
import type { Condition } from '../../threading/condition.js';
import type { Event } from '../../threading/event.js';
import { countAsNative } from '../../transform/native.js';
import { TWIN } from '../../transform/twin.js';
import { Pause } from './demand.js';
import {
  type Acquirable,
  AT_ONCE,
  type Attempt,
  acquiring,
  nameOf,
  notifying,
  releasing,
  setting,
  type Waitable,
  waiting,
} from './primitives.js';
import { programOf } from './programs.js';
import { BEGUN, OVER, SIGNS, type Stage } from './stage.js';
import type { Demand, Task, VirtualText } from './task.js';
import { toMilliseconds, toNanoseconds } from './units.js';

/** The program of a virtual thread: a generator function. */
export type ThreadProgram<T = unknown> = (t: ThreadContext) => Generator<Demand, T, number>;

/** What takes time, or may. */
const TAKE_TIME = new Set('compute look native released sleep io releaseForIO acquire release wait set clear notify start join'.split(' '));

/** How a wait is limited. */
export interface WaitLimit {
  /** Milliseconds of virtual time to wait at most, 0 or more. That they have passed is an answer, not an error. @default no limit */
  readonly timeout?: number;
}

/** A thread that another one has started. */
export interface StartedThread<T> {
  /** Its name. */
  readonly name: string;
  /** Its identity at the lock. */
  readonly ident: number;
  /** How it ended; `undefined` while it has not. */
  readonly outcome: PromiseSettledResult<T> | undefined;
}

/** How a thread is started by another. */
export interface StartOptions {
  /** @default `thread 3`, by its identity */
  readonly name?: string;
}

/**
 * One virtual thread, in the hands of its program. Times are milliseconds of virtual time. Between two uses of `yield*` no time passes and
 * nobody else runs.
 */
export class ThreadContext {
  readonly #stage: Stage;
  readonly #task: Task;

  /** @internal */
  constructor(stage: Stage, task: Task) {
    this.#stage = stage;
    this.#task = task;
  }

  /** Its name. */
  get name(): string {
    return this.#task.name;
  }

  /** Its identity at the lock, from 1. */
  get ident(): number {
    return this.#task.ident;
  }

  /** The virtual clock, in milliseconds since the simulation began. */
  now(): number {
    return toMilliseconds(this.#stage.host.now);
  }

  /** A random number from 0 to 1, the same for the same `seed`. */
  random(): number {
    return this.#stage.host.random.upTo(1);
  }

  /** Whether it holds the lock; in a dialect without one, never. */
  holdsLock(): boolean {
    return this.#stage.holds(this.#task);
  }

  /**
   * Computes, as interpreted code does: it looks every `checkpointInterval` whether it must let go of the lock, and does when asked. Without
   * the lock, just computes.
   */
  compute(ms: number): VirtualText<void> {
    return this.#stage.work(this.#task, duration(ms, 'compute'), 'looking');
  }

  /** Looks once whether it must let go of the lock; takes no time. */
  look(): VirtualText<void> {
    return this.#stage.look(this.#task, 1);
  }

  /** Calls native code that keeps the lock: it cannot be interrupted, and a look comes after it (law 36). */
  *native(ms: number): VirtualText<void> {
    yield* this.#stage.work(this.#task, duration(ms, 'native'), 'blind');
    this.#task.hasLooked();
    yield* this.#stage.look(this.#task, 1);
  }

  /** Calls native code that lets go of the lock while it computes. */
  released(ms: number): VirtualText<void> {
    return this.#stage.without(this.#task, this.#stage.work(this.#task, duration(ms, 'released'), 'blind'));
  }

  /** Sleeps, without the lock; lets go of it also for 0 (law 33). */
  sleep(ms: number): VirtualText<void> {
    return this.#stage.without(this.#task, pause(duration(ms, 'sleep')));
  }

  /** Waits for a device that takes so long, without the lock: to the lock, the same as `sleep`. */
  io(ms: number): VirtualText<void> {
    return this.#stage.without(this.#task, pause(duration(ms, 'io')));
  }

  /**
   * Runs a part of the program without the lock, and has it again when that is over, however it ends.
   * @throws NotHeldError if the thread does not hold it, as inside another `releaseForIO` (law 35)
   */
  releaseForIO<T>(part: () => Generator<Demand, T, number>): VirtualText<T>;
  releaseForIO<T>(part: () => T): VirtualText<T>;
  releaseForIO(part: () => never): VirtualText<unknown> {
    if (this.#task.lives === 'under the lock' && !this.holdsLock()) throw notHeld('t.releaseForIO', 'gil', null);
    return this.#stage.without(this.#task, programOf(part, undefined, 'in t.releaseForIO'));
  }

  /**
   * Takes a `Lock`, an `RLock` or a permit of a `Semaphore` of `gil/threading`; waits without the Global Interpreter Lock if it has to.
   * @returns `false` if `timeout` passed first
   */
  acquire(object: Acquirable, limit?: WaitLimit): VirtualText<boolean> {
    return this.#try(acquiring(object, this.ident), limit, () => nameOf(object));
  }

  /**
   * Lets go of it.
   * @throws NotHeldError, SemaphoreReleaseError
   */
  release(object: Acquirable): VirtualText<void> {
    return releasing(object, this.ident);
  }

  /**
   * Waits at an `Event`, a `Condition` whose lock it holds, or a `Barrier` of `gil/threading`, without the Global Interpreter Lock.
   * The action of a barrier is not run.
   * @returns `false` if `timeout` passed first; at a barrier the number of the arrival
   * @throws NotHeldError, BrokenBarrierError
   */
  wait(object: Waitable, limit?: WaitLimit): VirtualText<boolean | number> {
    return this.#try(waiting(object, this.ident), limit, () => nameOf(object));
  }

  /** Sets an `Event`. */
  set(event: Event): VirtualText<void> {
    return setting(event, 'set');
  }

  /** Clears an `Event`. */
  clear(event: Event): VirtualText<void> {
    return setting(event, 'clear');
  }

  /**
   * Notifies up to `count` of those who wait at a `Condition`, whose lock it holds.
   * @returns how many
   * @throws NotHeldError
   */
  notify(condition: Condition, count = 1): VirtualText<number> {
    return notifying(condition, this.ident, count);
  }

  /**
   * Starts another thread, and waits until it has begun to run, without the lock: CPython `threading.Thread.start`.
   * @throws OutOfRangeError if there are `maxThreads` already
   */
  start<T>(program: ThreadProgram<T>, options?: StartOptions): VirtualText<StartedThread<T>>;
  start<T>(program: (t: ThreadContext) => T, options?: StartOptions): VirtualText<StartedThread<T>>;
  *start(program: (t: ThreadContext) => never, { name }: StartOptions = {}): VirtualText<StartedThread<unknown>> {
    if (typeof program !== 'function') throw new ArgumentError(`t.start: expected a generator function; got ${describe(program)}`);
    const stage = this.#stage;
    const signs = allocate(SIGNS);
    const thread = {
      name: name ?? `thread ${stage.tasks.length + 1}`,
      ident: 0,
      outcome: undefined as PromiseSettledResult<unknown> | undefined,
    };
    const task = stage.start({
      name: thread.name,
      program: (self) => programOf(program, new ThreadContext(stage, self), thread.name),
      time: stage.host.now,
      lives: this.#task.lives,
      rank: 0,
      signs,
      end: (outcome) => {
        thread.outcome = outcome;
      },
    });
    thread.ident = task.ident;
    signsOf.set(thread, signs);
    yield* stage.without(this.#task, flagged(signs, BEGUN, Number.POSITIVE_INFINITY));
    return thread;
  }

  /**
   * Waits until a thread that was started is over, without the lock.
   * @returns `false` if `timeout` passed first
   */
  join(thread: StartedThread<unknown>, limit?: WaitLimit): VirtualText<boolean> {
    const signs = typeof thread === 'object' && thread !== null ? signsOf.get(thread) : undefined;
    if (signs === undefined) throw new ArgumentError(`t.join: expected what t.start gave; got ${describe(thread)}`);
    return this.#try(
      (until) => flagged(signs, OVER, until),
      limit,
      () => `the end of ${thread.name}`,
    );
  }

  /**
   * Sets the switch interval of the lock.
   * @throws SwitchIntervalError
   */
  setSwitchInterval(ms: number): void {
    this.#stage.words[INTERVAL] = toMicroseconds(ms);
  }

  /**
   * Sets its rank, in a dialect where the program may (Ruby's `Thread#priority`).
   * @throws ArgumentError, OutOfRangeError
   */
  setRank(rank: number): void {
    const { words, place, dialect } = this.#task.contender;
    words[place + RANK] = checkRank(dialect, rank);
  }

  *#try<T>(attempt: Attempt<T | false>, limit: WaitLimit | undefined, what: () => string): VirtualText<T | false> {
    const timeout = limit?.timeout === undefined ? Number.POSITIVE_INFINITY : checkTimeout(limit.timeout);
    const first = yield* attempt(AT_ONCE);
    if (first !== false || timeout === 0) return first;
    const { host } = this.#stage;
    this.#task.waitsFor = what;
    if (timeout !== Number.POSITIVE_INFINITY) host.limit(1);
    try {
      return yield* this.#stage.without(this.#task, attempt(this.now() + timeout));
    } finally {
      this.#task.waitsFor = undefined;
      if (timeout !== Number.POSITIVE_INFINITY) host.limit(-1);
    }
  }
}

// In an ordinary function a call of these runs them: they are their own twins. The others are native there.
for (const [name, { value, get }] of Object.entries(Object.getOwnPropertyDescriptors(ThreadContext.prototype))) {
  if (name === 'constructor') continue;
  if (TAKE_TIME.has(name)) Reflect.set(value as object, TWIN, value);
  else countAsNative(value, get);
}

const signsOf = new WeakMap<object, ReturnType<typeof allocate>>();

function duration(ms: unknown, method: string): number {
  const checked = checkTimeout(ms, `t.${method}`);
  if (checked === Number.POSITIVE_INFINITY)
    throw new OutOfRangeError(`t.${method}: expected milliseconds that end, 0 or more; got Infinity`);
  return toNanoseconds(checked);
}

function* pause(amount: number): VirtualText<void> {
  yield new Pause(amount);
}

function* flagged(signs: ReturnType<typeof allocate>, sign: number, until: number): Protocol<boolean> {
  while ((yield load(signs, sign)) === 0) {
    const left = until === Number.POSITIVE_INFINITY ? until : until - (yield now(signs));
    if (left <= 0) return false;
    yield wait(signs, sign, 0, left);
  }
  return true;
}
