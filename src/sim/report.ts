/**
 * What an exploration has shown: a proof of some kind, or a failure. A report never claims more than was run.
 */
import { InterleavingError } from './errors.js';
import { count, type Failure, list } from './failure.js';

/**
 * What was shown, if nothing failed.
 * - `complete`: every schedule, or one of each kind that nobody can tell apart, was run
 * - `bounded`: every schedule with up to `bound` preemptions (or delays)
 * - `sampled`: so many schedules, and nothing about the others
 */
export type Proved = 'complete' | 'bounded' | 'sampled';

/** All schedules up to a bound. */
export interface Bound {
  /** Of what there are so few; `idle moves`: in a row, by one thread, while nothing that threads share changes. */
  readonly by: 'preemptions' | 'delays' | 'idle moves';
  /** How many there are at most. */
  readonly most: number;
  /** How many schedules that makes. */
  readonly schedules: number;
}

/** Why an exploration ended: the search had nothing left, a schedule failed, or a budget was used up. */
export type EndedBy = 'search' | 'failure' | 'maxSchedules' | 'maxMs';

/** Where threads could have been switched. */
export interface Sites {
  /** How many places there are. */
  readonly total: number;
  /** Those that were never reached, as a timeline names them. */
  readonly missed: readonly string[];
}

/** All that a report holds. */
export type ReportParts = Omit<Report, 'assert' | 'toString'>;

/** So many places that were not reached are named. */
const NAMED = 3;

/** What `explore` gives for one dialect. */
export class Report {
  /** Under whose rules. */
  readonly dialect!: string;
  /** What was shown, if nothing failed. */
  readonly proved!: Proved;
  /** What all schedules were run of, if `proved` is `bounded`. */
  readonly bound!: Bound | undefined;
  /** How many different schedules were run. Random ones may repeat each other. */
  readonly schedules!: number;
  /** How many moves they took together. */
  readonly moves!: number;
  /** How long it took, in milliseconds. */
  readonly ms!: number;
  /** What everything random began with. */
  readonly seed!: number;
  /** The search, as it stood at the end. */
  readonly strategy!: string;
  /** Why it ended. */
  readonly endedBy!: EndedBy;
  /** Their names. */
  readonly threads!: readonly string[];
  /** Why `proved` claims less than the search would: what threads use could not be looked through; `undefined`: it could. */
  readonly doubt!: string | undefined;
  /** How many schedules were given up because they were longer than `maxSteps`. */
  readonly tooLong!: number;
  /** Why the first of them did not end, where that could be seen. */
  readonly why!: string | undefined;
  /**
   * How often a thread went round in a loop that only waits, and the others were let go on: what is claimed then holds for schedules in which
   * no thread makes more than 16 moves while nothing that threads share changes.
   */
  readonly spins!: number;
  /** Of a replay: where it could not follow the schedule, in words; `undefined` if it could. */
  readonly divergence!: string | undefined;
  /** Functions that were called and in which nobody else could run, as in native ones; and how often each was called. */
  readonly atomic!: ReadonlyMap<string, number>;
  /**
   * The places of the threads' texts, and of what they called, where a thread can be switched: how many there are, and at which no thread ever
   * stood. Generator functions have none: they say themselves where they can be switched.
   */
  readonly sites!: Sites;
  /** The counterexample, or `null`. */
  readonly failure!: Failure | null;
  /** @internal */
  constructor(parts: ReportParts) {
    Object.assign(this, parts);
  }

  /**
   * For tests of any runner: nothing if no schedule failed.
   * @throws InterleavingError, whose message is the whole story
   */
  assert(): this {
    const story = this.failure ?? this.divergence;
    if (story !== undefined) throw new InterleavingError(String(this), { cause: this.failure?.error });
    return this;
  }

  /** `holds: …` or the failure, as it is printed. */
  toString(): string {
    const misfit = this.divergence === undefined ? '' : `the schedule does not fit the spec any more: ${this.divergence}`;
    if (this.failure !== null) return `${this.failure}\ndialect: ${this.dialect}${misfit && `\n${misfit}`}`;
    if (misfit !== '') return misfit;
    const speed =
      this.ms > 0 ? `, ${Math.round(this.schedules / this.ms)} ${this.strategy === 'stateful' ? 'states' : 'schedules'}/ms` : '';
    return `holds for threads ${list(this.threads)} under ${this.dialect}: ${this.#claim()}${speed}${this.#caveat()}${this.#reached()}`;
  }

  #claim(): string {
    const schedules = count(this.schedules, this.strategy === 'stateful' ? 'state' : 'schedule');
    if (this.proved === 'complete') return `complete, ${schedules}`;
    if (this.proved === 'bounded' && this.bound !== undefined) {
      const others = this.schedules - this.bound.schedules;
      return `bounded, all ${count(this.bound.schedules, 'schedule')} with up to ${this.bound.most} ${this.bound.by}${others > 0 ? `, and ${others} others` : ''}`;
    }
    const doubt = this.doubt === undefined ? '' : `, and no proof, for ${this.doubt}`;
    return `sampled, ${schedules} (${this.strategy}, seed ${this.seed})${doubt}`;
  }

  #reached(): string {
    const { total, missed } = this.sites;
    if (total === 0) return '';
    const named = missed.slice(0, NAMED).join(', ') + (missed.length > NAMED ? `, and ${missed.length - NAMED} more` : '');
    return `; sites: ${total - missed.length} of ${total} reached${named && `, not ${named}`}`;
  }

  #caveat(): string {
    const atomic = this.atomic.size === 0 ? '' : `; atomic calls: ${[...this.atomic.keys()].join(', ')}`;
    const why = this.why === undefined ? '' : `: ${this.why}`;
    const tooLong = this.tooLong === 0 ? '' : `; ${count(this.tooLong, 'schedule')} did not end within maxSteps and were given up${why}`;
    const spins =
      this.spins === 0 || this.proved === 'sampled'
        ? ''
        : '; of threads that wait in a loop: schedules in which none makes more than 16 moves while nothing changes';
    return `${tooLong}${spins}${atomic}`;
  }
}

/** The reports of several dialects. */
export class Reports implements Iterable<Report> {
  /** In the order of the spec's dialects. */
  readonly reports: readonly Report[];

  /** @internal */
  constructor(reports: readonly Report[]) {
    this.reports = reports;
  }

  /** The dialects in which no schedule failed. */
  get holds(): string[] {
    return this.reports.filter(({ failure }) => failure === null).map(({ dialect }) => dialect);
  }

  /** The dialects in which one did. */
  get breaks(): string[] {
    return this.reports.filter(({ failure }) => failure !== null).map(({ dialect }) => dialect);
  }

  /** The report of a dialect. */
  of(dialect: string): Report | undefined {
    return this.reports.find((report) => report.dialect === dialect);
  }

  /**
   * For tests of any runner: nothing if no schedule failed under any of them.
   * @throws InterleavingError
   */
  assert(): this {
    const broken = this.reports.find(({ failure }) => failure !== null);
    if (broken !== undefined) throw new InterleavingError(String(this), { cause: broken.failure?.error });
    return this;
  }

  /** Each. */
  [Symbol.iterator](): Iterator<Report> {
    return this.reports[Symbol.iterator]();
  }

  /** `holds on cpython-3.13, breaks on cpython-3.9 and cpython-3.13t`, and what is proved, or failed first. */
  toString(): string {
    const parts = [
      this.holds.length > 0 ? `holds on ${list(this.holds)}` : '',
      this.breaks.length > 0 ? `breaks on ${list(this.breaks)}` : '',
    ];
    return [parts.filter((part) => part !== '').join(', '), ...this.reports.map((report) => `\n${report}`)].join('\n');
  }
}
