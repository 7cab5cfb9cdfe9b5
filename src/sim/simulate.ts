/**
 * `simulate`: one run of virtual threads, as a named interpreter would run them on a machine with so many cores, under virtual time. The
 * lock and the primitives are the very texts that run live; only who performs their steps, and when, is different.
 */
import type { LockEvent } from '../events.js';
import type { Counts } from '../lock/stats.js';
import { programOf, ThreadContext } from './host/context.js';
import { Stage } from './host/stage.js';
import type { Task } from './host/task.js';
import { toMilliseconds, toNanoseconds } from './host/units.js';
import { equipFunctions } from './primitives/functions.js';
import { equipLocks } from './primitives/locks.js';
import { equipWaiting } from './primitives/waiting.js';
import { countsByThread, type LockMetrics, lockMetrics, NO_COUNTS } from './simulate-metrics.js';
import { checkOptions, type SimulateOptions, type ThreadSpec, type ThreadSpecs } from './simulate-options.js';

/** What a thread returns. */
export type ValueOf<S> = S extends ThreadSpec<infer T> ? T : never;

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

/** What came of a simulation. Times are milliseconds of virtual time. */
export interface Simulation<T extends ThreadSpecs = ThreadSpecs> {
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
 * A thread is a generator function that is given a `ThreadContext`. What it throws is in `errors`; the others go on.
 * @param options the threads and the machine, see `SimulateOptions`
 * @returns values, events and metrics
 * @throws ArgumentError, OutOfRangeError, SwitchIntervalError for options that make no sense; SimulationDeadlockError when no thread can
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
export function simulate<const T extends ThreadSpecs>(options: SimulateOptions<T>): Simulation<T> {
  // What a transformed function may call has its twins from the first use on, not from the first import.
  equipFunctions();
  equipLocks();
  equipWaiting();
  const { plan, threads } = checkOptions(options);
  const stage = new Stage(plan);
  const isList = Array.isArray(options.threads);
  const values: Record<string, unknown> = isList ? (new Array(threads.length) as unknown as Record<string, unknown>) : {};
  const errors: Record<string, unknown> = isList ? ([] as unknown as Record<string, unknown>) : {};
  for (const { name, run, start, lock, rank } of threads) {
    stage.start({
      name,
      program: (task) => programOf(run, new ThreadContext(stage, task), name),
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
  return report(stage, { values, errors }) as Simulation<T>;
}

function report(stage: Stage, { values, errors }: Pick<Simulation, 'values' | 'errors'>): Simulation {
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
