/**
 * Ratios that survive a shared and noisy machine. The sides of a comparison run in turn, A B A B …; each round gives one ratio, and
 * the median of the rounds counts.
 *
 * How many rounds is settled before anybody looks at the result: at least `least`; then until the 95 % confidence interval of each
 * median is within `precision` of it, or `most` rounds or `limit` milliseconds are used up. A round that was disturbed is set aside
 * whatever it says, and the next one waits for quiet: within the limit, and beyond it as long as the run has patience left. If fewer
 * than `least` quiet rounds came together, all rounds count, and `setAside` is 0.
 */
import { CLOCK, type Instruments, isQuiet, observe, type Sight, untilQuiet } from './quiet.js';

/** How much of a run's patience one comparison may use, in ms. */
const SHARE = 5000;

/** What is compared, and how long. */
export interface Plan<Side extends string> {
  /** What runs, by name, in the order in which it runs. */
  readonly sides: Readonly<Record<Side, () => PromiseLike<unknown>>>;
  /** The ratios that must settle, as [above, below]. */
  readonly ratios: readonly (readonly [above: NoInfer<Side>, below: NoInfer<Side>])[];
  /** How near to the median its confidence interval must be, relative to it. @default 0.05 */
  readonly precision?: number;
  /** Rounds at least. @default 7 */
  readonly least?: number;
  /** Rounds at most. @default 40 */
  readonly most?: number;
  /** Milliseconds after which no new round begins, if there are enough. @default 4000 */
  readonly limit?: number;
  /** How much longer to wait for quiet rounds. @default not at all */
  readonly patience?: Patience;
  /** Is told of each round. */
  readonly onRound?: (round: number) => void;
}

/** Milliseconds that a whole run may still spend on waiting for quiet; whoever waits takes from it. */
export interface Patience {
  left: number;
}

/** What the rounds that count gave. */
export interface Rounds<Side extends string> {
  /** How many count. */
  readonly count: number;
  /** How many were disturbed and do not count. */
  readonly setAside: number;
  /** How many of those that count were disturbed all the same: none, or there was hardly any quiet. */
  readonly disturbed: number;
  /** How many cores others used, in the median of all rounds. */
  readonly foreign: number;
  /** Median milliseconds of a side. */
  time(side: Side): number;
  /** Median of the ratios of the rounds. */
  ratio(above: Side, below: Side): number;
}

interface Round<Side extends string> extends Sight {
  readonly times: Readonly<Record<Side, number>>;
}

/** Runs the sides in turn until the ratios have settled. */
export async function interleave<Side extends string>(plan: Plan<Side>, instruments: Instruments = CLOCK): Promise<Rounds<Side>> {
  const { ratios, precision = 0.05, least = 7, most = 40, limit = 4000, patience = { left: 0 } } = plan;
  const rounds: Round<Side>[] = [];
  const end = instruments.now() + limit;
  const extension = end + Math.min(SHARE, patience.left);
  for (;;) {
    const begin = instruments.now();
    const last = rounds.at(-1);
    // Time must be left for the rounds that are missing, whatever they will be like.
    await untilQuiet(instruments, last, extension - Math.max(1, least - rounds.length) * (last?.elapsed ?? 0));
    rounds.push(await runRound(plan.sides, instruments));
    plan.onRound?.(rounds.length);
    const over = instruments.now() - Math.max(begin, end);
    if (over > 0) patience.left -= over;
    const quiet = rounds.filter(isQuiet);
    const enough = quiet.length >= least;
    if (enough && ratios.every(([above, below]) => spread(ratiosOf(quiet, above, below)) <= precision)) return conclude(rounds, quiet);
    const late = instruments.now() >= (enough ? end : extension);
    if (rounds.length >= least && (late || rounds.length >= most)) return conclude(rounds, enough ? quiet : rounds);
  }
}

async function runRound<Side extends string>(sides: Plan<Side>['sides'], instruments: Instruments): Promise<Round<Side>> {
  const times: Partial<Record<Side, number>> = {};
  const sight = await observe(instruments, async () => {
    for (const side of Object.keys(sides) as Side[]) {
      const start = instruments.now();
      await sides[side]();
      times[side] = instruments.now() - start;
    }
  });
  return { ...sight, times: times as Record<Side, number> };
}

function conclude<Side extends string>(all: readonly Round<Side>[], counted: readonly Round<Side>[]): Rounds<Side> {
  return {
    count: counted.length,
    setAside: all.length - counted.length,
    disturbed: counted.filter((round) => !isQuiet(round)).length,
    foreign: median(all.map((round) => round.foreign)),
    time: (side) => median(counted.map((round) => round.times[side])),
    ratio: (above, below) => median(ratiosOf(counted, above, below)),
  };
}

function ratiosOf<Side extends string>(rounds: readonly Round<Side>[], above: Side, below: Side): number[] {
  return rounds.map(({ times }) => times[above] / times[below]);
}

/** The middle of the sorted values; between the two middle ones if they are even in number. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
}

/** Half the width of the 95 % confidence interval of the median, relative to the median: from ranks, so no distribution is assumed. */
export function spread(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const low = Math.max(0, Math.floor((sorted.length - 1.96 * Math.sqrt(sorted.length)) / 2));
  return (sorted[sorted.length - 1 - low]! - sorted[low]!) / 2 / median(sorted);
}

/**
 * Finds how much work takes about `target` milliseconds, by doing more and more of it. The first time is not looked at: whatever has to
 * start or to compile itself does so then.
 */
export async function calibrate(
  target: number,
  begin: number,
  work: (amount: number) => PromiseLike<unknown>,
  { now: clock }: Instruments = CLOCK,
): Promise<number> {
  await work(begin);
  for (let amount = begin; ; ) {
    const start = clock();
    await work(amount);
    const took = clock() - start;
    if (took >= target / 2) return Math.max(1, Math.round((amount * target) / took));
    amount = Math.ceil(amount * Math.min(8, Math.max(2, target / 2 / Math.max(took, 0.1)) * 1.2));
  }
}
