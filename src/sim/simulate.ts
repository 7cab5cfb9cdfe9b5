/**
 * `simulate`: one run of virtual threads, as a named interpreter would run them on a machine with so many cores, under virtual time. The
 * lock and the primitives are the very texts that run live; only who performs their steps, and when, is different.
 */
import type { Dialect } from '../dialects/dialect.js';
import { ArgumentError, describe } from '../errors.js';
import type { LockEvent } from '../events.js';
import type { Counts } from '../lock/stats.js';
import { equip } from './equip.js';
import { ThreadContext, type ThreadProgram } from './host/context.js';
import { prepareTwins, programOf, sharingProgram } from './host/programs.js';
import { Stage } from './host/stage.js';
import type { Task, VirtualText } from './host/task.js';
import { toMilliseconds, toNanoseconds } from './host/units.js';
import { countsByThread, type LockMetrics, lockMetrics, NO_COUNTS } from './simulate-metrics.js';
import {
  type AnyOptions,
  type CheckedThread,
  checkOptions,
  type SharingOptions,
  type SharingThreads,
  type SimulateOptions,
  type ThreadSpecs,
} from './simulate-options.js';
import { world } from './world.js';

/** What a thread returns. */
export type ValueOf<S> = S extends {
  /** The thread's function. */
  readonly run: infer R;
}
  ? ValueOf<R>
  : S extends (...given: never[]) => infer R
    ? R extends Generator<infer _, infer T, infer _>
      ? T
      : R
    : never;

/** One thread of a simulation: what it counted at the lock, and where its time went. Milliseconds of virtual time. */
export interface SimulatedThread extends Counts {
  /** Its name, or its index in the list. */
  readonly name: string;
  /** Its identity at the lock, as in the events. */
  readonly ident: number;
  /** When it began. */
  readonly began: number;
  /** When it ended. */
  readonly ended: number;
  /** How much it has worked, with or without the lock. */
  readonly cpu: number;
}

/** What came of a simulation whose threads share state. */
export interface SharingSimulation<S, T> extends Simulation<T> {
  /** The state, as the threads left it. */
  readonly state: S;
}

/** What came of a simulation. Times are milliseconds of virtual time. */
export interface Simulation<T = ThreadSpecs> {
  /** The name of the dialect. */
  readonly dialect: string;
  /** What the threads returned, by name or index; nothing where a thread threw. */
  readonly values: { readonly [K in keyof T]?: ValueOf<T[K]> };
  /** What threads threw, by name or index. */
  readonly errors: { readonly [K in keyof T]?: unknown };
  /** What happened at the lock, in that order. */
  readonly events: readonly LockEvent[];
  /** What happened at the lock, in numbers. */
  readonly lock: LockMetrics;
  /** The threads, in the order of their identities: those given, then those started by others. */
  readonly threads: readonly SimulatedThread[];
  /** When the last thread ended. */
  readonly makespan: number;
  /** How busy the processors were, from 0 to 1: all work over `cores × makespan`. */
  readonly utilisation: number;
}

/**
 * Runs threads under virtual time, one schedule of them: as the interpreter whose rules `dialect` names would, on a machine with `cores`
 * processors. Computing takes time, sleeping and I/O take theirs; sleepers wake up after a latency; nothing else takes any. The same
 * options give the same run.
 *
 * A thread is a generator function that is given a `ThreadContext`. With `state` it is given what that makes, and then the context; and it may
 * be an ordinary function, which looks where the interpreter does, and just calls what the context has. What a thread throws is in `errors`;
 * the others go on.
 * @param options the threads and the machine, see `SimulateOptions`
 * @returns values, events and metrics
 * @throws ArgumentError, OutOfRangeError, SwitchIntervalError for options that make no sense; SpecError, FreeVariableError for a thread that
 *   is no function of its arguments alone; SimulationDeadlockError when no thread can
 *   go on; SimulationLimitError when it goes on beyond `maxTime` or `maxEvents`. A loop in which nothing is yielded is not noticed
 *
 * @example
 * ```ts
 * import { simulate } from 'gil/sim';
 * const { lock, makespan } = simulate({
 *   dialect: 'cpython-3.13',
 *   wakeUpLatency: 0,
 *   timerSlack: 0,
 *   threads: {
 *     *cpu(t) { yield* t.compute(100); },
 *     *io(t) { yield* t.io(20); yield* t.io(20); },
 *   },
 * });
 * // To begin, and each time that its I/O is done, the second thread waits for a whole switch interval, and then asks for the lock.
 * console.log(lock.requests, lock.waited, makespan); // => 3 15 100
 * ```
 */
export function simulate<S, const T extends SharingThreads<S>>(options: SharingOptions<S, T>): SharingSimulation<S, T>;
export function simulate<const T extends ThreadSpecs>(options: SimulateOptions<T>): Simulation<T>;
export function simulate(given: object): object {
  const options = given as AnyOptions;
  // What a transformed function may call has its twins from the first use on, not from the first import.
  equip();
  const { plan, threads } = checkOptions(options);
  const stage = new Stage(plan);
  const { begin, state } = programsOf(options, plan.dialect, threads);
  const isList = Array.isArray(options.threads);
  const values: Record<string, unknown> = isList ? (new Array(threads.length) as unknown as Record<string, unknown>) : {};
  const errors: Record<string, unknown> = isList ? ([] as unknown as Record<string, unknown>) : {};
  for (const { name, start, lock, rank } of threads) {
    stage.start({
      name,
      program: (task) => begin(name, new ThreadContext(stage, task)),
      time: toNanoseconds(start),
      lives: lock === 'shared' ? 'under the lock' : 'free',
      rank,
      end: (outcome) => {
        if (outcome.status === 'fulfilled') values[name] = outcome.value;
        else errors[name] = outcome.reason;
      },
    });
  }
  stage.run();
  if (world.offence !== undefined) throw world.offence;
  return { ...report(stage, { values, errors }), ...state };
}

/** How threads begin, and what they share, if they do. */
interface Programs {
  readonly begin: (name: string, t: ThreadContext) => VirtualText<unknown>;
  readonly state: { readonly state: unknown } | undefined;
}

function programsOf({ state: make, atomic }: AnyOptions, dialect: Dialect, threads: readonly CheckedThread[]): Programs {
  world.offence = undefined;
  if (make === undefined) {
    const programs = new Map(threads.map(({ name, run }) => [name, run as ThreadProgram]));
    return { begin: (name, t) => programOf(programs.get(name) as ThreadProgram, t, name), state: undefined };
  }
  if (typeof make !== 'function')
    throw new ArgumentError(`state: expected a function that makes what the threads share; got ${describe(make)}`);
  const state: unknown = make();
  prepareTwins(dialect, state, atomic ?? []);
  const programs = new Map(threads.map(({ name, run }) => [name, sharingProgram(run, name)]));
  return { begin: (name, t) => programs.get(name)!(state, t), state: { state } };
}

function report(stage: Stage, { values, errors }: { readonly values: object; readonly errors: object }): Simulation {
  const { events, tasks, plan } = stage;
  const counts = countsByThread(events);
  const makespan = tasks.reduce((latest, task) => Math.max(latest, task.ended), 0);
  const worked = tasks.reduce((sum, task) => sum + task.worked, 0);
  return {
    dialect: plan.dialect.name,
    values,
    errors,
    events,
    lock: lockMetrics(events),
    threads: tasks.map((task) => describeThread(task, counts.get(task.ident) ?? NO_COUNTS)),
    makespan: toMilliseconds(makespan),
    utilisation: makespan === 0 ? 0 : worked / (plan.machine.cores * makespan),
  };
}

function describeThread({ name, ident, began, ended, worked }: Task, counts: Counts): SimulatedThread {
  const { holds, waits, requests, drops, held, waited } = counts;
  return {
    name,
    ident,
    began: toMilliseconds(began),
    ended: toMilliseconds(ended),
    cpu: toMilliseconds(worked),
    holds,
    waits,
    requests,
    drops: { ...drops },
    held,
    waited,
  };
}
