/**
 * `gil lab`: runs the article's experiments or those of the course, shows progress on the terminal, prints the table or the data.
 */
import { availableParallelism } from 'node:os';
import { now } from '../host/clock.js';
import { ARTICLE } from '../lab/article.js';
import { COURSE } from '../lab/course.js';
import type { Experiment } from '../lab/experiment.js';
import { type Command, FAILED, OK, parseCommandLine, UsageError } from './command.js';
import { PLAIN, paintFor } from './paint.js';
import { createProgress } from './progress.js';
import { type Group, listJson, listText, reportJson, reportText } from './report.js';
import { runExperiments } from './results.js';

/** What there is, in the order in which it is listed. Without a name, the first of them runs. */
const GROUPS: readonly Group[] = [
  { name: 'article', title: 'The article "The GIL Explained"', experiments: ARTICLE },
  { name: 'course', title: 'The course, by name', experiments: COURSE },
];
const ALL = GROUPS.flatMap(({ experiments }) => experiments);

const OPTIONS = {
  json: { type: 'boolean' },
  list: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

export const lab: Command = {
  summary: 'run the claims of the article "The GIL Explained" and say which hold',
  help: `Usage: gil lab [name…] [--json] [--list]

Runs the experiments behind the claims of the article "The GIL Explained": on real worker threads, real processes and a real HTTP
server, beside the article's figures and what real CPython did. Without a name, all of these. The experiments of the course run by name.

  --json      print one JSON object and nothing else
  --list      print the names of the experiments
  -h, --help  print this

Exit code: 0 every claim holds, 1 one does not, 2 called wrongly.

${listText(GROUPS, PLAIN)}`,
  async run(args) {
    const { given, positionals } = parseCommandLine(args, OPTIONS);
    const { stdout, stderr } = process;
    const paint = paintFor(stdout);
    if (given.has('help')) {
      stdout.write(lab.help);
      return OK;
    }
    const experiments = choose(positionals);
    if (given.has('list')) {
      const groups =
        positionals.length === 0
          ? GROUPS
          : GROUPS.map((group) => ({ ...group, experiments: group.experiments.filter((each) => experiments.includes(each)) }));
      stdout.write(given.has('json') ? listJson(groups) : listText(groups, paint));
      return OK;
    }
    const cores = availableParallelism();
    if (cores < 2) stderr.write('gil lab: there is one core only; what needs two cannot hold here\n');
    const progress = createProgress(stderr, paintFor(stderr));
    const begin = now();
    const results = await runExperiments(experiments, cores, ({ index, total, name, note }) =>
      progress.show(index, total, `${name}: ${note}`),
    );
    progress.clear();
    const circumstances = { node: process.versions.node, cores, milliseconds: now() - begin };
    stdout.write(given.has('json') ? reportJson(results, circumstances) : reportText(results, circumstances, stdout.columns ?? 100, paint));
    for (const { experiment, error } of results) if (error !== undefined) stderr.write(`gil lab: ${experiment.name}: ${error.stack}\n`);
    return results.every(({ outcome }) => outcome.holds) ? OK : FAILED;
  },
};

/** The named ones in the order of the list; those of the article if none is named. */
function choose(names: readonly string[]): readonly Experiment[] {
  const unknown = names.filter((name) => !ALL.some((experiment) => experiment.name === name));
  if (unknown.length > 0) {
    throw new UsageError(`no experiment ${unknown.join(', ')}; there are ${ALL.map(({ name }) => name).join(', ')}`);
  }
  return names.length === 0 ? ARTICLE : ALL.filter(({ name }) => names.includes(name));
}
