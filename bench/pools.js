/**
 * Pools side by side, two workers each: every pool, measure and repetition in a process of its own, the repetitions of all by turns.
 * The middle one of five, or of fewer where a pool is slow; `GIL_BENCH_REPETITIONS=1` for a quick look.
 */
import { execFile, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { median } from './measure.js';
import { MEASURED } from './pools-subjects.js';

const REPETITIONS = Number(process.env.GIL_BENCH_REPETITIONS ?? 5);
const LIMIT = 60_000;
/** Whoever has been this long at a measure in all is not asked to repeat it: it is far from the best, and the others wait. */
const ENOUGH = 8_000;
const CHILD = fileURLToPath(new URL('./pools-child.js', import.meta.url));

/** One core for the whole process: what a round trip costs without the time that waking another core takes. */
const PIN = ['taskset', '-c', '0'];
const canPin = spawnSync(PIN[0], [...PIN.slice(1), process.execPath, '--version']).status === 0;

/** Which figures a run of a measure gives. */
const MEASURES = {
  roundTrip: (value) => ({ roundTrip: value }),
  ...(canPin ? { pinned: (value) => ({ pinned: value }) } : {}),
  throughput: ({ perSecond, queued, most }) => ({ perSecond, queued, most }),
  argument: ({ perSecond }) => ({ withArgument: perSecond }),
  makespan: (value) => ({ makespan: value }),
  cold: (value) => ({ cold: value }),
  lock: (value) => ({ lock: value }),
};

/** How a figure is called and shown, and what ours ÷ the best peer's is to reach; where more is better, the best peer's ÷ ours. */
const FIGURES = {
  roundTrip: { name: 'round trip, µs', digits: 1, reach: 1 },
  pinned: { name: 'on one core, µs', digits: 1, reach: 1 },
  perSecond: { name: 'tasks/s', digits: 0, reach: 0.25, more: true },
  withArgument: { name: 'with an argument, tasks/s', digits: 0, reach: 0.25, more: true },
  makespan: { name: 'makespan ÷ ideal', digits: 2, reach: 1.05 },
  cold: { name: 'cold, ms', digits: 1, reach: 1 },
  queued: { name: '100,000 queued, MB', digits: 0, reach: 0.5 },
  most: { name: 'at most, MB', digits: 0 },
  lock: { name: 'take and drop, ns', digits: 0 },
};

async function measure({ name }, which) {
  const [command, ...args] = which === 'pinned' ? [...PIN, process.execPath] : [process.execPath];
  const ofChild = [...args, '--expose-gc', CHILD, name, which === 'pinned' ? 'roundTrip' : which];
  try {
    const { stdout } = await promisify(execFile)(command, ofChild, { timeout: LIMIT, killSignal: 'SIGKILL' });
    return MEASURES[which](JSON.parse(stdout.trim().split('\n').at(-1)));
  } catch (error) {
    console.error(`${name}: ${which}: ${error.killed ? `not done after ${LIMIT / 1000} s` : error.message}`);
    return {};
  }
}

/** Ours against the ideal, if there are no others, or else against the best of them. */
function row(figure, subject, others, of) {
  const { digits, reach, more, ...named } = FIGURES[figure];
  const name = `pools: ${named.name}${others[0]?.kind === 'floor' ? ', against bare workers' : ''}`;
  const show = (who) => (of(who, figure).length > 0 ? median(of(who, figure)).toFixed(digits) : 'not measured');
  if (others.length === 0) return { name, ratio: middle(of(subject, figure)), reach, subject: show(subject), base: 'ideal' };
  const [best] = others
    .filter((peer) => of(peer, figure).length > 0)
    .sort((a, b) => (middle(of(a, figure)) - middle(of(b, figure))) * (more ? -1 : 1));
  // Of each repetition the ratio: a machine that is busy for a while slows both.
  const pairs = Math.min(of(subject, figure).length, of(best, figure).length);
  const ratios = Array.from({ length: pairs }, (_, i) => of(subject, figure)[i] / of(best, figure)[i]).map((ratio) =>
    more ? 1 / ratio : ratio,
  );
  return { name, ratio: middle(ratios), reach, subject: show(subject), base: `${show(best)} (${best.name})` };
}

const middle = (values) => Number(median(values).toFixed(3));

export async function run() {
  const measured = new Map(MEASURED.map((subject) => [subject, { figures: {}, spent: {} }]));
  for (let i = 0; i < REPETITIONS; i += 1) {
    for (const which of Object.keys(MEASURES)) {
      for (const [subject, { figures, spent }] of measured) {
        if (subject.only?.includes(which) === false || spent[which] > ENOUGH || (which === 'lock' && subject.kind !== 'ours')) continue;
        const begun = performance.now();
        for (const [figure, value] of Object.entries(await measure(subject, which))) {
          figures[figure] ??= [];
          if (value !== null) figures[figure].push(value);
        }
        spent[which] = (spent[which] ?? 0) + performance.now() - begun;
      }
    }
  }
  const of = (subject, figure) => measured.get(subject).figures[figure] ?? [];
  const shown = Object.keys(FIGURES).filter((figure) => MEASURED.some((subject) => of(subject, figure).length > 0));
  const table = MEASURED.map((subject) => {
    const cells = shown.map((figure) => {
      const values = of(subject, figure);
      return [FIGURES[figure].name, values.length > 0 ? median(values).toFixed(FIGURES[figure].digits) : undefined];
    });
    return { pool: subject.name, ...Object.fromEntries(cells) };
  });
  const subject = MEASURED.find(({ name }) => name === 'InterpreterPool');
  const all = (wanted) => MEASURED.filter(({ kind }) => kind === wanted);
  // The ideal takes two cores that nobody else uses. Bare workers, measured a moment before, have those that there were.
  const against = (figure) => (figure === 'makespan' ? [[], all('floor')] : [all('peer')]);
  const rows = shown
    .filter((figure) => FIGURES[figure].reach)
    .flatMap((figure) => against(figure).map((others) => row(figure, subject, others, of)));
  return { rows, table, remark: canPin ? '' : 'Nothing was pinned to one core: there is no taskset here.' };
}
