/**
 * A schedule on real workers: the same functions, with the looks of the live text, through the real lock. Each thread goes on from a look only when
 * the schedule says so; so what comes out is what the explorer said, or one of the two is wrong.
 */

import type { Dialect } from '../dialects/dialect.js';
import { type DialectName, dialects, resolveDialect } from '../dialects/registry.js';
import { after } from '../host/clock.js';
import { GATED_ENTRY } from '../host/files.js';
import { allocate, type Words } from '../host/memory.js';
import type { GlobalLock } from '../lock/global-lock.js';
import { BEGUN, ENDED, passTurn, TURN, type Turn } from '../runtime/gate.js';
import { type Task, tasks } from '../runtime/tasks.js';
import { instrumentFunction } from '../transform/task.js';
import { compile } from './compile.js';
import { Engine } from './engine.js';
import { SpecError } from './errors.js';
import { THREAD_EXPORTS } from './exports.js';
import type { FailureKind } from './program.js';
import { parseSchedule } from './schedule-text.js';
import type { Spec } from './spec.js';
import { FromText } from './strategies/from-text.js';
import type { Observer } from './strategy.js';

/** What runs the threads: a `ThreadPool` with a worker for each, under the spec's dialect. */
export interface LivePool {
  /** Its lock. */
  readonly lock: GlobalLock;
  /** Runs a function of a module. */
  submit(task: Task<(...args: never[]) => unknown>, ...args: unknown[]): PromiseLike<unknown>;
}

/** How a schedule went on real workers. */
export interface LiveReplay {
  /** How it went wrong, if it did. After a `deadlock` the pool's threads wait for ever: terminate its workers. */
  readonly kind: FailureKind | null;
  /** What was thrown. */
  readonly error: unknown;
  /** How it went in the explorer. */
  readonly expected: FailureKind | null;
  /** How often the lock went to another thread. */
  readonly switches: number;
}

/** Between two looks at whether the thread whose turn it is cannot go on, in milliseconds. */
const PATIENCE = 1;
/** So many looks in a row at which nobody had the lock: the thread whose turn it is waits for another one. */
const ENOUGH = 20;
/** So many, when everybody may go on: they wait for each other. */
const FOR_EVER = 500;

/**
 * Runs one schedule on real workers. The state must be made of what threads really share: `gil/shared` and `gil/threading`.
 *
 * @param pool - A `ThreadPool` of the spec's dialect with at least as many workers as there are threads, and nothing else to do.
 * @param schedule - As a report prints it.
 * @param spec - The threads must be ordinary functions.
 * @example
 * ```ts
 * import { ThreadPool } from 'gil';
 * import { SharedInt } from 'gil/shared';
 * import { explore, replayLive } from 'gil/sim';
 *
 * const dialect = 'cpython-3.9';
 * const add = (counter: SharedInt) => {
 *   counter.value += 1;
 * };
 * const spec = { dialect, state: () => new SharedInt(), threads: { ann: add, bob: add }, after: (counter: SharedInt) => counter.value === 2 } as const;
 * const { failure } = explore(spec);
 * await using pool = new ThreadPool(2, { dialect });
 * const live = await replayLive(pool, failure!.schedule, spec);
 * console.log(live.kind, live.expected); // => assertion assertion
 * ```
 * @throws SpecError (as a rejection) for a schedule that switches where no live thread can, or for generator functions
 */
export async function replayLive<S>(
  pool: LivePool,
  schedule: string,
  spec: Spec<S> & { readonly dialect?: DialectName | Dialect },
): Promise<LiveReplay> {
  const dialect = resolveDialect(spec.dialect);
  const program = compile(spec, dialect);
  const { names } = program;
  const { turns, expected } = turnsOf(new Engine(program), new FromText(parseSchedule(schedule, names), names, 'labels'));
  // Where there is no lock a thread has no looks; those that the explorer gave it are those of an interpreter that looks everywhere.
  const places = dialect.lock === 'none' ? dialects['cpython-3.9'] : dialect;
  const sources = Object.entries(spec.threads).map(([name, body]) => {
    if (program.calls[names.indexOf(name)] !== 'quiet' && dialect.lock === 'global')
      throw new SpecError(`threads.${name}: expected an ordinary function; a generator function has no live text`);
    return instrumentFunction(body, { dialect: places, exports: EXPORTS, loops: 'every-turn' });
  });
  const state = spec.state();
  const words = allocate(ENDED + names.length);
  const before = pool.lock.stats().switches;
  const { runGated } = tasks<{ runGated: (...args: never[]) => unknown }>(GATED_ENTRY);
  const threads = sources.map((source, thread) => Promise.resolve(pool.submit(runGated, source, words, turns, thread, state)));
  const ended = Promise.allSettled(threads);
  const stage = watchStage(pool.lock, words, turns, names.length);
  const results = await Promise.race([ended, stage.stuck]);
  stage.stop();
  const switches = pool.lock.stats().switches - before;
  if (results === 'stuck') return { kind: 'deadlock', error: undefined, expected, switches };
  const thrown = results.find((result) => result.status === 'rejected');
  if (thrown !== undefined) return { kind: 'error', error: thrown.reason, expected, switches };
  try {
    return { kind: spec.after?.(state) === false ? 'assertion' : null, error: undefined, expected, switches };
  } catch (error) {
    return { kind: 'assertion', error, expected, switches };
  }
}

const EXPORTS: ReadonlySet<string> = new Set(Object.keys(THREAD_EXPORTS));

/** The schedule in looks: how many each thread has passed when it is another one's turn. */
function turnsOf(engine: Engine, strategy: FromText): { readonly turns: readonly Turn[]; readonly expected: FailureKind | null } {
  const { moment, program } = engine;
  const looks = program.names.map((_, thread) => (program.beginnings[thread] === 'stands' ? 1 : 0));
  const turns: Turn[] = [];
  let current: Turn | undefined;
  const observer: Observer = {
    before(thread) {
      if (current?.thread === thread) return;
      if (current !== undefined) turns.push(current);
      current = { thread, looks: Number.POSITIVE_INFINITY };
    },
    after(thread) {
      const point = moment.pending[thread];
      if (typeof point === 'number') looks[thread]! += 1;
      const canGoOn = engine.standing(thread) === 'able';
      if (canGoOn && typeof point !== 'number')
        throw new SpecError('this schedule switches a thread where no live thread looks: before an operation that it announces');
      current = { thread, looks: canGoOn ? looks[thread]! : Number.POSITIVE_INFINITY };
    },
  };
  engine.run(strategy, observer);
  if (current !== undefined) turns.push(current);
  return { turns, expected: engine.failure?.kind ?? null };
}

/** Takes the turn from a thread that cannot go on: it has begun, and nobody has the lock. */
function watchStage(
  lock: GlobalLock,
  words: Words,
  turns: readonly Turn[],
  threads: number,
): { readonly stuck: Promise<'stuck'>; stop(): void } {
  let idle = 0;
  let cancel = (): void => {};
  const stuck = new Promise<'stuck'>((resolve) => {
    const look = (): void => {
      const turn = Atomics.load(words, TURN);
      const isFree = turn >= turns.length;
      // Without a lock nobody can be seen to wait for it.
      const isWaiting = lock.isEnabled && lock.holder() === null && (isFree || Atomics.load(words, BEGUN) === turn + 1);
      idle = isWaiting ? idle + 1 : 0;
      if (!isFree && idle >= ENOUGH) {
        idle = 0;
        passTurn(words, turns, turn);
      } else if (isFree && idle >= FOR_EVER && words.subarray(ENDED, ENDED + threads).includes(0)) {
        resolve('stuck');
        return;
      }
      cancel = after(PATIENCE, look);
    };
    look();
  });
  return { stuck, stop: () => cancel() };
}
