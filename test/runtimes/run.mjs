/**
 * `npm run test:runtimes [-- NAME…] [--report=FILE]`: the suite with other versions of Node, the core checks with every runtime.
 * Without names all of them run, those that cannot be had are left out, and docs/runtimes.md is written. A runtime that was named must be had.
 * The report has the sums in the form of vitest's. Exits with 1 when anything failed.
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { getBinary } from './binary.mjs';
import { runCore } from './core.mjs';
import { ALL, runtime } from './runtimes.mjs';
import { runSuite } from './suite.mjs';
import { tables, writePage } from './table.mjs';

const project = fileURLToPath(new URL('../../', import.meta.url));
const names = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const report = process.argv.find((argument) => argument.startsWith('--report='))?.slice('--report='.length);
const LAST_LINES = 80;

const outcomes = [];
let [passed, failed] = [0, 0];

for (const each of (names.length > 0 ? names : ALL).map(runtime)) {
  const { path, version, missing } = await getBinary(each, project);
  if (missing !== undefined) {
    console.log(`${each.name}: not run. ${missing}`);
    if (names.length > 0) failed += 1;
    outcomes.push({ ...each, version: undefined, missing });
    continue;
  }
  const outcome = { ...each, version };
  if (each.runs.includes('suite')) {
    const suite = await runSuite(path, project);
    outcome.suite = suite;
    passed += suite.passed;
    failed += suite.failed;
    console.log(`${each.name} ${version}: suite: ${suite.passed} passed, ${suite.failed} failed (${Math.round(suite.seconds)} s)`);
    if (suite.failed > 0) console.log(suite.output.trimEnd().split('\n').slice(-LAST_LINES).join('\n'));
  }
  outcome.core = await runCore(each, path, project);
  const count = (wanted) => outcome.core.filter(({ result }) => result === wanted).length;
  passed += count('passed');
  failed += count('failed');
  const known = count('known') > 0 ? `, ${count('known')} known not to work` : '';
  console.log(`${each.name} ${version}: core: ${count('passed')} passed, ${count('failed')} failed${known}`);
  for (const { name, why } of outcome.core.filter(({ result }) => result === 'failed'))
    console.log(`  ✗ ${name}\n${why.replace(/^/gm, '    ')}`);
  outcomes.push(outcome);
}

if (names.length === 0) writePage(`${project}docs/runtimes.md`, tables(outcomes, new Date().toISOString().slice(0, 10)));
if (report !== undefined) writeFileSync(report, JSON.stringify({ numPassedTests: passed, numFailedTests: failed, testResults: [] }));
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
