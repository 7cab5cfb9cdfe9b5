/**
 * `linearizable`: whether an object that many threads use does what it would do if its methods were called one at a time. Scenarios come from
 * fast-check's arbitraries, schedules from the explorer.
 */

import { createRequire } from 'node:module';
import type { Dialect } from '../dialects/dialect.js';
import type { DialectName } from '../dialects/registry.js';
import { resolveDialect } from '../dialects/registry.js';
import { describe } from '../errors.js';
import { ownNow } from '../host/clock.js';
import { forbidding } from '../host/forbid.js';
import { functionKind } from '../transform/function-kind.js';
import { SpecError } from './errors.js';
import { offend } from './explore.js';
import { MAX_OPERATIONS, type Operation } from './linearizable-history.js';
import { keyOf } from './linearizable-outcome.js';
import { LinearizableFailure, LinearizableReport } from './linearizable-report.js';
import { createTrial, type Scenario, type Subject } from './linearizable-scenario.js';
import { examine, type Verdict } from './linearizable-search.js';
import { checkSearch } from './options.js';
import type { SearchOptions } from './spec.js';
import { world } from './world.js';

/** What is asked of fast-check's arbitraries: any of them fits. Written here so that the types of this package do not need its types. */
export interface ArbitraryLike {
  /** Makes a value. */
  generate(random: never, biasFactor: number | undefined): ValueLike;
  /** Makes it smaller. */
  shrink(value: never, context: unknown): unknown;
}

/** A value that was made. */
export interface ValueLike {
  /** Itself. */
  readonly value: unknown;
}

/** A call in the calls before and after: the method's name and its arguments. */
export type FixedCall = readonly [method: string, ...args: unknown[]];

/** What is called by whom, and what says whether the results are right. */
export interface LinearizableSpec {
  /** Makes the specification: a plain object, whose methods are called one at a time. Where a method would have to wait, it gives `WAITS`. */
  readonly sequential: () => object;
  /** Makes the object under test. Its methods are ordinary ones, or generator methods that may be switched at each `yield`. */
  readonly concurrent: () => object;
  /** The methods by name, with fast-check arbitraries of their arguments. */
  readonly ops: Readonly<Record<string, readonly ArbitraryLike[]>>;
  /** How many threads, 1 or more. @default 2 */
  readonly threads?: number;
  /** How many calls each makes at most, 1 or more. @default 3 */
  readonly opsPerThread?: number;
  /** Calls before the threads begin, one after another. @default none */
  readonly initially?: readonly FixedCall[];
  /** Calls when all threads have ended, one after another. @default none */
  readonly finally?: readonly FixedCall[];
  /** Whether two results are equal. @default deep equality */
  readonly equals?: (one: unknown, other: unknown) => unknown;
  /** Functions in which nobody else runs, as for `explore`. */
  readonly atomic?: readonly ((...args: never[]) => unknown)[];
  /** Whose rules say where ordinary methods may be switched. @default 'cpython-3.13' */
  readonly dialect?: DialectName | Dialect;
  /** How many scenarios, 1 or more. @default 100 */
  readonly runs?: number;
  /** For scenarios and schedules: a whole number. @default 1 */
  readonly seed?: number;
  /** One scenario and no other: fast-check's path, as a failure prints it. */
  readonly path?: string;
  /** For each scenario, as for `explore`; by default 1000 schedules and no limit of time, `maxSteps` 1000. */
  readonly search?: SearchOptions;
}

type FastCheck = typeof import('fast-check');

const MAX_STEPS = 1000;

/**
 * Checks that whatever threads see of an object could have been seen if its methods had been called one at a time, in some order in which no call comes before
 * one that had ended when it began (Herlihy, Wing: Linearizability, 1990). Who calls what is made up by fast-check, which has to be installed; each scenario is
 * explored. A failure is first made small by fast-check, then its schedule is.
 *
 * @param spec - The two objects, and what is called.
 * @returns What was shown: of how many scenarios all schedules were run; or the failure.
 * @throws SpecError if it cannot be explored as it is
 * @example
 * ```ts
 * import { linearizable } from 'gil/sim';
 * class Counter {
 *   n = 0;
 *   increment() { return ++this.n; }
 * }
 * class RacyCounter {
 *   n = 0;
 *   *increment() { const seen = this.n; yield; return (this.n = seen + 1); }
 * }
 * const report = linearizable({ sequential: () => new Counter(), concurrent: () => new RacyCounter(), ops: { increment: [] } });
 * report.failure?.interleaving.preemptions; // => 1
 * ```
 */
export function linearizable(spec: LinearizableSpec): LinearizableReport {
  const { threads, opsPerThread, runs, seed, search, subject, fixed } = check(spec);
  return forbidding(offend, () => {
    world.offence = undefined;
    const begin = ownNow();
    const fc = loadFastCheck();
    const verdicts = new Map<unknown, Verdict>();
    const look = (scenario: Scenario): Verdict => {
      // Fast-check makes small scenarios up again and again. Values that cannot be seen through are each their own.
      const key = keyOf(scenario) ?? scenario;
      let verdict = verdicts.get(key);
      if (verdict === undefined) {
        verdict = examine(createTrial(scenario, subject), search);
        verdicts.set(key, verdict);
      }
      return verdict;
    };
    const operation = fc.oneof(
      ...Object.entries(spec.ops).map(([method, args]) =>
        fc.record({ method: fc.constant(method), args: fc.tuple(...(args as never[])) as never }, { noNullPrototype: true }),
      ),
    );
    const calls = fc.array(operation, { maxLength: opsPerThread, size: 'max' });
    const scenarios = fc.array(calls, { minLength: threads, maxLength: threads });
    const complete = (made: readonly (readonly unknown[])[]): Scenario => ({
      ...fixed,
      threads: made as readonly (readonly Operation[])[],
    });
    let offence: { readonly error: unknown } | undefined;
    const property = fc.property(scenarios, (made) => {
      // What is wrong with the spec is no failure that could be made smaller.
      if (offence !== undefined) return true;
      try {
        return look(complete(made)).tell === undefined;
      } catch (error) {
        offence = { error };
        return true;
      }
    });
    const details = fc.check(property, {
      seed,
      numRuns: runs,
      ...(spec.path === undefined ? {} : { path: spec.path, endOnFailure: true }),
    });
    if (offence !== undefined) throw offence.error;
    let failure: LinearizableFailure | null = null;
    if (details.counterexample !== null) {
      // Once more: what has been called since has the twins of other scenarios, and other histories.
      const trial = createTrial(complete(details.counterexample[0]), subject);
      const story = examine(trial, search).tell!();
      failure = new LinearizableFailure(trial, story, {
        seed: details.seed,
        path: details.counterexamplePath ?? '',
        shrinks: details.numShrinks,
      });
    }
    return summarize([...verdicts.values()], { dialect: subject.dialect.name, seed, ms: ownNow() - begin, failure });
  });
}

function summarize(
  verdicts: readonly Verdict[],
  rest: { readonly dialect: string; readonly seed: number; readonly ms: number; readonly failure: LinearizableFailure | null },
): LinearizableReport {
  const passed = verdicts.filter(({ tell }) => tell === undefined);
  const ofKind = (kind: Verdict['proved']): number => passed.filter(({ proved }) => proved === kind).length;
  const bounds = passed.flatMap(({ proved, most }) => (proved === 'bounded' && most !== undefined ? [most] : []));
  const sum = (numbers: readonly number[]): number => numbers.reduce((one, other) => one + other, 0);
  return new LinearizableReport({
    ...rest,
    scenarios: { complete: ofKind('complete'), bounded: ofKind('bounded'), sampled: ofKind('sampled') },
    leastBound: bounds.length === 0 ? undefined : Math.min(...bounds),
    schedules: sum(verdicts.map(({ schedules }) => schedules)),
    histories: sum(verdicts.map(({ histories }) => histories)),
    tooLong: sum(verdicts.map(({ tooLong }) => tooLong)),
    divergence: verdicts.find(({ divergence }) => divergence !== undefined)?.divergence,
    atomic: new Set(verdicts.flatMap(({ atomic }) => [...atomic])),
  });
}

/** A peer that most users of this package do not need: looked for when it is. */
function loadFastCheck(): FastCheck {
  try {
    return createRequire(import.meta.url)('fast-check') as FastCheck;
  } catch (cause) {
    throw new SpecError(
      'linearizable: expected fast-check to be installed, which makes up the scenarios; it is not. npm install --save-dev fast-check',
      {
        cause,
      },
    );
  }
}

function check(spec: LinearizableSpec) {
  if (typeof spec !== 'object' || spec === null)
    throw new SpecError(`linearizable: expected { sequential, concurrent, ops, … }; got ${describe(spec)}`);
  const { ops, equals, atomic = [] } = spec;
  if (typeof ops !== 'object' || ops === null || Object.keys(ops).length === 0)
    throw new SpecError(
      `ops: expected methods by name with arbitraries of their arguments, as in { push: [fc.nat()], pop: [] }; got ${describe(ops)}`,
    );
  for (const [method, args] of Object.entries(ops)) {
    if (!Array.isArray(args)) throw new SpecError(`ops.${method}: expected a list of arbitraries, [] for none; got ${describe(args)}`);
    for (const each of args as unknown[]) {
      if (typeof (each as ArbitraryLike | undefined)?.generate !== 'function')
        throw new SpecError(`ops.${method}: expected arbitraries of fast-check, as fc.nat(); got ${describe(each)}`);
    }
  }
  const threads = whole('threads', spec.threads, 2);
  const opsPerThread = whole('opsPerThread', spec.opsPerThread, 3);
  const fixed = { initially: (spec.initially ?? []).map(toOperation), finally: (spec.finally ?? []).map(toOperation) };
  const most = threads * opsPerThread + fixed.initially.length + fixed.finally.length;
  if (most > MAX_OPERATIONS)
    throw new SpecError(
      `threads, opsPerThread: expected at most ${MAX_OPERATIONS} calls in a scenario; got ${most}. Small scenarios show what large ones show`,
    );
  const methods = new Set([...Object.keys(ops), ...[...fixed.initially, ...fixed.finally].map(({ method }) => method)]);
  for (const part of ['sequential', 'concurrent'] as const) checkFactory(part, spec[part], methods);
  if (equals !== undefined && typeof equals !== 'function')
    throw new SpecError(`equals: expected a function of two results; got ${describe(equals)}`);
  const seed = spec.seed ?? spec.search?.seed ?? 1;
  const search = checkSearch({ ...spec.search, seed });
  // Two schedules that do the same to the object may differ in which call had ended when another began, and that is what matters here.
  if (search.strategy === 'dpor')
    throw new SpecError("search.strategy: expected another search; 'dpor' does not see which call ended before which began");
  const dialect = resolveDialect(spec.dialect);
  const { sequential, concurrent } = spec;
  const subject: Subject = { sequential, concurrent, equals, atomic, dialect, maxSteps: search.maxSteps ?? MAX_STEPS };
  return { threads, opsPerThread, runs: whole('runs', spec.runs, 100), seed, search, subject, fixed };
}

function toOperation([method, ...args]: FixedCall): Operation {
  return { method, args };
}

function whole(name: string, value: number | undefined, otherwise: number): number {
  if (value === undefined) return otherwise;
  if (!Number.isSafeInteger(value) || value < 1) throw new SpecError(`${name}: expected a whole number, 1 or more; got ${describe(value)}`);
  return value;
}

function checkFactory(name: 'sequential' | 'concurrent', make: unknown, methods: ReadonlySet<string>): void {
  if (typeof make !== 'function') throw new SpecError(`${name}: expected a function that makes the object; got ${describe(make)}`);
  const [one, other] = [make() as unknown, make() as unknown];
  if (typeof one !== 'object' || one === null) throw new SpecError(`${name}: expected it to make an object; got ${describe(one)}`);
  if (one === other) throw new SpecError(`${name}: expected a new object at each call; got the same twice`);
  for (const method of methods) {
    const plain: unknown = Reflect.get(one, method);
    if (typeof plain !== 'function')
      throw new SpecError(`${name}: expected an object with a method ${method}; its ${method} is ${describe(plain)}`);
    const kind = functionKind(plain);
    if (kind === 'async')
      throw new SpecError(`${name}.${method}: expected an ordinary method or a generator method; got an async one, which is no thread`);
    if (name === 'sequential' && kind === 'generator')
      throw new SpecError(`sequential.${method}: expected an ordinary method, since nobody else runs there; got a generator method`);
  }
}
