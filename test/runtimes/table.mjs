/**
 * What a run found, as tables, put into docs/runtimes.md between two marks. Everything between the marks is measured.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const [BEGIN, END] = ['<!-- written by npm run test:runtimes: begin -->', '<!-- end -->'];
const MARKS = { passed: '✓', failed: '✗', known: '✗' };

const table = (rows) => {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  return [line(rows[0]), line(widths.map((width) => '-'.repeat(width))), ...rows.slice(1).map(line)].join('\n');
};

const title = ({ name, version }) => (version === undefined ? name : `${name.replace(/^node-.*/, 'node')} ${version}`);
const suiteWords = ({ suite }) => (suite === undefined ? '–' : `${suite.passed} passed, ${suite.failed} failed, in ${suite.files} files`);
const coreWords = ({ core }) =>
  core === undefined ? '–' : `${core.filter(({ result }) => result === 'passed').length} of ${core.length} passed`;

/** The measured part of the page. */
export function tables(outcomes, date) {
  const summary = outcomes.map((outcome) =>
    outcome.missing === undefined ? [title(outcome), suiteWords(outcome), coreWords(outcome)] : [outcome.name, 'not run', 'not run'],
  );
  const ran = outcomes.filter(({ core }) => core !== undefined);
  const names = [...new Set(ran.flatMap(({ core }) => core.map(({ name }) => name)))];
  const mark = ({ core }, name) => MARKS[core.find((check) => check.name === name)?.result] ?? '–';
  const checks = names.map((name) => [name, ...ran.map((outcome) => mark(outcome, name))]);
  const notes = ran.flatMap(({ name: runtime, core, known }) =>
    core
      .filter(({ result }) => result !== 'passed')
      .map(({ name, result, why }) => `- ${runtime}, “${name}”: ${result === 'known' ? known[name] : why.split('\n')[0]}`),
  );
  return [
    `Measured on ${date}, on ${process.platform} ${process.arch}.`,
    table([['runtime', 'the test suite', 'core checks'], ...summary]),
    table([['core check', ...ran.map(title)], ...checks]),
    notes.length === 0 ? 'Every core check that ran passed.' : `What a ✗ means:\n\n${notes.join('\n')}`,
  ].join('\n\n');
}

/** Puts it into the page. */
export function writePage(file, text) {
  const page = readFileSync(file, 'utf8');
  const [head, rest] = page.split(BEGIN);
  const tail = rest?.split(END)[1];
  if (tail === undefined) throw new Error(`${file} has not both marks: ${BEGIN} and ${END}`);
  writeFileSync(file, `${head}${BEGIN}\n\n${text}\n\n${END}${tail}`);
}
