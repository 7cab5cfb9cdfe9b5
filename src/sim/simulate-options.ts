/**
 * The options of `simulate`, checked, and what they are unless told otherwise. Where the defaults come from is said here.
 */
import type { Dialect } from '../dialects/dialect.js';
import { type DialectName, resolveDialect } from '../dialects/registry.js';
import { ArgumentError, describe, OutOfRangeError } from '../errors.js';
import { toMicroseconds } from '../lock/interval.js';
import { checkTimeout } from '../lock/options.js';
import { checkRank } from '../lock/rank.js';
import type { ThreadContext, ThreadProgram } from './host/context.js';
import type { WakeUpOrder } from './host/sleepers.js';
import type { Plan } from './host/stage.js';
import { toNanoseconds } from './host/units.js';

/** A virtual thread that is not just a program. */
export interface VirtualThreadOptions<T = unknown> {
  /** Its program. */
  readonly run: ThreadProgram<T>;
  /** When it begins, in milliseconds. @default 0 */
  readonly start?: number;
  /** `'none'`: it does not live under the lock, as a thread of another process. @default 'shared' */
  readonly lock?: 'shared' | 'none';
  /** Its rank, in a dialect where the program sets it. @default 0 */
  readonly rank?: number;
}

/** A virtual thread: its program, alone or with options. */
export type ThreadSpec<T = unknown> = ThreadProgram<T> | VirtualThreadOptions<T>;

/** The threads of a simulation: by name, or in a list, where they are named by their index. */
export type ThreadSpecs = readonly ThreadSpec[] | { readonly [name: string]: ThreadSpec };

/**
 * A thread that shares what `state` makes: a generator function, or an ordinary function, which looks where the dialect's interpreter does.
 */
export type SharingProgram<S> = (state: S, t: ThreadContext) => unknown;

/** A thread that shares state and is not just a program. */
export interface SharingThreadOptions<S> extends Omit<VirtualThreadOptions, 'run'> {
  /** Its program. */
  readonly run: SharingProgram<S>;
}

/** The threads of a simulation that share state: by name, or in a list. */
export type SharingThreads<S> =
  | readonly (SharingProgram<S> | SharingThreadOptions<S>)[]
  | { readonly [name: string]: SharingProgram<S> | SharingThreadOptions<S> };

/** The same, of threads that share state. */
export interface SharingOptions<S, T extends SharingThreads<S> = SharingThreads<S>>
  extends Omit<SimulateOptions, 'threads' | 'state' | 'atomic'> {
  /** Makes what the threads share. They are given it before `t`. */
  readonly state: () => S;
  /** The threads. All that begin at the same time begin in this order. Ordinary functions use nothing from around them but what `gil` exports. */
  readonly threads: T;
  /** Functions in which nobody else runs, as in native ones: see `Spec.atomic`. */
  readonly atomic?: readonly ((...args: never[]) => unknown)[];
}

/** What is simulated, and on what machine. All times are milliseconds of virtual time. */
export interface SimulateOptions<T extends ThreadSpecs = ThreadSpecs> {
  /** The threads. All that begin at the same time begin in this order. */
  readonly threads: T;
  /** @internal */
  readonly state?: undefined;
  /** @internal */
  readonly atomic?: undefined;
  /** Whose rules the lock follows. @default 'cpython-3.13' */
  readonly dialect?: DialectName | Dialect;
  /** How many threads can be at work at one time; more share them evenly. @default 2 */
  readonly cores?: number;
  /** How long a waiter waits before it asks the holder to let go; above 0. @default the dialect's: 5 */
  readonly switchInterval?: number;
  /** A whole number: of it come the wake-up latencies, `t.random()`, and the order of what happens at one instant if `ties` says so. @default 1 */
  readonly seed?: number;
  /** How long a thread computes between two looks; above 0, and no less than a nanosecond counts. @default 0.00005: a turn of a short Python loop */
  readonly checkpointInterval?: number;
  /**
   * How long it takes from a notification, or from the ring of a timer, until the thread runs: always the same, or between two values, by
   * the seed. @default [0.01, 0.025]
   */
  readonly wakeUpLatency?: number | readonly [shortest: number, longest: number];
  /** How late timers ring. @default 0.05, as Linux has it */
  readonly timerSlack?: number;
  /** How long a thread that lets go unasked, while others wait, is without the lock before it takes it again (`cpython-2.7`). @default 0.002 */
  readonly regainTime?: number;
  /** What happens first at one instant: what was arranged first, or what the seed says. @default 'in-order' */
  readonly ties?: 'in-order' | 'by-seed';
  /**
   * Which of several sleepers a notification wakes, where a text leaves it open:
   * - `by-seed`: any of them. Of four computing threads the lock comes back to the one before as often as measured at 5 ms
   * - `condition-variable`: as with the condition variable of glibc that CPython's lock is made of, the one that has slept longest, unless
   *   somebody is only just falling asleep, as who has just asked is: that one gets ahead in 63 of 100 cases. Tails of latency beside two
   *   computing threads are as long as measured at short intervals too
   * - `first-come`: the one that has slept longest, as live
   * @default 'by-seed'
   */
  readonly wakeUpOrder?: WakeUpOrder;
  /** When a simulation that has not ended is given up. @default 3,600,000: an hour */
  readonly maxTime?: number;
  /**
   * How many times threads may go on after a wait or a piece of work, before the simulation is given up; a waiter that looks after an interval
   * and finds nothing to do has not gone on. @default 10,000,000
   */
  readonly maxEvents?: number;
  /** How many threads there may be, those started by others included; at most 32,767. @default the threads given and 256 more */
  readonly maxThreads?: number;
}

/**
 * The reference machine: Linux in a virtual machine with two cores. A slice of two CPU-bound threads there is the interval and 0.08 to
 * 0.2 ms: the timer slack (50 µs, Linux's default for ordinary threads: prctl PR_SET_TIMERSLACK), the wake-up of the waiter whose time
 * is up, and the wake-up of the one that gets the lock. An echo over a socket pair, which is two wake-ups, takes 0.03 to 0.04 ms.
 */
const LATENCY = [0.01, 0.025] as const;
const TIMER_SLACK = 0.05;
const CORES = 2;
/** A turn of `while not stop: c += 1` takes 45 to 70 ns. */
const CHECKPOINT_INTERVAL = 0.00005;
/** Two threads on 2.7 take 1.42 times as long as one after the other: a hundred ticks, and then this. */
const REGAIN_TIME = 0.002;
const HOUR = 3_600_000;
const MOST_EVENTS = 10_000_000;
/** As many as the word of the lock can name. */
const MOST_THREADS = 0x7fff;
const SPARE_THREADS = 256;

/** Either. */
export type AnyOptions = SimulateOptions | SharingOptions<never>;

/** One thread, checked. */
export interface CheckedThread extends Required<Omit<VirtualThreadOptions, 'run'>> {
  readonly name: string;
  readonly run: (...given: never[]) => unknown;
}

/** What to simulate, checked. */
export function checkOptions(options: AnyOptions): { readonly plan: Plan; readonly threads: readonly CheckedThread[] } {
  if (typeof options !== 'object' || options === null)
    throw new ArgumentError(`simulate: expected { threads, … }; got ${describe(options)}`);
  const dialect = resolveDialect(options.dialect);
  const threads = checkThreads(options.threads, dialect);
  const { ties = 'in-order', wakeUpOrder = 'by-seed', switchInterval = dialect.switchInterval } = options;
  if (ties !== 'in-order' && ties !== 'by-seed') throw new ArgumentError(`ties: expected 'in-order' or 'by-seed'; got ${describe(ties)}`);
  if (!['first-come', 'condition-variable', 'by-seed'].includes(wakeUpOrder)) {
    throw new ArgumentError(`wakeUpOrder: expected 'first-come', 'condition-variable' or 'by-seed'; got ${describe(wakeUpOrder)}`);
  }
  const gap = toNanoseconds(finite(options.checkpointInterval ?? CHECKPOINT_INTERVAL, 'checkpointInterval'));
  if (gap === 0) throw new OutOfRangeError('checkpointInterval: expected milliseconds above 0; got 0');
  return {
    threads,
    plan: {
      dialect,
      intervalMicroseconds: toMicroseconds(switchInterval),
      machine: {
        cores: whole(options.cores ?? CORES, 'cores', 1, Number.MAX_SAFE_INTEGER),
        latency: checkLatency(options.wakeUpLatency ?? LATENCY),
        timerSlack: toNanoseconds(finite(options.timerSlack ?? TIMER_SLACK, 'timerSlack')),
        ties,
        wakeUpOrder,
        maxTime: toNanoseconds(checkTimeout(options.maxTime ?? HOUR, 'maxTime')),
        maxEvents: whole(options.maxEvents ?? MOST_EVENTS, 'maxEvents', 1, Number.MAX_SAFE_INTEGER),
      },
      gap,
      regain: toNanoseconds(finite(options.regainTime ?? REGAIN_TIME, 'regainTime')),
      seed: whole(options.seed ?? 1, 'seed', Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
      capacity: whole(
        options.maxThreads ?? Math.min(threads.length + SPARE_THREADS, MOST_THREADS),
        'maxThreads',
        threads.length,
        MOST_THREADS,
      ),
    },
  };
}

function checkThreads(threads: unknown, dialect: Dialect): CheckedThread[] {
  if (typeof threads !== 'object' || threads === null) {
    throw new ArgumentError(
      `threads: expected generator functions, or ordinary ones beside state, by name or in an array; got ${describe(threads)}`,
    );
  }
  const checked = Object.entries(threads).map(([name, spec]) => checkThread(name, spec, dialect));
  if (checked.length === 0) throw new ArgumentError('threads: expected at least one thread; got none');
  if (checked.length <= MOST_THREADS) return checked;
  throw new OutOfRangeError(`threads: expected at most ${MOST_THREADS} threads; got ${checked.length}`);
}

function checkThread(name: string, spec: unknown, dialect: Dialect): CheckedThread {
  const options = (typeof spec === 'function' ? { run: spec } : (spec ?? {})) as Partial<VirtualThreadOptions>;
  const { run, start = 0, lock = 'shared', rank } = options;
  if (typeof run !== 'function') {
    throw new ArgumentError(
      `threads: expected the thread ${name} to be a generator function or { run, start, lock, rank }; got ${describe(spec)}`,
    );
  }
  if (lock !== 'shared' && lock !== 'none')
    throw new ArgumentError(`threads: expected the lock of ${name} to be 'shared' or 'none'; got ${describe(lock)}`);
  return { name, run, start: finite(start, `start of the thread ${name}`), lock, rank: rank === undefined ? 0 : checkRank(dialect, rank) };
}

function checkLatency(latency: unknown): readonly [number, number] {
  const [shortest, longest, ...rest]: unknown[] = Array.isArray(latency) ? latency : [latency, latency];
  const checked = [finite(shortest, 'wakeUpLatency'), finite(longest, 'wakeUpLatency')] as const;
  if (rest.length > 0 || checked[0] > checked[1]) {
    throw new OutOfRangeError(
      `wakeUpLatency: expected milliseconds, or [shortest, longest]; got [${(latency as unknown[]).map(String).join(', ')}]`,
    );
  }
  return [toNanoseconds(checked[0]), toNanoseconds(checked[1])];
}

function finite(ms: unknown, name: string): number {
  const checked = checkTimeout(ms, name);
  if (checked === Number.POSITIVE_INFINITY) throw new OutOfRangeError(`${name}: expected milliseconds that end, 0 or more; got Infinity`);
  return checked;
}

function whole(value: unknown, name: string, lowest: number, highest: number): number {
  if (typeof value !== 'number') throw new ArgumentError(`${name}: expected a whole number; got ${describe(value)}`);
  if (Number.isInteger(value) && value >= lowest && value <= highest) return value;
  throw new OutOfRangeError(`${name}: expected a whole number from ${lowest} to ${highest}; got ${value}`);
}
