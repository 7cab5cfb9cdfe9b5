/**
 * From a scenario, who calls what, to threads for the engine: each calls its methods one after another, and writes down when they began and how they
 * ended. What is written down is kept beside the state, so no search and no timeline takes it for something that threads share.
 */

import type { Dialect } from '../dialects/dialect.js';
import { functionKind } from '../transform/function-kind.js';
import { siteAt } from '../transform/sites.js';
import { call } from '../transform/twins.js';
import { compile } from './compile.js';
import { NotLinearizableError } from './errors.js';
import { Checker, History, type Operation } from './linearizable-history.js';
import { copyOf, type Outcome, Outcomes } from './linearizable-outcome.js';
import type { Program } from './program.js';
import type { ThreadBody } from './spec.js';
import { Point, type SwitchPoint, type VirtualThread } from './switch-point.js';

/** Who calls what. */
export interface Scenario {
  /** Before the threads begin, one after another. */
  readonly initially: readonly Operation[];
  /** Of each thread, from the first: its calls. */
  readonly threads: readonly (readonly Operation[])[];
  /** When all threads have ended, one after another. */
  readonly finally: readonly Operation[];
}

/** What is called, and what says whether the results are right. */
export interface Subject {
  readonly sequential: () => object;
  readonly concurrent: () => object;
  readonly equals: ((one: unknown, other: unknown) => unknown) | undefined;
  readonly atomic: readonly ((...args: never[]) => unknown)[];
  readonly dialect: Dialect;
  readonly maxSteps: number;
}

type Part = 'before' | 'thread' | 'after';

/** A scenario that can be run. */
export interface Trial {
  readonly program: Program;
  readonly checker: Checker;
  readonly outcomes: Outcomes;
  readonly operations: readonly Operation[];
  /** Of each call, its thread; those before and after the threads belong to the first. */
  readonly threadOf: readonly number[];
  /** Of each call, whether it is one of those before, in, or after the threads. */
  readonly parts: readonly Part[];
  /** What the last schedule did. */
  history(): History;
}

export function createTrial(scenario: Scenario, subject: Subject): Trial {
  const { dialect } = subject;
  const operations: Operation[] = [];
  const threadOf: number[] = [];
  const parts: Part[] = [];
  const add = (thread: number, part: Part, calls: readonly Operation[]): number[] =>
    calls.map((operation) => {
      threadOf.push(thread);
      parts.push(part);
      return operations.push(operation) - 1;
    });
  const first = add(0, 'before', scenario.initially);
  const named = scenario.threads.map((calls, thread) => ({ name: `t${thread + 1}`, calls }));
  const busy = named.filter(({ calls }) => calls.length > 0);
  // Threads without calls are none, but somebody has to make the calls before and after.
  const scripts = (busy.length > 0 ? busy : named.slice(0, 1)).map(({ name, calls }, thread) => ({
    name,
    own: add(thread, 'thread', calls),
  }));
  const last = add(0, 'after', scenario.finally);

  const probe = subject.concurrent();
  const kinds = new Map(operations.map(({ method }) => [method, kindOf(probe, method)]));
  const outcomes = new Outcomes(subject.equals);
  const checker = new Checker(subject.sequential, operations, outcomes);
  let history = new History(operations.length);
  let begun: 'no' | 'yes' = 'no';
  let running = 0;

  const run = function* (state: object, numbers: readonly number[]): VirtualThread<void> {
    for (const [at, number] of numbers.entries()) {
      if (at > 0) yield undefined;
      // As late as can be: the more calls have ended before this one begins, the fewer orders can explain what it gives.
      history.begin(number);
      const outcome = yield* invoke(state, operations[number]!, kinds.get(operations[number]!.method)!);
      history.end(number, outcomes.numberOf(outcome));
    }
  };
  const body = (own: readonly number[], thread: number): ThreadBody<object> =>
    thread > 0
      ? function* (state) {
          if (first.length > 0) yield new Point('wait', 'the calls before', () => begun === 'yes');
          yield* run(state, own);
          running -= 1;
        }
      : function* (state) {
          yield* run(state, first);
          begun = 'yes';
          if (first.length > 0 && own.length > 0) yield undefined;
          yield* run(state, own);
          running -= 1;
          if (last.length === 0) return;
          yield new Point('wait', 'the others', () => running === 0);
          yield* run(state, last);
        };

  const spec = {
    state: () => {
      history = new History(operations.length);
      begun = 'no';
      running = scripts.length;
      return subject.concurrent();
    },
    threads: Object.fromEntries(scripts.map(({ name, own }, thread) => [name, body(own, thread)])),
    atomic: subject.atomic,
    after: () => {
      if (!checker.isLinearizable(history)) throw new NotLinearizableError('no order of the calls explains their results');
    },
    search: { maxSteps: subject.maxSteps },
  };
  const program = compile(spec, dialect);
  const isQuiet = dialect.lock === 'global' && operations.every(({ method }) => kinds.get(method) === 'ordinary');
  return {
    program: {
      ...program,
      calls: program.names.map(() => (isQuiet ? 'quiet' : 'announced')),
      mayRest: () => checker.isLinearizable(history),
    },
    checker,
    outcomes,
    operations,
    threadOf,
    parts,
    history: () => history,
  };
}

type MethodKind = 'ordinary' | 'generator';

function kindOf(object: object, method: string): MethodKind {
  return functionKind(Reflect.get(object, method) as object) === 'generator' ? 'generator' : 'ordinary';
}

/** Calls a method as a thread does, and gives how that ended. */
function* invoke(state: object, { method, args }: Operation, kind: MethodKind): VirtualThread<Outcome> {
  try {
    const object = state as Record<string, (...args: unknown[]) => unknown>;
    const own = copyOf([...args]);
    const turns = (kind === 'generator' ? object[method]!(...own) : call(object, method, ...own)) as Generator<
      SwitchPoint,
      unknown,
      number
    >;
    let turn = turns.next(0);
    // To be switched as soon as it is entered is to be switched before the call, where the thread stands anyway.
    if (!turn.done && typeof turn.value === 'number' && siteAt(turn.value)?.kind === 'entry') turn = turns.next(0);
    while (!turn.done) turn = turns.next(yield turn.value);
    return turn.value === state ? { kind: 'itself' } : { kind: 'returned', value: copyOf(turn.value) };
  } catch (error) {
    return { kind: 'threw', value: error };
  }
}
