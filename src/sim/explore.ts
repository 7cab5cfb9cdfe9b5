/**
 * `explore`: runs a spec's schedules until one fails, the search has nothing left, or the budget is used up; and says exactly what that shows.
 */
import type { Dialect } from '../dialects/dialect.js';
import { resolveDialect } from '../dialects/registry.js';
import { ownNow } from '../host/clock.js';
import { forbidding } from '../host/forbid.js';
import { reached } from '../transform/sites.js';
import { natives } from '../transform/twins.js';
import { compile } from './compile.js';
import { checkDeterminism } from './determinism.js';
import { Engine } from './engine.js';
import { NondeterminismError, SpecError } from './errors.js';
import type { Failure } from './failure.js';
import { sitesOf } from './labels.js';
import { checkSearch } from './options.js';
import { changeSince, lookOutside, type Outside } from './outside.js';
import type { Program } from './program.js';
import { Report, Reports } from './report.js';
import { type Block, parseSchedule } from './schedule-text.js';
import type { DialectsSpec, SearchOptions, Spec } from './spec.js';
import { IDLE } from './spins.js';
import { searchStates } from './states.js';
import { createStrategy } from './strategies/by-name.js';
import { FromText } from './strategies/from-text.js';
import { Replay } from './strategies/replay.js';
import { NOTHING, type Proof, type Strategy } from './strategy.js';
import { tell } from './tell.js';
import { world } from './world.js';

const MAX_MS = 1000;

/**
 * Explores the schedules of a few threads: finds one that breaks a condition and makes it as simple as it gets, or says what was proved.
 */
export function explore<S>(spec: DialectsSpec<S>): Reports;
export function explore<S>(spec: Spec<S>): Report;
export function explore<S>(spec: Spec<S> | DialectsSpec<S>): Report | Reports {
  if (typeof spec === 'object' && spec !== null && 'dialects' in spec) {
    return new Reports(spec.dialects.map((dialect) => exploreOne({ ...spec, dialect }, resolveDialect(dialect))));
  }
  return exploreOne(spec, resolveDialect(spec?.dialect));
}

/**
 * Runs one schedule of a spec, as a report prints it.
 */
export function replay<S>(schedule: string, spec: Spec<S>): Report {
  return explore({ ...spec, search: { ...spec.search, schedule } });
}

function exploreOne<S>(spec: Spec<S>, dialect: Dialect): Report {
  return forbidding(offend, () => search(spec, dialect));
}

/** What is not the same each time has no place in a schedule. */
export function offend(name: string): never {
  world.offence = new SpecError(
    `a thread used ${name}: expected it to depend on nothing but the state, or the same schedule would not do the same twice. Draw numbers in the spec, outside of \`state\`; for time, use sleep() of gil, which takes virtual time`,
  );
  throw world.offence;
}

function search<S>(spec: Spec<S>, dialect: Dialect): Report {
  world.offence = undefined;
  const options = checkSearch(spec?.search);
  const program = compile(spec, dialect);
  reached.marks.fill(0);
  // Before any thread has moved: what it is to be compared with later.
  const outside = options.strategy === 'dpor' && options.schedule === undefined ? lookOutside(spec.threads, program.state()) : undefined;
  const checkState = checkDeterminism(program);
  if (options.schedule !== undefined) return follow(new Engine(program), dialect, parseSchedule(options.schedule, program.names));
  if (options.strategy === 'stateful') return visitStates(program, dialect, options);
  const strategy = createStrategy(options);
  const engine = new Engine(strategy.watch?.(program) ?? program);
  const begin = ownNow();
  const { maxSchedules = Number.POSITIVE_INFINITY, maxMs = MAX_MS } = options;
  let [schedules, tooLong, moves] = [0, 0, 0];
  // No search comes upon a circle that another order leaves: one that keeps nobody from going on is looked for first.
  let found: Found | undefined = maxSchedules > 0 && maxMs > 0 ? circleInTurns(program) : undefined;
  let endedBy: Report['endedBy'] = 'search';
  while (found === undefined) {
    if (schedules >= maxSchedules) {
      endedBy = 'maxSchedules';
      break;
    }
    if (ownNow() - begin > maxMs) {
      endedBy = 'maxMs';
      break;
    }
    if (!strategy.begin(program.names.length)) break;
    const end = engine.run(strategy, strategy.observer);
    moves += engine.moment.step;
    if (engine.excess === 'steps') tooLong += 1;
    if (strategy.end(engine.moment, end) === 'new') schedules += 1;
    if (end === 'failed') found = { engine, by: strategy, schedule: schedules };
  }
  const seen = seenIn(program);
  if (outside !== undefined && found === undefined && endedBy === 'search') checkOutside(outside, spec.threads, program);
  checkState();
  const failure = found === undefined ? null : tell(program, found.engine, found.by, found.schedule, 'simple');
  const isWhole = failure === null && tooLong === 0 && strategy.proof.kind === 'complete';
  return reportOf(program, dialect, seen, {
    claim: claimOf(outside?.doubt === undefined ? strategy.proof : NOTHING, tooLong, engine.spins),
    // Of a complete search, how many there are: what chance repeated beside it says nothing.
    schedules: isWhole ? strategy.proof.schedules : Math.max(schedules, found?.schedule ?? 0),
    moves,
    ms: ownNow() - begin,
    seed: options.seed,
    strategy: (found?.by ?? strategy).name,
    endedBy: found === undefined ? endedBy : 'failure',
    tooLong,
    why: engine.why,
    spins: engine.spins,
    doubt: outside?.doubt,
    failure,
  });
}

/** A schedule that failed: who has run it, what found it, and its number there. */
interface Found {
  readonly engine: Engine;
  readonly by: Pick<Strategy, 'name'>;
  readonly schedule: number;
}

/** What has been called and reached so far. Telling a failure runs it again: what is said of a search is taken before. */
function seenIn(program: Program): Pick<Report, 'atomic' | 'sites'> {
  return { atomic: new Map(natives), sites: sitesOf(program.sites ?? []) };
}

type Claim = Pick<Report, 'proved' | 'bound'>;
type Said = 'schedules' | 'moves' | 'ms' | 'strategy' | 'endedBy' | 'failure';
type SaidIfAny = 'seed' | 'tooLong' | 'why' | 'spins' | 'doubt' | 'divergence';

/** A report; what there is nothing to be said of is left out. In one literal: spreading one took as long as a dozen schedules. */
function reportOf(
  { names }: Program,
  { name }: Dialect,
  { atomic, sites }: Pick<Report, 'atomic' | 'sites'>,
  parts: Pick<Report, Said> & { readonly claim: Claim } & { readonly [K in SaidIfAny]?: Report[K] | undefined },
): Report {
  return new Report({
    dialect: name,
    proved: parts.claim.proved,
    bound: parts.claim.bound,
    schedules: parts.schedules,
    moves: parts.moves,
    ms: parts.ms,
    seed: parts.seed ?? 1,
    strategy: parts.strategy,
    endedBy: parts.endedBy,
    tooLong: parts.tooLong ?? 0,
    why: parts.why,
    spins: parts.spins ?? 0,
    threads: names,
    doubt: parts.doubt,
    divergence: parts.divergence,
    atomic,
    sites,
    failure: parts.failure,
  });
}

/** What is reached in ways that no text shows has changed all the same. */
function checkOutside(before: Outside, threads: Spec<never>['threads'], program: Program): void {
  const changed = changeSince(before, lookOutside(threads, program.state()));
  if (changed === undefined) return;
  throw new SpecError(
    `${changed} is not in the state, and it has changed: expected threads to share nothing else, for the search 'dpor' does not see what they do to it. Make it in \`state\`, or use another \`search.strategy\``,
  );
}

/** The schedule in which everybody moves in turns, if it goes round in a circle. */
function circleInTurns(program: Program): Found | undefined {
  const engine = new Engine(program);
  engine.run(new Replay([], 'in turns'));
  return engine.failure?.kind === 'livelock' ? { engine, by: { name: 'all in turns' }, schedule: 1 } : undefined;
}

const UNREPEATED =
  'the stateful search found a failure that does not happen when its schedule is run: expected `state` to be plain data, and threads to share nothing else';

/** Every state once. What is counted are moves between states: schedules are many more. */
function visitStates(program: Program, dialect: Dialect, { helpers, maxSchedules, maxMs = MAX_MS, seed }: SearchOptions): Report {
  const found = searchStates(program, { helpers, maxStates: maxSchedules, maxMs });
  const { failure, endedBy, states, transitions, ms, atomic } = found;
  let told: Failure | null = null;
  if (failure !== undefined) {
    const engine = new Engine(program);
    const end = engine.run(new Replay(failure.trace));
    // A circle never ends, so there is nothing to be run to its end; everything else happens to the engine too, or it is not told.
    if (failure.kind === 'livelock') engine.fail(failure, failure.trace.length);
    else if (end !== 'failed') throw new NondeterminismError(UNREPEATED);
    told = tell(program, engine, { name: 'stateful' }, states, failure.kind === 'livelock' ? 'as-it-is' : 'simple');
  }
  const seen = seenIn(program);
  return reportOf(
    program,
    dialect,
    { ...seen, atomic: new Map([...seen.atomic, ...atomic]) },
    {
      claim: { proved: endedBy === 'search' ? 'complete' : 'sampled', bound: undefined },
      schedules: states,
      moves: transitions,
      ms,
      seed,
      strategy: 'stateful',
      endedBy: endedBy === 'maxStates' ? 'maxSchedules' : endedBy,
      failure: told,
    },
  );
}

/** Runs the one schedule that was asked for: by its labels, or, if that leads elsewhere, move by move. */
function follow(engine: Engine, dialect: Dialect, blocks: readonly Block[]): Report {
  const { names } = engine.program;
  const begin = ownNow();
  const byLabels = new FromText(blocks, names, 'labels');
  let strategy = byLabels;
  let end = engine.run(byLabels);
  if (end !== 'failed' && byLabels.divergence !== undefined) {
    strategy = new FromText(blocks, names, 'counts');
    end = engine.run(strategy);
  }
  const moves = engine.moment.step;
  return reportOf(engine.program, dialect, seenIn(engine.program), {
    claim: { proved: 'sampled', bound: undefined },
    schedules: 1,
    moves,
    ms: ownNow() - begin,
    strategy: 'replay',
    endedBy: end === 'failed' ? 'failure' : 'search',
    tooLong: engine.excess === 'steps' ? 1 : 0,
    why: engine.why,
    spins: engine.spins,
    divergence: end === 'failed' ? strategy.divergence : byLabels.divergence,
    failure: end === 'failed' ? tell(engine.program, engine, strategy, 1, 'as-it-is') : null,
  });
}

/** What a proof is worth if schedules had to be given up: of those nothing is known, and they may be of any kind. */
export function claimOf(proof: Proof, tooLong: number, spins: number): Claim {
  if (tooLong > 0 || proof.kind === 'none') return { proved: 'sampled', bound: undefined };
  // Who waits in a loop was not let wait for as long as it could have: how long that may be is a bound too.
  if (proof.kind === 'complete' && spins > 0)
    return { proved: 'bounded', bound: { by: 'idle moves', most: IDLE, schedules: proof.schedules } };
  if (proof.kind === 'complete') return { proved: 'complete', bound: undefined };
  return { proved: 'bounded', bound: { by: proof.by, most: proof.bound, schedules: proof.schedules } };
}
