/**
 * How pools behave when something goes wrong: every pool and case in a process of its own, which has five seconds.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { CASES } from './behaviour-cases.js';
import { BEHAVING, load } from './pools-subjects.js';

const LIMIT = 5000;
/** With this a process ends that has nothing left to do but an `await`. */
const UNSETTLED = 13;
const CHILD = fileURLToPath(new URL('./behaviour-child.js', import.meta.url));

/** What the child said, and how it ended: `exitCode` is null for one that was killed. */
async function child(...args) {
  const process_ = spawn(process.execPath, [CHILD, ...args], { timeout: LIMIT, killSignal: 'SIGKILL' });
  let output = '';
  let errors = '';
  process_.stdout.on('data', (chunk) => {
    output += chunk;
  });
  process_.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  const exitCode = await new Promise((resolve) => process_.on('close', resolve));
  const lines = output.split('\n').filter((line) => line.startsWith('{'));
  return { last: JSON.parse(lines.at(-1) ?? '{}'), exitCode, errors };
}

async function cell(...args) {
  const { last, exitCode, errors } = await child(...args);
  if (last.wrong !== undefined) return last.wrong === '' ? `✓ ${last.remark}`.trim() : `✗ ${last.wrong}`;
  if (exitCode === 0 && last.at === 'end') return '✓';
  if (exitCode === 0 || exitCode === UNSETTLED) return '✗ never settles, the process ends';
  if (exitCode !== null) return `✗ crashes: ${errors.split('\n').find((line) => /Error/.test(line))}`;
  return { end: '✗ must be ended by hand', afterwards: '✗ later tasks hang' }[last.at] ?? '✗ hangs';
}

/** The subject that goes on when a worker dies. */
const REPLACING = { name: 'InterpreterPool', title: "InterpreterPool, onWorkerDeath: 'replace'", options: { onWorkerDeath: 'replace' } };

async function isInstalled({ name }) {
  try {
    await load(name);
    return true;
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    return false;
  }
}

export async function run() {
  const subjects = [];
  const missing = [];
  for (const subject of [...BEHAVING.slice(0, 1), REPLACING, ...BEHAVING.slice(1)]) {
    (await isInstalled(subject)) ? subjects.push(subject) : missing.push(subject.name);
  }
  const table = subjects.map(({ name, title = name }) => ({ pool: title }));
  for (const [i, { name, options }] of subjects.entries()) {
    for (const title of Object.keys(CASES)) table[i][title] = await cell(name, title, ...(options ? [JSON.stringify(options)] : []));
  }
  return { table, remark: missing.length > 0 ? `not installed: ${missing.join(', ')}` : '' };
}
