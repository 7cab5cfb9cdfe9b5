/**
 * What a run gave, for people and for programs.
 */
import { DEFAULT_DIALECT } from '../dialects/registry.js';
import type { Experiment, Grid } from '../lab/experiment.js';
import type { Paint } from './paint.js';
import type { Result } from './results.js';
import { layoutTable } from './table.js';
import { pad, padStart, widthOf, wrap } from './text.js';

/** Where and how long a run ran. */
export interface Circumstances {
  readonly node: string;
  readonly cores: number;
  readonly milliseconds: number;
}

/** The table, what there is to add, and a summary. */
export function reportText(results: readonly Result[], { node, cores, milliseconds }: Circumstances, width: number, paint: Paint): string {
  const rows = results.map(({ experiment, outcome }) => ({ ...experiment, here: outcome.live, holds: outcome.holds }));
  const held = results.filter(({ outcome }) => outcome.holds).length;
  const verdict = `${held} of ${results.length} ${results.length === 1 ? 'claims holds' : 'claims hold'}`;
  const failed = results.find(({ outcome }) => !outcome.holds)?.experiment.name;
  return [
    '',
    ...layoutTable(rows, width, paint),
    ...results.flatMap(({ outcome }) => (outcome.grid === undefined ? [] : ['', ...layoutGrid(outcome.grid, paint)])),
    ...remarks(results, width, paint),
    '',
    (held === results.length ? paint.good : paint.bad)(verdict) +
      ` · ${(milliseconds / 1000).toFixed(1)} s · Node ${node}, ${cores} ${cores === 1 ? 'core' : 'cores'}, ${DEFAULT_DIALECT}`,
    paint.faint(`one claim alone: gil lab ${failed ?? results.at(-1)?.experiment.name ?? ''} · as data: gil lab --json`),
    '',
  ].join('\n');
}

/** Its cells are short and all of one kind: they are never broken, however narrow the terminal. */
function layoutGrid({ title, columns, rows }: Grid, paint: Paint): string[] {
  const first = Math.max(...rows.map(({ name }) => widthOf(name)));
  const marked = rows.map(({ name, cells }) => ({
    name,
    cells: cells.map(({ text, holds }) => ({ text: `${text} ${holds ? '✔' : '✘'}`, holds })),
  }));
  const widths = columns.map((column, at) => Math.max(widthOf(column), ...marked.map(({ cells }) => widthOf(cells[at]!.text))));
  return [
    paint.strong(title),
    paint.faint([pad('', first), ...columns.map((column, at) => padStart(column, widths[at]!))].join('  ')),
    ...marked.map(({ name, cells }) =>
      [pad(name, first), ...cells.map(({ text, holds }, at) => (holds ? String : paint.bad)(padStart(text, widths[at]!)))].join('  '),
    ),
  ];
}

function remarks(results: readonly Result[], width: number, paint: Paint): string[] {
  const indent = Math.max(...results.map(({ experiment }) => experiment.name.length)) + 2;
  const said = results.flatMap(({ experiment, outcome }) => (outcome.notes ?? []).map((note) => ({ name: experiment.name, note })));
  if (said.length === 0) return [];
  const lines = said.flatMap(({ name, note }, index) => {
    const label = said[index - 1]?.name === name ? '' : name;
    return wrap(note, Math.max(30, Math.min(width, 110) - indent)).map(
      (line, at) => paint.faint(pad(at === 0 ? label : '', indent)) + line,
    );
  });
  return ['', paint.strong('Notes'), ...lines];
}

/** The same as one object. */
export function reportJson(results: readonly Result[], { node, cores, milliseconds }: Circumstances): string {
  const experiments = results.map(({ experiment, outcome, milliseconds: took, error }) => ({
    ...described(experiment),
    live: outcome.live,
    holds: outcome.holds,
    figures: outcome.figures,
    notes: outcome.notes ?? [],
    ...(outcome.grid === undefined ? {} : { grid: outcome.grid }),
    milliseconds: Math.round(took),
    ...(error === undefined ? {} : { error: { name: error.name, message: error.message, stack: error.stack ?? '' } }),
  }));
  const holds = results.every(({ outcome }) => outcome.holds);
  const report = { schemaVersion: 1, node, cores, dialect: DEFAULT_DIALECT, experiments, holds, milliseconds: Math.round(milliseconds) };
  return `${JSON.stringify(report, null, 2)}\n`;
}

/** Experiments that belong together. */
export interface Group {
  readonly name: string;
  readonly title: string;
  readonly experiments: readonly Experiment[];
}

/** Which experiments there are, each group under its title. */
export function listText(groups: readonly Group[], paint: Paint): string {
  const filled = groups.filter(({ experiments }) => experiments.length > 0);
  const indent = Math.max(...filled.flatMap(({ experiments }) => experiments.map(({ name }) => name.length))) + 2;
  return filled
    .map(({ title, experiments }) => {
      const lines = experiments.map(({ name, claim }) => `  ${paint.strong(pad(name, indent))}${claim}\n`);
      return `${paint.faint(`${title}:`)}\n${lines.join('')}`;
    })
    .join('\n');
}

/** The same as one object. */
export function listJson(groups: readonly Group[]): string {
  const experiments = groups.flatMap(({ name, experiments }) => experiments.map((each) => ({ ...described(each), group: name })));
  return `${JSON.stringify({ schemaVersion: 1, experiments }, null, 2)}\n`;
}

function described({ name, claim, question, article, cpython, expectation }: Experiment) {
  return { name, claim, question, article, cpython, expectation };
}
