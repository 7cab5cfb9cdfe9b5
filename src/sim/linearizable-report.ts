/**
 * What `linearizable` has shown: of how many scenarios all schedules were run, of how many only some; or a scenario and a schedule of it whose results no
 * order explains.
 */
import { InterleavingError } from './errors.js';
import { count, type Failure } from './failure.js';
import type { History, Order } from './linearizable-history.js';
import { tellOutcome, tellValue } from './linearizable-outcome.js';
import type { Trial } from './linearizable-scenario.js';

/** So many orders are told one by one. */
const TOLD_ORDERS = 6;

/** How many scenarios were explored how far. */
export interface ExploredScenarios {
  /** All schedules were run. */
  readonly complete: number;
  /** All schedules with up to a number of preemptions were run. */
  readonly bounded: number;
  /** Some schedules were run. */
  readonly sampled: number;
}

/** A call of the scenario, and how it ended. */
export interface ObservedCall {
  /** Who called. */
  readonly thread: string;
  /** `push(1)`. */
  readonly call: string;
  /** `→ undefined`, or `(never ended)`. */
  readonly result: string;
}

/** Calls whose results no order explains. */
export class LinearizableFailure {
  /** `history`: no order explains the results; `deadlock`: threads wait for ever, and the sequential object would not. Or what else went wrong. */
  readonly kind: 'history' | 'deadlock' | 'error';
  /** The calls, thread by thread. */
  readonly calls: readonly ObservedCall[];
  /** The scenario as a table, one column per thread. */
  readonly table: string;
  /** Each order that respects time and where it differs, if they are few. */
  readonly orders: readonly string[];
  /** The schedule, as `explore` tells it. */
  readonly interleaving: Failure;
  /** fast-check's seed. */
  readonly seed: number;
  /** fast-check's path to the scenario. */
  readonly path: string;
  /** How many times the scenario was made smaller. */
  readonly shrinks: number;

  /** @internal */
  constructor(trial: Trial, interleaving: Failure, found: { readonly seed: number; readonly path: string; readonly shrinks: number }) {
    const history = trial.history();
    this.kind = interleaving.kind === 'assertion' ? 'history' : interleaving.kind === 'deadlock' ? 'deadlock' : 'error';
    this.interleaving = interleaving;
    this.seed = found.seed;
    this.path = found.path;
    this.shrinks = found.shrinks;
    this.calls = trial.operations.map((_, number) => ({
      thread: trial.program.names[trial.threadOf[number]!]!,
      call: tellCall(trial, number),
      result: tellResult(trial, history, number),
    }));
    this.table = tableOf(trial, this.calls);
    const orders = trial.checker.orders(history, TOLD_ORDERS + 1);
    this.orders = orders.length > TOLD_ORDERS ? [] : orders.map((order) => tellOrder(trial, history, order));
  }

  /** The options that show it again. */
  get replay(): string {
    return `seed: ${this.seed}, path: '${this.path}', search: { schedule: '${this.interleaving.schedule}' }`;
  }

  /** The whole story, as it is printed. */
  toString(): string {
    const [headline, ...story] = String(this.interleaving).split('\n');
    const timeline = story.filter((line) => !line.startsWith('replay: '));
    return [
      this.kind === 'history' ? 'not linearizable: no order of these calls explains their results' : `not linearizable: ${headline}`,
      `scenario (shrunk in ${count(this.shrinks, 'step')}):`,
      this.table,
      ...this.#why(),
      'schedule:',
      ...timeline,
      `replay: linearizable({ …, ${this.replay} })`,
    ].join('\n');
  }

  #why(): string[] {
    if (this.orders.length === 0) return [`none of the more than ${TOLD_ORDERS} orders that respect time gives these results`];
    return ['one after another they would give:', ...this.orders.map((order) => `  ${order}`)];
  }
}

function tellCall({ operations }: Trial, number: number): string {
  const { method, args } = operations[number]!;
  return `${method}(${args.map(tellValue).join(', ')})`;
}

function tellResult({ outcomes }: Trial, history: History, number: number): string {
  if (history.isPending(number)) return '(never ended)';
  const outcome = history.outcomes[number]!;
  return outcome < 0 ? '(not called)' : tellOutcome(outcomes.at(outcome));
}

/** One column per thread, calls before and after in rows of their own. */
function tableOf({ program, threadOf, parts }: Trial, calls: readonly ObservedCall[]): string {
  const cells = calls.map(({ call, result }) => `${call} ${result}`);
  const columns = program.names.map((name, thread) => [
    name,
    ...cells.filter((_, number) => threadOf[number] === thread && parts[number] === 'thread'),
  ]);
  const widths = columns.map((column) => Math.max(...column.map((cell) => cell.length)) + 3);
  const rows = Array.from({ length: Math.max(...columns.map((column) => column.length)) }, (_, row) =>
    `  ${columns.map((column, at) => (column[row] ?? '').padEnd(widths[at]!)).join('')}`.trimEnd(),
  );
  const aside = (part: 'before' | 'after'): string[] => {
    const own = cells.filter((_, number) => parts[number] === part);
    return own.length === 0 ? [] : [`  ${part}: ${own.join(', ')}`];
  };
  return [...aside('before'), ...rows, ...aside('after')].join('\n');
}

function tellOrder(trial: Trial, history: History, { calls }: Order): string {
  const told: string[] = [];
  for (const { operation, outcome } of calls) {
    const text = `${trial.program.names[trial.threadOf[operation]!]} ${tellCall(trial, operation)} ${tellOutcome(trial.outcomes.at(outcome))}`;
    if (outcome === history.outcomes[operation]) {
      told.push(text);
      continue;
    }
    // What comes after the first difference explains nothing any more.
    told.push(history.isPending(operation) ? `${text} ✗ never ended` : `${text} ✗ was ${tellResult(trial, history, operation).slice(2)}`);
    break;
  }
  return told.join(', ');
}

export interface LinearizableReportParts {
  readonly dialect: string;
  readonly scenarios: ExploredScenarios;
  readonly leastBound: number | undefined;
  readonly schedules: number;
  readonly histories: number;
  readonly tooLong: number;
  readonly seed: number;
  readonly ms: number;
  readonly atomic: ReadonlySet<string>;
  readonly divergence: string | undefined;
  readonly failure: LinearizableFailure | null;
}

/** What {@link linearizable} gives. */
export class LinearizableReport {
  /** Under whose rules. */
  readonly dialect: string;
  /** How many different scenarios were explored how far, until one failed. */
  readonly scenarios: ExploredScenarios;
  /** In all `bounded` scenarios, all schedules with up to so many preemptions were run. */
  readonly leastBound: number | undefined;
  /** How many schedules were run. */
  readonly schedules: number;
  /** How many different histories they gave. */
  readonly histories: number;
  /** How many schedules were given up because they were longer than `maxSteps`. */
  readonly tooLong: number;
  /** What everything random began with. */
  readonly seed: number;
  /** How long it took, in milliseconds. */
  readonly ms: number;
  /** Functions that were called and in which nobody else could run. */
  readonly atomic: ReadonlySet<string>;
  /** Of a replay: where it could not follow the schedule, in words; `undefined` if it could. */
  readonly divergence: string | undefined;
  /** The counterexample, or `null`. */
  readonly failure: LinearizableFailure | null;

  /** @internal */
  constructor(parts: LinearizableReportParts) {
    this.dialect = parts.dialect;
    this.scenarios = parts.scenarios;
    this.leastBound = parts.leastBound;
    this.schedules = parts.schedules;
    this.histories = parts.histories;
    this.tooLong = parts.tooLong;
    this.seed = parts.seed;
    this.ms = parts.ms;
    this.atomic = parts.atomic;
    this.divergence = parts.divergence;
    this.failure = parts.failure;
  }

  /**
   * For tests of any runner: nothing if no scenario failed.
   * @throws InterleavingError, whose message is the whole story
   */
  assert(): this {
    if (this.failure !== null || this.divergence !== undefined)
      throw new InterleavingError(String(this), { cause: this.failure?.interleaving.error });
    return this;
  }

  /** What was shown, or the failure, as it is printed. */
  toString(): string {
    if (this.failure !== null) return `${this.failure}\ndialect: ${this.dialect}`;
    if (this.divergence !== undefined) return `the schedule does not fit the spec any more: ${this.divergence}`;
    const { complete, bounded, sampled } = this.scenarios;
    const parts = [
      complete > 0 ? `all schedules of ${complete}` : '',
      bounded > 0 ? `all with up to ${count(this.leastBound ?? 0, 'preemption')} of ${bounded}` : '',
      sampled > 0 ? `some of ${sampled}` : '',
    ].filter((part) => part !== '');
    const atomic = this.atomic.size === 0 ? '' : `; atomic calls: ${[...this.atomic].join(', ')}`;
    const tooLong = this.tooLong === 0 ? '' : `; ${count(this.tooLong, 'schedule')} did not end within maxSteps and were given up`;
    return `linearizable in ${count(complete + bounded + sampled, 'scenario')} (seed ${this.seed}) under ${this.dialect}: ${parts.join(', ')}; ${count(this.schedules, 'schedule')}, ${count(this.histories, 'history').replace(/historys$/, 'histories')}${tooLong}${atomic}`;
  }
}
