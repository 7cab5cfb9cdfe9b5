/**
 * Runs the project's test suite with another Node: that binary runs vitest, and the programs that tests start find it first.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { run } from './child.mjs';

const LIMIT = 15 * 60_000;

/**
 * What the platform has little part in: what futures promise, case by case, schedules that are explored, texts of programs and of this package
 * itself, where looks are placed, a queue, a table and rules of measuring that are played by the test alone, and whether the interpreters
 * agree. With this Node they have run.
 */
const LEFT_OUT = [
  'test/architecture.test.ts',
  'test/conformance/futures/cases/cases.test.ts',
  'test/docs/**',
  'test/executors/fifo.test.ts',
  'test/lab/{lost-updates,measure,table}.test.ts',
  'test/sim/**',
  'test/threading/lookout.test.ts',
  'test/transform/{frames,placement,self-application,twins}.test.ts',
];

/**
 * How often the cases of futures are repeated. Repetitions are for what one run in many might show, and it would be this package's own fault:
 * with this Node there have been twenty. What another Node does otherwise shows the first time.
 */
const REPETITIONS = '2';

/** How many tests passed and failed; what went wrong outside of tests counts as one failure. */
export async function runSuite(binary, project) {
  const folder = mkdtempSync(join(tmpdir(), 'gil-runtimes-'));
  const file = join(folder, 'report.json');
  try {
    const env = { ...process.env, GIL_TEST_REPETITIONS: REPETITIONS, PATH: `${dirname(binary)}${delimiter}${process.env.PATH}` };
    const left = LEFT_OUT.map((pattern) => `--exclude=${pattern}`);
    const args = ['node_modules/vitest/vitest.mjs', 'run', ...left, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
    const { code, output, inTime, seconds } = await run(binary, args, { cwd: project, env, limit: LIMIT });
    const report = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { numPassedTests: 0, numFailedTests: 0, testResults: [] };
    const { numPassedTests: passed, numFailedTests, testResults } = report;
    const outside = numFailedTests === 0 && (code !== 0 || passed === 0) ? 1 : 0;
    const words = inTime ? output : `${output}\nstopped: it did not end within ${LIMIT / 60_000} minutes`;
    return { files: testResults.length, passed, failed: numFailedTests + outside, seconds, output: words };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
