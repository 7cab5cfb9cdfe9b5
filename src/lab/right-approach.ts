/**
 * The ninth claim: which approach suits which job. An I/O-bound, a CPU-bound and a mixed job, each under threads, under processes, as
 * async tasks, and as a combination: async tasks that wait, processes that compute. The article's table is the expectation.
 */
import type { Context, Experiment, Outcome } from './experiment.js';
import { aboutLoad, roundFigures } from './load.js';
import type { Rounds } from './measure.js';
import { APPROACHES, type Approach, AT_ONCE, type Cell, JOBS, type Job, PIECES, race, WAIT } from './race.js';
import { seconds, times } from './units.js';

/** By how much the winner must be faster than what the article does not name. */
const MARGIN = 1.25;

/** With as many processes as requests under way at once, processes would wait as well as threads do, only dearer. */
const MOST_PROCESSES = AT_ONCE / 2;

/** The article's table. Where it names one means only, the combination is that very means and not a rival. */
const TABLE: Readonly<Record<Job, { readonly named: readonly Approach[]; readonly rivals: readonly Approach[] }>> = {
  io: { named: ['threads', 'async'], rivals: ['processes'] },
  cpu: { named: ['processes'], rivals: ['threads', 'async'] },
  mixed: { named: ['combination'], rivals: ['threads', 'processes', 'async'] },
};

const TITLES: Readonly<Record<Job, string>> = { io: 'I/O', cpu: 'CPU', mixed: 'mixed' };

export const rightApproach: Experiment = {
  name: 'right-approach',
  claim: 'Choose by the job: I/O, CPU or both',
  question: 'Which approach wins each job, by how much?',
  article: 'I/O: threading or async; CPU: multiprocessing; mixed: a combination',
  cpython: 'I/O: 8 threads 7.1×; CPU: 4 threads 1.0×, 4 processes 1.87× (3.13.0)',
  expectation: `in each job the fastest is what the article names, and at least ${MARGIN}× faster than what it does not name`,
  async run(context: Context): Promise<Outcome> {
    const processes = Math.min(Math.max(2, context.cores), MOST_PROCESSES);
    const ratios = JOBS.flatMap((job) => TABLE[job].rivals.map((rival) => [`${job}:${rival}`, `${job}:${TABLE[job].named[0]!}`] as const));
    const rounds = await race(processes, ratios, context);
    const verdicts = JOBS.map((job) => judge(job, rounds));
    const figures: Record<string, number | string> = { pieces: PIECES, waitMs: WAIT, threads: AT_ONCE, processes, asyncTasks: AT_ONCE };
    for (const job of JOBS) for (const approach of APPROACHES) figures[`${job}${capital(approach)}Ms`] = rounds.time(`${job}:${approach}`);
    for (const { job, winner, lead } of verdicts) Object.assign(figures, { [`${job}Winner`]: winner, [`${job}Lead`]: lead });
    return {
      holds: verdicts.every((verdict) => verdict.agrees),
      live: verdicts.map(({ job, winner, lead }) => `${TITLES[job]}: ${winner} by ${times(lead)}`).join(', '),
      figures: { ...figures, ...roundFigures(rounds) },
      notes: [...JOBS.map((job) => describeJob(job, rounds)), ...aboutLoad(rounds)],
    };
  },
};

interface Verdict {
  readonly job: Job;
  readonly winner: Approach;
  /** How many times longer the best of what the article does not name takes. */
  readonly lead: number;
  readonly agrees: boolean;
}

function judge(job: Job, rounds: Rounds<Cell>): Verdict {
  const { named, rivals } = TABLE[job];
  const fastest = (approaches: readonly Approach[]): Approach =>
    approaches.reduce((best, next) => (rounds.time(`${job}:${next}`) < rounds.time(`${job}:${best}`) ? next : best));
  const winner = fastest([...named, ...rivals]);
  const lead = rounds.ratio(`${job}:${fastest(rivals)}`, `${job}:${fastest(named)}`);
  return { job, winner, lead, agrees: named.includes(winner) && lead >= MARGIN };
}

function describeJob(job: Job, rounds: Rounds<Cell>): string {
  const cells = APPROACHES.map((approach) => `${approach} ${seconds(rounds.time(`${job}:${approach}`))}`);
  return `${TITLES[job]} job: ${cells.join(', ')}.`;
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
